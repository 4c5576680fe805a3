from datetime import UTC, date, datetime

import exchange_calendars
import pytest

from simgateway.market.hours import closes_early, is_trading_day, session, session_after, session_before


@pytest.mark.filterwarnings("ignore:Series.values")  # the calendar's own, on newer versions of pandas
def test_the_rules_agree_with_the_published_calendar_from_2013_to_2026() -> None:
    calendar = exchange_calendars.get_calendar("XNYS", start="2013-01-01", end="2026-12-31")
    published = {row.Index.date(): (row.open, row.close) for row in calendar.schedule.itertuples()}

    days = [date.fromordinal(number) for number in range(date(2013, 1, 1).toordinal(), date(2027, 1, 1).toordinal())]
    ours = {day: session(day) for day in days}

    assert {day: hours for day, hours in ours.items() if hours} == published


def test_a_regular_session_is_told_in_utc() -> None:
    day = date(2025, 11, 12)

    hours = session(day)

    assert hours == (datetime(2025, 11, 12, 14, 30, tzinfo=UTC), datetime(2025, 11, 12, 21, 0, tzinfo=UTC))


@pytest.mark.parametrize("day", [date(2015, 12, 24), date(2024, 7, 3), date(2025, 11, 28)])
def test_early_closes_are_at_one_o_clock(day: date) -> None:
    hours = session(day)

    assert closes_early(day)
    assert hours is not None
    assert (hours[1] - hours[0]).total_seconds() == 3.5 * 3600


@pytest.mark.parametrize("day", [date(2024, 3, 29), date(2022, 6, 20), date(2021, 12, 24), date(2025, 1, 9)])
def test_holidays_have_no_session(day: date) -> None:
    hours = session(day)

    assert hours is None


def test_a_new_year_on_a_saturday_closes_no_friday() -> None:
    day = date(2021, 12, 31)

    opens = is_trading_day(day)

    assert opens


def test_sessions_follow_one_another_over_weekends_and_holidays() -> None:
    thursday = date(2024, 3, 28)

    after = session_after(thursday)

    assert after == date(2024, 4, 1)
    assert session_before(after) == thursday
