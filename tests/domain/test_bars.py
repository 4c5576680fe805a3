from dataclasses import replace
from datetime import timedelta

import pytest

from domain.bars import completed, ended_within, merged, newest_age_seconds, recent, since, sound
from tests.domain.market_builders import OPEN, a_bar, bars_of

MINUTE = timedelta(minutes=1)


def test_a_bar_ends_where_the_next_one_begins() -> None:
    first, second = bars_of([1.0, 2.0])

    assert first.end == second.start


def test_the_forming_bar_is_dropped_by_its_time_and_not_by_its_place() -> None:
    forming, done = a_bar(2.0, start=OPEN + MINUTE), a_bar(1.0)

    assert completed([forming, done], OPEN + MINUTE) == (done,)


def test_a_bar_is_completed_at_the_moment_it_ends() -> None:
    bar = a_bar(1.0)

    assert completed([bar], bar.end) == (bar,)
    assert completed([bar], bar.end - timedelta(microseconds=1)) == ()


def test_where_two_answers_overlap_the_newer_one_counts() -> None:
    old, new = bars_of([1.0, 2.0]), bars_of([2.5, 3.0], start=OPEN + MINUTE)

    assert [bar.close for bar in merged(old, new)] == [1.0, 2.5, 3.0]


def test_merged_bars_rise_by_time_whatever_order_they_came_in() -> None:
    late, early = bars_of([2.0], start=OPEN + MINUTE), bars_of([1.0])

    assert [bar.close for bar in merged(late, early)] == [1.0, 2.0]


def test_bars_since_a_moment_hold_the_one_that_begins_there() -> None:
    first, second, third = bars_of([1.0, 2.0, 3.0])

    assert since([first, second, third], second.start) == (second, third)


@pytest.mark.parametrize("nothing", [float("nan"), float("inf"), -1.0, 0.0, 1.7976931348623157e308])
def test_a_bar_with_no_value_among_its_prices_is_dropped(nothing: float) -> None:
    bar = a_bar(1.0)
    broken = [
        replace(bar, open=nothing),
        replace(bar, high=nothing),
        replace(bar, low=nothing),
        replace(bar, close=nothing),
    ]

    assert sound([*broken, bar]) == (bar,)


@pytest.mark.parametrize("volume", [float("nan"), float("inf"), -1.0, 1.7976931348623157e308])
def test_a_bar_without_a_real_volume_is_dropped(volume: float) -> None:
    assert sound([a_bar(1.0, volume=volume)]) == ()


def test_a_bar_in_which_nothing_was_traded_is_sound() -> None:
    quiet = a_bar(1.0, volume=0.0)

    assert sound([quiet]) == (quiet,)


@pytest.mark.parametrize(("high", "low"), [(0.9, 0.8), (1.2, 1.1), (0.9, 1.1)])
def test_a_bar_whose_close_lies_outside_its_range_is_dropped(high: float, low: float) -> None:
    assert sound([a_bar(1.0, high=high, low=low)]) == ()


def test_the_age_of_bars_is_counted_from_the_end_of_the_last() -> None:
    bars = bars_of([1.0, 2.0])

    assert newest_age_seconds(bars, OPEN + 3 * MINUTE) == 60.0
    assert newest_age_seconds([], OPEN) is None


@pytest.mark.parametrize(("seconds", "expected"), [(-1, False), (0, True), (120, True), (121, False)])
def test_bars_are_new_enough_up_to_the_limit_and_never_before_their_end(seconds: int, expected: object) -> None:
    bar = a_bar(1.0)

    assert ended_within([bar], bar.end + timedelta(seconds=seconds), 120) is expected


def test_no_bars_are_not_new_enough() -> None:
    assert not ended_within([], OPEN, 120)


def test_of_the_session_before_only_so_many_are_kept() -> None:
    before, session = bars_of([1.0, 2.0, 3.0], start=OPEN - timedelta(days=1)), bars_of([4.0, 5.0])

    assert [bar.close for bar in recent([*before, *session], earlier=2)] == [2.0, 3.0, 4.0, 5.0]


def test_a_session_is_kept_whole() -> None:
    session = bars_of([1.0] * 390)

    assert recent(session, earlier=0) == tuple(session)
    assert recent((), earlier=2) == ()


@pytest.mark.parametrize("year", [1969, 2106])
def test_a_bar_of_a_year_in_which_nobody_trades_is_not_believed(year: int) -> None:
    bar = a_bar(1.0)

    assert sound([replace(bar, start=bar.start.replace(year=year))]) == ()
