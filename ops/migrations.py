"""How the state file came to its present shape, step by step. Steps are added, never changed."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from domain.errors import StoreError

_RECORDS: Final = """
    CREATE TABLE records (
        seq INTEGER PRIMARY KEY, at TEXT NOT NULL, stream TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL
    )
"""
MIGRATIONS: Final = ((_RECORDS, "CREATE INDEX records_by_stream ON records (stream)"),)
SCHEMA_VERSION: Final = len(MIGRATIONS)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to the present schema, all or nothing. Raises StoreError for one of a newer version."""
    with transaction(connection):
        connection.execute("CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        row = connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
        version = int(row[0]) if row else 0
        if version > SCHEMA_VERSION:
            raise StoreError(f"state is of schema {version}, this program knows {SCHEMA_VERSION}: run the newer one")
        for statement in (each for step in MIGRATIONS[version:] for each in step):
            connection.execute(statement)
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('schema_version', ?)", (str(SCHEMA_VERSION),))


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
