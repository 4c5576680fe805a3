import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from actors.runtime.clock import LoopClock, ScaledClock, WallClock
from actors.runtime.hosts import ThreadHost
from actors.runtime.virtual import VirtualLoop
from tests.actors.runtime.worlds import MONDAY, VirtualWorld


def test_the_wall_clock_is_aware_and_in_utc() -> None:
    clock = WallClock()

    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()


def test_a_loops_clock_passes_with_the_loop(virtual: VirtualWorld) -> None:
    before = virtual.host.clock.monotonic()

    virtual.virtual.run_for(90.5)

    assert virtual.host.clock.now() == MONDAY + timedelta(seconds=90.5)
    assert virtual.host.clock.monotonic() - before == 90.5


def test_a_start_elsewhere_in_the_world_is_told_in_utc() -> None:
    loop = VirtualLoop()
    new_york = timezone(timedelta(hours=-5))

    now = LoopClock(loop, datetime(2026, 1, 5, 9, 30, tzinfo=new_york)).now()

    loop.close()
    assert (now, now.tzinfo) == (MONDAY, UTC)


def test_a_clock_without_a_zone_is_refused() -> None:
    naive = MONDAY.replace(tzinfo=None)
    loop = VirtualLoop()

    with pytest.raises(ValueError, match="aware"):
        LoopClock(loop, naive)
    with pytest.raises(ValueError, match="aware"):
        ScaledClock(naive, 10)

    loop.close()


def test_time_that_stands_still_is_refused() -> None:
    with pytest.raises(ValueError, match="forwards"):
        ScaledClock(MONDAY, 0)
    with pytest.raises(ValueError, match="forwards"):
        ThreadHost("still", WallClock(), speed=-1)


def test_a_scaled_clock_is_that_much_faster_than_its_anchor() -> None:
    anchor = time.monotonic() - 10.0  # noqa: TID251 - ten real seconds ago

    clock = ScaledClock(MONDAY, 60, anchor)

    passed = clock.now() - MONDAY
    assert timedelta(minutes=10) <= passed < timedelta(minutes=11)
    assert clock.monotonic() >= passed.total_seconds()


def test_a_scaled_host_shortens_every_timer_of_asyncio() -> None:
    host = ThreadHost("fast", ScaledClock(MONDAY, 1000), speed=1000)
    host.start()

    async def wait_long() -> float:
        before = host.loop.time()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 20)
        await asyncio.sleep(20)
        return host.loop.time() - before

    passed = asyncio.run_coroutine_threadsafe(wait_long(), host.loop).result(5)

    assert passed >= 40
    host.stop()


def test_the_loop_of_a_host_is_the_current_one_of_its_thread() -> None:
    host = ThreadHost("own", WallClock())
    host.start()
    seen: list[object] = []
    done = threading.Event()

    def look() -> None:
        seen.extend([asyncio.get_event_loop_policy().get_event_loop(), threading.current_thread().name])
        done.set()

    host.post(look)

    assert done.wait(5)
    assert seen == [host.loop, "own"]
    host.stop()
