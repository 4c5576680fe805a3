from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.denials import DenialRule
from domain.trading_day import (
    Calendar,
    Session,
    day_is_due,
    days_to_expiry,
    entry_window_problem,
    expires_today,
    flattens_at,
    is_flatten_due,
    minutes_since_open,
    minutes_to_close,
    new_york,
    new_york_midnight,
    ready_by,
)

WEDNESDAY, THURSDAY, FRIDAY, MONDAY = date(2025, 7, 2), date(2025, 7, 3), date(2025, 7, 4), date(2025, 7, 7)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def a_session(day: date = WEDNESDAY, *, closes_at: datetime | None = None) -> Session:
    return Session(day=day, opens_at=at(day, 13, 30), closes_at=closes_at or at(day, 20))


# The third of July closes at 13:00 in New York, the fourth is a holiday, then comes a weekend.
EARLY = a_session(THURSDAY, closes_at=at(THURSDAY, 17))
CALENDAR = Calendar.of([a_session(MONDAY), EARLY, a_session(WEDNESDAY)])

moments = st.datetimes(min_value=datetime(2025, 7, 1), max_value=datetime(2025, 7, 9)).map(  # noqa: DTZ001 - made aware
    lambda moment: moment.replace(tzinfo=UTC)
)


def test_a_calendar_holds_its_sessions_by_rising_time() -> None:
    assert [session.day for session in CALENDAR.sessions] == [WEDNESDAY, THURSDAY, MONDAY]


def test_a_session_needs_a_zone() -> None:
    naive = at(WEDNESDAY, 13, 30).replace(tzinfo=None)

    with pytest.raises(ValueError, match="without a zone"):
        Session(day=WEDNESDAY, opens_at=naive, closes_at=at(WEDNESDAY, 20))
    with pytest.raises(ValueError, match="without a zone"):
        Session(day=WEDNESDAY, opens_at=at(WEDNESDAY, 13), closes_at=naive)


def test_a_session_closes_later_than_it_opens() -> None:
    with pytest.raises(ValueError, match="closes before it opens"):
        a_session(closes_at=at(WEDNESDAY, 13, 30))


@pytest.mark.parametrize(
    "second", [a_session(), Session(day=THURSDAY, opens_at=at(WEDNESDAY, 19), closes_at=at(WEDNESDAY, 21))]
)
def test_sessions_that_overlap_are_no_calendar(second: Session) -> None:
    with pytest.raises(ValueError, match="overlap"):
        Calendar.of([a_session(), second])


def test_two_sessions_of_one_day_are_no_calendar() -> None:
    evening = Session(day=WEDNESDAY, opens_at=at(WEDNESDAY, 21), closes_at=at(WEDNESDAY, 23))

    with pytest.raises(ValueError, match="overlap"):
        Calendar.of([a_session(), evening])


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (at(WEDNESDAY, 13, 29), None),
        (at(WEDNESDAY, 13, 30), WEDNESDAY),
        (at(WEDNESDAY, 19, 59), WEDNESDAY),
        (at(WEDNESDAY, 20), None),
        (at(THURSDAY, 16, 59), THURSDAY),
        (at(THURSDAY, 17), None),
        (at(FRIDAY, 15), None),
        (at(MONDAY, 21), None),
    ],
)
def test_the_market_is_open_from_the_open_until_just_before_the_close(now: datetime, day: date | None) -> None:
    session = CALENDAR.session_at(now)

    assert (None if session is None else session.day) == day


@pytest.mark.parametrize(
    ("day", "known"),
    [(date(2025, 7, 1), False), (WEDNESDAY, True), (FRIDAY, False), (MONDAY, True), (date(2025, 7, 8), False)],
)
def test_a_holiday_a_weekend_and_a_day_outside_the_calendar_have_no_session(day: date, known: object) -> None:
    session = CALENDAR.session_of(day)

    assert (session is not None) is known
    assert session is None or session.day == day


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (at(WEDNESDAY, 13, 29), WEDNESDAY),
        (at(WEDNESDAY, 13, 30), THURSDAY),
        (at(FRIDAY, 15), MONDAY),
        (at(MONDAY, 13, 30), None),
    ],
)
def test_the_next_session_is_one_that_has_not_opened(now: datetime, day: date | None) -> None:
    session = CALENDAR.next_session(now)

    assert (None if session is None else session.day) == day


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (at(WEDNESDAY, 4), WEDNESDAY),
        (at(WEDNESDAY, 19, 59), WEDNESDAY),
        (at(WEDNESDAY, 20), THURSDAY),
        (at(THURSDAY, 17), MONDAY),
        (at(FRIDAY, 15), MONDAY),
        (at(MONDAY, 20), MONDAY),
        (at(date(2025, 7, 9), 3), date(2025, 7, 8)),
    ],
)
def test_the_trading_day_is_that_of_the_session_that_is_open_or_next(now: datetime, day: date) -> None:
    assert CALENDAR.trading_day(now) == day


@given(moments, moments)
def test_the_trading_day_never_goes_back(one: datetime, other: datetime) -> None:
    earlier, later = sorted((one, other))

    assert CALENDAR.trading_day(earlier) <= CALENDAR.trading_day(later)


