"""What an audit is held to, and what it finds."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

_TEXT_CHARACTERS_MAX: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLimits:
    """The bounds a run is held to; money in USD, times in the gateway's seconds.

    `risk_limit`: premium of open positions and working entries together; None means the day's loss limit.
    `relapse_seconds`: protection that is gone again so soon was none; an order is acknowledged before it is rejected.
    `by_hand_seconds`: what others sold of ours must be off the exits so long after it was told; a bot makes sure.
    `orders_allowed`: False for a dry or read-only run. The slack and grace seconds are the way of a message: what
    was decided in time may be written a moment later.
    """

    start_equity: Decimal
    max_daily_loss_fraction: Decimal = Decimal("0.15")
    risk_limit: Decimal | None = None
    unguarded_seconds: float = 5.0
    relapse_seconds: float = 1.0
    loss_grace_seconds: float = 1.0
    max_quote_age_seconds: float = 15.0
    quote_slack_seconds: float = 2.0
    entry_max_bar_age_seconds: float = 120.0
    bar_slack_seconds: float = 60.0
    subscriptions_max: int = 50
    subscription_idle_seconds: float = 60.0
    crossing_seconds: float = 0.5
    oversold_grace_seconds: float = 2.0
    by_hand_seconds: float = 15.0
    orders_allowed: bool = True


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken invariant: its number in the design's list, the gateway's time (UTC), what was seen."""

    invariant: int
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditResult:
    """What an audit found. `checked` counts comparisons made; money in USD from the log's own fills and fees.

    `realized` is before fees. `positions` are contracts still held at the end, by con id.
    """

    checked: int
    checked_by: dict[int, int]
    violations: tuple[Violation, ...]
    unguarded_max_seconds: float
    fills: int
    entries: int
    exits: int
    realized: Decimal
    fees: Decimal
    positions: dict[int, int]
    subscriptions_most: int


@dataclass(slots=True)
class Findings:
    """Collects comparisons; one that fails is a violation."""

    violations: list[Violation] = field(default_factory=list)
    checked_by: dict[int, int] = field(default_factory=dict)

    def expect(self, invariant: int, at: datetime, text: str, *, holds: bool) -> bool:
        """Count one comparison, note it when it does not hold, and return whether it did."""
        self.checked_by[invariant] = self.checked_by.get(invariant, 0) + 1
        if not holds:
            self.violations.append(Violation(invariant, at, text[:_TEXT_CHARACTERS_MAX]))
        return holds
