import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from simgateway.market.clock import LoopClock

START = datetime(2025, 11, 12, 14, 30, tzinfo=UTC)


class HandMovedLoop(asyncio.SelectorEventLoop):
    """A loop whose time is set by hand."""

    hand_seconds = 1000.0

    def time(self) -> float:
        return self.hand_seconds


def at_speed(speed: float) -> tuple[HandMovedLoop, LoopClock]:
    loop = HandMovedLoop()
    return loop, LoopClock(loop, START, speed)


@pytest.mark.parametrize(("speed", "market_seconds"), [(1.0, 2.5), (60.0, 150.0)])
def test_the_clock_runs_so_many_times_as_fast_as_its_loop(speed: float, market_seconds: float) -> None:
    loop, clock = at_speed(speed)

    loop.hand_seconds += 2.5

    assert clock.now() == START + timedelta(seconds=market_seconds)
    loop.close()


def test_a_timer_is_set_on_the_loops_own_time() -> None:
    loop, clock = at_speed(60.0)

    handle = clock.call_at(START + timedelta(minutes=5), print)

    assert isinstance(handle, asyncio.TimerHandle)
    assert handle.when() == 1005.0
    loop.close()


def test_a_start_without_a_zone_or_a_speed_of_nothing_is_refused() -> None:
    loop, _ = at_speed(1.0)

    with pytest.raises(ValueError, match="no time zone"):
        LoopClock(loop, START.replace(tzinfo=None))
    with pytest.raises(ValueError, match="above 0"):
        LoopClock(loop, START, 0)

    loop.close()
