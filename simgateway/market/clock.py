"""The gateway's clock: real time, a multiple of it with pause and step, or the virtual time of the loop it runs on."""

import asyncio
import heapq
import itertools
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol, Self

BEHIND_SECONDS: Final = 1.0
_CAUGHT_UP_SECONDS: Final = 0.1
_LONGEST_RUN_SECONDS: Final = 0.02
_CANCELLED_KEPT: Final = 1024


class TimerHandle(Protocol):
    """A timer that was set."""

    def cancel(self) -> object:
        """Take the timer back; nothing happens when it has gone off."""
        ...


class GatewayClock(Protocol):
    """Tells the gateway's time and wakes it up; used on the gateway's loop only."""

    def now(self) -> datetime:
        """Return the time in aware UTC."""
        ...

    def call_at(self, when: datetime, callback: Callable[..., object], *args: Any) -> TimerHandle:
        """Call back at `when` (aware UTC), or as soon as possible when that is past."""
        ...


class _Timer:
    """A callback and when it is due; it loses the callback when it goes off or is taken back."""

    __slots__ = ("_clock", "call", "when")

    def __init__(self, clock: "LoopClock", when: datetime, call: Callable[[], object]) -> None:
        self._clock = clock
        self.when = when
        self.call: Callable[[], object] | None = call

    def cancel(self) -> None:
        if self.call is not None:
            self.call = None
            self._clock.forget_one()


