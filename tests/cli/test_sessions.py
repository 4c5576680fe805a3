from datetime import UTC, date, datetime, timedelta

import pytest

from cli.sessions import live_calendar
from domain.errors import ConfigError
from domain.kept_sessions import SessionsKnown, SessionsUnknown
from ops.calendar_child import library_version
from ops.memory_log import MemoryLog
from tests.domain.test_kept_sessions import NOW, known

FAILED = SessionsUnknown(reason="no pandas")


class Library:
    """Answers with this, and counts."""

    def __init__(self, answer: SessionsKnown | SessionsUnknown) -> None:
        self.answer = answer
        self.asked: list[tuple[date, date]] = []

    def __call__(self, first: date, last: date) -> SessionsKnown | SessionsUnknown:
        self.asked.append((first, last))
        return self.answer


def test_what_was_kept_serves_and_the_library_is_not_asked() -> None:
    library, kept = Library(FAILED), known(-3, 40, version=library_version())

    calendar = live_calendar([kept], library, NOW, MemoryLog())

    assert calendar.known is kept
    assert library.asked == []


def test_a_first_start_asks_the_library() -> None:
    found = known(-3, 400)

    calendar = live_calendar([], Library(found), NOW, MemoryLog())

    assert calendar.known is found
    assert calendar.session_at(datetime(2027, 3, 11, 15, 0, tzinfo=UTC)) is not None


def test_a_start_with_another_library_asks_it() -> None:
    found = known(-3, 400)

    calendar = live_calendar([known(-3, 400, version="0")], Library(found), NOW, MemoryLog())

    assert calendar.known is found


def test_a_library_that_fails_leaves_the_kept_sessions_in_use_and_one_line() -> None:
    log, kept = MemoryLog(), known(-3, 4, version="0")

    calendar = live_calendar([kept], Library(FAILED), NOW, log)

    assert calendar.known is kept
    assert [(line["reason"], line["known_until"]) for line in log.named("calendar_failed")] == [
        ("no pandas", "2026-03-15")
    ]


@pytest.mark.parametrize("kept", [[], [known(-30, -1)]], ids=["none", "all over"])
def test_a_library_that_fails_with_nothing_kept_that_reaches_is_one_line(kept: list[SessionsKnown]) -> None:
    with pytest.raises(ConfigError, match="cannot be computed: no pandas; remove"):
        live_calendar(kept, Library(FAILED), NOW + timedelta(hours=7), MemoryLog())
