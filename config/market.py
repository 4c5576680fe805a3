"""Settings of what is looked at: when, which bars, which options."""

from decimal import Decimal
from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from config.base import DecimalNumber, Listed, Section
from config.history_steps import check_step

WhatToShow = Literal["TRADES", "MIDPOINT"]
Expiry = Literal["0dte", "weekly", "monthly"]
Moneyness = Literal["atm", "itm1", "otm1"]
FIRST_REQUEST_OF_A_DAY = "1 D"


class ScheduleSettings(Section):
    """When symbols are looked at."""

    interval_seconds: int = Field(
        default=180, ge=10, le=3600, description="From one cycle to the next, seconds, 10-3600."
    )
    max_concurrent_symbols: int = Field(default=2, ge=1, le=1000, description="Symbols at work at once, count, 1-1000.")
    trade_outside_rth: bool = Field(default=False, description="true runs cycles outside 09:30-16:00 New York, too.")


class HistoricalSettings(Section):
    """Bars of the underlying."""

    duration: str = Field(
        default="3600 S", description='Span of one request, in the broker\'s spelling, such as "3600 S".'
    )
    bar_size: str = Field(default="1 min", description='Length of a bar, in the broker\'s spelling, such as "1 min".')
    use_rth: bool = Field(default=True, description="true asks for regular trading hours only.")
    what_to_show: WhatToShow = Field(
        default="TRADES", description=f"What bars are made of: {', '.join(get_args(WhatToShow))}."
    )
    timeout: float = Field(default=90, ge=30, le=300, description="For one request for bars, seconds, 30-300.")
    retry_delays_seconds: Annotated[tuple[Annotated[float, Field(ge=0, le=120)], ...], Listed] = Field(
        default=(0, 5, 15),
        min_length=1,
        max_length=6,
        description="Pause before each try, seconds, 0-120; 1 to 6 of them.",
    )
    cache_max_age_seconds: float = Field(
        default=300, ge=0, le=3600, description="How old bars may be that serve after a failure, seconds, 0-3600."
    )
    entry_max_bar_age_seconds: float = Field(
        default=120, ge=10, le=3600, description="Since the end of the newest bar, for an entry, seconds, 10-3600."
    )
    entry_max_hour_bar_age_seconds: float = Field(
        default=600, ge=10, le=7200, description="Likewise where bars of an hour decide, seconds, 10-7200."
    )

    @model_validator(mode="after")
    def _fit_the_step_table(self) -> "HistoricalSettings":
        check_step(self.duration, self.bar_size)
        check_step(FIRST_REQUEST_OF_A_DAY, self.bar_size)
        return self


class OptionsSettings(Section):
    """Which option is bought on a signal."""

    expiry: Expiry = Field(
        default="weekly",
        description="0dte: today; weekly: the nearest after today, within 8 days; monthly: the nearest on a 15th-22nd.",
    )
    min_dte: int | None = Field(
        default=None, ge=0, le=730, description="With max_dte in place of expiry: fewest days to expiry, days, 0-730."
    )
    max_dte: int | None = Field(
        default=None, ge=0, le=730, description="With min_dte in place of expiry: most days to expiry, days, 0-730."
    )
    moneyness: Moneyness = Field(
        default="atm", description="Strike for the right bought: atm, one in (itm1), one out (otm1)."
    )
    strike_count: int = Field(default=3, ge=1, le=10, description="Strikes looked at on each side of it, count, 1-10.")
    max_spread_pct: DecimalNumber = Field(
        default=Decimal("2.0"),
        gt=0,
        le=100,
        description="Ask less bid, percent of mid, above 0-100; 2.0 is two percent.",
    )
    min_volume: int = Field(
        default=100, ge=0, le=1_000_000, description="Contracts traded today, count, 0-1000000; 0 is off."
    )
    min_open_interest: int = Field(
        default=0, ge=0, le=1_000_000, description="Open contracts, count, 0-1000000; 0 is off."
    )
    max_quote_age_seconds: float = Field(
        default=15, ge=1, le=120, description="How old a quote may be, seconds, 1-120."
    )

    @model_validator(mode="after")
    def _hold_together(self) -> "OptionsSettings":
        if (self.min_dte is None) != (self.max_dte is None):
            raise ValueError("min_dte and max_dte go together: give both or neither")
        if self.min_dte is not None and self.max_dte is not None and self.min_dte > self.max_dte:
            raise ValueError(f"min_dte {self.min_dte} is above max_dte {self.max_dte}")
        return self