class LoopClock:
    """A clock that starts at `start` (aware), counts in UTC and runs `speed` times as fast as the loop's own time.

    On a loop in virtual time the loop's time is the market's, so speed stays 1. On a real loop a speed of 60 makes
    an hour of market a minute; every timeout of the client shrinks with it, which is why only a gateway that stands
    alone may be sped up. Timers go off in the order they are due, those of one moment in the order they were set,
    whatever is done to the clock in between.

    `on_behind` is told the real seconds by which timers are late when that first exceeds `BEHIND_SECONDS`, and again
    after the clock had caught up. All of it runs on the loop.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        start: datetime,
        speed: float = 1.0,
        on_behind: Callable[[float], object] | None = None,
    ) -> None:
        if start.tzinfo is None:
            raise ValueError("the clock's start has no time zone")
        self._loop = loop
        self._start = start.astimezone(UTC)  # Wall time of a zone would skip an hour of its own in spring.
        self._speed = _checked(speed)
        self._loop_start_seconds = loop.time()
        self._last = (self._loop_start_seconds, self._start)
        self._timers: list[tuple[datetime, int, _Timer]] = []
        self._numbers = itertools.count()
        self._cancelled = 0
        self._handle: asyncio.TimerHandle | None = None
        self._armed_for = self._start
        self._is_running_timers = False
        self._is_paused = False
        self._is_behind = False
        self.on_behind = on_behind
        self.behind = 0
        self.lag_most = 0.0

    @classmethod
    def wall(cls, loop: asyncio.AbstractEventLoop, on_behind: Callable[[float], object] | None = None) -> Self:
        """Return a clock that shows the machine's own time, in UTC."""
        return cls(loop, datetime.now(UTC), 1.0, on_behind)

    def now(self) -> datetime:
        """Return the time in aware UTC, to the microsecond; it never goes back."""
        if self._is_paused:
            return self._start
        seconds = self._loop.time()
        if seconds != self._last[0]:  # A loop whose time stands between its timers asks for the same one often.
            shown = self._start + timedelta(seconds=(seconds - self._loop_start_seconds) * self._speed)
            self._last = (seconds, shown)
        return self._last[1]

    def call_at(self, when: datetime, callback: Callable[..., object], *args: Any) -> TimerHandle:
        """Call back when `now()` is `when`; on a paused clock a time that is past waits for `step` or `resume`."""
        timer = _Timer(self, when, lambda: callback(*args))
        heapq.heappush(self._timers, (when, next(self._numbers), timer))
        if self._timers[0][2] is timer:
            self._arm()
        return timer

    @property
    def speed(self) -> float:
        """Return market seconds per second of the loop; setting it holds from now on. ValueError unless above 0."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._anchor()
        self._speed = _checked(speed)
        self._arm()

    @property
    def is_paused(self) -> bool:
        """Return whether time stands still."""
        return self._is_paused

    def pause(self) -> None:
        """Let time stand still."""
        self._anchor()
        self._is_paused = True
        self._arm()

    def resume(self) -> None:
        """Let time go on from where it stands."""
        self._anchor()
        self._is_paused = False
        self._arm()

    def step(self, seconds: float) -> None:
        """Move a paused clock by so many seconds of its own time; each timer on the way sees the time it is due.

        RuntimeError when the clock is not paused or a timer steps it; ValueError for a step back. When a timer
        resumes the clock, the rest of the step is dropped.
        """
        if not self._is_paused or self._is_running_timers:
            raise RuntimeError("only a paused clock can be stepped, and not by its own timers")
        if not 0 <= seconds < math.inf:
            raise ValueError(f"a step of {seconds} seconds: it must be 0 or more")
        until = self._start + timedelta(seconds=seconds)
        self._is_running_timers = True
        try:
            while self._is_paused and self._due(until):
                self._start = max(self._start, self._timers[0][0])
                self._run_first()
        finally:
            self._is_running_timers = False
        if self._is_paused:
            self._start = until
        self._arm()

    @property
    def lag(self) -> float:
        """Return by how many real seconds the oldest timer that is due is late; 0 when none is, or while paused."""
        if self._is_paused or not self._due(self.now()):
            return 0.0
        return (self.now() - self._timers[0][0]).total_seconds() / self._speed

    def forget_one(self) -> None:
        """Count a timer that was taken back; throw such away when they are most of what is kept."""
        self._cancelled += 1
        if self._cancelled > max(_CANCELLED_KEPT, len(self._timers) // 2):
            self._timers = [row for row in self._timers if row[2].call is not None]
            heapq.heapify(self._timers)
            self._cancelled = 0

    def _anchor(self) -> None:
        """Count from here on."""
        self._start = self.now()
        self._loop_start_seconds = self._loop.time()
        self._last = (self._loop_start_seconds, self._start)

    def _arm(self) -> None:
        """Have the loop wake the clock for the first timer."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if self._is_paused or self._is_running_timers or not self._due(None):
            return
        self._armed_for = self._timers[0][0]
        seconds = (self._armed_for - self._start).total_seconds() / self._speed
        self._handle = self._loop.call_at(self._loop_start_seconds + seconds, self._wake)

    def _wake(self) -> None:
        """Run what is due by now, for a while; the rest waits until the loop has looked at its sockets."""
        self._handle = None
        begun = self._loop.time()
        until = max(self.now(), self._armed_for)  # A loop may wake a little early; a rounded microsecond is not early.
        self._watch(until)
        self._is_running_timers = True
        try:
            while not self._is_paused and self._due(until) and self._loop.time() - begun < _LONGEST_RUN_SECONDS:
                self._run_first()
        finally:
            self._is_running_timers = False
            self._arm()

    def _watch(self, until: datetime) -> None:
        if not self._due(until):
            return
        late = (until - self._timers[0][0]).total_seconds() / self._speed
        self.lag_most = max(self.lag_most, late)
        if late > BEHIND_SECONDS and not self._is_behind:
            self._is_behind = True
            self.behind += 1
            if self.on_behind is not None:
                self.on_behind(late)
        elif late < _CAUGHT_UP_SECONDS:
            self._is_behind = False

    def _due(self, until: datetime | None) -> bool:
        """Return whether a timer is due by then (None: at all); throws away what was taken back."""
        while self._timers and self._timers[0][2].call is None:
            heapq.heappop(self._timers)
            self._cancelled = max(0, self._cancelled - 1)
        return bool(self._timers) and (until is None or self._timers[0][0] <= until)

    def _run_first(self) -> None:
        timer = heapq.heappop(self._timers)[2]
        call, timer.call = timer.call, None
        if call is not None:
            call()


def _checked(speed: float) -> float:
    if not 0 < speed < math.inf:
        raise ValueError(f"the clock's speed is {speed}: it must be above 0")
    return speed
