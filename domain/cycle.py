"""Cycles: when each symbol has its turn. Pure; the Scheduler actor keeps the time.

A symbol still busy when its next turn is due is skipped; one that waits for a timer frees its slot; one whose actor
died or hangs loses its turn after a bound, so that the others never wait for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from domain.ids import Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycles:
    """The turns of all symbols. ``busy`` maps a symbol to when its turn began; ``paused`` wait for their own timer."""

    symbols: tuple[Symbol, ...]
    concurrent_max: int
    turn_seconds_max: float
    number: int = 0
    began: datetime | None = None
    waiting: tuple[Symbol, ...] = ()
    busy: tuple[tuple[Symbol, datetime], ...] = ()
    paused: tuple[tuple[Symbol, datetime], ...] = ()
    skipped: tuple[Symbol, ...] = ()
    completed: int = 0
    failed: int = 0
    attempted: int = 0
    placed: int = 0
    reported: bool = True

    @property
    def open(self) -> frozenset[Symbol]:
        """Return the symbols whose turn has begun and not ended."""
        return frozenset(s for s, _ in (*self.busy, *self.paused))


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """What follows from a change: the symbols whose turn begins now."""

    start: tuple[Symbol, ...] = field(default_factory=tuple)


def began(cycles: Cycles, now: datetime, first: Sequence[Symbol] = ()) -> tuple[Cycles, Turns]:
    """Begin the next cycle; ``first`` (guarded symbols) come before the others, who keep their order."""
    ahead = [s for s in cycles.symbols if s in first]
    order = (*ahead, *(s for s in cycles.symbols if s not in ahead))
    still = cycles.open | set(cycles.waiting)
    fresh = replace(
        cycles,
        number=cycles.number + 1,
        began=now,
        waiting=(*cycles.waiting, *(s for s in order if s not in still)),
        skipped=tuple(s for s in order if s in still),
        completed=0,
        failed=0,
        attempted=0,
        placed=0,
        reported=False,
    )
    return _filled(fresh, now)


def _filled(cycles: Cycles, now: datetime) -> tuple[Cycles, Turns]:
    room = max(0, cycles.concurrent_max - len(cycles.busy))
    start, rest = cycles.waiting[:room], cycles.waiting[room:]
    busy = (*cycles.busy, *((s, now) for s in start))
    return replace(cycles, waiting=rest, busy=busy), Turns(start=start)


def finished(
    cycles: Cycles, symbol: Symbol, now: datetime, *, ok: bool, attempted: bool = False, placed: bool = False
) -> tuple[Cycles, Turns]:
    """End a symbol's turn; an end that nobody waits for changes nothing."""
    if symbol not in cycles.open:
        return cycles, Turns()
    ended = replace(
        cycles,
        busy=_without(cycles.busy, symbol),
        paused=_without(cycles.paused, symbol),
        completed=cycles.completed + ok,
        failed=cycles.failed + (not ok),
        attempted=cycles.attempted + attempted,
        placed=cycles.placed + placed,
    )
    return _filled(ended, now)


def paused(cycles: Cycles, symbol: Symbol, now: datetime) -> tuple[Cycles, Turns]:
    """Free the slot of a symbol that waits for its own timer."""
    if symbol not in {s for s, _ in cycles.busy}:
        return cycles, Turns()
    after = replace(cycles, busy=_without(cycles.busy, symbol), paused=(*cycles.paused, (symbol, now)))
    return _filled(after, now)


def overdue(cycles: Cycles, now: datetime) -> tuple[Symbol, ...]:
    """Return the symbols whose turn has lasted longer than its bound."""
    bound = timedelta(seconds=cycles.turn_seconds_max)
    return tuple(s for s, since in (*cycles.busy, *cycles.paused) if now - since > bound)


def complete(cycles: Cycles) -> bool:
    """Return whether every turn of the newest cycle has ended and that was not yet reported."""
    return not cycles.reported and not cycles.busy and not cycles.waiting and not cycles.paused


def _without(pairs: Iterable[tuple[Symbol, datetime]], symbol: Symbol) -> tuple[tuple[Symbol, datetime], ...]:
    return tuple(pair for pair in pairs if pair[0] != symbol)


def next_start(opens_at: datetime, now: datetime, interval_seconds: int, offset_seconds: float) -> datetime:
    """Return the first start after now: whole intervals from the session's open, a little after a bar's end."""
    first = opens_at + timedelta(seconds=offset_seconds)
    if now < first:
        return first
    passed = int((now - first).total_seconds() // interval_seconds)
    return first + timedelta(seconds=(passed + 1) * interval_seconds)
