"""How the process is told to end, and that it does: the first signal asks, a second one ends it at once.

A handler of Python's may not wait for a lock, so it only writes into a pipe; a thread reads that, and is also the one
who ends the process when stopping in order takes too long. Protection rests at the broker, state is on disk throughout.
"""

import os
import signal
import threading
from types import FrameType
from typing import Any, Final, Self

STOP_SECONDS_MAX: Final = 9.0  # From the signal; ten are promised.
STOPPED_UNCLEAN: Final = 1
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_ASKED, _OVER = b"a", b"o"


class Stopping:
    """Listens while entered, on the main thread. ``asked`` is set by the first signal."""

    def __init__(self, seconds_max: float = STOP_SECONDS_MAX) -> None:
        self.asked = threading.Event()
        self._seconds_max = seconds_max
        self._before: dict[signal.Signals, Any] = {}
        self._inlet, self._outlet = -1, -1
        self._thread = threading.Thread(target=self._wait, name="stopping", daemon=True)

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._inlet, self._outlet = os.pipe()
        self._thread.start()
        self._before = {number: signal.signal(number, self._on_signal) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        """Listen no more. Once asked to, the bound still holds, for the interpreter may have threads to wait for."""
        if self.asked.is_set():
            return
        for number, before in self._before.items():
            signal.signal(number, before)
        os.write(self._outlet, _OVER)
        self._thread.join()
        os.close(self._outlet)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        os.write(self._outlet, _ASKED)

    def _wait(self) -> None:
        with os.fdopen(self._inlet, "rb", buffering=0) as inlet:
            if inlet.read(1) == _OVER:
                return
            self.asked.set()
            threading.Event().wait(self._seconds_max)
            os._exit(STOPPED_UNCLEAN)
