"""The gateway's clock: real time, a multiple of it, or the virtual time of the loop it is hosted on."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol


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


class LoopClock:
    """A clock that starts at `start` (aware UTC) and runs `speed` times as fast as the loop's own time.

    On a loop in virtual time the loop's time is the market's, so speed stays 1. On a real loop a speed of 60 makes
    an hour of market a minute; every timeout of the client shrinks with it, which is why only a gateway that stands
    alone may be sped up.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, start: datetime, speed: float = 1.0) -> None:
        if start.tzinfo is None:
            raise ValueError("the clock's start has no time zone")
        if speed <= 0:
            raise ValueError(f"the clock's speed is {speed}: it must be above 0")
        self._loop = loop
        self._start = start
        self._speed = speed
        self._loop_start_seconds = loop.time()

    def now(self) -> datetime:
        """Return the time in the zone of `start`, to the microsecond."""
        return self._start + timedelta(seconds=(self._loop.time() - self._loop_start_seconds) * self._speed)

    def call_at(self, when: datetime, callback: Callable[..., object], *args: Any) -> TimerHandle:
        """Call back when `now()` is `when`."""
        loop_seconds = self._loop_start_seconds + (when - self._start).total_seconds() / self._speed
        return self._loop.call_at(loop_seconds, callback, *args)
