import pytest

from domain.commands import (
    AppendRecords,
    AskPhase,
    OpenIntents,
    ReadOpenIntents,
    ReadStream,
    RecordsAppended,
    StreamRead,
)
from domain.errors import StoreError
from domain.events import BracketPlanned, ExitNumbered
from domain.ids import Leg
from tests.actors.stage import Stage
from tests.builders import INTENT, NOW, a_plan

PLANNED = BracketPlanned(at=NOW, plan=a_plan())
APPEND = AppendRecords(stream="bracket:a", records=(PLANNED,))


def test_an_append_is_acknowledged_once_it_is_written(stage: Stage) -> None:
    stage.journal()

    answer = stage.ask("journal", APPEND)

    assert answer == RecordsAppended()
    assert stage.store.streams == {"bracket:a": [PLANNED]}


def test_a_stream_is_read_back_as_it_was_written(stage: Stage) -> None:
    stage.journal()
    number = ExitNumbered(at=NOW, intent=INTENT, leg=Leg.EXIT, number=1)

    stage.tell("journal", APPEND, AppendRecords(stream="bracket:a", records=(number,)))

    assert stage.ask("journal", ReadStream(stream="bracket:a")) == StreamRead(records=(PLANNED, number))
    assert stage.ask("journal", ReadStream(stream="bracket:b")) == StreamRead(records=())


def test_open_intents_are_answered(stage: Stage) -> None:
    stage.journal()
    stage.tell("journal", APPEND)

    assert stage.ask("journal", ReadOpenIntents()) == OpenIntents(intents=(INTENT,))


def test_a_write_that_fails_is_answered_said_and_survived(stage: Stage) -> None:
    stage.journal()
    stage.store.broken = "disk full"
    failed = stage.ask("journal", APPEND)
    stage.store.broken = ""

    assert failed == RecordsAppended(error="disk full")
    assert stage.ask("journal", APPEND) == RecordsAppended()
    assert stage.log.named("store_error") == [{"stream": "bracket:a", "reason": "disk full"}]


def test_a_read_that_fails_is_no_empty_answer(stage: Stage) -> None:
    stage.journal()
    stage.expect_death("journal")
    stage.store.unreadable = "disk gone"

    with pytest.raises(StoreError):
        stage.ask("journal", ReadStream(stream="bracket:a"))


def test_what_it_does_not_understand_changes_nothing(stage: Stage) -> None:
    stage.journal()

    assert stage.ask("journal", AskPhase()) is None
    assert stage.store.streams == {}


def test_what_reaches_it_twice_is_acknowledged_twice_and_written_once(stage: Stage) -> None:
    stage.journal()

    answers = [stage.ask("journal", APPEND) for _ in range(2)]

    assert answers == [RecordsAppended()] * 2
    assert stage.store.streams == {"bracket:a": [PLANNED]}


def test_what_its_predecessor_wrote_is_not_written_again(stage: Stage) -> None:
    stage.journal().fence()
    stage.store.append("bracket:a", [PLANNED])
    stage.journal()
    number = ExitNumbered(at=NOW, intent=INTENT, leg=Leg.EXIT, number=1)

    answer = stage.ask("journal", AppendRecords(stream="bracket:a", records=(PLANNED, number)))

    assert answer == RecordsAppended()
    assert stage.store.streams == {"bracket:a": [PLANNED, number]}


def test_a_stream_that_cannot_be_read_is_not_written_to(stage: Stage) -> None:
    stage.journal()
    stage.store.unreadable = "disk gone"

    assert stage.ask("journal", APPEND) == RecordsAppended(error="disk gone")
