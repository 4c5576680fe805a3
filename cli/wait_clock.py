"""``./bot wait-clock``: runs before the bot, and ends once the machine's clock is synchronised.

Exit codes: 0 synchronised, 1 not in time, or nobody can tell, which counts as not. It cannot fail open.
"""

import sys
from collections.abc import Callable
from typing import Final

from ops.clock_sync import kernel_trouble

SYNCHRONISED, NOT_SYNCHRONISED = 0, 1
LOOK_SECONDS: Final = 2.0
SAY_SECONDS: Final = 60.0


def wait(
    limit_seconds: float | None, pause: Callable[[float], object], trouble: Callable[[], str] = kernel_trouble
) -> int:
    """Look again and again, and say about once a minute what it waits for; return the exit code."""
    waited = 0.0
    while reason := trouble():
        if limit_seconds is not None and waited >= limit_seconds:
            print(f"bot: {reason} after {waited:.0f} s; is a time service running? see timedatectl", file=sys.stderr)
            return NOT_SYNCHRONISED
        if waited % SAY_SECONDS == 0:
            print(f"bot: {reason}; waiting before anything is traded", file=sys.stderr)
        pause(LOOK_SECONDS)
        waited += LOOK_SECONDS
    return SYNCHRONISED
