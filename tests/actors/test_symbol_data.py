"""What a symbol does when its bars do not come."""

import pytest

from domain.commands import AskGate, RecordOutcome, RequestBars, SendAlert
from domain.denials import DenialRule
from domain.events import BracketPlanned, SlotFreed, SymbolBackedOff
from domain.reports import Failure, RequestFailed
from domain.strategies.protocol import Action
from tests.actors.stage import Stage
from tests.actors.symbol_scene import LATE, Scene
from tests.builders import a_plan


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return Scene(stage)


def failures(scene: Scene) -> list[Failure]:
    return [outcome.failure for outcome in scene.breaker.of(RecordOutcome) if outcome.failure is not None]


def asked_at(scene: Scene) -> int:
    return len(scene.broker.of(RequestBars))


def test_bars_that_do_not_come_are_asked_for_again_after_0_5_and_15_seconds(stage: Stage, scene: Scene) -> None:
    scene.fail_bars()
    scene.open()

    counts = []
    ended = scene.cycle(1)
    for seconds in (3, 2, 13, 2):
        counts.append(asked_at(scene))
        stage.run_for(seconds)
    counts.append(asked_at(scene))

    assert ended is None
    assert counts == [2, 2, 3, 3, 4]
    assert [line["delay_seconds"] for line in stage.log.named("historical_retry_sleep")] == [0, 5, 15]


def test_the_breaker_hears_of_it_once_when_all_tries_are_used_up(stage: Stage, scene: Scene) -> None:
    scene.fail_bars()
    scene.open()

    scene.cycle(10)
    early = failures(scene)
    stage.run_for(20)

    assert early == []
    assert failures(scene) == [Failure.TIMED_OUT]
    assert len(stage.log.named("historical_fetch_failed_exhausted")) == 1
    assert len(stage.log.named("historical_data_timeout")) == 4


def test_waiting_for_the_next_try_frees_the_slot(scene: Scene) -> None:
    scene.fail_bars()
    scene.open()

    scene.cycle(30)

    assert len(scene.scheduler.of(SlotFreed)) == 2


def test_a_later_try_that_succeeds_ends_the_turn_like_the_first(scene: Scene) -> None:
    scene.fail_bars(times=2)
    scene.open()

    ended = scene.cycle(10)

    assert ended is not None
    assert (ended.outcome, ended.decision) == ("completed", "HOLD")
    assert failures(scene) == []


def test_the_tries_of_a_probe_are_part_of_the_probe(scene: Scene) -> None:
    answers = iter([True])
    scene.breaker.answers[AskGate] = lambda _: next(answers, False)
    scene.fail_bars()
    scene.open()

    scene.cycle(30)

    assert asked_at(scene) == 4
    assert failures(scene) == [Failure.TIMED_OUT]


def test_a_contract_that_does_not_exist_is_not_asked_for_again(scene: Scene) -> None:
    scene.broker.answers[RequestBars] = RequestFailed(failure=Failure.NO_SUCH_CONTRACT, code=200)
    scene.open()

    ended = scene.cycle(30)

    assert asked_at(scene) == 1
    assert ended is not None
    assert ended.outcome == "failed"


def test_young_bars_of_before_serve_where_new_ones_do_not_come(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.cycle()
    scene.fail_bars()

    ended = scene.cycle(30)

    assert ended is not None
    assert (ended.outcome, ended.decision) == ("completed", "HOLD")
    assert len(stage.log.named("historical_cache_fallback")) == 1


def test_but_nothing_is_bought_on_bars_that_are_too_old_for_it(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.cycle()
    scene.strategy.action = Action.BUY_CALL
    scene.fail_bars()
    stage.run_for(120)

    ended = scene.cycle(30)

    assert ended is not None
    assert ended.decision == DenialRule.STALE_BAR.value
    assert scene.plans == []


def test_bars_older_than_their_bound_do_not_serve(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.cycle()
    scene.fail_bars()
    stage.run_for(300)

    ended = scene.cycle(30)

    assert ended is not None
    assert (ended.outcome, ended.decision) == ("failed", "timed out")
    assert len(stage.log.named("historical_cache_stale")) == 1


def test_after_three_failed_cycles_it_sits_out_two_and_comes_back(stage: Stage, scene: Scene) -> None:
    scene.fail_bars()
    scene.open()
    for _ in range(3):
        scene.cycle(30)
    asked = asked_at(scene)

    sat_out = [scene.decision(), scene.decision()]
    asked_meanwhile = asked_at(scene) - asked
    scene.mend_bars()
    back = scene.decision()

    assert sat_out == ["backoff", "backoff"]
    assert (asked_meanwhile, back) == (0, "HOLD")
    assert len(stage.log.named("backoff_skip")) == 2
    assert [line["failures"] for line in stage.log.named("data_recovered")] == [3]


def test_data_lost_while_a_position_is_open_is_told_to_its_guard_and_the_operator(stage: Stage, scene: Scene) -> None:
    plan = a_plan()
    stage.store.append(f"bracket:{plan.intent}", [BracketPlanned(at=stage.now, plan=plan)])
    guard = stage.cast(f"oco:{plan.intent}")
    scene.fail_bars()
    scene.open()

    for _ in range(3):
        scene.cycle(30)

    assert [backed_off.cycles for backed_off in guard.of(SymbolBackedOff)] == [2]
    assert [alert.kind for alert in scene.alerts.of(SendAlert)] == ["data_lost"]


def test_a_broker_that_never_answers_is_a_timeout(scene: Scene) -> None:
    scene.broker.answers[RequestBars] = lambda _: scene.broker.reply_later()
    scene.open()

    scene.cycle(700)

    assert failures(scene) == [Failure.TIMED_OUT]


def test_the_bar_that_was_forming_when_asked_for_never_decides(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.cycle()
    scene.fail_bars()
    stage.run_for(70)

    scene.cycle(30)

    assert scene.strategy.heard == [30, 30]


def test_the_hour_that_was_forming_when_asked_for_never_decides(stage: Stage, scene: Scene) -> None:
    scene.strategy.bar_seconds = 3600
    stage.run_for(3540)
    scene.open()
    scene.cycle()
    ordinary = scene.good_day()[RequestBars]
    scene.broker.answers[RequestBars] = lambda request: LATE if "hour" in request.bar_size else ordinary(request)
    stage.run_for(1800)

    scene.cycle()

    assert scene.strategy.heard == [1, 1]
