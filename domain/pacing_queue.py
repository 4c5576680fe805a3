"""Work that waits for its turn: highest lane first, first in first out within a lane. See ``pacing`` on mutability."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf
from typing import Generic, TypeVar

from domain.pacing import SHORTEST_WAIT_SECONDS, Item, Lane, Pacer

T = TypeVar("T")


@dataclass(slots=True, order=True)
class _Waiting(Generic[T]):
    """One waiting piece of work; compared by its number alone, which is the order of its arrival."""

    number: int
    item: Item = field(compare=False)
    work: T = field(compare=False)
    since: float = field(compare=False)  # When it came.


class Queue(Generic[T]):
    """Work of kind ``T`` waiting for a pacer."""

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer
        self._lanes: dict[Lane, list[_Waiting[T]]] = {lane: [] for lane in Lane}
        self._held: list[tuple[float, _Waiting[T]]] = []  # Held back by rules of their own, by when those end.
        self._alive: dict[int, Lane] = {}  # The cancelled are dropped when they are met.
        self._alive_in: Counter[Lane] = Counter()
        self._longest_seconds: dict[Lane, float] = {}
        self._last_number = 0

    def __len__(self) -> int:
        return len(self._alive)

    def lengths(self) -> Mapping[Lane, int]:
        """Return how much waits in each lane in which anything does."""
        return {lane: count for lane, count in self._alive_in.items() if count}

    def take_waits(self) -> Mapping[Lane, float]:
        """Return the longest wait in each lane, of what went since this was asked last; then begin anew."""
        waits, self._longest_seconds = self._longest_seconds, {}
        return waits

    def push(self, item: Item, work: T, now: float) -> int:
        """Let work wait and return the ticket by which it can be cancelled."""
        self._last_number += 1
        heappush(self._lanes[item.lane], _Waiting(self._last_number, item, work, now))
        self._alive[self._last_number] = item.lane
        self._alive_in[item.lane] += 1
        return self._last_number

    def cancel(self, ticket: int) -> bool:
        """Return whether the work still waited; it is then never handed out."""
        return self._leave(ticket)

    def pop_ready(self, now: float) -> tuple[T | None, float]:
        """Return the next work, granted by the pacer, who is told when it is ``sent``; or None and when to ask again.

        What waits for room in the window is not overtaken by a lower lane, else a bracket of three would starve
        behind single questions. What its own symbol or repetition holds back lets others pass. Infinite means: nothing
        waits, or only for a request to finish; ask again after the next ``push`` or ``finished``.
        """
        self._release(now)
        for lane, waiting in self._lanes.items():
            if self._pacer.lane_full(lane):
                continue
            first = self._first_free(waiting, now)
            if first is None:
                continue
            wait = self._pacer.window_wait(first.item, now)
            if wait > 0:
                return None, wait
            heappop(waiting)
            self._leave(first.number)
            self._longest_seconds[lane] = max(now - first.since, self._longest_seconds.get(lane, 0.0))
            self._pacer.grant(first.item, now)
            return first.work, 0.0
        return None, max(self._held[0][0] - now, SHORTEST_WAIT_SECONDS) if self._held else inf

    def _leave(self, ticket: int) -> bool:
        lane = self._alive.pop(ticket, None)
        if lane is None:
            return False
        self._alive_in[lane] -= 1
        return True

    def _first_free(self, waiting: list[_Waiting[T]], now: float) -> _Waiting[T] | None:
        """Return the first of a lane that its own rules let go; set those before it aside until their time."""
        while waiting:
            first = waiting[0]
            wait = self._pacer.own_wait(first.item, now) if first.number in self._alive else 0.0
            if wait == 0 and first.number in self._alive:
                return first
            heappop(waiting)
            if first.number in self._alive:
                heappush(self._held, (now + wait, first))
        return None

    def _release(self, now: float) -> None:
        """Put back what was held until now, at its old place; drop what was cancelled meanwhile."""
        while self._held and (self._held[0][0] <= now or self._held[0][1].number not in self._alive):
            _, first = heappop(self._held)
            if first.number in self._alive:
                heappush(self._lanes[first.item.lane], first)
