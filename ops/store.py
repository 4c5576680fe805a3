"""The state on disk: one SQLite file of one account in one mode, a journal that is only ever added to."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Final

from domain.errors import StoreError
from domain.events import Journaled
from domain.ids import IntentId
from ops.codec import decoded, encoded, kind_of
from ops.masking import Masker
from ops.migrations import migrate, transaction

BUSY_TIMEOUT_SECONDS: Final = 5.0
_OPEN_INTENTS: Final = """
    SELECT substr(planned.stream, 9) FROM records AS planned
    WHERE planned.kind = 'BracketPlanned' AND planned.stream GLOB 'bracket:*' AND NOT EXISTS (
        SELECT 1 FROM records AS closed WHERE closed.stream = planned.stream AND closed.kind = 'BracketClosed'
    )
    GROUP BY planned.stream ORDER BY min(planned.seq)
"""


@contextmanager
def _as_store_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise into StoreError, naming the file."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{path}: {error}") from error


class SqliteStore:
    """The journal. One thread at a time, whichever; a returned ``append`` is on the disk (WAL, synchronous FULL)."""

    def __init__(self, path: Path, account: str, mode: str) -> None:
        """Open or make the file. Raises StoreError when it belongs to another account or mode, or is no journal."""
        self._path = path
        with _as_store_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # Account and trades are the owner's.
            self._connection = sqlite3.connect(
                path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            with _as_store_errors(path):
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = FULL")
                migrate(self._connection)
                self._bind("account", account)
                self._bind("mode", mode)
        except StoreError:
            self._connection.close()
            raise

    def append(self, stream: str, records: Sequence[Journaled]) -> None:
        """Write the records in order, all of them or none. Raises StoreError."""
        rows = [(each.at.astimezone(UTC).isoformat(), stream, kind_of(each), encoded(each)) for each in records]
        with _as_store_errors(self._path), transaction(self._connection):
            self._connection.executemany("INSERT INTO records (at, stream, kind, body) VALUES (?, ?, ?, ?)", rows)

    def read(self, stream: str) -> tuple[Journaled, ...]:
        """Return the stream, oldest first. Raises StoreError."""
        with _as_store_errors(self._path):
            rows = self._connection.execute(
                "SELECT kind, body FROM records WHERE stream = ? ORDER BY seq", (stream,)
            ).fetchall()
        return tuple(decoded(kind, body) for kind, body in rows)

    def open_intents(self) -> tuple[IntentId, ...]:
        """Return the intents planned and not closed, oldest first. Raises StoreError."""
        with _as_store_errors(self._path):
            return tuple(IntentId(row[0]) for row in self._connection.execute(_OPEN_INTENTS))

    def close(self) -> None:
        """Close the file; what was appended is on the disk already."""
        self._connection.close()

    def _bind(self, key: str, value: str) -> None:
        """Tie the file to this account or mode at its first opening; refuse another one later."""
        with transaction(self._connection):
            self._connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (key, value))
            (found,) = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        if found != value:
            belongs = Masker()(f"{self._path} belongs to {key} {found}, not {value}")
            raise StoreError(f"{belongs}: set paths.state_dir to another folder")
