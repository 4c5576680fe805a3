import asyncio
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.commands import (
    AskGate,
    OpenBracket,
    RequestBars,
    RequestChain,
    RequestListed,
    RequestQuote,
    RequestUnderlying,
    ReserveRisk,
)
from domain.contracts import Underlying
from domain.denials import DenialRule, EntryDenied
from domain.entry_gate import AskEntry
from domain.events import CycleFinished, Resynchronised
from domain.reports import Failure, ListedReport, RequestFailed, SnapshotReport
from domain.strategies.protocol import Action
from tests.actors.stage import MONDAY, Stage
from tests.actors.symbol_scene import EXPIRY, GOOG, LATE, Scene
from tests.builders import GENERATION, a_book, a_quote


def slowly(answer: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return what gives the same answer after two seconds."""

    async def slow(request: Any) -> Any:
        await asyncio.sleep(2.0)
        return answer(request)

    return slow


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return Scene(stage)


def test_a_hold_costs_one_request_for_bars_and_nothing_else(scene: Scene) -> None:
    scene.open()
    scene.cycle()
    first = list(scene.asked)

    assert scene.decision() == "HOLD"

    assert first == ["RequestUnderlying", "RequestBars"]
    assert scene.asked[2:] == ["RequestBars"]


def test_the_days_first_bars_are_the_whole_sessions_and_later_ones_the_last_hours(scene: Scene) -> None:
    scene.open()

    scene.cycle()
    scene.cycle()

    assert [request.duration for request in scene.broker.of(RequestBars)] == ["1 D", "3600 S"]


def test_hourly_bars_are_asked_for_once_an_hour(stage: Stage, scene: Scene) -> None:
    scene.strategy.bar_seconds = 3600
    stage.run_for(3700)
    scene.open()

    for _ in range(3):
        scene.cycle(600)

    sizes = [request.bar_size for request in scene.broker.of(RequestBars)]
    assert sizes.count("1 min") == 3
    assert sizes.count("1 hour") == 1


def test_both_kinds_of_bars_are_asked_for_at_once(stage: Stage, scene: Scene) -> None:
    scene.broker.answers[RequestBars] = slowly(scene.broker.answers[RequestBars])
    scene.strategy.bar_seconds = 3600
    stage.run_for(3700)
    scene.open()

    ended = scene.cycle(2.5)

    assert [request.bar_size for request in scene.broker.of(RequestBars)] == ["1 min", "1 hour"]
    assert ended is not None


def test_a_contract_learnt_when_the_broker_became_ready_is_not_asked_for_in_the_cycle(
    stage: Stage, scene: Scene
) -> None:
    scene.open()
    stage.tell("symbol:GOOG", Resynchronised(at=stage.now, generation=GENERATION, book=a_book()))
    stage.run_for(1)
    before = list(scene.asked)

    scene.cycle()
    stage.tell("symbol:GOOG", Resynchronised(at=stage.now, generation=GENERATION, book=a_book()))
    stage.run_for(1)

    assert (before, scene.asked[1:]) == (["RequestUnderlying"], ["RequestBars"])


def test_a_cycle_that_begins_while_the_contract_is_asked_for_waits_for_that_answer(stage: Stage, scene: Scene) -> None:
    good = scene.broker.answers[RequestUnderlying]
    scene.broker.answers[RequestUnderlying] = slowly(good)
    scene.open()
    stage.tell("symbol:GOOG", Resynchronised(at=stage.now, generation=GENERATION, book=a_book()))

    ended = scene.cycle(2.5)

    assert scene.asked == ["RequestUnderlying", "RequestBars"]
    assert ended is not None
    assert ended.outcome == "completed"


def test_a_contract_that_was_not_to_be_had_before_is_asked_for_by_the_cycle(stage: Stage, scene: Scene) -> None:
    scene.broker.answers[RequestUnderlying] = LATE
    scene.open()
    stage.tell("symbol:GOOG", Resynchronised(at=stage.now, generation=GENERATION, book=a_book()))
    stage.run_for(1)
    scene.broker.answers[RequestUnderlying] = scene.good_day()[RequestUnderlying]

    assert scene.decision() == "HOLD"
    assert scene.asked == ["RequestUnderlying", "RequestUnderlying", "RequestBars"]


def test_the_share_and_its_options_are_quoted_at_once(scene: Scene) -> None:
    scene.strategy.action = Action.BUY_CALL
    scene.broker.answers[RequestQuote] = slowly(scene.broker.answers[RequestQuote])
    scene.open()

    ended = scene.cycle(2.5)

    assert [type(request.contract).__name__ for request in scene.broker.of(RequestQuote)] == [
        "Underlying",
        "OptionContract",
        "OptionContract",
        "OptionContract",
    ]
    assert ended is not None
    assert ended.placed


def test_where_the_share_has_left_its_last_bar_the_choice_goes_by_its_quote(stage: Stage, scene: Scene) -> None:
    scene.strategy.action = Action.BUY_CALL
    ordinary = scene.good_day()[RequestQuote]
    scene.broker.answers[RequestQuote] = lambda request: (
        SnapshotReport(
            contract=request.contract, quote=a_quote("754.90", "755.10", at=stage.now, con_id=request.contract.con_id)
        )
        if isinstance(request.contract, Underlying)
        else ordinary(request)
    )
    scene.open(strike_count=0)  # The one strike at the money, and none beside it.

    scene.cycle()

    strikes = [request.contract.strike for request in scene.broker.of(RequestQuote)[1:]]
    assert strikes == [Decimal(750), Decimal(755)]
    assert [plan.contract.strike for plan in scene.plans] == [Decimal(755)]


def test_a_signal_becomes_a_bracket_of_the_option_at_the_money(stage: Stage, scene: Scene) -> None:
    scene.strategy.action = Action.BUY_CALL
    scene.open()

    ended = scene.cycle()

    (plan,) = scene.plans
    assert (plan.contract.strike, plan.contract.right.value, plan.quantity) == (Decimal(750), "C", 3)
    assert (plan.entry_limit, plan.native) == (Decimal("2.04"), True)
    assert isinstance(ended, CycleFinished)
    assert (ended.attempted, ended.placed, ended.decision) == (True, True, "BUY_CALL")
    assert [line["intent"] for line in stage.log.named("bracket_planned")] == [plan.intent]


def test_a_put_buys_puts(scene: Scene) -> None:
    scene.strategy.action = Action.BUY_PUT
    scene.open()

    scene.cycle()

    assert [plan.contract.right.value for plan in scene.plans] == ["P"]
    assert [request.right.value for request in scene.broker.of(RequestListed)] == ["P"]


def test_a_shut_gate_asks_for_no_data(scene: Scene) -> None:
    scene.breaker.answers[AskGate] = False
    scene.open()

    ended = scene.cycle()

    assert scene.broker.heard == []
    assert ended is not None
    assert (ended.outcome, ended.decision) == ("skipped", DenialRule.BREAKER_OPEN.value)


def test_a_dead_breaker_is_a_shut_gate(scene: Scene) -> None:
    scene.breaker.fence()
    scene.open()

    assert scene.decision() == DenialRule.BREAKER_OPEN.value
    assert scene.broker.heard == []


def test_a_gate_that_shut_while_it_was_looking_keeps_the_entry_out(scene: Scene) -> None:
    scene.strategy.action = Action.BUY_CALL
    scene.open()

    def shut(request: RequestChain) -> object:
        scene.breaker.answers[AskGate] = False
        return scene.good_day()[RequestChain](request)

    scene.broker.answers[RequestChain] = shut

    assert scene.decision() == DenialRule.BREAKER_OPEN.value
    assert scene.risk.of(ReserveRisk) == []
    assert scene.plans == []


def test_a_denied_reservation_opens_no_bracket_and_is_said_with_its_numbers(stage: Stage, scene: Scene) -> None:
    scene.strategy.action = Action.BUY_CALL
    denial = EntryDenied(at=stage.now, symbol=GOOG, rule=DenialRule.LOSS_BUDGET, found="take 206", limit="100 left")
    scene.risk.answers[ReserveRisk] = denial
    scene.open()

    decision = scene.decision()

    assert (decision, scene.plans) == (DenialRule.LOSS_BUDGET.value, [])
    (line,) = stage.log.named("entry_denied")
    assert (line["rule"], line["found"], line["limit"]) == ("loss_budget", "take 206", "100 left")


def test_a_day_whose_entries_are_used_up_costs_no_quote(stage: Stage, scene: Scene) -> None:
    scene.strategy.action = Action.BUY_CALL
    scene.risk.answers[AskEntry] = EntryDenied(
        at=stage.now, symbol=GOOG, rule=DenialRule.MAX_ENTRIES, found="10", limit="10"
    )
    scene.open()

    decision = scene.decision()

    assert decision == DenialRule.MAX_ENTRIES.value
    assert scene.asked == ["RequestUnderlying", "RequestBars"]
    (line,) = stage.log.named("entry_denied")
    assert (line["found"], line["limit"]) == ("10", "10")


def test_a_ledger_that_falls_silent_after_it_was_asked_opens_no_bracket(scene: Scene) -> None:
    scene.strategy.action = Action.BUY_CALL
    scene.risk.answers[ReserveRisk] = None
    scene.open()

    assert scene.decision() == DenialRule.NOT_READY.value
    assert scene.plans == []


def test_a_silent_ledger_opens_no_bracket(scene: Scene) -> None:
    scene.strategy.action = Action.BUY_CALL
    scene.risk.fence()
    scene.open()

    assert scene.decision() == DenialRule.NOT_READY.value
    assert scene.plans == []


def test_every_candidate_that_is_not_bought_is_said_with_its_number_and_limit(stage: Stage, scene: Scene) -> None:
    scene.strategy.action = Action.BUY_CALL
    wide = a_quote("1.00", "2.00", at=stage.now + timedelta(seconds=1))
    ordinary = scene.good_day()[RequestQuote]
    scene.broker.answers[RequestQuote] = lambda request: (
        SnapshotReport(contract=request.contract, quote=wide)
        if hasattr(request.contract, "strike")
        else ordinary(request)
    )
    scene.open()

    decision = scene.decision()

    lines = stage.log.named("entry_denied")
    assert decision == DenialRule.SPREAD.value
    assert [line["candidate"] for line in lines] == [
        "GOOG 2026-01-09 750C",
        "GOOG 2026-01-09 745C",
        "GOOG 2026-01-09 755C",
    ]
    assert all("66.67" in str(line["found"]) and "2" in str(line["limit"]) for line in lines)
    assert scene.risk.of(ReserveRisk) == []


def test_option_quotes_that_are_not_ours_are_the_reason_and_not_a_missing_quote(stage: Stage, scene: Scene) -> None:
    scene.strategy.action = Action.BUY_CALL
    ordinary = scene.good_day()[RequestQuote]
    refused = RequestFailed(failure=Failure.NOT_SUBSCRIBED, code=354, text="option quotes are none")
    scene.broker.answers[RequestQuote] = lambda request: (
        refused if hasattr(request.contract, "strike") else ordinary(request)
    )
    scene.open()

    decision = scene.decision()

    (line,) = stage.log.named("entry_denied")
    assert decision == DenialRule.DELAYED_DATA.value
    assert "option quotes are none" in str(line["found"])


@pytest.mark.parametrize(
    ("request_type", "rule"),
    [(RequestQuote, DenialRule.NO_QUOTE), (RequestChain, DenialRule.NO_CHAIN), (RequestListed, DenialRule.NO_CHAIN)],
)
def test_what_the_broker_does_not_answer_is_a_denial_with_its_reason(
    stage: Stage, scene: Scene, request_type: type, rule: DenialRule
) -> None:
    scene.strategy.action = Action.BUY_CALL
    scene.broker.answers[request_type] = RequestFailed(failure=Failure.NOT_SUBSCRIBED, text="354")
    scene.open()

    assert scene.decision() == rule.value
    assert stage.log.named("entry_denied")[0]["found"] == "not subscribed 354"


def test_nothing_listed_near_the_spot_is_a_denial(scene: Scene) -> None:
    scene.strategy.action = Action.BUY_CALL
    scene.broker.answers[RequestListed] = lambda request: ListedReport(expiry=EXPIRY, right=request.right, contracts=())
    scene.open()

    assert scene.decision() == DenialRule.NO_STRIKE.value


def test_outside_the_session_a_signal_buys_nothing(stage: Stage, scene: Scene) -> None:
    scene.strategy.action = Action.BUY_CALL
    scene.open()
    stage.run_until(MONDAY.closes_at + timedelta(seconds=1))

    assert scene.decision() == DenialRule.NOT_READY.value
    assert scene.brackets.of(OpenBracket) == []
