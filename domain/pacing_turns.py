"""The work of one lane in its order: who has had the least of late goes first. See ``pacing`` on mutability."""

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush, heapreplace
from typing import Generic, TypeVar

from domain.ids import Symbol
from domain.pacing import Item

T = TypeVar("T")


@dataclass(slots=True, order=True)
class Waiting(Generic[T]):
    """One waiting piece of work; compared by its number alone, which is the order of its arrival."""

    number: int
    item: Item = field(compare=False)
    work: T = field(compare=False)
    since: float = field(compare=False)  # When it came.


class Turns(Generic[T]):
    """Work of kind ``T``: each symbol's in the order in which it came, symbols in the order of ``standing``.

    ``standing`` returns a number for an item's symbol, the lowest first, and may only ever rise. So a place in the heap
    that has become too good is found when it is met, and mended then: no symbol is looked at that is not first.
    """

    def __init__(self, standing: Callable[[Item], float]) -> None:
        self._standing = standing
        self._of: dict[Symbol | None, list[Waiting[T]]] = {}
        self._order: list[tuple[float, Waiting[T]]] = []

    def put(self, waiting: Waiting[T]) -> None:
        """Let work wait at the place of its number among its symbol's."""
        mine = self._of.setdefault(waiting.item.symbol, [])
        heappush(mine, waiting)
        if mine[0] is waiting:
            heappush(self._order, (self._standing(waiting.item), waiting))

    def first(self) -> Waiting[T] | None:
        """Return whose turn it is; None when nothing waits."""
        while self._order:
            standing, waiting = self._order[0]
            mine = self._of.get(waiting.item.symbol)
            if not mine or mine[0] is not waiting:  # An earlier one of its symbol was put back before it.
                heappop(self._order)
            elif (risen := self._standing(waiting.item)) != standing:
                heapreplace(self._order, (risen, waiting))
            else:
                return waiting
        return None

    def take_first(self) -> None:
        """Take away what ``first`` returned a moment ago."""
        _, waiting = heappop(self._order)
        symbol = waiting.item.symbol
        mine = self._of[symbol]
        heappop(mine)
        if mine:
            heappush(self._order, (self._standing(mine[0].item), mine[0]))
        else:
            del self._of[symbol]
