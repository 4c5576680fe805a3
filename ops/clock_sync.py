"""Whether the machine's clock is synchronised: a Pi has none of its own, and begins at the time it was switched off."""

import ctypes
import os
from typing import Final

_TIME_ERROR: Final = 5  # adjtimex(2): the clock is not synchronised to a reliable server.
_TIMEX_BYTES: Final = 512  # More than struct timex takes on any machine; all zero asks and changes nothing.


def kernel_trouble() -> str:
    """Return why the kernel does not call its clock synchronised; empty when it does. Any thread. Never raises."""
    library = ctypes.CDLL(None, use_errno=True)
    answer = library.adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    if answer == -1:
        return f"the kernel was not to be asked: {os.strerror(ctypes.get_errno())}"
    return "the clock is not synchronised" if answer == _TIME_ERROR else ""
