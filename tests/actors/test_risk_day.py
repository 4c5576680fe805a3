from datetime import timedelta
from decimal import Decimal

import pytest

from domain.commands import (
    CancelEntries,
    FlattenBracket,
    SendAlert,
)
from domain.denials import DenialRule
from domain.events import ClosedBy, ConnectionLost, DayOpened, LossLimitReached, Resynchronised
from domain.ids import Generation
from domain.reports import QuoteReport
from tests.actors.risk_scene import EQUITY, LEDGER, Scene
from tests.actors.stage import EARLY_TUESDAY, MONDAY, Stage
from tests.builders import GENERATION, NOW, a_book, a_fill, a_quote


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return Scene(stage)


def opened_days(stage: Stage) -> list[object]:
    return [line["day"] for line in stage.log.named("day_opened")]


def test_the_loss_limit_latches_once_cancels_every_entry_and_tells_the_operator(stage: Stage, scene: Scene) -> None:
    scene.open()

    scene.pnl("-1500")
    scene.pnl("-1600")

    cancel = CancelEntries(reason="daily loss limit")
    assert scene.oco.of(CancelEntries) == scene.other.of(CancelEntries) == [cancel]
    assert scene.oco.of(FlattenBracket) == []
    assert [(alert.kind, alert.level) for alert in scene.alerts.of(SendAlert)] == [("loss_limit", "CRITICAL")]
    assert [type(r) for r in stage.store.streams[LEDGER]] == [DayOpened, LossLimitReached]
    assert scene.refusal() is DenialRule.DAILY_LOSS


def test_the_loss_limit_does_not_unlatch_when_the_day_recovers(scene: Scene) -> None:
    scene.open()

    scene.pnl("-1500")
    scene.pnl("400")

    assert scene.refusal() is DenialRule.DAILY_LOSS


def test_the_loss_limit_closes_everything_where_that_is_wanted(scene: Scene) -> None:
    scene.open(flatten_on_loss=True)

    scene.pnl("-1500")

    assert scene.oco.of(FlattenBracket) == scene.other.of(FlattenBracket) == [FlattenBracket(why=ClosedBy.FLATTENED)]


def test_a_guard_that_comes_up_after_the_limit_is_told_within_five_seconds(stage: Stage, scene: Scene) -> None:
    scene.open(flatten_on_loss=True)
    scene.pnl("-1500")

    late = stage.cast("oco:c")
    stage.run_for(5)

    assert late.of(CancelEntries) == [CancelEntries(reason="daily loss limit")]
    assert late.of(FlattenBracket) == [FlattenBracket(why=ClosedBy.FLATTENED)]


def test_the_latch_opens_with_the_next_trading_day_and_nobody_is_told_any_more(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.pnl("-1500")
    shut = scene.latch.forbids()

    stage.run_until(EARLY_TUESDAY.opens_at)
    told = len(scene.oco.of(CancelEntries))
    stage.run_for(20)

    assert shut == "the day lost 1500.00 USD of at most 1500.00"
    assert opened_days(stage)[-1] == EARLY_TUESDAY.day.isoformat()
    assert scene.latch.forbids() == ""
    assert len(scene.oco.of(CancelEntries)) == told


def test_a_loss_that_only_our_own_fills_show_latches_too(scene: Scene) -> None:
    scene.open()

    scene.tell(a_fill("E", 10, "3.00"), QuoteReport(generation=GENERATION, quote=a_quote("1.40")))

    assert scene.oco.of(CancelEntries) == [CancelEntries(reason="daily loss limit")]


def test_a_days_loss_that_is_unknown_blocks_entries_after_a_minute(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.pnl(None)

    stage.run_for(59)
    early = scene.refusal("GOOG")
    stage.run_for(2)
    late = scene.refusal("AAPL")
    scene.pnl("0")

    assert (early, late) == (None, DenialRule.PNL_UNKNOWN)
    assert scene.refusal("MSFT") is None


@pytest.mark.parametrize("reconciled", [False, True])
def test_a_lost_connection_makes_the_days_loss_unknown(stage: Stage, scene: Scene, *, reconciled: bool) -> None:
    scene.open()
    if reconciled:
        scene.tell(Resynchronised(at=NOW, generation=GENERATION, book=a_book()))

    scene.tell(ConnectionLost(at=NOW, generation=GENERATION, reason="closed"))
    stage.run_for(61)

    assert scene.refusal() is DenialRule.PNL_UNKNOWN


def test_the_loss_of_an_older_connection_that_is_heard_late_makes_nothing_unknown(stage: Stage, scene: Scene) -> None:
    scene.open()
    newer = Generation(GENERATION + 1)
    scene.tell(Resynchronised(at=NOW, generation=newer, book=a_book()))

    scene.tell(ConnectionLost(at=NOW, generation=GENERATION, reason="closed"))
    stage.run_for(61)

    assert scene.refusal() is None


def test_the_day_opens_no_earlier_than_half_an_hour_before_the_session(stage: Stage, scene: Scene) -> None:
    stage.run_until(MONDAY.closes_at + timedelta(hours=2))
    scene.open()

    stage.run_until(EARLY_TUESDAY.opens_at - timedelta(minutes=30, seconds=1))
    before = opened_days(stage)
    stage.run_for(40)

    assert before == []
    assert opened_days(stage) == [EARLY_TUESDAY.day.isoformat()]


def test_the_next_day_begins_unlatched_and_from_its_own_equity(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.pnl("-1500")
    scene.net = Decimal(8500)

    stage.run_until(EARLY_TUESDAY.opens_at)
    scene.pnl("0")

    assert [line["equity"] for line in stage.log.named("day_opened")] == [EQUITY, Decimal(8500)]
    assert scene.refusal() is None


def test_until_the_day_is_opened_nothing_is_reserved(stage: Stage, scene: Scene) -> None:
    stage.run_until(MONDAY.closes_at + timedelta(hours=2))

    scene.open()

    assert scene.refusal() is DenialRule.PNL_UNKNOWN
