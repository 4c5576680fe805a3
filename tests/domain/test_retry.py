from datetime import timedelta

import pytest

from domain.bars import Bar
from domain.denials import DenialRule, EntryDenied
from domain.ids import Symbol
from domain.retry import (
    SymbolBackoff,
    ask_again,
    bar_age_limit,
    cache_serves,
    cycle_due,
    cycle_failed,
    cycle_succeeded,
    entry_on_bars,
)
from tests.builders import NOW
from tests.domain.ledger_builders import later

GOOG = Symbol("GOOG")


def a_bar(*, ended_seconds_ago: float, seconds: int = 60) -> Bar:
    start = later(-ended_seconds_ago) - timedelta(seconds=seconds)
    return Bar(start=start, seconds=seconds, open=1, high=1, low=1, close=1, volume=1)


def failed_times(times: int) -> SymbolBackoff:
    backoff = SymbolBackoff()
    for _ in range(times):
        backoff = cycle_failed(backoff)
    return backoff


def test_a_failed_request_is_asked_again_after_each_delay_and_then_no_more() -> None:
    assert [ask_again(failures) for failures in (1, 2, 3, 4, 5)] == [0, 5, 15, None, None]


def test_without_delays_there_is_no_second_try() -> None:
    assert ask_again(1, ()) is None


@pytest.mark.parametrize(
    ("failures", "skips"), [(0, 0), (1, 0), (2, 0), (3, 2), (4, 4), (5, 8), (6, 16), (7, 16), (99, 16)]
)
def test_the_third_failed_cycle_in_a_row_begins_a_doubling_pause(failures: int, skips: int) -> None:
    backoff = failed_times(failures)

    assert (backoff.skips_left, backoff.backing_off) == (skips, skips > 0)


def test_a_symbol_sits_out_as_many_cycles_as_it_must() -> None:
    backoff, turns = failed_times(3), []

    for _ in range(4):
        backoff, takes_part = cycle_due(backoff)
        turns.append(takes_part)

    assert turns == [False, False, True, True]


def test_a_failure_after_the_pause_doubles_it() -> None:
    backoff = failed_times(3)
    for _ in range(2):
        backoff, _ = cycle_due(backoff)

    assert cycle_failed(backoff).skips_left == 4


def test_one_good_cycle_ends_it() -> None:
    assert cycle_failed(cycle_succeeded(failed_times(5))).skips_left == 0


@pytest.mark.parametrize(("age", "serves"), [(0, True), (299.9, True), (300, False)])
def test_cached_bars_serve_for_less_than_five_minutes(age: float, serves: bool) -> None:  # noqa: FBT001 - a table's column
    assert cache_serves(later(-age), NOW) is serves


@pytest.mark.parametrize(("seconds", "limit"), [(60, 120), (300, 120), (3599, 120), (3600, 600), (86400, 600)])
def test_hourly_bars_may_be_older(seconds: int, limit: int) -> None:
    assert bar_age_limit(seconds) == limit


@pytest.mark.parametrize(
    ("age", "seconds", "ok"), [(0, 60, True), (120, 60, True), (120.1, 60, False), (600, 3600, True)]
)
def test_an_entry_needs_a_bar_that_just_ended(age: float, seconds: int, ok: bool) -> None:  # noqa: FBT001 - a table's column
    assert (entry_on_bars(GOOG, a_bar(ended_seconds_ago=age, seconds=seconds), NOW) is None) is ok


def test_a_stale_bar_denies_with_its_age_and_the_limit() -> None:
    denied = entry_on_bars(GOOG, a_bar(ended_seconds_ago=700, seconds=3600), NOW)

    assert denied == EntryDenied(
        at=NOW, symbol=GOOG, rule=DenialRule.STALE_BAR, found="ended 700 seconds ago", limit="600 seconds"
    )


def test_a_bar_that_is_still_forming_decides_no_entry() -> None:
    assert entry_on_bars(GOOG, a_bar(ended_seconds_ago=-1), NOW) is not None


def test_no_bar_at_all_decides_no_entry() -> None:
    denied = entry_on_bars(GOOG, None, NOW)

    assert denied is not None
    assert (denied.found, denied.limit) == ("no bar", "120 seconds")
