"""Rounds of news at equal intervals, as long as somebody wants them."""

from collections.abc import Callable
from datetime import timedelta

from simgateway.market.clock import GatewayClock, TimerHandle


class Every:
    """Calls `go` every so many seconds from `start` on, until it returns False; on the gateway's loop."""

    def __init__(self, clock: GatewayClock, seconds: float, go: Callable[[], bool]) -> None:
        self._clock = clock
        self._seconds = seconds
        self._go = go
        self._timer: TimerHandle | None = None

    def start(self) -> None:
        """Begin, unless it has begun."""
        if self._timer is None:
            self._timer = self._clock.call_at(self._clock.now() + timedelta(seconds=self._seconds), self._round)

    def close(self) -> None:
        """Stop."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _round(self) -> None:
        self._timer = None
        if self._go():
            self.start()
