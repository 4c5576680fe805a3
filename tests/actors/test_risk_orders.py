"""What the ledger makes of the operator's orders, and of the first days with real money."""

from decimal import Decimal

import pytest

from actors.live_ramp import STREAM
from actors.risk import RiskActor
from domain.denials import DenialRule, EntryDenied
from domain.entry_gate import AskEntry
from domain.events import RiskReserved
from domain.ids import Symbol
from domain.ledger_rules import RiskLimits
from domain.live_days import LiveDayBegan
from tests.actors.risk_scene import Scene
from tests.actors.stage import CALENDAR, EARLY_TUESDAY, MONDAY, Stage


class Switch:
    def __init__(self) -> None:
        self.reason = ""

    def forbids(self) -> str:
        return self.reason


class OperatedScene(Scene):
    """The ledger with a switch, trading real money that is ramped for so many days."""

    def operate(self, ramp_days: int = 0) -> Switch:
        switch = Switch()
        self.stage.launch(
            lambda context: RiskActor(
                context,
                limits=RiskLimits(max_contracts_per_order=2),
                calendar=CALENDAR,
                flatten_on_loss=False,
                log=self.stage.log,
                forbids=switch.forbids,
                ramp_days=ramp_days,
            ),
            "risk",
        )
        self.stage.run_for(0.5)
        self.compare_clocks(0.0)
        self.pnl("0")
        return switch

    def quantity(self, symbol: str, **changes: Decimal) -> int:
        answer = self.reserve(symbol, overrides=changes)
        assert isinstance(answer, RiskReserved), answer
        return answer.quantity


@pytest.fixture
def scene(stage: Stage) -> OperatedScene:
    return OperatedScene(stage)


def test_while_halted_every_question_and_every_reservation_is_denied(stage: Stage, scene: OperatedScene) -> None:
    switch = scene.operate()
    switch.reason = "halted by ./bot halt"

    denials = (stage.ask("risk", AskEntry(symbol=Symbol("GOOG"))), scene.reserve())

    for denial in denials:
        assert isinstance(denial, EntryDenied)
        assert (denial.rule, denial.found) == (DenialRule.HALTED, "halted by ./bot halt")
    switch.reason = ""
    assert scene.quantity("GOOG") == 2


def test_the_first_live_day_is_journaled_said_and_traded_at_one_contract_overrides_included(
    stage: Stage, scene: OperatedScene
) -> None:
    scene.operate(ramp_days=1)

    assert scene.quantity("GOOG", max_contracts_per_order=Decimal(2)) == 1

    assert [record.day for record in stage.store.read(STREAM) if isinstance(record, LiveDayBegan)] == [MONDAY.day]
    assert [(line["found"], line["limit"]) for line in stage.log.named("live_ramp")] == [(1, 1)]


def test_the_day_after_the_ramp_is_traded_in_full(stage: Stage, scene: OperatedScene) -> None:
    stage.store.append(STREAM, [LiveDayBegan(at=stage.now, day=MONDAY.day)])
    stage.run_until(EARLY_TUESDAY.opens_at)

    scene.operate(ramp_days=1)

    assert scene.quantity("GOOG") == 2
    assert stage.log.named("live_ramp") == []


def test_play_money_is_not_ramped_and_counts_no_live_day(stage: Stage, scene: OperatedScene) -> None:
    scene.operate()

    assert scene.quantity("GOOG") == 2
    assert stage.store.read(STREAM) == ()
