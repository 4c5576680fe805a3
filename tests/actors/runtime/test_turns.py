"""The loop in virtual time does what asyncio's own loop does, in the same order: both are given the same timers."""

import asyncio
import selectors
from random import Random
from typing import Any

import pytest

from actors.runtime.turns import TurningLoop
from actors.runtime.virtual import VirtualLoop

MOST = 400


class Jumping(selectors.DefaultSelector):
    """Lets the time of asyncio's own loop pass at once."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now = round(self.now + (timeout or 0.0), 9)
        return []


class Plain(asyncio.SelectorEventLoop):
    """asyncio's own loop; only its time is not the machine's."""

    def __init__(self) -> None:
        self._files = Jumping()
        super().__init__(self._files)

    def time(self) -> float:
        return self._files.now


class Crowd:
    """Draws from a seed what is called when, and what is taken back again; keeps what was called."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seed: int) -> None:
        self._loop = loop
        self._random = Random(seed)
        self._timers: list[asyncio.TimerHandle] = []
        self.called: list[tuple[int, float]] = []

    def live(self) -> None:
        """Let it all happen."""
        for _ in range(5):
            self._plan()
        self._loop.run_until_complete(asyncio.wait_for(self._ends(), None))
        self._loop.close()

    async def _ends(self) -> None:
        await asyncio.sleep(1000.0)

    def _plan(self) -> None:
        for _ in range(self._random.randint(1, 12)):
            if len(self._timers) >= MOST:
                return
            seconds = self._random.choice((0.0, 0.5, 1.0, 1.0, 2.0, 60.0))
            self._timers.append(self._loop.call_later(seconds, self._called, len(self._timers)))
        for _ in range(self._random.randint(0, 9)):
            self._random.choice(self._timers).cancel()

    def _called(self, number: int) -> None:
        self.called.append((number, self._loop.time()))
        self._loop.call_soon(self._plan)


@pytest.mark.parametrize("seed", range(20))
def test_timers_come_in_the_order_of_asyncio_those_of_one_moment_too(seed: int) -> None:
    ours, theirs = Crowd(VirtualLoop(), seed), Crowd(Plain(), seed)

    ours.live()
    theirs.live()

    assert ours.called == theirs.called
    assert ours.called


def test_timers_that_are_mostly_cancelled_are_not_kept(virtual_loop: VirtualLoop) -> None:
    stays = virtual_loop.call_later(3600.0, print)
    for _ in range(1000):
        virtual_loop.call_later(60.0, print).cancel()

    virtual_loop.run_until_complete(asyncio.sleep(0))

    assert virtual_loop.timers == (stays,)


def test_a_closed_loop_takes_no_timer() -> None:
    loop = VirtualLoop()
    loop.close()

    with pytest.raises(RuntimeError, match="closed"):
        loop.call_later(1.0, print)


def test_what_breaks_in_a_timer_goes_to_the_handler_of_the_loop(virtual_loop: VirtualLoop) -> None:
    told: list[Any] = []
    virtual_loop.set_exception_handler(lambda _, context: told.append(context["exception"]))

    virtual_loop.call_later(1.0, [].pop)
    virtual_loop.run_until_complete(asyncio.sleep(2.0))

    assert [type(each) for each in told] == [IndexError]
    assert isinstance(virtual_loop, TurningLoop)


@pytest.fixture
def virtual_loop() -> Any:
    loop = VirtualLoop()
    yield loop
    loop.close()
