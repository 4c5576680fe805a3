"""Less is at the broker than a bracket holds: seen once, not yet believed."""

from dataclasses import dataclass
from datetime import datetime

from domain.ids import ExecId


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """Somebody sold: what part of whose sales a book showed to be ours, when it came, and how many fills were known."""

    parts: tuple[tuple[ExecId, int], ...]
    fills: int
    at: datetime

    @property
    def quantity(self) -> int:
        """Return how many contracts it comes to."""
        return sum(part for _, part in self.parts)

    def still_holds(self, lacking: int, fills: int, at: datetime) -> bool:
        """Return whether a later book lacks as much or more, and no fill was learned between."""
        return lacking >= self.quantity and self.fills == fills and self.at <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """No sale is told: how many contracts a book lacked, how many fills were known, when it came, and who knows."""

    quantity: int
    fills: int
    at: datetime
    told: bool = False
