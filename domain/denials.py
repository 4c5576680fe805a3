"""Our own refusals, before anything is sent: every rule by its name, and what a denial tells."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.ids import Symbol


class DenialRule(StrEnum):
    """Which rule denied an entry; each denial carries its number beside its limit."""

    SPREAD = "max_spread_pct"
    VOLUME = "min_volume"
    OPEN_INTEREST = "min_open_interest"
    NO_BID = "no_bid"
    NO_ASK = "no_ask"
    STALE_QUOTE = "max_quote_age_seconds"
    CROSSED = "crossed"
    NO_CHAIN = "no_chain"
    NO_EXPIRY = "no_expiry"
    NO_STRIKE = "no_strike"
    NO_QUOTE = "no_quote"
    PREMIUM_TOO_SMALL = "premium_too_small"
    QUOTE_SIZE = "quote_size"
    MAX_CONTRACTS = "max_contracts_per_order"
    RISK_PER_TRADE = "max_risk_pct_per_trade"
    BUYING_POWER = "insufficient_buying_power"
    BUYING_POWER_UNKNOWN = "buying_power_check_error"
    DAILY_LOSS = "daily_loss_limit"
    LOSS_BUDGET = "loss_budget"
    PNL_UNKNOWN = "pnl_unknown"
    MAX_POSITIONS = "max_open_positions"
    MAX_ENTRIES = "max_entries_per_day"
    CONSECUTIVE_LOSSES = "max_consecutive_losses"
    COOLDOWN = "cooldown_minutes"
    NOT_REARMED = "no_hold_since_exit"
    SYMBOL_BUSY = "one_position_per_symbol"
    AFTER_OPEN = "no_entry_after_open_minutes"
    BEFORE_CLOSE = "no_entry_before_close_minutes"
    STALE_BAR = "entry_max_bar_age_seconds"
    DAY_TRADES = "day_trades_remaining"
    BREAKER_OPEN = "circuit_open"
    HALTED = "halted"
    NOT_READY = "not_ready"
    CLOCK_SKEW = "clock_skew_seconds_max"
    CLOCK_BEHIND = "clock_behind_state"
    FOREIGN = "foreign_position"
    JOURNAL = "journal_not_sound"
    DELAYED_DATA = "no_live_quotes"
    SIGNAL_SPENT = "signal_spent"
    MIN_CONFIDENCE = "min_confidence"
    BLACKOUT = "blackout"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDenied:
    """Our own refusal, before anything is sent: the rule, what was found, what the limit is."""

    at: datetime
    symbol: Symbol
    rule: DenialRule
    found: str
    limit: str
    candidate: str = ""  # The contract's label, where one was looked at.
