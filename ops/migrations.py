"""How the state file came to its present shape, step by step. Rows are added, never changed."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

Step = str | Callable[[sqlite3.Connection], None]
"""A statement, or what one statement cannot say; it runs inside of the migration's transaction."""

_RECORDS: Final = """
    CREATE TABLE records (
        seq INTEGER PRIMARY KEY, at TEXT NOT NULL, stream TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL
    )
"""
_META: Final = "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """From one schema version to the next, and what for. Version 0 is a file with nothing in it."""

    source: int
    target: int
    why: str
    steps: tuple[Step, ...]


MIGRATIONS: Final = (
    Migration(
        source=0,
        target=1,
        why="a journal of streams, and whose it is",
        steps=(_META, _RECORDS, "CREATE INDEX records_by_stream ON records (stream)"),
    ),
    Migration(
        source=1,
        target=2,
        why="which intents are open is asked every ten seconds, and must not read years of records",
        steps=("CREATE INDEX records_by_kind ON records (kind, stream)",),
    ),
)
SCHEMA_VERSION: Final = MIGRATIONS[-1].target


def migrate(
    connection: sqlite3.Connection,
    version: int,
    *,
    before: Callable[[int], object],
    migrations: Sequence[Migration] = MIGRATIONS,
) -> None:
    """Bring a file of this version to the newest, each step all or nothing.

    ``before`` is called with the version that is about to be left; what it raises keeps the file as it is. Raises
    sqlite3.Error.
    """
    for migration in migrations:
        if migration.source < version:
            continue
        before(migration.source)
        with transaction(connection):
            for step in migration.steps:
                if isinstance(step, str):
                    connection.execute(step)
                else:
                    step(connection)
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('schema_version', ?)", (str(migration.target),))


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what the block did, or undo all of it when it raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
