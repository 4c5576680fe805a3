"""A strategy that wants to buy at every bar, so that a short session has its entries whatever the market does."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.bars import Bar
from domain.strategies.protocol import Action, Signal, hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Eager:
    """Calls in even minutes, puts in odd ones: an exit's right is seldom the next entry's."""

    name: str = "eager"
    bar_seconds: int = 60
    bars_min: int = 1

    def decide(self, bars: Sequence[Bar]) -> Signal:
        """Buy; hold only where there is no bar."""
        if not bars:
            return hold(self.name)
        action = Action.BUY_PUT if bars[-1].start.minute % 2 else Action.BUY_CALL
        return Signal(action=action, confidence=1.0, reason={}, strategy=self.name)
