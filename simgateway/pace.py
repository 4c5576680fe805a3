"""A line of a client's messages that leaves no more than so many in a second: what `+PACEAPI` asks for."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from simgateway.market.clock import GatewayClock, TimerHandle
from simgateway.protocol.wire import Fields, FramingError

OPTION: Final = "+PACEAPI"
"""The connect option by which a client asks the gateway to slow it down instead of refusing what comes too fast.

Source: `setConnectOptions` in ib_insync's client ("request-pacing built into TWS/gateway 974+").
"""

_WINDOW: Final = timedelta(seconds=1, milliseconds=1)
_WAITING_MOST: Final = 10_000


class Pace:
    """Hands messages on in their order, at most `most` within a second; the rest waits. All on the gateway's loop."""

    def __init__(self, clock: GatewayClock, most: int, deliver: Callable[[Fields], None]) -> None:
        self._clock = clock
        self._deliver = deliver
        self._waiting: deque[Fields] = deque()
        self._handed: deque[datetime] = deque(maxlen=most)
        self._timer: TimerHandle | None = None

    def push(self, fields: Fields) -> None:
        """Take a message; FramingError when the client is hopelessly ahead, so that memory stays bounded."""
        if len(self._waiting) >= _WAITING_MOST:
            raise FramingError(f"more than {_WAITING_MOST} messages wait for their second")
        self._waiting.append(fields)
        if self._timer is None:
            self._drain()

    def close(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _drain(self) -> None:
        self._timer = None
        while self._waiting:
            now = self._clock.now()
            if len(self._handed) == self._handed.maxlen and now < self._handed[0] + _WINDOW:
                self._timer = self._clock.call_at(self._handed[0] + _WINDOW, self._drain)
                return
            self._handed.append(now)
            self._deliver(self._waiting.popleft())
