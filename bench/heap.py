"""How much memory is in use, and whose lines asked for it. For `soak_days.py`."""

import ctypes
import tracemalloc
from typing import Final

MIB: Final = 1 << 20
GATEWAY: Final = "/simgateway/"


class HeapInfo(ctypes.Structure):
    """``struct mallinfo2`` of the C library, glibc 2.33 or later."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    )


def in_use_bytes() -> int:
    """Return what was allocated and not freed, in the heap and in mappings of its own; 0 where nobody knows."""
    asked = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if asked is None:
        return 0
    asked.restype = HeapInfo
    told = asked()
    return int(told.uordblks + told.hblkhd)


def shares() -> tuple[int, int]:
    """Return the bytes that lines of the bot and its libraries hold since tracing began, and those of the gateway.

    Two zeros when nothing is traced. What a library holds counts as the bot's, whoever called it.
    """
    if not tracemalloc.is_tracing():
        return 0, 0
    bot = gateway = 0
    for one in tracemalloc.take_snapshot().statistics("filename"):
        name = one.traceback[0].filename
        if GATEWAY in name:
            gateway += one.size
        elif name != tracemalloc.__file__:
            bot += one.size
    return bot, gateway
