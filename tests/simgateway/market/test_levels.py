from datetime import date, timedelta
from statistics import mean

import pytest

from simgateway.market.levels import Levels
from simgateway.market.profiles import profile_of
from simgateway.market.rows import longer

DAY = date(2024, 10, 8)
SHORT_DAY = date(2023, 11, 24)


def some_levels(seed: int = 7, symbol: str = "SPY") -> Levels:
    return Levels(seed, symbol, profile_of(symbol), DAY)


@pytest.mark.parametrize("seconds", [300, 3600, 14_400, 86_400])
@pytest.mark.parametrize("day", [DAY, SHORT_DAY])
def test_longer_rows_are_the_minutes_joined(day: date, seconds: int) -> None:
    levels = some_levels()
    path = levels.path(day)
    assert path is not None

    rows = levels.rows(day, seconds)

    assert rows == tuple(longer(levels.rows(day, 60), seconds, day, path.opened))


def test_days_are_the_same_whichever_is_asked_for_first() -> None:
    forward, backward = some_levels(), some_levels()
    days = [date(2024, 9, 3), date(2024, 10, 1), DAY, date(2024, 10, 15)]

    there = [forward.rows(day, 3600) for day in days]
    back = [backward.rows(day, 3600) for day in reversed(days)]

    assert there == back[::-1]


def test_a_short_day_has_fewer_minutes() -> None:
    levels = some_levels()

    minutes = levels.rows(SHORT_DAY, 60)

    assert len(minutes) == 210


def test_a_closed_day_and_one_years_away_have_no_path() -> None:
    levels = some_levels()

    paths = levels.path(date(2024, 10, 6)), levels.path(date(1999, 10, 6))

    assert paths == (None, None)


def test_now_and_then_an_hour_breaks_out_on_high_volume() -> None:
    levels = [some_levels(seed, "NVDA") for seed in range(6)]
    days = [date(2024, 9, number) for number in range(3, 31) if levels[0].path(date(2024, 9, number))]

    breakouts = 0
    for level in levels:
        hours = [row for day in days for row in level.rows(day, 3600)]
        for index in range(60, len(hours)):
            before, row = hours[index - 60 : index], hours[index]
            beyond = row.close > max(one.close for one in before) or row.close < min(one.close for one in before)
            breakouts += beyond and row.volume > 1.5 * mean(one.volume for one in before)

    assert 2 <= breakouts <= 40


def test_the_close_before_a_day_is_that_of_the_session_before() -> None:
    levels, other = some_levels(), some_levels()
    days = [date(2024, 8, 1) + timedelta(days=number) for number in range(90)]

    before = [levels.close_before(day) for day in days]

    assert before == [other.close(other.day_before(day)) for day in days]


def test_a_day_made_ahead_is_the_day_that_would_have_been_made() -> None:
    ahead, later = some_levels(), some_levels()

    ahead.prepare_after(DAY)

    assert ahead.rows(date(2024, 10, 9), 60) == later.rows(date(2024, 10, 9), 60)
