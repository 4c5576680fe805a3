from datetime import timedelta

import pytest

from domain.remote import IDS_LAST, STRANGERS_TOLD_MAX, RemoteBook, RemoteMessage, Verdict, Word, judged, word_of
from tests.builders import NOW

OWNER = 4711
BOOK = RemoteBook(owner=OWNER, since=NOW)


def a_message(
    update_id: int = 10, chat_id: int | None = OWNER, seconds: float = 1, text: str = "/halt"
) -> RemoteMessage:
    return RemoteMessage(update_id=update_id, chat_id=chat_id, sent_at=NOW + timedelta(seconds=seconds), text=text)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("/halt", Word.HALT),
        (" Halt\n", Word.HALT),
        ("/HALT@stopward_bot", Word.HALT),
        ("status", Word.STATUS),
        ("/status", Word.STATUS),
        ("/resume", Word.HELP),
        ("flatten", Word.HELP),
        ("do not halt", Word.HELP),
        ("", Word.HELP),
    ],
)
def test_two_words_are_understood_and_nothing_else(text: str, word: Word) -> None:
    assert word_of(text) is word


def test_a_message_of_the_owner_is_carried_out_once() -> None:
    book, first = judged(BOOK, a_message(), NOW)
    _, again = judged(book, a_message(), NOW)

    assert (first, again) == (Verdict.CARRY_OUT, Verdict.REPEATED)
    assert book.offset(NOW) == 11


def test_a_message_from_before_the_start_is_not_carried_out() -> None:
    _, verdict = judged(BOOK, a_message(seconds=-1), NOW)

    assert verdict is Verdict.TOO_OLD


def test_a_message_of_the_second_of_the_start_is_new_for_the_senders_clock_has_whole_seconds() -> None:
    started = RemoteBook(owner=OWNER, since=NOW + timedelta(microseconds=900_000))

    _, verdict = judged(started, a_message(seconds=0), NOW)

    assert verdict is Verdict.CARRY_OUT


def test_a_message_of_no_known_time_is_not_carried_out() -> None:
    timeless = RemoteMessage(update_id=10, chat_id=OWNER, sent_at=None, text="/halt")

    assert judged(BOOK, timeless, NOW)[1] is Verdict.TOO_OLD


def test_what_an_earlier_process_saw_is_repeated_whatever_its_time_says() -> None:
    kept = RemoteBook(owner=OWNER, since=NOW, next_id=11, seen_at=NOW - timedelta(hours=1))

    assert judged(kept, a_message(10), NOW)[1] is Verdict.REPEATED
    assert judged(kept, a_message(11), NOW)[1] is Verdict.CARRY_OUT


def test_numbers_of_a_week_ago_hide_nothing_for_they_are_drawn_anew() -> None:
    kept = RemoteBook(owner=OWNER, since=NOW, next_id=900, seen_at=NOW - IDS_LAST - timedelta(seconds=1))

    book, verdict = judged(kept, a_message(10), NOW)

    assert kept.offset(NOW) is None
    assert (verdict, book.offset(NOW)) == (Verdict.CARRY_OUT, 11)


def test_numbers_of_six_days_ago_are_good() -> None:
    kept = RemoteBook(owner=OWNER, since=NOW, next_id=900, seen_at=NOW - IDS_LAST)

    assert kept.offset(NOW) == 900


def test_a_stranger_is_told_once_and_each_message_counted() -> None:
    book, first = judged(BOOK, a_message(10, chat_id=666), NOW)
    book, again = judged(book, a_message(11, chat_id=666), NOW)
    book, nobody = judged(book, a_message(12, chat_id=None), NOW)

    assert (first, again, nobody) == (Verdict.STRANGER, Verdict.STRANGER_AGAIN, Verdict.STRANGER)
    assert (book.ignored, book.offset(NOW)) == (3, 13)


def test_a_crowd_of_strangers_is_counted_but_not_remembered() -> None:
    book, verdicts = BOOK, []
    for number in range(STRANGERS_TOLD_MAX + 5):
        book, verdict = judged(book, a_message(10 + number, chat_id=-number - 1), NOW)
        verdicts.append(verdict)

    assert verdicts.count(Verdict.STRANGER) == len(book.strangers) == STRANGERS_TOLD_MAX
    assert book.ignored == STRANGERS_TOLD_MAX + 5
