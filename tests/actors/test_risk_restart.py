from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from actors.oco import stream_of
from actors.risk import RiskActor
from domain.commands import (
    AppendRecords,
    FlattenBracket,
    ReadOpenIntents,
    ReadStream,
    RequestBook,
    StreamRead,
    SummariseDay,
)
from domain.denials import DenialRule
from domain.entry_gate import AskEntry
from domain.errors import StoreFault
from domain.events import (
    BracketPlanned,
    ClosedBy,
    DayOpened,
    FeesCharged,
    FillCorrected,
    LegFilled,
    LossLimitReached,
    Resynchronised,
)
from domain.foreign import leg_filled
from domain.ids import ExecId, Leg, Symbol
from domain.journal_health import AskJournalHealth, JournalHealth
from domain.ledger_rules import RiskLimits
from domain.reports import Failure, RequestFailed, Side
from tests.actors.risk_scene import LEDGER, Scene, a_close, a_position_of_others, a_reservation, an_opening
from tests.actors.stage import CALENDAR, MONDAY, Stage
from tests.builders import GENERATION, INTENT, NOW, a_book, a_fill, a_plan


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return Scene(stage)


def test_a_correction_is_written_to_its_brackets_stream_once_by_a_successor_too(stage: Stage, scene: Scene) -> None:
    stage.store.append(LEDGER, [an_opening(), a_reservation()])
    stage.store.append(stream_of(INTENT), [BracketPlanned(at=NOW, plan=a_plan())])
    stage.cast(f"oco:{INTENT}")
    predecessor = scene.open()
    news = replace(a_fill("S", 2, "1.60", exec_id="out"), revision=2)
    fills = [leg_filled(a_fill("E", 2, "2.02", exec_id="in")), leg_filled(a_fill("S", 2, "1.50", exec_id="out"))]
    scene.tell(a_fill("E", 2, "2.02", exec_id="in"), a_fill("S", 2, "1.50", exec_id="out"), a_close("-104"))
    stage.store.append(stream_of(INTENT), [*(fill for fill in fills if fill is not None), a_close("-104")])

    scene.tell(news, news)
    stage.run_for(1)
    predecessor.stop()
    stage.run_for(1)
    scene.open()
    scene.tell(news, SummariseDay(completed=1, failed=0))
    stage.run_for(1)

    written = [record for record in stage.store.streams[stream_of(INTENT)] if isinstance(record, FillCorrected)]
    (line,) = stage.log.named("fill_corrected")
    assert [record.fill.price for record in written] == [Decimal("1.60")]
    assert (line["price"], line["price_before"]) == (Decimal("1.60"), Decimal("1.50"))
    assert [line["pnl"] for line in stage.log.named("eod_summary")] == [Decimal(-84)]


def test_a_successor_knows_what_the_day_lost_and_what_is_set_aside(stage: Stage, scene: Scene) -> None:
    stage.store.append(LEDGER, [an_opening(), a_reservation()])
    stage.store.append(stream_of(INTENT), [BracketPlanned(at=NOW, plan=a_plan())])
    scene.open()
    busy = scene.refusal()
    scene.tell(a_fill("E", 2, "2.02"), a_fill("S", 2, "1.50"), a_close("-104"))

    scene.tell(SummariseDay(completed=1, failed=0))

    assert busy is DenialRule.SYMBOL_BUSY
    (line,) = stage.log.named("eod_summary")
    assert (line["entries"], line["exits"], line["pnl"]) == (1, 1, Decimal(-104))


def test_a_successor_counts_fills_that_only_the_brackets_stream_knows(stage: Stage, scene: Scene) -> None:
    first = scene.open()
    scene.reserve()
    first.fence()
    fee = FeesCharged(at=NOW, intent=INTENT, exec_id=a_fill("E", 2, "2.02").exec_id, fees=Decimal(1))
    stage.store.append(stream_of(INTENT), [BracketPlanned(at=NOW, plan=a_plan()), fee, a_close()])

    scene.open()
    scene.tell(SummariseDay(completed=0, failed=0))

    (line,) = stage.log.named("eod_summary")
    assert (line["exits"], line["fees"]) == (1, Decimal(1))


@pytest.mark.parametrize(("reserved", "pnl"), [(False, "-101"), (True, "-51")])
def test_what_a_bracket_sold_on_an_earlier_day_is_not_made_again_by_a_successor(
    stage: Stage, scene: Scene, *, reserved: bool, pnl: str
) -> None:
    yesterday, bought = NOW - timedelta(days=1), leg_filled(a_fill("E", 2, "2.02", exec_id="in"))
    assert isinstance(bought, LegFilled)
    sold = replace(bought, leg=Leg.TARGET, exec_id=ExecId("out"), quantity=1, side=Side.SELL, price=Decimal("2.52"))
    today = replace(sold, exec_id=ExecId("now"), price=Decimal("1.01"), at=NOW)
    early = [replace(fill, at=yesterday) for fill in (bought, sold)]
    stage.store.append(LEDGER, [an_opening(), *([a_reservation()] if reserved else [])])
    stage.store.append(stream_of(INTENT), [BracketPlanned(at=yesterday, plan=a_plan()), *early, today])

    scene.open()
    scene.tell(SummariseDay(completed=0, failed=0))

    (line,) = stage.log.named("eod_summary")
    assert line["pnl"] == Decimal(pnl)


