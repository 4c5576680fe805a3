"""Work that waits for its turn: highest lane first, symbols by their shares within it. See ``pacing`` on mutability."""

from collections import Counter
from collections.abc import Mapping
from heapq import heappop, heappush
from math import inf
from typing import Generic, TypeVar

from domain.pacing import SHORTEST_WAIT_SECONDS, Item, Lane, Pacer
from domain.pacing_turns import Turns, Waiting

T = TypeVar("T")


class Queue(Generic[T]):
    """Work of kind ``T`` waiting for a pacer."""

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer
        self._lanes: dict[Lane, Turns[T]] = {lane: Turns(pacer.standing) for lane in Lane}
        self._held: list[tuple[float, Waiting[T]]] = []  # Held back by rules of their own, by when those end.
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
        self._lanes[item.lane].put(Waiting(self._last_number, item, work, now))
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
        if not self._alive:
            return None, inf
        self._release(now)
        rested = inf
        for lane, turns in self._lanes.items():
            first = None if self._pacer.lane_full(lane) else self._first_free(turns, now)
            if first is None:
                continue
            wait = self._pacer.share_wait(first.item, now)
            if wait > 0:  # And so must all of its lane: who is first has had the least.
                rested = min(rested, wait)
                continue
            wait = self._pacer.window_wait(first.item, now)
            if wait > 0:
                return None, wait
            self._let_go(first, turns, now)
            return first.work, 0.0
        held = self._held[0][0] - now if self._held else inf
        return None, max(min(rested, held), SHORTEST_WAIT_SECONDS)

    def _let_go(self, first: Waiting[T], turns: Turns[T], now: float) -> None:
        turns.take_first()
        self._leave(first.number)
        lane = first.item.lane
        self._longest_seconds[lane] = max(now - first.since, self._longest_seconds.get(lane, 0.0))
        self._pacer.grant(first.item, now)

    def _leave(self, ticket: int) -> bool:
        lane = self._alive.pop(ticket, None)
        if lane is None:
            return False
        self._alive_in[lane] -= 1
        return True

    def _first_free(self, turns: Turns[T], now: float) -> Waiting[T] | None:
        """Return the first of a lane that its own rules let go; set those before it aside until their time."""
        while (first := turns.first()) is not None:
            alive = first.number in self._alive
            wait = self._pacer.own_wait(first.item, now) if alive else 0.0
            if alive and wait == 0:
                return first
            turns.take_first()
            if alive:
                heappush(self._held, (now + wait, first))
        return None

    def _release(self, now: float) -> None:
        """Put back what was held until now, at its old place; drop what was cancelled meanwhile."""
        while self._held and (self._held[0][0] <= now or self._held[0][1].number not in self._alive):
            _, first = heappop(self._held)
            if first.number in self._alive:
                self._lanes[first.item.lane].put(first)
