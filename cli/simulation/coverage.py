"""Which rows of the state machines' tables were met.

The tables are what runs: nothing moves that is not looked up in one. So whoever stands in a table's place sees every
transition, and the machines themselves need not know that they are watched.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from domain import bracket_steps, breaker, connection, orders


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
    Table("bracket timer", bracket_steps, "ON_TIMER"),
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
    """Give the set of rows met from now on, until the block ends."""
    met: set[str] = set()
    real = [(table, getattr(table.owner, table.name)) for table in TABLES]
    try:
        for table, rows in real:
            setattr(table.owner, table.name, _Watched(table.machine, rows, met))
        yield met
    finally:
        for table, rows in real:
            setattr(table.owner, table.name, rows)


def all_rows() -> frozenset[str]:
    """Return every row there is."""
    return frozenset(_words(table.machine, key) for table in TABLES for key in getattr(table.owner, table.name))


def _words(machine: str, key: object) -> str:
    parts = key if isinstance(key, tuple) else (key,)
    named = (part.__name__ if isinstance(part, type) else str(part) for part in parts)
    return f"{machine}: {' + '.join(named)}"
