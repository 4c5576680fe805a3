"""Strategies whose mind is made up, so that a cycle's cost is known beforehand. For `cycle_time.py`, `soak_days.py`."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.bars import Bar
from domain.strategies.protocol import Action, Signal, hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """Reads minute bars and wants nothing."""

    name: str = "holds"
    bar_seconds: int = 60
    bars_min: int = 1

    def decide(self, bars: Sequence[Bar]) -> Signal:
        """Hold."""
        del bars
        return hold(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldsHourly(Holds):
    """Reads hourly bars and wants nothing."""

    name: str = "holds_hourly"
    bar_seconds: int = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Buys:
    """Wants a call at every bar."""

    name: str = "buys"
    bar_seconds: int = 60
    bars_min: int = 1

    def decide(self, bars: Sequence[Bar]) -> Signal:
        """Buy once there is a bar."""
        if not bars:
            return hold(self.name)
        return Signal(action=Action.BUY_CALL, confidence=1.0, reason={}, strategy=self.name)
