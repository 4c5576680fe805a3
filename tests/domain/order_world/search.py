"""Every state that can be reached, breadth first, each one checked; then from which of them there is a way out."""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from time import process_time

from domain.brackets import pnl, position
from domain.ids import Leg
from domain.orders import TERMINAL
from domain.reports import Side
from tests.domain.order_world.exchange import ENDED, held, leg_of, sellable
from tests.domain.order_world.world import Kind, Move, Setting, State, World


class TooLargeError(Exception):
    """There are more states than were allowed: allow more, or less to happen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one search came to. ``broken`` are sentences, each with the moves that lead there."""

    states: int
    moves: int
    closed: int
    unsafe: int
    depth: int
    seconds: float
    broken: tuple[tuple[str, tuple[str, ...]], ...]


class Search:
    """All states of one setting by number, in the order they were found, and the moves between them."""

    def __init__(
        self, setting: Setting, *, states_max: int = 50_000_000, findings_max: int = 1, reduced: bool = True
    ) -> None:
        self.world = World(setting, reduced=reduced)
        self.states: list[State] = []
        self._states_max = states_max
        self._findings_max = findings_max
        self._parents = array("q")
        self._depths = array("i")
        self._starts = array("q")
        self._ends = array("q")
        self._kinds = bytearray()
        self._judged: dict[tuple[int | bool, ...], str] = {}

    def run(self) -> Found:
        """Return what was found; the first states that break something end the search."""
        began = process_time()
        broken = self._visit()
        if not broken:
            closed = self._marked(lambda state: self.world.bracket_of(state).closed is not None)
            safe = self._marked(self.world.is_safe)
            lost = self._cannot_reach(bytearray(safe), Kind.FAIR)
            stuck = self._cannot_reach(bytearray(closed), Kind.MARKET)
            broken = [("nothing under way would ever guard it", lost)] if lost is not None else []
            broken += [("no way to an end", stuck)] if stuck is not None else []
        return Found(
            states=len(self.states),
            moves=len(self._ends),
            closed=sum(self.world.bracket_of(state).closed is not None for state in self.states),
            unsafe=sum(not self.world.is_safe(state) for state in self.states),
            depth=max(self._depths),
            seconds=process_time() - began,
            broken=tuple((text, self.trace(number)) for text, number in broken),
        )

    def _visit(self) -> list[tuple[str, int]]:
        first = self.world.first()
        known, broken = {first: 0}, list[tuple[str, int]]()
        self.states.append(first)
        self._parents.append(-1)
        self._depths.append(0)
        for number, state in enumerate(self.states):  # It grows while it is walked.
            self._starts.append(len(self._ends))
            text = self._wrong(state)
            if text:
                broken.append((text, number))
            if len(broken) >= self._findings_max or len(self.states) > self._states_max:
                break
            for kind, _, after in self._moves(state):
                met = known.setdefault(after, len(self.states))
                if met == len(self.states):
                    self.states.append(after)
                    self._parents.append(number)
                    self._depths.append(self._depths[number] + 1)
                self._ends.append(met)
                self._kinds.append(kind)
        self._starts.append(len(self._ends))
        if len(self.states) > self._states_max and not broken:
            text = f"more than {self._states_max:,} states; of {number:,} that were judged"
            raise TooLargeError(f"{text}, all that {self._depths[number] - 1} moves lead to, none is broken")
        return broken

    def _moves(self, state: State) -> Iterator[Move]:
        """Return what may follow; instead of a sound state from which one move alone leads on, what follows that.

        Such a state is judged, and not kept: where it leads, its successor leads.
        """
        for kind, text, after in self.world.moves(state):
            said, then = text, after
            while not self._wrong(then):
                hearing = self.world.hearing(then)
                if len(hearing) != 1:
                    break
                _, heard, then = hearing[0]
                said = f"{said}; {heard}"
            yield kind, said, then

    def _wrong(self, state: State) -> str:
        """Return the invariant that this state breaks, or nothing."""
        flags = (state.linked, not (state.outgoing or state.incoming or state.late), state.undisturbed)
        key = (state.bracket, state.exchange, bool(state.outgoing), state.crashes, *flags)
        text = self._judged.get(key)
        if text is None:
            text = self._judged[key] = self._judge(state)
        return text

    def _judge(self, state: State) -> str:
        world = self.world
        exchange, bracket = world.exchange_of(state), world.bracket_of(state)
        if held(exchange) < 0:
            return "more was sold than was held"
        if sellable(exchange, world.rules) > held(exchange):
            return "the working exits could sell more than is held"
        if sum(leg_of(order)[0] is Leg.ENTRY for order in exchange) > 1:
            return "a second entry was sent"
        told = {f"{leg_of(o)[0].value}{leg_of(o)[1]}.{n}": f for o in exchange for n, f in enumerate(o.fills)}
        if len({fill.exec_id for fill in bracket.fills}) < len(bracket.fills) or any(
            told.get(fill.exec_id) != (fill.quantity, fill.price) for fill in bracket.fills
        ):
            return "a fill is counted that was never made, or twice"
        if bracket.closed is not None:
            return "" if state.outgoing else self._wrong_end(state)
        still = state.linked and not (state.outgoing or state.incoming or state.late or bracket.book_wanted)
        if still and state.undisturbed:
            return self._wrong_belief(state)
        return ""

    def _wrong_end(self, state: State) -> str:
        exchange, bracket = self.world.exchange_of(state), self.world.bracket_of(state)
        if held(exchange):
            return "it ended, and something is held"
        # The cancel of what was never transmitted dies with the process; such an order fills nothing.
        died = state.crashes < self.world.setting.allowed.crashes
        if any(order.status not in ENDED and not (died and order.status is None) for order in exchange):
            return "it ended, and something works"
        flow = sum(
            (price * quantity * 100 * (1 if order.spec.side is Side.SELL else -1) - 1)
            for order in exchange
            for quantity, price in order.fills
        )
        if pnl(bracket) != flow:
            return f"it ended with {pnl(bracket)} in the ledger, and {flow} in truth"
        return ""

    def _wrong_belief(self, state: State) -> str:
        exchange, bracket = self.world.exchange_of(state), self.world.bracket_of(state)
        if position(bracket) != held(exchange):
            return f"all is quiet; {position(bracket)} is believed to be held, {held(exchange)} is"
        alive = {order.spec.ref for order in exchange if order.status not in ENDED}
        believed = {order.ref for order in bracket.orders if order.status not in TERMINAL}
        if alive != believed:
            return f"all is quiet; {sorted(believed)} are believed to live, {sorted(alive)} do"
        # An entry that filled in part may have armed its exits or not: after the partial timer's 3 s it is given up.
        doubted = bracket.unguarded_since is not None or "partial" in bracket.timers
        if not self.world.is_safe(state) and not doubted:
            return "all is quiet; what is held is not guarded, and nobody says so"
        return ""

    def _marked(self, holds: Callable[[State], bool]) -> bytearray:
        return bytearray(map(holds, self.states))

    def _cannot_reach(self, good: bytearray, most: Kind) -> int | None:
        """Return the first state from which no moves of these kinds lead to a good one.

        Backwards over all of them until nothing changes; moves mostly lead to later numbers, so few rounds do.
        """
        grew = True
        while grew:
            grew = False
            for number in range(len(self.states) - 1, -1, -1):
                if good[number]:
                    continue
                for edge in range(self._starts[number], self._starts[number + 1]):
                    if self._kinds[edge] <= most and good[self._ends[edge]]:
                        good[number] = 1
                        grew = True
                        break
        return next((number for number, mark in enumerate(good) if not mark), None)

    def trace(self, number: int) -> tuple[str, ...]:
        """Return the moves that lead to a state, a shortest way."""
        path = [number]
        while self._parents[path[-1]] >= 0:
            path.append(self._parents[path[-1]])
        return tuple(self._named(path))

    def _named(self, path: list[int]) -> Iterator[str]:
        for before, after in pairwise(reversed(path)):
            yield next(text for _, text, state in self._moves(self.states[before]) if state == self.states[after])
