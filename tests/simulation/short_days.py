"""Short days in virtual time: options quoted as the test says, and a strategy that enters at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from cli.crashes import Crash
from cli.day import ACCOUNT, DayPlan, audited
from cli.system import calendar_around
from cli.virtual_day import run_virtual_day
from config.load import load_fixed
from config.new_york import parse_time
from domain.trading_day import NEW_YORK, new_york
from simgateway.audit import AuditResult
from simgateway.config import ChildrenOnPartial, GatewayConfig
from simgateway.market.base import Bar, Instrument, Quote
from simgateway.market.synthetic import SyntheticMarket

DAY: Final = date(2026, 3, 11)
SETTINGS: Final = (
    'symbols=["SPY"]',
    f"broker.account={ACCOUNT}",
    'strategies.use=["tests.simulation.eager.Eager"]',
    "schedule.interval_seconds=60",
    "options.max_spread_pct=50",
    "risk.no_entry_after_open_minutes=0",
    "risk.cooldown_minutes=0",
    "risk.max_entries_per_day=100",
    "risk.max_consecutive_losses=100",
)
PAPER: Final = "dry_run=false"

Prices = Callable[[Instrument, datetime], tuple[str, str] | None]
"""Bid and ask of an option at a time, USD per share; None when nobody quotes it."""


def steady(instrument: Instrument, at: datetime) -> tuple[str, str]:
    """Quote every option alike, for ever."""
    del instrument, at
    return "2.00", "2.02"


def rising(instrument: Instrument, at: datetime) -> tuple[str, str]:
    """Quote every option alike until 09:33, then above any target."""
    return steady(instrument, at) if new_york(at).minute < 33 else ("4.00", "4.02")


def collapsing(instrument: Instrument, at: datetime) -> tuple[str, str]:
    """Let bids fall through every stop in each third minute; asks that stay keep anybody from buying then."""
    return ("0.80", "2.02") if new_york(at).minute % 3 == 0 else steady(instrument, at)


def half_unquoted(instrument: Instrument, at: datetime) -> tuple[str, str] | None:
    """Quote every other strike: a request for the ones between ends by its timeout alone."""
    return steady(instrument, at) if instrument.strike is not None and instrument.strike % 2 == 0 else None


class QuotedMarket(SyntheticMarket):
    """Synthetic shares; in the session their options cost what `prices` says."""

    def __init__(self, symbols: tuple[str, ...], prices: Prices, bars_until: datetime) -> None:
        self._quoted_on = new_york(bars_until).date()
        super().__init__(7, self._quoted_on, symbols)
        self._prices = prices
        self._bars_until = bars_until

    def quote(self, instrument: Instrument, at: datetime) -> Quote:
        session = self.session(self._quoted_on)
        if instrument.sec_type != "OPT" or session is None or not session[0] <= at < session[1]:
            return super().quote(instrument, at)
        prices = self._prices(instrument, at)
        if prices is None:
            return Quote(None, None, 0, 0, None, None, 0, None)
        return Quote(Decimal(prices[0]), Decimal(prices[1]), 50, 50, None, None, 1000, 1000)

    def bars(
        self,
        instrument: Instrument,
        end: datetime,
        seconds: int,
        start: datetime,
        regular_only: bool,  # noqa: FBT001 - the market's protocol has it so
        *,
        what: str = "TRADES",
    ) -> list[Bar]:
        return super().bars(instrument, min(end, self._bars_until), seconds, start, regular_only, what=what)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortDay:
    """A day from before the open to `until`; as many entries fill in it at least as `entries` says.

    History knows no bars after `bars_until`. Times are New York HH:MM.
    """

    until: str = "09:35"
    bars_until: str = "16:00"
    sets: tuple[str, ...] = (PAPER,)
    crashes: tuple[tuple[str, str], ...] = ()
    prices: Prices = steady
    partial_fill_probability: float = 0.0
    children_on_partial: ChildrenOnPartial = ChildrenOnPartial.ARMED_AT_FIRST_FILL
    snapshot_end_ms: tuple[int, int] = (300, 3000)
    entries: int = 1

    def run(self, folder: Path) -> AuditResult:
        """Live through the day in this folder; return what the gateway's log says about it."""
        plan = self._plan(folder)
        plan.run_dir.mkdir()
        run_virtual_day(plan, lambda _: None)
        return audited(plan)

    def _plan(self, folder: Path) -> DayPlan:
        settings = load_fixed({}, (*SETTINGS, *self.sets))
        session = calendar_around(DAY, folder / "calendar").session_of(DAY)
        assert session is not None, "a trading day"
        return DayPlan(
            settings=settings,
            market=QuotedMarket(settings.symbols, self.prices, _at(self.bars_until)),
            gateway=GatewayConfig(
                account=ACCOUNT,
                partial_fill_probability=self.partial_fill_probability,
                children_on_partial=self.children_on_partial,
                snapshot_end_ms=self.snapshot_end_ms,
            ),
            session=session,
            seed=7,
            crashes=tuple(Crash(actor, parse_time(at)) for actor, at in self.crashes),
            run_dir=folder / "day",
            stops_at=_at(self.until),
        )


def _at(clock: str) -> datetime:
    return datetime.combine(DAY, parse_time(clock), NEW_YORK)
