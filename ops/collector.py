"""Python's collector of cycles, which halts every thread while it looks: little and often while the market is open."""

import gc
from collections.abc import Callable
from typing import Final

WHOLE_SECONDS: Final = 3600.0


class Collector:
    """From ``settle`` on it looks when it is told to, and never by itself. For one thread.

    By itself it looks once 700 more objects have come than gone. Where messages come and go that is seldom, and what
    it looks through then is everything that came meanwhile: with a thousand symbols 5 to 13 ms every twelve seconds and
    25 to 37 ms every two minutes on a fast core, in which no stop is sent, and a Pi is six times as slow.

    ``is_open`` tells whether a session is on, ``monotonic`` the seconds.
    """

    def __init__(self, is_open: Callable[[], bool], monotonic: Callable[[], float]) -> None:
        self._is_open = is_open
        self._monotonic = monotonic
        self._whole_at: float | None = None

    def settle(self) -> None:
        """Take what the start left for good: to look through it takes 9 ms for 64,000 objects on a fast core."""
        gc.collect()
        gc.freeze()
        gc.disable()
        self._whole_at = self._monotonic()

    def look(self) -> None:
        """Look through what came since the last time; once an hour through everything, while no session is on."""
        if self._whole_at is None:
            return
        now = self._monotonic()
        if now - self._whole_at >= WHOLE_SECONDS and not self._is_open():
            self._whole_at = now
            gc.collect()
        else:
            gc.collect(0)
