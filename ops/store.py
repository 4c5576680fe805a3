"""The state on disk: one SQLite file of one account in one mode, a journal that is only ever added to."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from domain.events import Journaled
from domain.ids import IntentId
from ops.codec import decoded, encoded, kind_of
from ops.keepsakes import Keepsakes, Row, kept_in, trim
from ops.migrations import transaction
from ops.state_file import connect, inspect, look, make, renew
from ops.store_errors import as_store_errors

_OPEN_INTENTS: Final = """
    SELECT substr(planned.stream, 9) FROM records AS planned
    WHERE planned.kind = 'BracketPlanned' AND planned.stream GLOB 'bracket:*' AND NOT EXISTS (
        SELECT 1 FROM records AS closed WHERE closed.stream = planned.stream AND closed.kind = 'BracketClosed'
        AND closed.seq > (
            SELECT coalesce(max(again.seq), 0) FROM records AS again
            WHERE again.stream = planned.stream AND again.kind = 'BracketReopened'
        )
    )
    GROUP BY planned.stream ORDER BY min(planned.seq)
"""
_HAS: Final = "SELECT 1 FROM records WHERE stream = ? AND kind = ? AND body = ?"


class SqliteStore:
    """The journal. One thread at a time, whichever; a returned ``append`` is on the disk (WAL, synchronous FULL).

    ``restored`` is how many records a file that was put back to an earlier moment was given again at its opening.
    """

    def __init__(
        self,
        path: Path,
        account: str,
        mode: str,
        now: datetime,
        *,
        connection: type[sqlite3.Connection] = sqlite3.Connection,
    ) -> None:
        """Open or make the file; ``now`` (aware) names the backup of one that is brought to a newer schema.

        Raises StoreError, having written nothing, when the file is damaged, cannot be written, is of a newer program,
        or belongs to another account or mode. ``connection`` is for tests of what a disk does.
        """
        owner = (("account", account), ("mode", mode))
        if not path.exists() and not path.is_symlink():
            make(path, owner)
        look(path)
        version = inspect(path, owner)
        self._path = path
        self._connection = connect(path, connection)
        try:
            renew(self._connection, path, version, now)
            self.kept_path = path.with_name(f"{path.name}.kept")
            self.restored = self._restore(self.kept_path, now)
        except BaseException:
            self._connection.close()
            raise

    def append(self, stream: str, records: Sequence[Journaled]) -> None:
        """Write the records in order, all of them or none. Raises StoreError."""
        rows = [(each.at.astimezone(UTC).isoformat(), stream, kind_of(each), encoded(each)) for each in records]
        with as_store_errors(self._path):
            self._keepsakes.add(rows)
            self._insert(rows)

    def read(self, stream: str) -> tuple[Journaled, ...]:
        """Return the stream, oldest first. Raises StoreError."""
        with as_store_errors(self._path):
            rows = self._connection.execute(
                "SELECT kind, body FROM records WHERE stream = ? ORDER BY seq", (stream,)
            ).fetchall()
        return tuple(decoded(kind, body) for kind, body in rows)

    def open_intents(self) -> tuple[IntentId, ...]:
        """Return the intents planned and not closed, or reopened since, oldest first. Raises StoreError."""
        with as_store_errors(self._path):
            return tuple(IntentId(row[0]) for row in self._connection.execute(_OPEN_INTENTS))

    def close(self) -> None:
        """Close the file; what was appended is on the disk already."""
        self._keepsakes.close()
        self._connection.close()

    def _insert(self, rows: Sequence[Row]) -> None:
        with transaction(self._connection):
            self._connection.executemany("INSERT INTO records (at, stream, kind, body) VALUES (?, ?, ?, ?)", rows)

    def _restore(self, path: Path, now: datetime) -> int:
        """Put back what this state forgot, as it was; return how many records. Raises StoreError."""
        with as_store_errors(path):
            kept = kept_in(path)
            missing = [row for row in dict.fromkeys(kept) if self._connection.execute(_HAS, row[1:]).fetchone() is None]
            if missing:
                self._insert(missing)
            trim(path, kept, frozenset(f"bracket:{intent}" for intent in self.open_intents()), now)
            self._keepsakes = Keepsakes(path)
        return len(missing)
