"""What is listed, kept for the day on disk: a restart asks the broker for none of it again."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from domain.errors import StoreError, StoreFault
from domain.reports import ChainReport, ListedReport, Listing, UnderlyingReport
from ops.state_file import CACHE_KIB
from ops.store_errors import fault_of

_ADAPTERS: Final = {kind.__name__: TypeAdapter[Listing](kind) for kind in (UnderlyingReport, ChainReport, ListedReport)}
_TABLE: Final = """
    CREATE TABLE IF NOT EXISTS listings (
        day TEXT NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (day, scope, key)
    ) WITHOUT ROWID
"""


class MemoryListings:
    """``ListingCachePort`` of one process: what it was told of the newest day. One thread at a time."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._known: dict[tuple[date, str], Listing] = {}
        self._day: date | None = None  # Of which alone there is something.

    def get(self, day: date, key: str) -> Listing | None:
        """Return what was put for this New York day."""
        return self._known.get((day, key))

    def put(self, day: date, key: str, listing: Listing) -> None:
        """Keep a listing for the day and forget those of other days."""
        if day != self._day:
            self._known = {known: one for known, one in self._known.items() if known[0] == day}
            self._day = day
        self._known[day, key] = listing

    def close(self) -> None:
        """Nothing is open."""


class ListingCache:
    """``ListingCachePort``. One thread at a time. What it loses costs requests and nothing else, so it does not fsync.

    ``scope`` tells gateways apart: contract numbers of a simulated one mean something else at a real one.
    """

    def __init__(self, path: Path, scope: str) -> None:
        """Open or make the file. Raises StoreError when it cannot be used."""
        self._where = str(path)
        self._scope = scope
        self._read_already = MemoryListings()
        self._day: date | None = None  # Of which alone the file has something.
        with self._as_store_errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(str(path), isolation_level=None, check_same_thread=False)
        try:
            with self._as_store_errors():
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = OFF")
                self._connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
                self._connection.execute(_TABLE)
                self._refuse_damage()
        except StoreError:
            self._connection.close()
            raise

    def _refuse_damage(self) -> None:
        found = self._connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise StoreError(f"{self._where}: {' '.join(found.split())}", StoreFault.CORRUPT)

    def get(self, day: date, key: str) -> Listing | None:
        """Return what was put for this New York day; None also for what does not read as a listing any more."""
        known = self._read_already.get(day, key)
        if known is None:
            with self._as_store_errors():
                row = self._connection.execute(
                    "SELECT kind, body FROM listings WHERE day = ? AND scope = ? AND key = ?",
                    (day.isoformat(), self._scope, key),
                ).fetchone()
            known = _read(*row) if row is not None else None
            if known is not None:
                self._read_already.put(day, key, known)
        return known

    def put(self, day: date, key: str, listing: Listing) -> None:
        """Keep a listing for the day and forget those of other days. Raises StoreError; it is kept in memory still."""
        self._read_already.put(day, key, listing)
        kind = type(listing).__name__
        body = _ADAPTERS[kind].dump_json(listing).decode()
        with self._as_store_errors():
            if day != self._day:  # Looked for once a day: a thousand symbols put three thousand listings.
                self._connection.execute("DELETE FROM listings WHERE day <> ?", (day.isoformat(),))
                self._day = day
            self._connection.execute(
                "INSERT OR REPLACE INTO listings VALUES (?, ?, ?, ?, ?)",
                (day.isoformat(), self._scope, key, kind, body),
            )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _as_store_errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"{self._where}: {error}", fault_of(error)) from error


def opened(path: Path, scope: str) -> tuple[ListingCache | MemoryListings, str]:
    """Return the cache, and what to tell of a file that could not be used; empty for nothing.

    Nothing that concerns a cache keeps the bot from starting: a damaged one is set aside, and where no file can be
    used at all it is kept in memory.
    """
    try:
        return ListingCache(path, scope), ""
    except StoreError as error:
        try:
            if error.fault is StoreFault.CORRUPT:
                aside = _set_aside(path)
                return ListingCache(path, scope), f"{error}; it is set aside as {aside.name}"
        except (StoreError, OSError):
            pass  # Said below.
        return MemoryListings(), f"{error}; what is listed is kept in memory"


def _set_aside(path: Path) -> Path:
    """Rename the file, over an older one, and remove what belongs to it. Raises OSError."""
    aside = path.with_name(f"{path.name}.damaged")
    path.replace(aside)
    for belongs in ("-wal", "-shm"):
        path.with_name(path.name + belongs).unlink(missing_ok=True)
    return aside


def _read(kind: str, body: str) -> Listing | None:
    adapter = _ADAPTERS.get(kind)
    try:
        return adapter.validate_json(body) if adapter is not None else None
    except ValidationError:
        return None  # Written by another version: asking again mends it.
