"""A disk under the state that says what a full, a write-protected or a damaged one says, from a moment on."""

import sqlite3
from collections.abc import Iterable
from typing import Any, Final

from domain.errors import StoreFault

# The statement at which each strikes, and what SQLite raises there: sqlite.org/rescode.html, FULL, READONLY, CORRUPT.
SAID: Final[dict[StoreFault, tuple[tuple[str, ...], sqlite3.Error]]] = {
    StoreFault.DISK_FULL: (("COMMIT",), sqlite3.OperationalError("database or disk is full")),
    StoreFault.READ_ONLY: (("BEGIN", "INSERT"), sqlite3.OperationalError("attempt to write a readonly database")),
    StoreFault.CORRUPT: (("SELECT", "INSERT"), sqlite3.DatabaseError("database disk image is malformed")),
}


class Disk:
    """What the connections made from it find; sound until `fails`."""

    def __init__(self) -> None:
        self.fault: StoreFault | None = None
        self.struck = 0

    def fails(self, fault: StoreFault) -> None:
        """Be so from now on."""
        self.fault = fault

    def heals(self) -> None:
        """Be sound again."""
        self.fault = None

    def stands(self, statement: str) -> None:
        """Let a statement pass. Raises sqlite3.Error."""
        if self.fault is not None:
            statements, error = SAID[self.fault]
            if statement.split(maxsplit=1)[0] in statements:
                self.struck += 1
                raise error

    def connection(self) -> type[sqlite3.Connection]:
        """Return the kind of connection that is to be made to it."""
        disk = self

        class OnDisk(sqlite3.Connection):
            def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
                disk.stands(sql.strip())
                return super().execute(sql, parameters)

            def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
                disk.stands(sql.strip())
                return super().executemany(sql, parameters)

        return OnDisk
