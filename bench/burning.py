"""A user's strategy that burns the processor: it wants frames, so it is asked in the worker. For `stop_trigger.py`."""

import time
from dataclasses import dataclass
from typing import Any

from domain.strategies.protocol import Signal, hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Burns:
    """Computes for nothing for two seconds at every bar."""

    name: str = "burns"
    bar_seconds: int = 60
    bars_min: int = 1
    wants_frames: bool = True

    def decide(self, bars: Any) -> Signal:
        """Burn, and hold."""
        until = time.perf_counter() + 2.0
        while time.perf_counter() < until:
            sum(number * number for number in range(1000))
        return hold(self.name, bars=len(bars))
