"""The ledger between a journal, a broker with an account, and whoever else it tells."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from actors.loss_latch import LossLatch
from actors.risk import RiskActor, ledger_stream
from domain.clock_skew import ClockCompared
from domain.commands import (
    RequestAccount,
    RequestBook,
    ReserveRisk,
)
from domain.denials import DenialRule, EntryDenied
from domain.events import BracketClosed, ClosedBy, DayOpened, RiskReserved
from domain.ids import ConId, IntentId, Symbol
from domain.ledger_rules import RiskLimits
from domain.reports import AccountReport, PnlReport, PositionReport
from tests.actors.stage import CALENDAR, MONDAY, Stage
from tests.builders import GENERATION, INTENT, NOW, a_book, a_contract

LEDGER = ledger_stream(MONDAY.day)
EQUITY = Decimal(10_000)


class Scene:
    """The ledger between a journal, a broker with an account, and whoever else it tells."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.net = EQUITY
        self.latch = LossLatch()
        self.broker = stage.cast("broker", {RequestAccount: self._account, RequestBook: lambda _: a_book()})
        self.alerts, self.oco, self.other = (stage.cast(name) for name in ("alerts", "oco:a", "oco:b"))
        self.symbol = stage.cast("symbol:GOOG")
        stage.journal()

    def _account(self, _: RequestAccount) -> AccountReport:
        values = {"NetLiquidation": self.net, "AvailableFunds": self.net}
        return AccountReport(at=self.stage.now, account="DU1", values=values, account_type="INDIVIDUAL")

    def open(self, *, flatten_on_loss: bool = False, skew_seconds: float = 0.0, **limits: Any) -> RiskActor:
        given = {"max_contracts_per_order": 2, **limits}
        actor = self.stage.launch(
            lambda context: RiskActor(
                context,
                limits=RiskLimits(**given),
                calendar=CALENDAR,
                flatten_on_loss=flatten_on_loss,
                log=self.stage.log,
                latch=self.latch,
            ),
            "risk",
        )
        self.stage.run_for(0.5)
        self.compare_clocks(skew_seconds)
        self.pnl("0")
        return actor

    def tell(self, *messages: Any) -> None:
        self.stage.tell("risk", *messages)

    def compare_clocks(self, skew_seconds: float) -> None:
        self.tell(ClockCompared(at=self.stage.now, skew_seconds=skew_seconds, limit_seconds=2))

    def pnl(self, daily: str | None) -> None:
        value = None if daily is None else Decimal(daily)
        self.tell(PnlReport(generation=GENERATION, at=self.stage.now, daily=value, unrealized=None, realized=None))

    def reserve(self, symbol: str = "GOOG", **changes: Any) -> RiskReserved | EntryDenied:
        answer: RiskReserved | EntryDenied = self.stage.ask("risk", self.request(symbol, **changes))
        return answer

    def request(self, symbol: str = "GOOG", **changes: Any) -> ReserveRisk:
        intent = IntentId(f"260105{symbol}150000")
        given = ReserveRisk(
            at=self.stage.now,
            intent=intent,
            symbol=Symbol(symbol),
            contract=a_contract(symbol=Symbol(symbol)),
            entry_limit=Decimal(2),
            stop_loss_fraction=Decimal("0.2"),
            ask_size=100,
            overrides={},
        )
        return replace(given, **changes)

    def refusal(self, symbol: str = "GOOG") -> DenialRule | None:
        answer = self.reserve(symbol)
        return answer.rule if isinstance(answer, EntryDenied) else None


def a_close(pnl: str = "-50", at: datetime = NOW, intent: IntentId = INTENT) -> BracketClosed:
    return BracketClosed(
        at=at,
        intent=intent,
        symbol=Symbol("GOOG"),
        con_id=ConId(101),
        closed_by=ClosedBy.STOP,
        quantity=2,
        pnl=Decimal(pnl),
        fees=Decimal(2),
    )


def an_opening() -> DayOpened:
    return DayOpened(at=NOW, day=MONDAY.day, start_equity=EQUITY)


def a_reservation(amount: str = "404") -> RiskReserved:
    return RiskReserved(
        at=NOW,
        day=MONDAY.day,
        intent=INTENT,
        symbol=Symbol("GOOG"),
        con_id=ConId(101),
        quantity=2,
        amount=Decimal(amount),
    )


def a_position_of_others() -> PositionReport:
    return PositionReport(
        generation=GENERATION,
        at=NOW,
        con_id=ConId(555),
        symbol=Symbol("GOOG"),
        sec_type="OPT",
        quantity=1,
        average_cost=Decimal(200),
    )
