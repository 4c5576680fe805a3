"""For processes beside the one that trades: whoever guards a position goes first."""

import os
from collections.abc import Callable
from typing import Final

STEPS: Final = 10


def step_back(nice: Callable[[int], int] = os.nice) -> bool:
    """Lower this process's priority; return whether that was allowed: a hardened service forbids the very call."""
    try:
        nice(STEPS)
    except PermissionError:
        return False
    return True
