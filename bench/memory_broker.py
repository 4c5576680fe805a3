"""A broker in memory that answers at once, and the bot on it: what remains is our own work. For `symbol_cycles.py`.

It has what the baseline's stub has: 60 minute bars that rise in steps, a chain of 39 expiries, 12 options of the one
chosen, each with a quote. The bars end with the minute that the clock says; what is asked twice is made once.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zlib import crc32

from actors.broker_streams import StreamLimits
from actors.runtime.clock import Clock
from actors.tree import Parts
from cli.system import Outside, System
from config.load import load_fixed
from config.settings import Settings
from domain.bars import Bar
from domain.commands import RequestBars, RequestListed
from domain.contracts import Chain, Contract, OptionContract, PriceGrid, PriceStep, Right, Underlying
from domain.ids import ConId, Generation, Symbol
from domain.pacing import PacingLimits
from domain.ports import BrokerPort, Later, ReportSink
from domain.quotes import Quote
from domain.reports import (
    AccountReport,
    BarsReport,
    ChainReport,
    ListedReport,
    PnlReport,
    SnapshotReport,
    UnderlyingReport,
)

DAY: Final = date(2026, 3, 11)
BARS, EXPIRIES, STRIKES = 60, 39, 12
CONCURRENT_MAX: Final = 64  # As in cycle_time.py; 1,000 at once would fill the mailbox of the broker's actor.
EQUITY: Final = Decimal(10**9)
MANY: Final = 10**6
GRID: Final = PriceGrid(steps=(PriceStep(low_edge=Decimal(0), increment=Decimal("0.01")),))
START: Final = datetime(2026, 3, 11, tzinfo=UTC)


class MemoryBroker:
    """`BrokerPort` without a wire; orders go to the dry-run ledger in front of it. On the broker's loop alone."""

    def __init__(self, clock: Clock, generation: Generation, sink: ReportSink) -> None:
        self._clock = clock
        self._sink = sink
        self.generation = generation
        self._bars: dict[tuple[int, int], tuple[Bar, ...]] = {}
        self._listed: dict[Symbol, tuple[OptionContract, ...]] = {}

    async def connect(self) -> None:
        """Be connected."""

    def disconnect(self) -> None:
        """Hang up."""

    async def current_time(self, timeout_seconds: float) -> datetime:
        """Return our own time."""
        del timeout_seconds
        return self._clock.now()

    async def underlying(self, symbol: Symbol) -> UnderlyingReport:
        """Return a stock."""
        return UnderlyingReport(underlying=Underlying(con_id=con_id_of(symbol), symbol=symbol, primary_exchange="NYSE"))

    async def bars(self, request: RequestBars) -> BarsReport:
        """Return 60 bars that are complete."""
        seconds = 3600 if request.bar_size == "1 hour" else 60
        hourly = seconds == 3600  # Of these the forming one comes along: its end says when to ask again.
        last = int((self._clock.now() - START).total_seconds()) // seconds
        known = self._bars.get((seconds, last))
        if known is None:
            known = self._bars[seconds, last] = tuple(bar_of(at, seconds) for at in range(last - BARS, last + hourly))
        return BarsReport(bars=known)

    async def quote(self, contract: Contract, timeout_seconds: float) -> SnapshotReport:
        """Return a quote of now."""
        del timeout_seconds
        if isinstance(contract, Underlying):
            last = int((self._clock.now() - START).total_seconds()) // 60
            price = Decimal(str(close_of(last - 1)))
        else:
            price = Decimal("4.00")
        return SnapshotReport(
            contract=contract,
            quote=Quote(
                con_id=contract.con_id,
                bid=price - Decimal("0.02"),
                ask=price + Decimal("0.02"),
                bid_size=500,
                ask_size=500,
                last=price,
                close=price,
                volume=500,
                open_interest=500,
                at=self._clock.now(),
            ),
        )

    async def chain(self, underlying: Underlying) -> ChainReport:
        """Return the chain."""
        expiries = tuple(DAY + timedelta(days=2 + 7 * week) for week in range(EXPIRIES))
        strikes = tuple(option.strike for option in self._options(underlying, expiries[0]))
        chain = Chain(symbol=underlying.symbol, trading_class="X", multiplier=100, expiries=expiries, strikes=strikes)
        return ChainReport(chain=chain)

    async def listed(self, request: RequestListed) -> ListedReport:
        """Return the options of the expiry."""
        return ListedReport(
            expiry=request.expiry, right=request.right, contracts=self._options(request.underlying, request.expiry)
        )

    async def account(self) -> AccountReport:
        """Return an account that affords everything, and say that nothing was lost or won."""
        now, none = self._clock.now(), Decimal(0)
        self._sink(PnlReport(generation=self.generation, at=now, daily=none, unrealized=none, realized=none))
        names = ("NetLiquidation", "AvailableFunds", "PreviousDayEquityWithLoanValue")
        values = dict.fromkeys(names, EQUITY)
        return AccountReport(at=now, account="DU1234567", values=values, account_type="MARGIN")

    def watch_pnl(self) -> None:
        """Stream nothing: it is said with the account's values."""

    def watch(self, contract: OptionContract) -> None:
        """Stream nothing: the baseline's orders stay tickets, too."""

    def unwatch(self, con_id: ConId) -> None:
        """Stream nothing."""

    def watched(self) -> tuple[ConId, ...]:
        """Return nothing."""
        return ()

    def _options(self, underlying: Underlying, expiry: date) -> tuple[OptionContract, ...]:
        known = self._listed.get(underlying.symbol)
        if known is None:
            first = 680 - STRIKES // 2
            known = self._listed[underlying.symbol] = tuple(
                an_option(underlying, expiry, Decimal(first + number)) for number in range(STRIKES)
            )
        return known


