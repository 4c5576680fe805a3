"""A symbol before a broker whose answers are scripted, a breaker, a ledger and whoever else it tells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from actors.symbol import SymbolActor
from domain.bars import Bar
from domain.chains import ExpiryKind, ExpiryRule, Moneyness
from domain.commands import (
    AskGate,
    OpenBracket,
    RequestBars,
    RequestChain,
    RequestListed,
    RequestQuote,
    RequestUnderlying,
    ReserveRisk,
    RunCycle,
)
from domain.contracts import Chain, OptionContract, Right, Underlying
from domain.entries import EntryLimits
from domain.entry_gate import AskEntry
from domain.entry_plan import ExitRules
from domain.events import CycleFinished, RiskReserved
from domain.ids import ConId, IntentId, Symbol
from domain.option_choice import OptionFilters
from domain.reports import (
    BarsReport,
    ChainReport,
    Failure,
    ListedReport,
    RequestFailed,
    SnapshotReport,
    UnderlyingReport,
)
from domain.strategies.protocol import Action, Signal
from domain.symbol_settings import HistorySettings, SymbolSettings
from tests.actors.stage import CALENDAR, MONDAY, Stage
from tests.builders import a_contract, a_quote
from tests.domain.market_builders import a_bar

GOOG = Symbol("GOOG")
STOCK = Underlying(con_id=ConId(7), symbol=GOOG, primary_exchange="NASDAQ")
EXPIRY = date(2026, 1, 9)
LATE = RequestFailed(failure=Failure.TIMED_OUT, text="90 s")


@dataclass
class Scripted:
    """A strategy that says what the test wants; with ``once_in_days`` it spends its signals."""

    action: Action = Action.HOLD
    name: str = "scripted"
    bar_seconds: int = 60
    bars_min: int = 1
    confidence: float = 0.8
    once_in_days: int = 0
    heard: list[float] = field(default_factory=list)  # How many bars, each time.

    def decide(self, bars: Sequence[Bar]) -> Signal:
        self.heard.append(len(bars))
        return Signal(
            action=self.action, confidence=self.confidence, reason={"bars": float(len(bars))}, strategy=self.name
        )


class Scene:
    """Everything answers as on a good day unless the test rewrites ``broker.answers``."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.strategy = Scripted()
        self.broker = stage.cast("broker", self.good_day())
        self.breaker = stage.cast("breaker", {AskGate: True})
        self.risk = stage.cast("risk", {AskEntry: True, ReserveRisk: lambda request: self.reserved_for(request.intent)})
        self.scheduler, self.brackets, self.alerts = (stage.cast(n) for n in ("scheduler", "brackets", "alerts"))
        stage.journal()
        self._cycle = 0

    def open(self, **changes: Any) -> SymbolActor:
        settings = replace(settings_of(GOOG, self.strategy), **changes)
        return self.stage.launch(
            lambda c: SymbolActor(c, settings=settings, calendar=CALENDAR, log=self.stage.log), "symbol:GOOG"
        )

    def cycle(self, seconds: float = 1.0) -> CycleFinished | None:
        """Run one; return how it ended, if it has after so many seconds."""
        self._cycle += 1
        self.stage.tell("symbol:GOOG", RunCycle(cycle=self._cycle, at=self.stage.now))
        self.stage.run_for(seconds)
        ended = [one for one in self.scheduler.of(CycleFinished) if one.cycle == self._cycle]
        assert len(ended) <= 1
        return ended[0] if ended else None

    def decision(self, seconds: float = 1.0) -> str:
        """Run a cycle and return what it decided."""
        ended = self.cycle(seconds)
        assert ended is not None
        return ended.decision

    def fail_bars(self, times: int | None = None) -> None:
        """Let the next so many requests for bars fail, or all."""
        good = self.good_day()[RequestBars]
        left = [times]

        def answer(request: RequestBars) -> Any:
            if left[0] is None:
                return LATE
            left[0] -= 1
            return LATE if left[0] >= 0 else good(request)

        self.broker.answers[RequestBars] = answer

    def mend_bars(self) -> None:
        self.broker.answers[RequestBars] = self.good_day()[RequestBars]

    @property
    def plans(self) -> list[Any]:
        return [command.plan for command in self.brackets.of(OpenBracket)]

    @property
    def asked(self) -> list[str]:
        return [type(message).__name__ for message in self.broker.heard]

    def good_day(self) -> dict[type, Callable[[Any], Any]]:
        """Return the broker's ordinary answers."""
        return {
            RequestUnderlying: lambda _: UnderlyingReport(underlying=STOCK),
            RequestBars: self._bars,
            RequestQuote: self._quote,
            RequestChain: lambda _: ChainReport(
                chain=Chain(
                    symbol=GOOG,
                    trading_class="GOOG",
                    multiplier=100,
                    expiries=(EXPIRY,),
                    strikes=(Decimal(745), Decimal(750), Decimal(755)),
                )
            ),
            RequestListed: lambda request: ListedReport(
                expiry=EXPIRY, right=request.right, contracts=tuple(self._listed(request.right))
            ),
        }

    def _bars(self, request: RequestBars) -> BarsReport:
        seconds = 3600 if request.bar_size == "1 hour" else 60
        start, bars = MONDAY.opens_at, []
        while start <= self.stage.now:  # The forming one, too.
            bars.append(a_bar(750.0, start=start, seconds=seconds))
            start += timedelta(seconds=seconds)
        return BarsReport(bars=tuple(bars))

    def _quote(self, request: RequestQuote) -> SnapshotReport:
        if isinstance(request.contract, Underlying):
            quote = a_quote("749.90", "750.10", at=self.stage.now, con_id=STOCK.con_id)
        else:
            quote = a_quote(at=self.stage.now, con_id=request.contract.con_id)
        return SnapshotReport(contract=request.contract, quote=quote)

    def _listed(self, right: Right) -> list[OptionContract]:
        return [
            a_contract(con_id=ConId(strike), strike=Decimal(strike), expiry=EXPIRY, right=right)
            for strike in (745, 750, 755)
        ]

    def reserved_for(self, intent: IntentId) -> RiskReserved:
        """Return the ledger's yes."""
        return RiskReserved(
            at=self.stage.now,
            day=MONDAY.day,
            intent=intent,
            symbol=GOOG,
            con_id=a_contract().con_id,
            quantity=3,
            amount=Decimal(600),
        )


def settings_of(symbol: Symbol, strategy: Scripted | None = None) -> SymbolSettings:
    """Return ordinary settings."""
    return SymbolSettings(
        symbol=symbol,
        strategies=(strategy or Scripted(),),
        min_confidence=0.3,
        entries=EntryLimits(),
        expiry=ExpiryRule(kind=ExpiryKind.WEEKLY),
        moneyness=Moneyness.ATM,
        strike_count=1,
        filters=OptionFilters(max_spread_pct=Decimal(2), min_volume=100, min_open_interest=0, max_quote_age_seconds=15),
        exits=ExitRules(
            take_profit=Decimal("0.5"), stop_loss=Decimal("0.2"), stop_limit_buffer=Decimal("0.02"), native=True
        ),
        history=HistorySettings(),
    )
