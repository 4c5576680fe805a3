from datetime import UTC, datetime, timedelta

import pytest

from domain.cycle import Cycles, Turns, began, complete, finished, next_start, overdue, paused
from domain.ids import Symbol

NOW = datetime(2026, 1, 5, 14, 30, tzinfo=UTC)
A, B, C = Symbol("A"), Symbol("B"), Symbol("C")


def cycles(concurrent_max: int = 2) -> Cycles:
    return Cycles(symbols=(A, B, C), concurrent_max=concurrent_max, turn_seconds_max=60)


def test_only_so_many_symbols_work_at_once_and_the_next_follows_when_one_ends() -> None:
    started, turns = began(cycles(), NOW)

    after, more = finished(started, A, NOW, ok=True)

    assert turns == Turns(start=(A, B))
    assert more == Turns(start=(C,))
    assert after.completed == 1


def test_a_symbol_still_busy_is_skipped_and_the_others_run() -> None:
    first, _ = began(cycles(3), NOW)
    first, _ = finished(first, B, NOW, ok=True)
    first, _ = finished(first, C, NOW, ok=False)

    second, turns = began(first, NOW)

    assert turns.start == (B, C)
    assert second.skipped == (A,)
    assert (second.completed, second.failed) == (0, 0)


def test_a_symbol_that_waits_for_a_timer_frees_its_slot_but_its_turn_goes_on() -> None:
    started, _ = began(cycles(1), NOW)

    after, turns = paused(started, A, NOW)

    assert turns.start == (B,)
    assert A in after.open
    assert not complete(after)


def test_a_cycle_is_complete_once_when_all_turns_have_ended() -> None:
    state, _ = began(cycles(3), NOW)
    for symbol in (A, B, C):
        assert not complete(state)
        state, _ = finished(state, symbol, NOW, ok=True, attempted=True, placed=symbol is A)

    assert complete(state)
    assert (state.completed, state.attempted, state.placed) == (3, 3, 1)


def test_an_end_nobody_waits_for_changes_nothing() -> None:
    state = cycles()

    assert finished(state, A, NOW, ok=True) == (state, Turns())
    assert paused(state, A, NOW) == (state, Turns())


def test_a_turn_is_overdue_only_after_its_bound() -> None:
    state, _ = began(cycles(), NOW)

    assert overdue(state, NOW + timedelta(seconds=60)) == ()
    assert overdue(state, NOW + timedelta(seconds=60.001)) == (A, B)


def test_guarded_symbols_come_first() -> None:
    _, turns = began(cycles(1), NOW, first=(C,))

    assert turns.start == (C,)


@pytest.mark.parametrize(
    ("seconds_after_open", "expected"),
    [(-600, 2), (0, 2), (1.9, 2), (2, 182), (181, 182), (182, 362)],
)
def test_cycles_start_a_little_after_whole_intervals_from_the_open(seconds_after_open: float, expected: float) -> None:
    start = next_start(NOW, NOW + timedelta(seconds=seconds_after_open), 180, 2)

    assert start == NOW + timedelta(seconds=expected)
