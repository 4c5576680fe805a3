"""An actor's timers: named, one message each, gone with the actor."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actors.runtime.control import TimerFired
from actors.runtime.hosts import Host

# A wall clock may be set while we wait (a Pi has none of its own), so a long wait looks at it now and then.
LOOK_AGAIN_SECONDS = 60.0
# A chain of timers, each started when the one before is handled, must not end with one message that is lost. What it
# guards has a bound of five seconds, of which two or three are the timer's own.
REPEAT_SECONDS = 1.5


@dataclass(slots=True)
class _Running:
    serial: int
    handle: asyncio.Handle


class Timers:
    """Used from the actor's own loop only: from `on_start` on, not in `__init__`.

    A timer that was cancelled or started anew never delivers, not even when its message is already in the mailbox.
    One that is not handled is delivered again, after ever longer pauses; handled it is once.
    """

    __slots__ = ("_deliver", "_host", "_running", "_serials")

    def __init__(self, host: Host, deliver: Callable[[TimerFired], object]) -> None:
        self._host = host
        self._deliver = deliver
        self._running: dict[str, _Running] = {}
        self._serials = itertools.count()

    @property
    def names(self) -> tuple[str, ...]:
        """The timers that have not delivered yet."""
        return tuple(self._running)

    def start(self, name: str, seconds: float, message: Any) -> None:
        """Deliver the message to the actor itself after so many seconds; a timer of that name is replaced."""
        self.cancel(name)
        serial = next(self._serials)
        handle = self._host.loop.call_later(max(0.0, seconds), self._fire, name, serial, message)
        self._running[name] = _Running(serial, handle)

    def start_at(self, name: str, when: datetime, message: Any) -> None:
        """Deliver the message when the actor's clock says `when` (aware), or at once if that is past."""
        self.cancel(name)
        self._wait_until(name, next(self._serials), when, message)

    def cancel(self, name: str) -> None:
        """Forget the timer, if there is one."""
        running = self._running.pop(name, None)
        if running is not None:
            running.handle.cancel()

    def cancel_all(self) -> None:
        """Forget all timers."""
        for name in self.names:
            self.cancel(name)

    def claim(self, fired: TimerFired) -> bool:
        """Tell whether the message is to be handled: its timer has been neither cancelled nor replaced since."""
        running = self._running.get(fired.name)
        if running is None or running.serial != fired.serial:
            return False
        running.handle.cancel()
        del self._running[fired.name]
        return True

    def _wait_until(self, name: str, serial: int, when: datetime, message: Any) -> None:
        seconds = (when - self._host.clock.now()).total_seconds()
        if seconds <= 0:
            self._running[name] = _Running(serial, self._host.loop.call_soon(self._fire, name, serial, message))
            return
        pause = min(seconds, LOOK_AGAIN_SECONDS)
        self._running[name] = _Running(
            serial, self._host.loop.call_later(pause, self._wait_until, name, serial, when, message)
        )

    def _fire(self, name: str, serial: int, message: Any, repeat_seconds: float = REPEAT_SECONDS) -> None:
        running = self._running.get(name)
        if running is None or running.serial != serial:
            return
        running.handle.cancel()
        again = self._host.loop.call_later(repeat_seconds, self._fire, name, serial, message, 2 * repeat_seconds)
        self._running[name] = _Running(serial, again)
        self._deliver(TimerFired(name, serial, message))