class MemorySystem(System):
    """The bot as it is, on the broker above, without the limits that IB and caution set: each symbol may buy."""

    def __init__(self, settings: Settings, outside: Outside) -> None:
        self._broker_clock = outside.hosts.broker.clock
        super().__init__(settings, outside)

    def _broker(self, generation: Generation, sink: ReportSink, later: Later) -> BrokerPort:
        del later
        assert self._paper is not None, "it is a dry run"
        return MemoryBroker(self._broker_clock, generation, self._paper.tap(sink))  # type: ignore[return-value]

    def _parts(self) -> Parts:
        parts = super()._parts()
        limits = replace(parts.risk_limits, max_open_positions=MANY, max_entries_per_day=MANY)
        pacing = PacingLimits(
            messages_per_second=MANY,
            per_symbol_requests_per_second=MANY,
            per_symbol_burst_requests=MANY,
            history_in_flight=MANY,
            identical_history_seconds=0.0,
        )
        broker = replace(parts.broker_settings, pacing=pacing, streams=StreamLimits(warn=MANY, skip=MANY))
        return replace(parts, risk_limits=limits, broker_settings=broker)


def settings_of(count: int, interval_seconds: int) -> Settings:
    """Return settings under which each of so many symbols looks at 12 options in every cycle and buys one."""
    values: dict[str, Any] = {
        "symbols": [f"S{number:04d}" for number in range(count)],
        "dry_run": True,
        "schedule": {"interval_seconds": interval_seconds, "max_concurrent_symbols": min(count, CONCURRENT_MAX)},
        "options": {"strike_count": STRIKES - 2},
        "risk": {"no_entry_after_open_minutes": 0, "entry_unfilled_seconds": 1, "max_contracts_per_order": 1},
    }
    return load_fixed(values)


def con_id_of(symbol: Symbol) -> ConId:
    """Return a number that is a symbol's alone."""
    return ConId(1000 * (crc32(symbol.encode()) % MANY))


def close_of(number: int) -> float:
    """Return the close of a bar by its number since midnight, USD: up by 30 cents, down by 20."""
    return round(640 + 0.05 * number + (0.125 if number % 2 else -0.125), 3)


def bar_of(number: int, seconds: int) -> Bar:
    """Return a bar by its number since midnight UTC of the day, of which many lie before that."""
    start, end = close_of(number - 1), close_of(number)
    return Bar(
        start=START + timedelta(seconds=number * seconds),
        seconds=seconds,
        open=start,
        high=max(start, end) + 0.05,
        low=min(start, end) - 0.05,
        close=end,
        volume=100_000.0,
    )


def an_option(underlying: Underlying, expiry: date, strike: Decimal) -> OptionContract:
    """Return one listed call."""
    return OptionContract(
        con_id=ConId(underlying.con_id + int(strike)),
        symbol=underlying.symbol,
        expiry=expiry,
        strike=strike,
        right=Right.CALL,
        multiplier=100,
        trading_class="X",
        grid=GRID,
    )
