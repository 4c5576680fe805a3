"""Where actors run: a thread with a loop of its own, or one thread for everything in virtual time."""

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from random import Random
from typing import Any, Protocol, TypeVar

from actors.runtime.clock import Clock, LoopClock
from actors.runtime.scaled import ScaledLoop
from actors.runtime.virtual import VirtualLoop

T = TypeVar("T")

MESSAGES_PER_TURN = 256  # then the loop looks at its sockets and timers
MESSAGES_PER_ACTOR_AND_TURN = 32  # then the next actor has its turn


class Hosted(Protocol):
    """What a host asks of an actor."""

    def work(self, most: int) -> int:
        """Handle at most so many messages; return how many it was. Tells the host if there are more."""
        ...

    def fence(self, reason: str = ...) -> None:
        """Become inert: the host is closing."""
        ...


class Host(Protocol):
    """One thread and one event loop, shared by any number of actors."""

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop all its actors run on."""
        ...

    @property
    def clock(self) -> Clock:
        """The time as its actors see it."""
        ...

    def start(self) -> None:
        """Make it run."""
        ...

    def stop(self) -> bool:
        """End it, fencing the actors still alive; return whether its thread has ended."""
        ...

    def post(self, callback: Callable[..., Any], *arguments: Any) -> bool:
        """Call soon on the loop, from any thread; False when the loop is closed."""
        ...

    def ready(self, actor: Hosted) -> None:
        """Note that this actor has mail; from any thread."""
        ...

    def adopt(self, actor: Hosted) -> None:
        """Remember an actor that lives here."""
        ...

    def release(self, actor: Hosted) -> None:
        """Forget an actor that has died."""
        ...


class _Residents:
    """The actors of a host, in order of arrival."""

    def __init__(self) -> None:
        self._residents: dict[Hosted, None] = {}

    def adopt(self, actor: Hosted) -> None:
        """Remember an actor that lives here."""
        self._residents[actor] = None

    def release(self, actor: Hosted) -> None:
        """Forget an actor that has died."""
        self._residents.pop(actor, None)

    def fence_all(self) -> None:
        """Make everyone inert who has not been stopped in order."""
        for actor in reversed(tuple(self._residents)):
            actor.fence("its host is closing")
        self._residents.clear()


class ThreadHost(_Residents):
    """A thread with an event loop; with `speed` other than 1, one whose seconds are that much shorter.

    The loop is the thread's current one, since ib_insync asks the policy for it. `clock` should pass at the same speed.
    """

    def __init__(self, name: str, clock: Clock, speed: float = 1.0) -> None:
        super().__init__()
        if speed <= 0:
            raise ValueError(f"time must pass forwards, not at speed {speed}")
        self.name = name
        self.clock = clock
        self.loop: asyncio.AbstractEventLoop = asyncio.SelectorEventLoop() if speed == 1.0 else ScaledLoop(speed)
        self._runnable: deque[Hosted] = deque()
        self._awake = False
        self._running = threading.Event()
        # A daemon, so that a stuck handler cannot keep the process from ending.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread and return when its loop runs."""
        self._thread.start()
        self._running.wait()

    def stop(self, timeout_seconds: float = 5.0) -> bool:
        """Fence what lives here, end the loop, wait for the thread; False when it is stuck. Not from this thread."""
        self.fence_all()
        if self._thread.ident is None:
            self.loop.close()
            return True
        self.post(self.loop.stop)
        self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def post(self, callback: Callable[..., Any], *arguments: Any) -> bool:
        """Call soon on the loop, from any thread; False when the loop is closed."""
        try:
            self.loop.call_soon_threadsafe(callback, *arguments)
        except RuntimeError:
            return False
        return True

    def ready(self, actor: Hosted) -> None:
        """Give the actor a turn soon; from any thread."""
        self._runnable.append(actor)
        if not self._awake:
            self._awake = True
            if threading.get_ident() == self._thread.ident:
                self.loop.call_soon(self._turn)
            else:
                self.post(self._turn)

    def _turn(self) -> None:
        # Cleared first: whoever becomes ready from here on is either seen below or wakes us again.
        self._awake = False
        runnable = self._runnable
        left = MESSAGES_PER_TURN
        while runnable and left > 0:
            left -= 1 + runnable.popleft().work(min(left, MESSAGES_PER_ACTOR_AND_TURN))
        if runnable and not self._awake:
            self._awake = True
            self.loop.call_soon(self._turn)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.call_soon(self._running.set)
        try:
            self.loop.run_forever()
        finally:
            _finish_tasks(self.loop)
            asyncio.set_event_loop(None)
            self.loop.close()


class VirtualHost(_Residents):
    """Everything in the calling thread, in virtual time; each turn draws from the seed whose mail is next.

    Same seed and same code: same order, same times, same results.
    """

    def __init__(self, seed: int, start: datetime) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self.clock: Clock = LoopClock(self.loop, start)
        self._draw = Random(seed).random  # noqa: S311 - an interleaving, nothing secret
        self._runnable: list[Hosted] = []
        self._awake = False

    def start(self) -> None:
        """Make its loop the current one of this thread."""
        asyncio.set_event_loop(self.loop)

    def stop(self) -> bool:
        """Fence what lives here and close the loop."""
        self.fence_all()
        if not self.loop.is_closed():
            _finish_tasks(self.loop)
            self.loop.close()
        return True

    def post(self, callback: Callable[..., Any], *arguments: Any) -> bool:
        """Call soon on the loop; False when it is closed."""
        try:
            self.loop.call_soon(callback, *arguments)
        except RuntimeError:
            return False
        return True

    def ready(self, actor: Hosted) -> None:
        """Put the actor among those whose turn may be drawn."""
        self._runnable.append(actor)
        if not self._awake:
            self._awake = self.post(self._turn)

    def run(self, until: Awaitable[T]) -> T:
        """Run until the awaitable is done and return its result. Raises VirtualDeadlockError when it never will be."""
        return self.loop.run_until_complete(asyncio.ensure_future(until, loop=self.loop))

    def run_for(self, seconds: float) -> None:
        """Run for so many virtual seconds."""
        self.run(asyncio.sleep(seconds))

    def run_until(self, when: datetime) -> None:
        """Run until the clock says `when` (aware)."""
        self.run_for(max(0.0, (when - self.clock.now()).total_seconds()))

    def _turn(self) -> None:
        runnable = self._runnable
        count = len(runnable)
        if count > 1:
            index = int(self._draw() * count)
            runnable[index], runnable[-1] = runnable[-1], runnable[index]
        runnable.pop().work(1)
        self._awake = bool(runnable) and self.post(self._turn)


def _finish_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what still runs on a loop that has stopped, and let it end; twice, for those that start others."""
    for _ in range(2):
        # asyncio keeps them in a set, ordered by address; their names count up, so this is the order of their start.
        tasks = sorted(asyncio.all_tasks(loop), key=lambda task: (len(task.get_name()), task.get_name()))
        for task in tasks:
            task.cancel()
        if tasks:
            loop.run_until_complete(asyncio.wait(tasks, timeout=1.0))
    loop.run_until_complete(loop.shutdown_asyncgens())
