"""Whether this process takes more memory than it may: for machines whose kernel bounds no service's memory."""

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")
_KIB_PER_MIB: Final = 1024
LOOKS: Final = 5  # In a row: a burst that is over in a moment is no leak.


def resident_mib(text: str | None = None) -> int | None:
    """Return what is resident, MiB; None where the kernel does not say. ``text`` stands for /proc/self/status."""
    try:
        lines = (_STATUS.read_text() if text is None else text).splitlines()
        (line,) = (each for each in lines if each.startswith("VmRSS:"))
        return int(line.split()[1]) // _KIB_PER_MIB
    except (OSError, ValueError, IndexError):
        return None


class MemoryGuard:
    """Looked at every second or so by one thread; zero as the limit never finds anything."""

    def __init__(self, limit_mib: int, resident: Callable[[], int | None] = resident_mib) -> None:
        self._limit_mib = limit_mib
        self._resident = resident
        self._over = 0

    def trouble(self) -> str:
        """Return what is wrong once the limit was passed in `LOOKS` looks in a row; empty till then."""
        resident = self._resident() if self._limit_mib else None
        if self._over == 1:
            gc.collect()  # Cycles may be waiting for the night.
        self._over = self._over + 1 if resident is not None and resident > self._limit_mib else 0
        return f"{resident} MiB of memory taken, {self._limit_mib} allowed" if self._over >= LOOKS else ""
