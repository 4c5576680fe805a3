"""An event loop whose seconds are shorter than real ones, so that every timer in it is scaled alike."""

import asyncio
import selectors
import time


class ScaledSelector(selectors.DefaultSelector):
    """Waits `speed` times shorter than it is asked to: a loop's second is 1/speed of a real one."""

    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready within `timeout` seconds of the loop."""
        return super().select(timeout if timeout is None else timeout / self._speed)


class ScaledLoop(asyncio.SelectorEventLoop):
    """An ordinary selector loop whose `time()` runs `speed` (above 0) times faster than real time.

    All loops of one speed agree on the time, since it is a multiple of the machine's monotonic seconds.
    """

    def __init__(self, speed: float) -> None:
        self._speed = speed
        super().__init__(ScaledSelector(speed))

    def time(self) -> float:
        """Return seconds as this loop counts them."""
        return self._speed * time.monotonic()  # noqa: TID251 - a loop is a source of time, as the clock is
