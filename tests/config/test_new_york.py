from datetime import UTC, datetime, time

import pytest

from config.new_york import TimeWindow, parse_moment, parse_time, parse_window


def test_a_time_is_two_digits_each() -> None:
    assert parse_time("09:45") == time(9, 45)


@pytest.mark.parametrize("text", ["9:45", "24:00", "09:60", "0945", "", "09:45:00", "ab:cd"])
def test_another_spelling_of_a_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a New York time HH:MM"):
        parse_time(text)


@pytest.mark.parametrize(
    ("at", "inside"), [("23:44", False), ("23:45", True), ("00:00", True), ("00:44", True), ("00:45", False)]
)
def test_a_window_may_cross_midnight(at: str, inside: bool) -> None:  # noqa: FBT001 - a column of the table
    window = parse_window("23:45-00:45")

    assert (parse_time(at) in window) is inside


def test_a_window_within_a_day_holds_its_start_and_not_its_end() -> None:
    window = TimeWindow(start=time(1), end=time(2))

    assert [time(hour) in window for hour in (0, 1, 2)] == [False, True, False]


def test_a_window_is_written_as_it_was_read() -> None:
    assert str(parse_window("23:45-00:45")) == "23:45-00:45"


@pytest.mark.parametrize("text", ["23:45", "23:45-23:45", "23:45-"])
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"window|starts where|New York time"):
        parse_window(text)


def test_a_moment_of_summer_is_four_hours_from_utc() -> None:
    assert parse_moment("2026-07-01 10:40") == datetime(2026, 7, 1, 14, 40, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-07-01", "2026-13-01 10:00", "20260701 10:00", "tomorrow"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="New York"):
        parse_moment(text)
