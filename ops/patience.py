"""How a child process lets the one that trades go first."""

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Final

PATIENT: Final = 10


def let_others_go_first(nice: Callable[[int], object] = os.nice) -> None:
    """Lower our priority, where a hardened service lets us; it is a courtesy, nothing depends on it."""
    with suppress(PermissionError):
        nice(PATIENT)
