from decimal import Decimal

import pytest

from domain.commands import (
    ReleaseRisk,
    RequestChain,
)
from domain.denials import DenialRule
from domain.events import BracketClosed, BracketPlanned, ClosedBy, DayOpened, SignalSpent
from domain.ids import IntentId
from domain.strategies.protocol import Action
from tests.actors.stage import EARLY_TUESDAY, Stage
from tests.actors.symbol_scene import GOOG, Scene
from tests.builders import a_contract, a_plan


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return Scene(stage)


def closed(scene: Scene, intent: IntentId, quantity: int = 2) -> BracketClosed:
    return BracketClosed(
        at=scene.stage.now,
        intent=intent,
        symbol=GOOG,
        con_id=a_contract().con_id,
        closed_by=ClosedBy.STOP if quantity else ClosedBy.ENTRY_EXPIRED,
        quantity=quantity,
        pnl=Decimal(-10),
        fees=Decimal(2),
    )


def end_bracket(scene: Scene, quantity: int = 2) -> None:
    """Let the newest plan's guard write down its beginning and its end, and tell the symbol."""
    plan = scene.plans[-1]
    ended = closed(scene, plan.intent, quantity)
    scene.stage.store.append(f"bracket:{plan.intent}", [BracketPlanned(at=scene.stage.now, plan=plan), ended])
    scene.stage.tell("symbol:GOOG", ended)


def test_while_a_bracket_is_open_there_is_no_second_one_and_no_search(scene: Scene) -> None:
    scene.strategy.action = Action.BUY_CALL
    scene.open()
    scene.cycle()
    searched = len(scene.broker.of(RequestChain))

    assert scene.decision() == DenialRule.SYMBOL_BUSY.value
    assert len(scene.broker.of(RequestChain)) == searched


def test_after_an_exit_it_rests_and_then_waits_for_a_hold(stage: Stage, scene: Scene) -> None:
    scene.strategy.action = Action.BUY_CALL
    scene.open()
    scene.cycle()
    end_bracket(scene)

    resting = scene.decision()
    stage.run_for(15 * 60)
    unarmed = scene.decision()
    scene.strategy.action = Action.HOLD
    scene.cycle()
    scene.strategy.action = Action.BUY_CALL

    assert (resting, unarmed) == (DenialRule.COOLDOWN.value, DenialRule.NOT_REARMED.value)
    assert scene.decision() == "BUY_CALL"


def test_an_entry_that_never_filled_may_be_tried_again_at_once(scene: Scene) -> None:
    scene.strategy.action = Action.BUY_CALL
    scene.open()
    scene.cycle()

    end_bracket(scene, quantity=0)

    assert scene.decision() == "BUY_CALL"


def test_a_plan_of_which_nothing_will_be_sent_frees_the_symbol(scene: Scene) -> None:
    scene.strategy.action = Action.BUY_CALL
    scene.open()
    scene.cycle()

    scene.stage.tell("symbol:GOOG", ReleaseRisk(intent=scene.plans[0].intent))

    assert scene.decision() == "BUY_CALL"


def test_a_spent_signal_stays_spent_in_the_next_life(stage: Stage, scene: Scene) -> None:
    scene.strategy.action, scene.strategy.once_in_days = Action.BUY_CALL, 3
    first = scene.open()
    scene.cycle()
    first.fence()

    scene.open()

    spent = stage.store.streams["symbol:GOOG"]
    assert [type(record) for record in spent] == [SignalSpent]
    assert scene.decision() == DenialRule.SIGNAL_SPENT.value


def test_an_exit_rests_on_in_the_next_life(stage: Stage, scene: Scene) -> None:
    scene.strategy.action = Action.BUY_CALL
    first = scene.open()
    scene.cycle()
    end_bracket(scene)
    stage.run_for(1)
    first.fence()

    scene.open()

    assert scene.decision() == DenialRule.COOLDOWN.value


def test_an_exit_that_happened_between_two_lives_rests_too(stage: Stage, scene: Scene) -> None:
    plan = a_plan(intent=IntentId("a"))
    reserved = scene.reserved_for(plan.intent)
    stage.store.append("ledger:2026-01-05", [reserved])
    ended = closed(scene, plan.intent)
    stage.store.append("bracket:a", [BracketPlanned(at=stage.now, plan=plan), ended])
    scene.strategy.action = Action.BUY_CALL

    scene.open()

    assert scene.decision() == DenialRule.COOLDOWN.value


def test_a_clock_set_back_a_day_forgets_no_exit_of_the_later_day(stage: Stage, scene: Scene) -> None:
    plan = a_plan(intent=IntentId("a"))
    opened = DayOpened(at=stage.now, day=EARLY_TUESDAY.day, start_equity=Decimal(10_000))
    stage.store.append("days", [opened])
    stage.store.append("ledger:2026-01-06", [opened, scene.reserved_for(plan.intent)])
    ended = closed(scene, plan.intent)
    stage.store.append("bracket:a", [BracketPlanned(at=stage.now, plan=plan), ended])
    scene.strategy.action = Action.BUY_CALL

    scene.open()

    assert scene.decision() == DenialRule.COOLDOWN.value


def test_an_open_bracket_keeps_the_symbol_busy_in_the_next_life(stage: Stage, scene: Scene) -> None:
    scene.strategy.action = Action.BUY_CALL
    plan = a_plan()
    stage.store.append(f"bracket:{plan.intent}", [BracketPlanned(at=stage.now, plan=plan)])

    scene.open()

    assert scene.decision() == DenialRule.SYMBOL_BUSY.value
