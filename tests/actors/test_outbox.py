from actors.journal import JournalActor
from actors.outbox import LONGEST_PAUSE_SECONDS
from actors.runtime.control import Crash
from actors.runtime.lifecycle import Phase
from domain.commands import AppendRecords, ReadStream, RecordsAppended, StreamRead
from domain.events import BracketClosed, BracketPlanned, FeesCharged, LegFilled
from domain.reports import BrokerStatus
from tests.actors.oco_scene import STREAM, Scene
from tests.actors.stage import Stage
from tests.builders import a_fee, a_fill, a_plan, a_status


def kinds(stage: Stage) -> list[type]:
    return [type(record) for record in stage.store.streams[STREAM]]


def kill_the_journal(stage: Stage) -> None:
    stage.expect_death("journal")
    stage.directory.address("journal").tell(Crash(reason="to see what the others do"), urgent=True)
    stage.run_for(0.01)


def test_what_was_to_be_written_while_the_journal_was_dead_is_written_by_its_successor_in_order(stage: Stage) -> None:
    scene = Scene(stage)
    scene.guard(a_plan())
    kill_the_journal(stage)

    scene.tell(a_fill("E", 1, "2.02", exec_id="one"), a_fee("one"), a_fill("E", 1, "2.02", exec_id="two"))
    assert kinds(stage) == [BracketPlanned]
    stage.journal()
    stage.run_for(2)

    assert kinds(stage) == [BracketPlanned, LegFilled, FeesCharged, LegFilled]


def test_what_was_written_and_not_acknowledged_is_not_written_twice(stage: Stage) -> None:
    scene = Scene(stage)
    scene.guard(a_plan())
    kill_the_journal(stage)
    mute = stage.cast("journal", {ReadStream: StreamRead(records=())})

    scene.tell(a_fill("E", 2, "2.02"))
    (append,) = mute.of(AppendRecords)
    stage.store.append(append.stream, append.records)
    mute.stop()
    stage.run_for(0.05)
    stage.launch(lambda context: JournalActor(context, journal=stage.store, log=stage.log), "journal")
    scene.tell(a_fee("E.0.2.2.02"))
    stage.run_for(2)

    assert kinds(stage) == [BracketPlanned, LegFilled, FeesCharged]


def test_a_disk_that_is_full_for_a_while_is_tried_again_ever_more_seldom(stage: Stage) -> None:
    scene = Scene(stage)
    scene.guard(a_plan())
    kill_the_journal(stage)
    full = stage.cast(
        "journal", {AppendRecords: RecordsAppended(error="disk full"), ReadStream: StreamRead(records=())}
    )

    scene.tell(a_fill("E", 2, "2.02"))
    stage.run_for(600)

    assert 600 / LONGEST_PAUSE_SECONDS <= len(full.of(AppendRecords)) <= 600 / LONGEST_PAUSE_SECONDS + 6


def test_a_guard_ends_when_its_last_word_is_on_the_disk_and_not_before(stage: Stage) -> None:
    scene = Scene(stage)
    guard = scene.guard(a_plan())
    scene.bought()
    kill_the_journal(stage)

    sold = (a_fill("T", 2, "3.03"), a_fee("T.0.2.3.03"), a_status("T", BrokerStatus.FILLED, filled=2))
    scene.tell(*sold, a_status("S", BrokerStatus.CANCELLED))
    stage.run_for(1)
    assert scene.risk.of(BracketClosed) == []
    stage.journal()
    stage.run_for(5)

    assert kinds(stage)[-1] is BracketClosed
    assert len(scene.risk.of(BracketClosed)) == 1
    assert guard.phase is Phase.ENDED
