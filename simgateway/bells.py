"""The bells of the trading day: midnight, the open, the close."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from simgateway.market.base import Market
from simgateway.market.clock import GatewayClock, TimerHandle
from simgateway.protocol.text import NEW_YORK, new_york_day

_DAYS_AHEAD: Final = 15


class Bells:
    """Rings `midnight`, `opened` and `closed` with New York's day; one timer at a time."""

    def __init__(self, market: Market, clock: GatewayClock) -> None:
        self._market = market
        self._clock = clock
        self._timer: TimerHandle | None = None
        self.midnight: list[Callable[[date], None]] = []
        self.opened: list[Callable[[date], None]] = []
        self.closed: list[Callable[[date], None]] = []

    def is_open(self) -> bool:
        """Return whether the regular session is open now."""
        now = self._clock.now()
        session = self._market.session(new_york_day(now))
        return session is not None and session[0] <= now < session[1]

    def start(self) -> None:
        """Begin to ring."""
        self._plan(self._clock.now())

    def close(self) -> None:
        """Ring no more."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _plan(self, after: datetime) -> None:
        for ahead in range(_DAYS_AHEAD):
            day = new_york_day(after) + timedelta(days=ahead)
            for at, listeners in self._of(day):
                if at > after:
                    self._timer = self._clock.call_at(at, self._ring, at, day, listeners)
                    return

    def _of(self, day: date) -> list[tuple[datetime, list[Callable[[date], None]]]]:
        first = datetime.combine(day, time.min, NEW_YORK).astimezone(UTC)
        session = self._market.session(day)
        if session is None:
            return [(first, self.midnight)]
        return [(first, self.midnight), (session[0], self.opened), (session[1], self.closed)]

    def _ring(self, at: datetime, day: date, listeners: list[Callable[[date], None]]) -> None:
        self._plan(at)
        for listener in listeners:
            listener(day)
