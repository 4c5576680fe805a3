"""The one place where time is read; everybody else is given a Clock."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What time it is. Callable from any thread."""

    def now(self) -> datetime:
        """Return the time of day, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never jump; only differences mean something."""
        ...


@dataclass(frozen=True, slots=True)
class WallClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the machine's idea of now, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()


class LoopClock:
    """The time of an event loop, virtual or not: starts at `start` and passes as the loop's time passes."""

    __slots__ = ("_last", "_loop", "_origin", "_start")

    def __init__(self, loop: asyncio.AbstractEventLoop, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError(f"the start of a clock must be aware, {start} is not")
        self._loop = loop
        self._start = start.astimezone(UTC)
        self._origin = loop.time()
        self._last = (self._origin, self._start)

    def now(self) -> datetime:
        """Return `start` plus what has passed on the loop, in UTC; while a virtual loop's time stands, the same one."""
        seconds = self._loop.time()
        told_at, told = self._last
        if seconds != told_at:
            told = self._start + timedelta(seconds=seconds - self._origin)
            self._last = (seconds, told)
        return told

    def monotonic(self) -> float:
        """Return the loop's time in seconds."""
        return self._loop.time()


class ScaledClock:
    """A day that passes `speed` times faster than real time, on threads.

    `anchor` is the `time.monotonic()` at which it was `start`; None takes the moment of construction.
    """

    __slots__ = ("_anchor", "_speed", "_start")

    def __init__(self, start: datetime, speed: float, anchor: float | None = None) -> None:
        if start.tzinfo is None:
            raise ValueError(f"the start of a clock must be aware, {start} is not")
        if speed <= 0:
            raise ValueError(f"time must pass forwards, not at speed {speed}")
        self._start = start.astimezone(UTC)
        self._speed = speed
        self._anchor = time.monotonic() if anchor is None else anchor

    def now(self) -> datetime:
        """Return the simulated time of day, in UTC."""
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Return simulated seconds since `start`."""
        return self._speed * (time.monotonic() - self._anchor)
