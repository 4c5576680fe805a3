"""Settings of what may be lost, and of how a position is left."""

from decimal import Decimal
from typing import Final

from pydantic import Field, model_validator

from config.base import Fraction, Section

ACCOUNT_WIDE: Final = frozenset(
    {
        "max_daily_loss_pct", "max_open_positions", "max_entries_per_day", "max_consecutive_losses",
        "flatten_on_daily_loss", "live_ramp_days",
    }
)  # fmt: skip
"""Limits on the account as a whole: no symbol can have its own."""


class RiskSettings(Section):
    """Fractions are parts of one: 0.15 is fifteen percent."""

    max_daily_loss_pct: Fraction = Field(
        default=Decimal("0.15"),
        description="Of the day's first net liquidation, fraction, above 0-0.5; then no entry that day.",
    )
    max_risk_pct_per_trade: Fraction = Field(
        default=Decimal("0.01"), description="Of net liquidation, lost at the stop's trigger, fraction, above 0-0.5."
    )
    take_profit_pct: Fraction = Field(default=Decimal("0.5"), description="Above the fill, fraction, above 0-0.5.")
    stop_loss_pct: Fraction = Field(default=Decimal("0.2"), description="Below the fill, fraction, above 0-0.5.")
    stop_limit_buffer_pct: Fraction = Field(
        default=Decimal("0.02"), description="The stop's limit below its trigger, fraction, above 0-0.5."
    )
    max_open_positions: int = Field(default=3, ge=1, le=100, description="Positions and entries at work, count, 1-100.")
    max_contracts_per_order: int = Field(default=10, ge=1, le=1000, description="Contracts of an entry, count, 1-1000.")
    max_entries_per_day: int = Field(default=10, ge=1, le=1000, description="Entries of a New York day, count, 1-1000.")
    max_consecutive_losses: int = Field(
        default=4, ge=1, le=100, description="Losses in a row after which no entry follows that day, count, 1-100."
    )
    cooldown_minutes: float = Field(
        default=15, ge=0, le=1440, description="After an exit, before the same underlying again, minutes, 0-1440."
    )
    min_confidence: float = Field(default=0.3, ge=0, le=1, description="A signal's least confidence, 0-1.")
    hold_overnight: bool = Field(default=False, description="true keeps positions over the close, bar expiring ones.")
    no_entry_after_open_minutes: float = Field(
        default=5, ge=0, le=390, description="From the open on without entries, minutes, 0-390."
    )
    no_entry_before_close_minutes: float = Field(
        default=30, ge=0, le=390, description="Before the real close without entries, minutes, 0-390."
    )
    flatten_before_close_minutes: float = Field(
        default=15, ge=1, le=390, description="Before the real close, when positions are closed, minutes, 1-390."
    )
    entry_unfilled_seconds: float = Field(
        default=30, ge=1, le=600, description="Then an entry is cancelled, seconds, 1-600."
    )
    stop_unfilled_seconds: float = Field(
        default=10, ge=1, le=120, description="Then a triggered stop is priced lower, seconds, 1-120."
    )
    unguarded_seconds_max: float = Field(
        default=30, ge=5, le=300, description="A position without protection is closed then, seconds, 5-300."
    )
    allow_market_exit: bool = Field(default=True, description="true lets an exit that finds no buyer go to market.")
    live_ramp_days: int = Field(
        default=30, ge=0, le=365, description="Days traded live at one contract an order, days, 0-365."
    )
    data_loss_exit_on_backoff: bool = Field(
        default=True, description="true closes an emulated bracket whose own quote is older than 30 seconds."
    )
    flatten_on_daily_loss: bool = Field(default=False, description="true closes everything at the day's loss limit.")

    @model_validator(mode="after")
    def _hold_together(self) -> "RiskSettings":
        if self.no_entry_before_close_minutes < self.flatten_before_close_minutes and not self.hold_overnight:
            raise ValueError(
                f"no_entry_before_close_minutes {self.no_entry_before_close_minutes:g} is below "
                f"flatten_before_close_minutes {self.flatten_before_close_minutes:g}: it would close at once"
            )
        return self
