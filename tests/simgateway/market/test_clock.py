import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simgateway.market.clock import LoopClock

START = datetime(2025, 11, 12, 14, 30, tzinfo=UTC)


class HandMovedLoop(asyncio.SelectorEventLoop):
    """A loop whose time is set by hand."""

    hand_seconds = 1000.0

    def time(self) -> float:
        return self.hand_seconds

    def move(self, seconds: float) -> None:
        """Let time pass, and what is due happen."""
        self.hand_seconds += seconds
        for _ in range(3):
            self.call_soon(self.stop)
            self.run_forever()


@pytest.fixture
def loop() -> Iterator[HandMovedLoop]:
    loop = HandMovedLoop()
    yield loop
    loop.close()


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.mark.parametrize(("speed", "market_seconds"), [(1.0, 2.5), (60.0, 150.0)])
def test_the_clock_runs_so_many_times_as_fast_as_its_loop(
    loop: HandMovedLoop, speed: float, market_seconds: float
) -> None:
    clock = LoopClock(loop, START, speed)

    loop.hand_seconds += 2.5

    assert clock.now() == after(market_seconds)


def test_a_clock_that_starts_in_new_york_counts_every_second_of_the_night_that_summer_time_begins(
    loop: HandMovedLoop,
) -> None:
    clock = LoopClock(loop, datetime(2026, 3, 8, 1, 30, tzinfo=ZoneInfo("America/New_York")))

    loop.hand_seconds += 3600

    assert clock.now() == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_a_timer_goes_off_when_the_loop_has_come_to_its_time(loop: HandMovedLoop) -> None:
    clock, rung = LoopClock(loop, START, 60.0), list[str]()
    clock.call_at(after(300), rung.append, "five minutes")

    loop.move(4.9)
    early = list(rung)
    loop.move(0.1)

    assert (early, rung) == ([], ["five minutes"])


def test_timers_of_one_moment_go_off_in_the_order_they_were_set(loop: HandMovedLoop) -> None:
    clock, rung = LoopClock(loop, START), list[int]()

    for number in range(20):
        clock.call_at(after(1), rung.append, number)
    loop.move(1)

    assert rung == list(range(20))


def test_a_timer_taken_back_stays_silent(loop: HandMovedLoop) -> None:
    clock, rung = LoopClock(loop, START), list[int]()
    timers = [clock.call_at(after(1), rung.append, number) for number in range(3000)]

    for timer in timers[1:]:
        timer.cancel()
        timer.cancel()
    loop.move(2)

    assert rung == [0]


def test_a_start_without_a_zone_or_a_speed_of_nothing_is_refused(loop: HandMovedLoop) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        LoopClock(loop, START.replace(tzinfo=None))
    with pytest.raises(ValueError, match="above 0"):
        LoopClock(loop, START, 0)
    with pytest.raises(ValueError, match="above 0"):
        LoopClock(loop, START).speed = float("inf")


def test_a_paused_clock_stands_still_and_goes_on_from_there(loop: HandMovedLoop) -> None:
    clock, rung = LoopClock(loop, START), list[datetime]()
    clock.call_at(after(10), lambda: rung.append(clock.now()))

    loop.move(4)
    clock.pause()
    loop.move(3600)
    held = clock.now()
    clock.resume()
    loop.move(5.5)
    nothing_yet = list(rung)
    loop.move(0.5)

    assert (held, nothing_yet, rung) == (after(4), [], [after(10)])
    assert not clock.is_paused


def test_a_step_lets_each_timer_see_the_time_it_was_due(loop: HandMovedLoop) -> None:
    clock, seen = LoopClock(loop, START), list[datetime]()

    def again() -> None:
        seen.append(clock.now())
        clock.call_at(clock.now() + timedelta(seconds=2), again)

    clock.call_at(after(1), again)
    clock.pause()
    clock.step(6)

    assert seen == [after(1), after(3), after(5)]
    assert clock.now() == after(6)


def test_only_a_paused_clock_is_stepped_and_only_forward(loop: HandMovedLoop) -> None:
    clock = LoopClock(loop, START)

    with pytest.raises(RuntimeError, match="only a paused clock"):
        clock.step(1)
    clock.pause()
    with pytest.raises(ValueError, match="0 or more"):
        clock.step(-1)


