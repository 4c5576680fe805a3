"""The turns of an event loop in virtual time: asyncio's own order of events, for a fraction of its cost."""

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Any, Final, TypeVarTuple

Ts = TypeVarTuple("Ts")

LONGEST_WAIT_SECONDS: Final = 86_400.0
TIMERS_KEPT: Final = 100
"""With more than so many, of which most are cancelled, the cancelled ones are thrown away: asyncio's own rule."""


class _Timer(asyncio.TimerHandle):
    """asyncio's own, whose `cancel` tells the loop; it knows whether the loop still holds it."""

    __slots__ = ("is_held",)

    is_held: bool


class _Due(float):
    """When a timer is due, and the timer. A number, so that sorting timers runs no Python."""

    __slots__ = ("timer",)

    timer: _Timer


class TurningLoop(asyncio.SelectorEventLoop):
    """What asyncio does in a turn and in which order, timers of one moment included, without asking for the time.

    A simulated hour has some ten thousand turns, and sorting timers in Python was a fifth of it. `now` is the loop's
    time in seconds; the selector moves it. A debugging asyncio finds everything but slow callbacks, which do not exist
    where time stands.
    """

    _ready: deque[asyncio.Handle]
    _selector: Any
    _stopping: bool
    _clock_resolution: float
    _process_events: Callable[[Any], None]

    def __init__(self, selector: Any) -> None:
        self.now = 0.0
        self._timers: list[_Due] = []
        self._taken_back = 0
        super().__init__(selector)

    def time(self) -> float:
        """Return virtual seconds since the loop was made."""
        return self.now

    @property
    def timers(self) -> tuple[asyncio.TimerHandle, ...]:
        """Return those that it holds, cancelled ones among them, in no order."""
        return tuple(due.timer for due in self._timers)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        """Call when the time is `when`. Raises RuntimeError on a closed loop."""
        if self.is_closed():
            raise RuntimeError("Event loop is closed")
        timer = _Timer(when, callback, args, self, context)
        timer.is_held = True
        due = _Due(when)
        due.timer = timer
        heappush(self._timers, due)
        return timer

    def _timer_handle_cancelled(self, handle: _Timer) -> None:
        if handle.is_held:
            self._taken_back += 1

    def _run_once(self) -> None:
        self._forget_cancelled()
        ready, timers = self._ready, self._timers
        seconds: float | None = 0.0
        if not ready and not self._stopping:
            seconds = min(max(0.0, timers[0] - self.now), LONGEST_WAIT_SECONDS) if timers else None
        events = self._selector.select(seconds)
        if events:
            self._process_events(events)
        end = self.now + self._clock_resolution
        while timers and timers[0] < end:
            timer = heappop(timers).timer
            timer.is_held = False
            ready.append(timer)
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled:  # noqa: SLF001 - the method that tells costs as much as a short callback
                handle._run()  # noqa: SLF001 - there is no other way to run one

    def _forget_cancelled(self) -> None:
        timers = self._timers
        if len(timers) > TIMERS_KEPT and 2 * self._taken_back > len(timers):
            self._timers = [due for due in timers if not due.timer.cancelled()]
            heapify(self._timers)
            self._taken_back = 0
            return
        while timers and timers[0].timer._cancelled:  # noqa: SLF001 - as above
            heappop(timers)
            self._taken_back -= 1
