"""What a guard does about the word that something is gone when broker or journal do not play along."""

from dataclasses import replace
from typing import Any

import pytest

from actors.brackets import BracketsActor
from actors.runtime.futures import Deferred
from domain.bracket_gone import SILENT, UNACKNOWLEDGED, WriteOff, WrittenOff
from domain.commands import AppendRecords, ReadOpenIntents, ReadStream, RecordsAppended, RequestBook, StreamRead
from domain.events import Journaled, LegFilled
from domain.outside import SoldOutside
from domain.reports import BookReport, Failure, RequestFailed
from tests.actors.oco_scene import OCO, STREAM, Scene
from tests.actors.stage import Stage
from tests.builders import a_book, a_fill, a_plan, a_position
from tests.domain.test_bracket_outside import RESTING

GONE = WriteOff(what="GOOG", by="./bot gone")


class LackingScene(Scene):
    """A guard of two of which one is there; the operator was told."""

    def __init__(self, stage: Stage, *, journal: bool = True) -> None:
        super().__init__(stage, journal=journal)
        self.guard(a_plan())
        stage.run_for(0.1)
        self.bought()
        self.broker.answers[RequestBook] = lambda _: self.book()
        for _ in range(2):
            self.tell(self.book())
            stage.run_for(6)

    def book(self) -> BookReport:
        bought = (a_fill("E", 2, "2.02"),)
        now = self.stage.now
        return a_book(positions=(a_position(1),), open_orders=RESTING, executions=bought, asked_at=now, at=now)

    def word(self, order: WriteOff = GONE) -> WrittenOff:
        answer: WrittenOff = self.stage.ask(OCO, order)
        return answer

    @property
    def written(self) -> list[int]:
        rows = self.stage.store.streams[STREAM]
        return [row.quantity for row in rows if isinstance(row, LegFilled) and row.exec_id.startswith("gone")]


@pytest.fixture
def scene(stage: Stage) -> LackingScene:
    return LackingScene(stage)


def test_it_is_on_the_disk_once_before_it_is_answered_and_the_ledger_hears_of_it(scene: LackingScene) -> None:
    assert scene.word().done

    assert scene.written == [1]
    scene.stage.run_for(1)
    assert [one.record.exec_id for one in scene.risk.of(SoldOutside)] == [f"gone {a_plan().intent} 0"] * 2
    assert (scene.written, len(scene.changed)) == ([1], 2)
    assert scene.word() == WrittenOff()


def test_a_guard_that_is_not_meant_says_so_and_asks_nobody(scene: LackingScene) -> None:
    asked = len(scene.broker.of(RequestBook))

    assert scene.word(replace(GONE, what="SPY")) == WrittenOff(unknown=True)
    assert len(scene.broker.of(RequestBook)) == asked


def test_while_the_broker_says_nothing_nothing_is_written_off(scene: LackingScene) -> None:
    scene.broker.answers[RequestBook] = RequestFailed(failure=Failure.TIMED_OUT)

    assert scene.word().refused == SILENT
    assert (scene.written, scene.changed) == ([], [])


def test_while_the_disk_cannot_be_written_nothing_is_cut_and_it_can_be_said_again(scene: LackingScene) -> None:
    scene.stage.store.broken = "disk full"
    assert scene.word().refused == "the journal cannot be written: disk full"
    assert scene.changed == []

    scene.stage.store.broken = ""

    assert scene.word().done
    assert scene.written == [1]


def test_a_disk_that_cannot_be_read_refuses_it(scene: LackingScene) -> None:
    scene.stage.store.unreadable = "disk gone"

    assert scene.word().refused == UNACKNOWLEDGED
    scene.stage.store.unreadable = ""


def test_what_was_written_and_not_acknowledged_is_found_when_it_is_said_again(stage: Stage) -> None:
    rows, silent = list[Journaled](), list[bool]()

    def appended(message: AppendRecords) -> RecordsAppended | Deferred:
        rows.extend(record for record in message.records if record not in rows)
        return Deferred() if silent else RecordsAppended()

    stage.cast("journal", {AppendRecords: appended, ReadStream: lambda _: StreamRead(records=tuple(rows))})
    scene = LackingScene(stage, journal=False)
    silent.append(True)
    assert scene.word().refused == UNACKNOWLEDGED
    assert scene.changed == []
    silent.clear()

    assert scene.word().done
    stage.run_for(1)
    assert len(scene.changed) == 2
    assert [row.quantity for row in rows if isinstance(row, LegFilled)] == [2, 1]


def test_every_guard_is_asked_and_one_answer_given(stage: Stage) -> None:
    stage.cast("journal", {AppendRecords: RecordsAppended(), ReadOpenIntents: None, ReadStream: None})
    for name, answer in {"oco:a": WrittenOff(unknown=True), "oco:b": WrittenOff(done="b is"), "oco:c": None}.items():
        stage.cast(name, {WriteOff: answer})
    stage.cast("ocos")
    stage.launch(lambda context: BracketsActor(context, oco_spec=_nobody, log=stage.log), "brackets")

    assert stage.ask("brackets", GONE) == WrittenOff(done="b is")


def _nobody(*_: Any) -> Any:
    raise AssertionError("nobody is started here")