def test_a_timer_that_resumes_the_clock_ends_the_step(loop: HandMovedLoop) -> None:
    clock, rung = LoopClock(loop, START), list[str]()
    clock.call_at(after(1), clock.resume)
    clock.call_at(after(3), rung.append, "later")
    clock.pause()

    clock.step(10)
    at_once = (clock.now(), list(rung))
    loop.move(2)

    assert at_once == (after(1), [])
    assert rung == ["later"]


def test_a_change_of_speed_holds_for_timers_already_set(loop: HandMovedLoop) -> None:
    clock, rung = LoopClock(loop, START), list[str]()
    clock.call_at(after(100), rung.append, "here")

    loop.move(10)
    clock.speed = 90.0
    loop.move(1)

    assert rung == ["here"]
    assert clock.now() == after(100)


def test_a_clock_says_once_by_how_much_it_is_behind(loop: HandMovedLoop) -> None:
    told = list[float]()
    clock = LoopClock(loop, START, 100.0, told.append)
    for number in range(3):
        clock.call_at(after(100 * number + 1), lambda: None)

    loop.hand_seconds += 3.5
    late = clock.lag
    loop.move(0)

    assert told == [late] == [pytest.approx(3.49)]
    assert (clock.behind, clock.lag, clock.lag_most) == (1, 0.0, late)


def test_a_clock_that_caught_up_says_so_again_the_next_time(loop: HandMovedLoop) -> None:
    told = list[float]()
    clock = LoopClock(loop, START, 1.0, told.append)
    for at in (1, 5, 6):
        clock.call_at(after(at), lambda: None)

    loop.move(3)  # two seconds late
    loop.move(2)  # in time
    loop.move(4)  # three seconds late

    assert told == [2.0, 3.0]
    assert clock.behind == 2


def test_a_clock_that_cannot_keep_up_lets_its_loop_breathe(loop: HandMovedLoop) -> None:
    clock, order = LoopClock(loop, START), list[str]()

    def slow() -> None:
        order.append("timer")
        loop.hand_seconds += 0.03
        loop.call_soon(order.append, "somebody else")

    for _ in range(2):
        clock.call_at(after(1), slow)
    loop.move(1)

    assert order == ["timer", "somebody else", "timer", "somebody else"]


def test_the_wall_clock_runs_in_utc_at_the_speed_of_time(loop: HandMovedLoop) -> None:
    clock = LoopClock.wall(loop)

    begun = clock.now()
    loop.hand_seconds += 1

    assert begun.tzinfo is UTC
    assert (clock.speed, clock.now() - begun) == (1.0, timedelta(seconds=1))


ACTIONS = st.one_of(
    st.tuples(st.just("set"), st.integers(0, 50)),
    st.tuples(st.just("move"), st.floats(0, 20, allow_nan=False)),
    st.tuples(st.just("step"), st.floats(0, 20, allow_nan=False)),
    st.tuples(st.just("speed"), st.sampled_from([0.25, 1.0, 7.3, 100.0])),
    st.tuples(st.just("pause"), st.just(0)),
    st.tuples(st.just("resume"), st.just(0)),
)


@given(st.lists(ACTIONS, max_size=40))
def test_timers_go_off_in_the_order_they_are_due_whatever_is_done_to_the_clock(
    actions: list[tuple[str, float]],
) -> None:
    loop = HandMovedLoop()
    clock, rung, times = LoopClock(loop, START), list[tuple[datetime, int, datetime]](), [START]
    number = 0
    for what, value in actions:
        if what == "set":
            due = max(clock.now(), after(value))
            clock.call_at(due, lambda due=due, number=number: rung.append((due, number, clock.now())))
            number += 1
        elif what == "move":
            loop.move(value)
        elif what == "step" and clock.is_paused:
            clock.step(value)
        elif what == "speed":
            clock.speed = value
        elif what in {"pause", "resume"}:
            getattr(clock, what)()
        times.append(clock.now())
    clock.resume()
    loop.move(100_000)
    loop.close()

    assert [row[:2] for row in rung] == sorted(row[:2] for row in rung)
    assert len(rung) == number
    assert all(now >= due - timedelta(microseconds=1) for due, _, now in rung)
    assert times == sorted(times)
