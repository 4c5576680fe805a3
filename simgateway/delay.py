"""A line in which everything waits a drawn time and nothing overtakes."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Generic, TypeVar

from simgateway.market.clock import GatewayClock, TimerHandle

_T = TypeVar("_T")


class DelayLine(Generic[_T]):
    """Hands items on in their order, each after a delay drawn from the generator; one timer at a time.

    One timer, because two timers of an event loop that are due at the same moment may fire in either order.
    """

    def __init__(
        self, clock: GatewayClock, draw: Random, delay_ms: tuple[int, int], deliver: Callable[[_T], None]
    ) -> None:
        self._clock = clock
        self._draw = draw
        self._delay_ms = delay_ms
        self._deliver = deliver
        self._items: deque[tuple[datetime, _T]] = deque()
        self._newest_due: datetime | None = None
        self._timer: TimerHandle | None = None
        self._delivering = False

    def __len__(self) -> int:
        return len(self._items)

    def push(self, item: _T) -> None:
        """Queue one item: it is delivered 'delay_ms' later, and not before what was queued earlier."""
        due = self._clock.now() + timedelta(milliseconds=self._draw.uniform(*self._delay_ms))
        if self._newest_due is not None and due < self._newest_due:
            due = self._newest_due
        self._newest_due = due
        self._items.append((due, item))
        self._arm()

    def close(self) -> None:
        """Forget what is queued."""
        self._items.clear()
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        if self._timer is None and self._items and not self._delivering:
            self._timer = self._clock.call_at(self._items[0][0], self._fire)

    def _fire(self) -> None:
        # The first one is due by definition: comparing it with the clock would let a rounded microsecond stop the line.
        self._timer = None
        now = self._items[0][0]
        self._delivering = True
        try:
            while self._items and self._items[0][0] <= now:
                self._deliver(self._items.popleft()[1])
                now = max(now, self._clock.now())
        finally:
            self._delivering = False
            self._arm()
