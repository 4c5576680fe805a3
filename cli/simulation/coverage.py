"""Which transitions of the state machines were met.

Three tables are what runs: nothing moves that is not looked up in one, so whoever stands in a table's place sees every
transition. What moves in a function instead has its transitions listed here, and the function is listened to where it
is called. The machines themselves need not know that they are watched.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any, Final, get_args

from actors import broker_questions, oco
from domain import bracket_due, breaker, connection, orders
from domain.bracket_effects import BracketInput
from domain.brackets import Bracket, position
from domain.entitlements import Access, Data, Entitlements

ENTERING, GUARDED, UNGUARDED, FLAT, CLOSED = "entering", "guarded", "unguarded", "flat", "closed"
BRACKET_MOVES: Final = (
    (ENTERING, GUARDED), (ENTERING, UNGUARDED), (ENTERING, CLOSED), (GUARDED, UNGUARDED), (UNGUARDED, GUARDED),
    (GUARDED, FLAT), (UNGUARDED, FLAT), (FLAT, GUARDED), (FLAT, UNGUARDED), (FLAT, CLOSED),
)  # fmt: skip
"""From and to; one that is flat has sold all it had and waits for its orders' end or for fees."""
SUPERVISOR: Final[Mapping[str, str]] = {
    "actor_failed": "a handler failed",
    "actor_failed at start": "a start failed",
    "actor_hung": "an actor hung",
    "actor_restarted": "an actor was restarted",
    "actor_gave_up": "a supervisor gave up",
}


@dataclass(frozen=True, slots=True)
class Table:
    """Where a machine finds its table."""

    machine: str
    owner: ModuleType
    name: str


TABLES: Final = (
    Table("order", orders, "NEXT_STATUS"),
    Table("connection", connection, "ROWS"),
    Table("breaker", breaker, "NEXT_STATE"),
    Table("bracket timer", bracket_due, "ON_TIMER"),
)


class _Watched(Mapping[Any, Any]):
    """A table that notes which of its rows were read."""

    def __init__(self, machine: str, rows: Mapping[Any, Any], met: set[str]) -> None:
        self._names = {key: _words(machine, key) for key in rows}
        self._rows = rows
        self._met = met

    def __getitem__(self, key: Any) -> Any:
        row = self._rows[key]
        self._met.add(self._names[key])
        return row

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


@contextmanager
def watched_tables() -> Iterator[set[str]]:
    """Give the set of transitions met from now on, until the block ends."""
    met: set[str] = set()
    real: list[tuple[ModuleType, str, Any]] = []
    for table in TABLES:
        rows = getattr(table.owner, table.name)
        real.append((table.owner, table.name, rows))
        setattr(table.owner, table.name, _Watched(table.machine, rows, met))
    for owner, name, heard in HEARD:
        function = getattr(owner, name)
        real.append((owner, name, function))
        setattr(owner, name, heard(function, met))
    try:
        yield met
    finally:
        for owner, name, thing in real:
            setattr(owner, name, thing)


def all_rows() -> frozenset[str]:
    """Return every transition there is."""
    return frozenset(
        (
            *(_words(table.machine, key) for table in TABLES for key in getattr(table.owner, table.name)),
            *(f"bracket: {before} -> {after}" for before, after in BRACKET_MOVES),
            *(f"bracket hears: {kind.__name__}" for kind in get_args(BracketInput)),
            *(_access_words(before, now) for before in Access for now in Access if _is_move(before, now)),
            *(f"supervisor: {text}" for text in SUPERVISOR.values()),
        )
    )


def supervisor_row(event: str, fields: Mapping[str, object]) -> str | None:
    """Return the transition that an event of the log is; None for one that is none."""
    at_start = event == "actor_failed" and fields.get("message") == "on_start"
    text = SUPERVISOR.get(f"{event} at start" if at_start else event)
    return None if text is None else f"supervisor: {text}"


def _step_heard(step: Callable[..., Any], met: set[str]) -> Callable[..., Any]:
    def heard(bracket: Bracket, message: Any, now: datetime) -> Any:
        after, effects = step(bracket, message, now)
        met.add(f"bracket hears: {type(message).__name__}")
        if (moved := (_phase(bracket), _phase(after))) in BRACKET_MOVES:
            met.add(f"bracket: {moved[0]} -> {moved[1]}")
        return after, effects

    return heard


def _learned_heard(learned: Callable[..., Any], met: set[str]) -> Callable[..., Any]:
    def heard(known: Entitlements, data: Data, access: Access, *rest: Any) -> Any:
        before = known.of(data).access
        if _is_move(before, access):
            met.add(_access_words(before, access))
        return learned(known, data, access, *rest)

    return heard


HEARD: Final[tuple[tuple[ModuleType, str, Callable[[Callable[..., Any], set[str]], Callable[..., Any]]], ...]] = (
    (oco, "step", _step_heard),
    (broker_questions, "learned", _learned_heard),
)
"""Functions that move a machine, where they are called: those modules have them under names of their own."""


def _phase(bracket: Bracket) -> str:
    if bracket.closed is not None:
        return CLOSED
    if position(bracket) == 0:
        return FLAT if bracket.fills else ENTERING
    return GUARDED if bracket.unguarded_since is None else UNGUARDED


def _is_move(before: Access, now: Access) -> bool:
    return before is not now and now is not Access.UNKNOWN


def _access_words(before: Access, now: Access) -> str:
    return f"entitlement: {before} -> {now}"


def _words(machine: str, key: object) -> str:
    parts = key if isinstance(key, tuple) else (key,)
    named = (part.__name__ if isinstance(part, type) else str(part) for part in parts)
    return f"{machine}: {' + '.join(named)}"
