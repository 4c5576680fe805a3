from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.kept_sessions import (
    AHEAD,
    BEHIND,
    ENOUGH,
    SHORT,
    SessionsKnown,
    SessionTimes,
    calendar_of,
    is_news,
    latest,
    reach,
    serves,
    span,
)

NOW = datetime(2026, 3, 11, 15, 0, tzinfo=UTC)


def known(first: int, last: int, *, version: str = "4.1", at: datetime = NOW) -> SessionsKnown:
    """Return a session on each day from so many days after now to so many."""
    opens = [datetime(2026, 3, 11, 14, 30, tzinfo=UTC) + timedelta(days=number) for number in range(first, last + 1)]
    sessions = (SessionTimes(day=each.date(), opens_at=each, closes_at=each + timedelta(hours=6)) for each in opens)
    return SessionsKnown(at=at, version=version, sessions=tuple(sessions))


def without(kept: SessionsKnown, day: date) -> SessionsKnown:
    return replace(kept, sessions=tuple(each for each in kept.sessions if each.day != day))


def test_it_is_asked_for_last_week_and_the_year_to_come_by_new_yorks_day() -> None:
    evening = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)

    assert span(evening) == (date(2026, 3, 11) - BEHIND, date(2026, 3, 11) + AHEAD)


def test_the_last_record_counts_and_others_are_passed_over() -> None:
    older, newer = known(-3, 5), known(-3, 9)

    assert latest([older, "another", newer, 3]) is newer
    assert latest(["another"]) is None


def test_a_calendar_of_it_knows_its_days() -> None:
    calendar = calendar_of(known(0, 2))

    assert [session.day.day for session in calendar.sessions] == [11, 12, 13]


def test_it_reaches_to_the_last_close() -> None:
    assert reach(known(0, 2), NOW) == timedelta(days=2, hours=5, minutes=30)
    assert reach(known(0, -1), NOW) < timedelta()


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (known(-3, 40), True),
        (known(-3, SHORT.days - 1), False),
        (known(1, 40), False),
        (known(-3, 40, version="4.0"), False),
        (known(0, -1), False),
    ],
    ids=["it does", "it ends soon", "it begins later", "of another library", "of nothing"],
)
def test_a_process_starts_by_what_is_of_its_library_and_reaches_from_today(kept: SessionsKnown, expected: bool) -> None:  # noqa: FBT001 - the table's column
    assert serves(kept, NOW, "4.1") is expected


def test_the_first_sessions_are_news() -> None:
    assert is_news(None, known(-3, 40), NOW)


def test_those_of_another_library_are_news() -> None:
    assert is_news(known(-3, 400), known(-3, 400, version="4.2"), NOW)


def test_the_same_a_day_later_is_none() -> None:
    assert not is_news(known(-3, 400), known(-2, 401), NOW)


def test_another_holiday_is_news() -> None:
    kept = known(-3, 400)

    assert is_news(kept, without(known(-2, 401), date(2026, 7, 3)), NOW)


def test_more_is_news_once_what_was_kept_is_not_enough() -> None:
    short = known(-200, ENOUGH.days - 1)

    assert is_news(short, known(-3, 400), NOW)
    assert not is_news(short, short, NOW)
