import pytest
from pykka import ThreadingFuture
from pykka._envelope import Envelope

from actors.journal import STREAMS_KNOWN_MAX, TRY_AGAIN_SECONDS
from actors.runtime.mailbox import Mailbox
from domain.commands import (
    AppendRecords,
    AskPhase,
    OpenIntents,
    ReadOpenIntents,
    ReadStream,
    RecordsAppended,
    SendAlert,
    StreamRead,
)
from domain.errors import StoreError, StoreFault
from domain.events import BracketPlanned, ExitNumbered, JournalRecovered
from domain.ids import Leg
from domain.journal_health import AskJournalHealth, JournalHealth
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
    assert stage.log.named("store_error") == [
        {"stream": "bracket:a", "reason": "disk full", "store_fault": "disk_full"}
    ]


def test_a_read_that_fails_is_no_empty_answer_and_nobodys_death(stage: Stage) -> None:
    stage.journal()
    stage.store.unreadable = "disk gone"

    for question in (ReadStream(stream="bracket:a"), ReadOpenIntents()):
        with pytest.raises(StoreError, match="disk gone"):
            stage.ask("journal", question)
    stage.store.unreadable = ""

    assert stage.ask("journal", ReadOpenIntents()) == OpenIntents(intents=())


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


def test_a_failing_disk_is_told_once_to_the_ledger_and_the_operator_and_so_is_its_recovery(stage: Stage) -> None:
    risk, alerts = stage.cast("risk"), stage.cast("alerts")
    stage.journal()
    stage.store.broken = "database or disk is full"
    for _ in range(3):
        stage.ask("journal", APPEND)
    began = stage.now
    stage.store.broken = ""
    stage.run_for(2 * TRY_AGAIN_SECONDS)

    sick, sound = risk.of(JournalHealth)[1:]
    (alarm, relief) = alerts.of(SendAlert)
    assert (sick.fault, sick.at, sound.fault) == (StoreFault.DISK_FULL, began, None)
    assert (alarm.level, "make room" in alarm.text) == ("CRITICAL", True)
    assert "can be written again after 15 s" in relief.text
    assert stage.store.streams["journal"] == [JournalRecovered(at=sound.at, fault="disk_full", since=began)]
    assert stage.ask("journal", AskJournalHealth()) == sound


def test_a_disk_that_stays_bad_is_tried_again_and_again(stage: Stage) -> None:
    stage.journal()
    stage.store.broken, stage.store.fault = "attempt to write a readonly database", StoreFault.READ_ONLY
    stage.ask("journal", APPEND)
    stage.run_for(4.5 * TRY_AGAIN_SECONDS)

    assert len(stage.log.named("store_error")) == 5
    assert stage.ask("journal", AskJournalHealth()).fault is StoreFault.READ_ONLY
    assert stage.log.named("journal_recovered") == []


def test_a_damaged_file_is_not_trusted_again_by_the_same_process(stage: Stage) -> None:
    risk = stage.cast("risk")
    stage.journal()
    stage.store.unreadable, stage.store.fault = "database disk image is malformed", StoreFault.CORRUPT
    with pytest.raises(StoreError):
        stage.ask("journal", ReadStream(stream="bracket:a"))
    stage.store.unreadable = ""
    stage.run_for(3 * TRY_AGAIN_SECONDS)

    assert stage.ask("journal", APPEND) == RecordsAppended()
    assert [health.fault for health in risk.of(JournalHealth)] == [None, StoreFault.CORRUPT]
    assert stage.ask("journal", AskJournalHealth()).fault is StoreFault.CORRUPT


def test_a_record_that_does_not_fit_is_said_and_stops_nothing_else(stage: Stage) -> None:
    stage.journal()
    stage.store.broken, stage.store.fault = "would not read back as it is", StoreFault.RECORD

    stage.ask("journal", APPEND)

    assert stage.log.named("store_error")
    assert stage.log.named("journal_failed") == []
    assert stage.ask("journal", AskJournalHealth()).fault is None


def test_a_stream_is_read_once_for_its_writers_and_again_after_a_failure(stage: Stage) -> None:
    stage.journal()
    stage.ask("journal", APPEND)
    stage.store.unreadable = "disk gone"

    known = stage.ask("journal", APPEND)
    stage.store.broken = "disk gone"
    number = ExitNumbered(at=NOW, intent=INTENT, leg=Leg.EXIT, number=1)
    failed = stage.ask("journal", AppendRecords(stream="bracket:a", records=(number,)))
    stage.store.broken = ""
    unread = stage.ask("journal", APPEND)

    assert (known.error, failed.error, unread.error) == ("", "disk gone", "disk gone")


def test_only_so_many_streams_are_remembered(stage: Stage) -> None:
    stage.journal()
    for number in range(STREAMS_KNOWN_MAX + 1):
        stage.ask("journal", AppendRecords(stream=f"bracket:{number}", records=(PLANNED,)))
    stage.store.unreadable = "disk gone"

    answers = [stage.ask("journal", AppendRecords(stream=f"bracket:{n}", records=(PLANNED,))) for n in (1, 0)]

    assert [answer.error for answer in answers] == ["", "disk gone"]


def test_who_starts_can_read_its_stream_when_the_journal_has_all_the_mail_it_can_hold() -> None:
    mailbox = Mailbox(1, lambda: 0.0)
    taken = [mailbox.put(Envelope(message)) for message in (AskJournalHealth(), AskJournalHealth())]

    assert taken == [True, False]
    assert mailbox.put(Envelope(ReadStream(stream="bracket:a"), reply_to=ThreadingFuture()))