def test_a_successor_is_still_latched(stage: Stage, scene: Scene) -> None:
    limit = LossLimitReached(at=NOW, day=MONDAY.day, loss=Decimal(1600), limit=Decimal(1500))
    stage.store.append(LEDGER, [an_opening(), limit])

    scene.open()

    assert scene.refusal() is DenialRule.DAILY_LOSS


@pytest.mark.parametrize("has_opened", [True, False])
def test_a_successor_is_latched_by_what_no_disk_has(*, has_opened: bool, stage: Stage, scene: Scene) -> None:
    if has_opened:
        stage.store.append(LEDGER, [an_opening()])
    scene.latch.close(LossLimitReached(at=NOW, day=MONDAY.day, loss=Decimal(1600), limit=Decimal(1500)))

    scene.open(flatten_on_loss=True)

    assert scene.refusal() is DenialRule.DAILY_LOSS
    assert [type(one) for one in stage.store.streams[LEDGER]] == [DayOpened, LossLimitReached]
    assert FlattenBracket(why=ClosedBy.FLATTENED) in scene.oco.of(FlattenBracket)


def test_what_the_disk_says_closes_the_latch_of_a_new_process(stage: Stage, scene: Scene) -> None:
    limit = LossLimitReached(at=NOW, day=MONDAY.day, loss=Decimal(1600), limit=Decimal(1500))
    stage.store.append(LEDGER, [an_opening(), limit])

    scene.open()

    assert scene.latch.reached == limit


def test_a_successor_learns_again_where_others_hold_something(scene: Scene) -> None:
    book = a_book(positions=(a_position_of_others(),))
    first = scene.open()
    scene.tell(Resynchronised(at=NOW, generation=GENERATION, book=book))
    before = scene.refusal()
    first.fence()
    scene.broker.answers[RequestBook] = book

    scene.open()

    assert before is DenialRule.FOREIGN
    assert scene.refusal() is DenialRule.FOREIGN


def test_nothing_is_reserved_by_a_successor_that_has_not_seen_the_book(stage: Stage, scene: Scene) -> None:
    stage.store.append(LEDGER, [an_opening()])
    scene.broker.answers[RequestBook] = RequestFailed(failure=Failure.TIMED_OUT)

    scene.open()
    before = scene.refusal()
    scene.broker.answers[RequestBook] = a_book()
    stage.run_for(61)

    assert before is DenialRule.BUYING_POWER_UNKNOWN
    assert scene.refusal() is None


def test_one_that_a_predecessor_gave_is_given_back_too(stage: Stage, scene: Scene) -> None:
    first = scene.open()
    scene.reserve()
    first.fence()

    scene.open()
    stage.run_for(91)
    scene.pnl("0")

    assert scene.refusal() is None


def test_a_journal_that_cannot_be_read_lets_no_ledger_start(stage: Stage, scene: Scene) -> None:
    stage.store.unreadable = "disk gone"
    for name in ("risk", "journal"):
        stage.expect_death(name)

    scene.open()

    assert "risk" not in stage.directory.names()


def test_the_ledger_asks_the_journal_for_the_days_its_own_stream_and_open_intents(stage: Stage) -> None:
    stage.cast("broker")
    journal = stage.cast("journal", {ReadStream: StreamRead(records=()), ReadOpenIntents: None})
    stage.expect_death("risk")

    stage.launch(
        lambda c: RiskActor(c, limits=RiskLimits(), calendar=CALENDAR, flatten_on_loss=False, log=stage.log), "risk"
    )

    assert [type(m) for m in journal.heard] == [ReadStream, AskJournalHealth, ReadStream, ReadOpenIntents]
    assert journal.of(AppendRecords) == []


def test_nothing_is_reserved_while_the_journals_disk_is_bad_and_again_when_it_is_not(
    stage: Stage, scene: Scene
) -> None:
    scene.open()

    scene.tell(JournalHealth(at=NOW, fault=StoreFault.DISK_FULL, reason="database or disk is full"))
    refused, asked = scene.refusal(), stage.ask("risk", AskEntry(symbol=Symbol("GOOG")))
    scene.tell(JournalHealth(at=NOW))

    assert refused is DenialRule.JOURNAL
    assert (asked.rule, asked.found) == (DenialRule.JOURNAL, f"disk_full since {NOW:%Y-%m-%d %H:%M:%S}Z")
    assert scene.refusal() is None


def test_a_ledger_that_comes_back_asks_how_the_journals_disk_is(stage: Stage, scene: Scene) -> None:
    stage.store.broken = "database or disk is full"
    stage.ask("journal", AppendRecords(stream="elsewhere", records=(an_opening(),)))

    scene.open()

    assert scene.refusal() is DenialRule.JOURNAL


def test_an_execution_of_somebody_elses_order_is_no_news_to_the_ledger(stage: Stage, scene: Scene) -> None:
    scene.open()

    scene.tell(replace(a_fill("E", 2, "2.02"), ref=None))
    stage.run_for(1)

    assert stage.log.named("actor_failed") == []
    assert [record for record in stage.store.read(LEDGER) if not isinstance(record, DayOpened)] == []
    assert scene.refusal() is None
