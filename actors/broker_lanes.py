"""The lanes in front of the socket: everything we send waits here for its turn, orders first."""

from asyncio import Future, get_running_loop, wait_for
from collections.abc import Callable, Mapping
from enum import StrEnum
from math import isfinite

from actors.runtime.clock import Clock
from actors.runtime.timers import Timers
from domain.commands import Wake
from domain.pacing import QUEUE_SECONDS_MAX, Item, Lane, Pacer, PacingLimits
from domain.pacing_queue import Queue

Work = Callable[[], None]


class Turn(StrEnum):
    """What came of waiting for a turn."""

    GRANTED = "granted"
    DISCONNECTED = "the connection ended while waiting"
    TIMED_OUT = "waited too long for its turn"


class Lanes:
    """One queue, one pacer; used on the broker's loop alone. Work is a call that hands bytes over at once."""

    def __init__(self, clock: Clock, timers: Timers, limits: PacingLimits) -> None:
        self._clock = clock
        self._timers = timers
        self._pacer = Pacer(limits)
        self._queue: Queue[Work] = Queue(self._pacer)
        self._turns: dict[int, Future[Turn]] = {}

    def push(self, item: Item, work: Work) -> None:
        """Let work wait for its turn; it may run before this returns."""

        def work_now() -> None:
            self._leave_now(item)
            work()

        self._queue.push(item, work_now, self._clock.monotonic())
        self.pump()

    def later(self, work: Work) -> None:
        """Let one message more wait for its turn: it belongs to a request that was let go before."""
        self.push(Item(lane=Lane.ACCOUNT), work)

    async def turn(self, item: Item, within_seconds: float = QUEUE_SECONDS_MAX) -> Turn:
        """Wait for a turn; what is not waited for any more, or too long, leaves the queue."""
        granted: Future[Turn] = get_running_loop().create_future()

        def grant() -> None:
            self._turns.pop(ticket, None)
            if granted.done():
                self._leave_now(item)
            else:
                granted.set_result(Turn.GRANTED)

        ticket = self._queue.push(item, grant, self._clock.monotonic())
        self._turns[ticket] = granted
        self.pump()
        if granted.done():  # As most are: waiting would cost more than the question itself.
            self._leave_now(item)
            return granted.result()
        try:
            return await wait_for(granted, within_seconds)
        except TimeoutError:
            return Turn.TIMED_OUT
        finally:
            if self._turns.pop(ticket, None) is not None:
                self._queue.cancel(ticket)
            if granted.done() and not granted.cancelled() and granted.result() is Turn.GRANTED:
                self._leave_now(item)

    def _leave_now(self, item: Item) -> None:
        """Count messages from the moment at which their sender goes on, which may be long after its turn came."""
        self._pacer.sent(item.messages, self._clock.monotonic())

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
                granted.set_result(Turn.DISCONNECTED)
        self._turns.clear()

    def restarted(self) -> None:
        """Take note of a new connection: nothing is in flight on it."""
        self._pacer.restarted()

    def lengths(self) -> Mapping[Lane, int]:
        """Return how much waits in each lane in which anything does."""
        return self._queue.lengths()

    def take_waits(self) -> Mapping[Lane, float]:
        """Return the longest wait of each lane in seconds since this was asked last."""
        return self._queue.take_waits()

    def __len__(self) -> int:
        """Return how much work waits."""
        return len(self._queue)
