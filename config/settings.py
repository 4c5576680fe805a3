"""All settings in one frozen object, and what of them a single symbol has of its own."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import Field, field_serializer, field_validator, model_validator

from config.accounts import is_live_account, is_paper_account
from config.base import Listed, Section
from config.connection import BrokerSettings, LimitsSettings
from config.market import HistoricalSettings, OptionsSettings, ScheduleSettings
from config.merging import merged
from config.new_york import NEW_YORK, parse_moment
from config.operations import BreakerSettings, MonitoringSettings, PathsSettings
from config.risk import ACCOUNT_WIDE, RiskSettings
from config.strategies import StrategiesSettings
from domain.errors import ConfigError
from domain.modes import Mode, admitted, wanted_mode

_SYMBOL: Final = re.compile(r"[A-Z][A-Z0-9]*([. ][A-Z]+)?", re.ASCII)


def _checked_symbols(symbols: tuple[str, ...]) -> tuple[str, ...]:
    """Return them in upper case. Raises ValueError for what is none or comes twice."""
    upper = tuple(symbol.strip().upper() for symbol in symbols)
    for symbol in upper:
        if not _SYMBOL.fullmatch(symbol):
            raise ValueError(f"{symbol!r} is no symbol")
        if upper.count(symbol) > 1:
            raise ValueError(f"{symbol} is named twice")
    return upper


class Blackout(Section):
    """A span without entries, such as around earnings. Written in New York time, kept as aware UTC."""

    symbols: Annotated[tuple[str, ...], Listed] = Field(default=(), description="Symbols it is for; empty is all.")
    start: datetime = Field(description="First moment of it, YYYY-MM-DD HH:MM New York.")
    end: datetime = Field(description="First moment after it, YYYY-MM-DD HH:MM New York.")
    why: str = Field(default="", description="What it is for, to be found in the log.")

    @field_validator("symbols")
    @classmethod
    def _read_symbols(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _checked_symbols(value)

    @field_validator("start", "end", mode="before")
    @classmethod
    def _read_moment(cls, value: object) -> object:
        return parse_moment(value) if isinstance(value, str) else value

    @field_serializer("start", "end")
    def _write_moment(self, value: datetime) -> str:
        return f"{value.astimezone(NEW_YORK):%Y-%m-%d %H:%M}"

    @model_validator(mode="after")
    def _hold_together(self) -> "Blackout":
        if self.start >= self.end:
            raise ValueError("a blackout must end after it starts")
        return self


class SymbolSettings(Section):
    """What applies to one symbol: the general sections with its own values merged in."""

    strategies: StrategiesSettings
    options: OptionsSettings
    risk: RiskSettings


class Overrides(Section):
    """Keys of three sections that one symbol has of its own."""

    strategies: dict[str, Any] = Field(default_factory=dict, description="As strategies.")
    options: dict[str, Any] = Field(default_factory=dict, description="As options.")
    risk: dict[str, Any] = Field(default_factory=dict, description="As risk, bar the limits of the whole account.")


class Settings(Section):
    """Everything that can be set. Made by ``config.load``."""

    dry_run: bool = Field(default=True, description="true sends no order; fills are simulated from quotes.")
    live: bool = Field(default=False, description="true trades real money, with dry_run: false and broker.account.")
    symbols: Annotated[tuple[str, ...], Listed] = Field(
        default=("SPY", "QQQ", "AAPL"), min_length=1, max_length=1000, description="Underlyings, 1 to 1000."
    )
    broker: BrokerSettings = Field(default=BrokerSettings(), description="The gateway and the account.")
    paths: PathsSettings = Field(default=PathsSettings(), description="Where files go.")
    schedule: ScheduleSettings = Field(default=ScheduleSettings(), description="When symbols are looked at.")
    historical: HistoricalSettings = Field(default=HistoricalSettings(), description="Bars of the underlying.")
    options: OptionsSettings = Field(default=OptionsSettings(), description="Which option is bought.")
    risk: RiskSettings = Field(default=RiskSettings(), description="What may be lost, how a position is left.")
    breaker: BreakerSettings = Field(default=BreakerSettings(), description="The circuit breaker.")
    limits: LimitsSettings = Field(default=LimitsSettings(), description="How much is asked of the broker.")
    monitoring: MonitoringSettings = Field(default=MonitoringSettings(), description="Alerts and heartbeat.")
    strategies: StrategiesSettings = Field(
        default=StrategiesSettings(), description="Which strategies, with which numbers."
    )
    overrides: dict[str, Overrides] = Field(default_factory=dict, description="Own values of single symbols.")
    blackouts: Annotated[tuple[Blackout, ...], Listed] = Field(default=(), description="Spans without entries.")

    @field_validator("symbols")
    @classmethod
    def _read_symbols(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _checked_symbols(value)

    @field_validator("overrides", mode="before")
    @classmethod
    def _upper_case_keys(cls, value: object) -> object:
        return {str(key).upper(): each for key, each in value.items()} if isinstance(value, Mapping) else value

    @model_validator(mode="after")
    def _hold_together(self) -> "Settings":
        # Believed to be at work, these would be worse than missing.
        if self.schedule.trade_outside_rth:
            raise ValueError("schedule.trade_outside_rth is not available in this version: set it to false")
        self._interlock()
        for symbol, own in self.overrides.items():
            wide = ACCOUNT_WIDE.intersection(own.risk)
            if wide:
                raise ValueError(
                    f"overrides.{symbol}.risk.{min(wide)} is a limit of the whole account: set risk.{min(wide)}"
                )
        return self

    def _interlock(self) -> None:
        """Refuse what does not agree. Raises ValueError. What the account says of itself comes with the connection."""
        account = self.broker.account
        try:
            mode = self.mode
        except ConfigError as error:
            raise ValueError(str(error)) from error
        try:
            if account:
                admitted(mode, is_paper=is_paper_account(account), is_live=is_live_account(account))
        except ConfigError as error:
            raise ValueError(f"broker.account {error}") from error

    @property
    def mode(self) -> Mode:
        """Return what becomes of orders by these settings. Raises ConfigError where they disagree."""
        return wanted_mode(dry_run=self.dry_run, live=self.live, typed=bool(self.broker.account))

    def bound_to(self, account: str) -> "Settings":
        """Return settings that trade this account alone, whoever is logged in to the gateway later."""
        return self.model_copy(update={"broker": self.broker.model_copy(update={"account": account})})

    def for_symbol(self, symbol: str) -> SymbolSettings:
        """Return what applies to this symbol. Raises ValidationError when its own values do not fit."""
        general = self.model_dump(include={"strategies", "options", "risk"})
        own = self.overrides.get(symbol)
        return SymbolSettings.model_validate(merged(general, own.model_dump()) if own else general)