@given(moments)
def test_the_open_session_is_found_by_its_day_and_is_never_the_next(now: datetime) -> None:
    session = CALENDAR.session_at(now)

    assert session != CALENDAR.next_session(now) or session is None
    assert session is None or CALENDAR.session_of(CALENDAR.trading_day(now)) is session


@pytest.mark.parametrize(
    ("expiry", "day", "last"),
    [
        (THURSDAY, WEDNESDAY, False),
        (THURSDAY, THURSDAY, True),
        (FRIDAY, THURSDAY, True),
        (FRIDAY, WEDNESDAY, False),
        (MONDAY, THURSDAY, False),
        (MONDAY, MONDAY, True),
        (WEDNESDAY, THURSDAY, True),
        (date(2025, 7, 18), MONDAY, False),
    ],
)
def test_what_expires_on_a_holiday_is_sold_in_the_session_before(expiry: date, day: date, last: object) -> None:
    session = CALENDAR.session_of(day)

    assert session is not None
    assert CALENDAR.is_last_session_before(expiry, session) is last


def test_new_yorks_clock_is_four_hours_behind_in_summer_and_five_in_winter() -> None:
    assert new_york(at(WEDNESDAY, 13, 30)).hour == 9
    assert new_york(at(date(2025, 1, 7), 14, 30)).hour == 9


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        (at(WEDNESDAY, 15), at(WEDNESDAY, 4)),
        (at(THURSDAY, 3), at(WEDNESDAY, 4)),
        (at(date(2025, 1, 7), 15), at(date(2025, 1, 7), 5)),
        (at(date(2025, 3, 9), 15), at(date(2025, 3, 9), 5)),  # The clocks went forward two hours after midnight.
        (at(date(2025, 11, 2), 15), at(date(2025, 11, 2), 4)),  # And back.
        (at(date(2025, 11, 2), 6, 30), at(date(2025, 11, 2), 4)),  # In the hour that comes twice, the second time.
    ],
)
def test_a_new_york_day_begins_at_its_midnight_when_clocks_change_too(now: datetime, midnight: datetime) -> None:
    assert new_york_midnight(now) == midnight


def test_days_to_expiry_are_calendar_days() -> None:
    assert [days_to_expiry(day, THURSDAY) for day in (WEDNESDAY, THURSDAY, MONDAY)] == [-1, 0, 4]


def test_a_contract_expires_on_its_day_and_has_expired_after_it() -> None:
    assert [expires_today(THURSDAY, today) for today in (WEDNESDAY, THURSDAY, FRIDAY)] == [False, True, True]


def test_minutes_are_counted_from_the_open_and_to_the_real_close() -> None:
    now = at(THURSDAY, 13, 29)

    assert minutes_since_open(EARLY, now) == -1
    assert minutes_to_close(EARLY, now) == 211


@pytest.mark.parametrize(
    ("hour", "minute", "problem"),
    [
        (13, 34, DenialRule.AFTER_OPEN),
        (13, 35, None),
        (16, 29, None),
        (16, 30, DenialRule.BEFORE_CLOSE),
        (17, 30, DenialRule.BEFORE_CLOSE),
    ],
)
def test_entries_have_a_window_that_ends_before_the_real_close(
    hour: int, minute: int, problem: DenialRule | None
) -> None:
    found = entry_window_problem(EARLY, at(THURSDAY, hour, minute), after_open_minutes=5, before_close_minutes=30)

    assert found is problem


def test_positions_are_closed_before_an_early_close_too() -> None:
    assert flattens_at(EARLY, 15) == at(THURSDAY, 16, 45)


@pytest.mark.parametrize(("hour", "minute", "due"), [(16, 44, False), (16, 45, True), (16, 59, True), (17, 0, False)])
def test_closing_is_due_until_the_session_is_over(hour: int, minute: int, due: object) -> None:
    assert is_flatten_due(EARLY, at(THURSDAY, hour, minute), 15) is due


@given(moments, st.integers(min_value=0, max_value=60))
def test_no_entry_is_allowed_once_closing_is_due(now: datetime, minutes: int) -> None:
    problem = entry_window_problem(EARLY, now, after_open_minutes=0, before_close_minutes=minutes)

    assert problem is not None or now < EARLY.closes_at - timedelta(minutes=minutes)


def test_a_day_is_due_half_an_hour_before_its_session_and_not_the_evening_before() -> None:
    session = Session(
        day=date(2026, 1, 6),
        opens_at=datetime(2026, 1, 6, 14, 30, tzinfo=UTC),
        closes_at=datetime(2026, 1, 6, 21, tzinfo=UTC),
    )

    assert not day_is_due(session, datetime(2026, 1, 5, 22, tzinfo=UTC))
    assert not day_is_due(session, datetime(2026, 1, 6, 13, 59, 59, tzinfo=UTC))
    assert day_is_due(session, datetime(2026, 1, 6, 14, 0, tzinfo=UTC))
    assert ready_by(session) == datetime(2026, 1, 6, 14, 0, tzinfo=UTC)
