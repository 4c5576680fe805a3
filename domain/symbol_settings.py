"""Everything one symbol is traded by: the settings, with its overrides, as the core reads them."""

from dataclasses import dataclass
from decimal import Decimal

from domain.chains import ExpiryRule, Moneyness
from domain.entries import EntryLimits
from domain.entry_plan import ExitRules
from domain.ids import Symbol
from domain.option_choice import OptionFilters
from domain.strategies.protocol import Strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySettings:
    """How minute bars are asked for; durations and bar sizes in the broker's spelling."""

    first_duration: str = "1 D"  # So that the session's VWAP sees the whole session.
    duration: str = "3600 S"
    bar_size: str = "1 min"
    hourly_duration: str = "1 M"
    hourly_bar_size: str = "1 hour"
    timeout_seconds: float = 90
    retry_delays_seconds: tuple[float, ...] = (0.0, 5.0, 15.0)
    cache_max_age_seconds: float = 300
    entry_max_bar_age_seconds: int = 120
    entry_max_hour_bar_age_seconds: int = 600
    use_rth: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolSettings:
    """One symbol's."""

    symbol: Symbol
    strategies: tuple[Strategy, ...]
    min_confidence: float
    entries: EntryLimits
    expiry: ExpiryRule
    moneyness: Moneyness
    strike_count: int
    filters: OptionFilters
    exits: ExitRules
    history: HistorySettings
    quote_timeout_seconds: float = 13.0
    packs_bars: bool = False  # Between cycles, where there are many symbols.
    risk_overrides: tuple[tuple[str, Decimal], ...] = ()
