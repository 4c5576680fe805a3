"""One bracket's guard between a broker, a ledger, alerts and a symbol that only listen."""

from typing import Any

from actors.oco import OCOActor, stream_of
from domain.brackets import BracketPolicy
from domain.commands import (
    ModifyOrder,
    RequestBook,
    SubmitOrders,
)
from domain.events import (
    BracketPlan,
)
from domain.flattening import FlattenRule
from domain.ids import OrderRef
from domain.reports import BrokerStatus, Failure, RequestFailed
from tests.actors.stage import CALENDAR, Stage
from tests.builders import (
    INTENT,
    a_fee,
    a_fill,
    a_status,
)

OCO = f"oco:{INTENT}"
STREAM = stream_of(INTENT)
OTHERS = ("risk", "alerts", "symbol:GOOG")
HELD = (a_status("T", BrokerStatus.SUBMITTED), a_status("S", BrokerStatus.PRE_SUBMITTED))


class Scene:
    """One bracket between extras; ``broker`` never sends anything, the test says what came of it."""

    def __init__(self, stage: Stage, *, journal: bool = True) -> None:
        self.stage = stage
        self.broker = stage.cast("broker", {RequestBook: RequestFailed(failure=Failure.TIMED_OUT)})
        self.risk, self.alerts, self.symbol = (stage.cast(name) for name in OTHERS)
        if journal:
            stage.journal()

    def guard(self, plan: BracketPlan | None = None, *, hold_overnight: bool = False) -> OCOActor:
        rule = FlattenRule(calendar=CALENDAR, before_close_minutes=15, hold_overnight=hold_overnight)
        return self.stage.launch(
            lambda context: OCOActor(
                context, intent=INTENT, plan=plan, policy=BracketPolicy(), flatten=rule, log=self.stage.log
            ),
            OCO,
        )

    def tell(self, *messages: Any) -> None:
        self.stage.tell(OCO, *messages)

    def bought(self) -> None:
        """Let the entry fill and both exits rest."""
        self.tell(a_fill("E", 2, "2.02"), a_fee("E.0.2.2.02"), a_status("E", BrokerStatus.FILLED, filled=2), *HELD)

    @property
    def submitted(self) -> list[SubmitOrders]:
        return self.broker.of(SubmitOrders)

    @property
    def changed(self) -> list[OrderRef]:
        return [change.order.ref for change in self.broker.of(ModifyOrder)]
