from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from actors.days_opened import STREAM
from domain.commands import SendAlert
from domain.denials import DenialRule
from domain.entry_gate import AskEntry
from domain.events import DayOpened, LossLimitReached
from domain.ids import Symbol
from tests.actors.risk_scene import EQUITY, LEDGER, Scene
from tests.actors.stage import EARLY_TUESDAY, MONDAY, Stage

TUESDAYS = "ledger:2026-01-06"
TUESDAY = DayOpened(at=EARLY_TUESDAY.opens_at, day=EARLY_TUESDAY.day, start_equity=EQUITY)


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return Scene(stage)


def days(stage: Stage, event: str) -> Sequence[Any]:
    return [line["day"] for line in stage.log.named(event)]


def test_a_day_is_written_where_every_day_is_and_into_its_own_ledger(stage: Stage, scene: Scene) -> None:
    scene.open()
    stage.run_for(1)

    assert stage.store.streams[STREAM] == stage.store.streams[LEDGER]
    assert [record.day for record in stage.store.streams[STREAM] if isinstance(record, DayOpened)] == [MONDAY.day]


def test_a_clock_a_day_back_reads_the_later_days_ledger_denies_by_its_own_rule_and_says_so_once(
    stage: Stage, scene: Scene
) -> None:
    stage.store.append(STREAM, [TUESDAY])
    stage.store.append(TUESDAYS, [TUESDAY])

    scene.open()
    asked = stage.ask("risk", AskEntry(symbol=Symbol("GOOG")))
    stage.run_for(300)

    assert (scene.refusal(), asked.rule) == (DenialRule.CLOCK_BEHIND, DenialRule.CLOCK_BEHIND)
    assert days(stage, "clock_behind_state") == [MONDAY.day.isoformat()]
    assert [(alert.kind, alert.level) for alert in scene.alerts.of(SendAlert)] == [("clock_behind", "CRITICAL")]
    assert days(stage, "day_opened") == []


def test_a_limit_reached_on_the_later_day_still_denies_when_the_clock_has_come_there_again(
    stage: Stage, scene: Scene
) -> None:
    reached = LossLimitReached(at=TUESDAY.at, day=TUESDAY.day, loss=EQUITY / 5, limit=EQUITY / 10)
    stage.store.append(STREAM, [TUESDAY])
    stage.store.append(TUESDAYS, [TUESDAY, reached])
    scene.open()

    stage.run_until(EARLY_TUESDAY.opens_at + timedelta(minutes=1))
    scene.pnl("0")

    assert scene.refusal() is DenialRule.DAILY_LOSS
    assert days(stage, "clock_caught_up") == [EARLY_TUESDAY.day.isoformat()]
    assert days(stage, "day_opened") == []


def test_a_day_that_was_named_but_not_in_its_ledger_is_opened_when_it_comes_and_no_earlier_one(
    stage: Stage, scene: Scene
) -> None:
    stage.store.append(STREAM, [TUESDAY])

    scene.open()
    early = scene.refusal()
    stage.run_until(EARLY_TUESDAY.opens_at + timedelta(minutes=1))
    scene.pnl("0")

    assert early is not None
    assert days(stage, "day_opened") == [EARLY_TUESDAY.day.isoformat()]
    assert scene.refusal() is None


def test_no_day_is_opened_by_a_clock_that_is_off_and_it_is_as_soon_as_it_agrees(stage: Stage, scene: Scene) -> None:
    stage.run_until(EARLY_TUESDAY.opens_at)
    scene.open(skew_seconds=86_400)
    stage.run_for(120)
    before = days(stage, "day_opened")

    scene.compare_clocks(0.0)
    stage.run_for(1)

    assert before == []
    assert days(stage, "day_opened") == [EARLY_TUESDAY.day.isoformat()]
