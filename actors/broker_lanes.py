"""The lanes in front of the socket: everything we send waits here for its turn, orders first."""

from asyncio import Future, get_running_loop
from collections.abc import Callable
from math import isfinite

from actors.runtime.clock import Clock
from actors.runtime.timers import Timers
from domain.commands import Wake
from domain.pacing import Item, Lane, Pacer, PacingLimits
from domain.pacing_queue import Queue

Work = Callable[[], None]


class Lanes:
    """One queue, one pacer; used on the broker's loop alone. Work is a call that hands bytes over at once."""

    def __init__(self, clock: Clock, timers: Timers, limits: PacingLimits) -> None:
        self._clock = clock
        self._timers = timers
        self._pacer = Pacer(limits)
        self._queue: Queue[Work] = Queue(self._pacer)
        self._turns: dict[int, Future[bool]] = {}

    def push(self, item: Item, work: Work) -> None:
        """Let work wait for its turn; it may run before this returns."""
        self._queue.push(item, work)
        self.pump()

    def later(self, work: Work) -> None:
        """Let one message more wait for its turn: it belongs to a request that was let go before."""
        self.push(Item(lane=Lane.ACCOUNT), work)

    async def turn(self, item: Item) -> bool:
        """Wait for a turn; False when the connection ended first."""
        granted: Future[bool] = get_running_loop().create_future()

        def grant() -> None:
            self._turns.pop(ticket, None)
            if not granted.done():
                granted.set_result(True)

        ticket = self._queue.push(item, grant)
        self._turns[ticket] = granted
        self.pump()
        try:
            return await granted
        finally:
            if self._turns.pop(ticket, None) is not None:
                self._queue.cancel(ticket)

    def finished(self, item: Item) -> None:
        """Take note that a request was answered, failed or timed out."""
        self._pacer.finished(item.lane)
        self.pump()

    def pump(self) -> None:
        """Do all work whose turn it is, and come back when the next one's is."""
        while True:
            work, wait = self._queue.pop_ready(self._clock.monotonic())
            if work is None:
                break
            work()
        if isfinite(wait):
            self._timers.start("pump", wait, Wake(what="pump"))

    def clear(self) -> None:
        """Give up what waits for a connection that is gone."""
        for ticket, granted in list(self._turns.items()):
            self._queue.cancel(ticket)
            if not granted.done():
                granted.set_result(False)
        self._turns.clear()

    def restarted(self) -> None:
        """Take note of a new connection: nothing is in flight on it."""
        self._pacer.restarted()

    def __len__(self) -> int:
        """Return how much work waits."""
        return len(self._queue)
