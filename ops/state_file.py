"""Opening the state file: made whole or not at all, looked at before it is trusted, refused in one line."""

import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from domain.errors import StoreError, StoreFault
from ops.backups import back_up, backups_of, settle
from ops.masking import Masker
from ops.migrations import MIGRATIONS, SCHEMA_VERSION, Migration, migrate, transaction
from ops.store_errors import fault_of

BUSY_TIMEOUT_SECONDS: Final = 5.0
CACHE_KIB: Final = 256  # Of pages per connection; SQLite's own 2,000 fill up over weeks and speed nothing up here.
_MAGIC: Final = b"SQLite format 3\0"  # sqlite.org/fileformat.html#the_database_header
_ELSEWHERE: Final = "set paths.state_dir to another folder"
_ADVICE: Final[Mapping[StoreFault, str]] = {
    StoreFault.DISK_FULL: "make room on its disk",
    StoreFault.READ_ONLY: f"make it writable for this user, or {_ELSEWHERE}",
    StoreFault.UNAVAILABLE: f"see who else uses it, or {_ELSEWHERE}",
}

Owner = Sequence[tuple[str, str]]
"""What the file is bound to, as (key, value): account and mode."""


def make(path: Path, owner: Owner) -> None:
    """Make a new state file, bound to its owner. It is there whole or not at all. Raises StoreError."""
    wal = path.with_name(f"{path.name}-wal")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if wal.exists() and wal.stat().st_size:  # SQLite would play a dead file's changes into the new one.
            raise _corrupt(path, f"is missing while its {wal.name} is still there")
        aside = path.with_name(f"{path.name}.new")
        aside.unlink(missing_ok=True)
        aside.touch(mode=0o600)  # Account and trades are the owner's.
        with closing(sqlite3.connect(aside, isolation_level=None)) as connection:
            migrate(connection, 0, before=lambda _: None)
            with transaction(connection):
                connection.executemany("INSERT INTO meta VALUES (?, ?)", owner)
        settle(aside, path)
    except (sqlite3.Error, OSError) as error:
        raise _refused(path, "cannot be made", error) from error


def look(path: Path) -> None:
    """Refuse what cannot be a state file of ours, before anything opens it. Raises StoreError."""
    try:
        if not path.is_file():
            raise StoreError(f"{path}: is no file; {_ELSEWHERE}", StoreFault.UNAVAILABLE)
        with path.open("rb") as opened:
            start = opened.read(len(_MAGIC))
    except OSError as error:
        raise _refused(path, "cannot be read", error) from error
    if not start:
        raise _corrupt(path, "is empty, which this program never leaves")
    if start != _MAGIC[: len(start)]:
        raise StoreError(f"{path}: is not a database; move it away, or {_ELSEWHERE}", StoreFault.CORRUPT)
    for place in (path.parent, path):
        if not os.access(
            place, os.W_OK, effective_ids=os.access in os.supports_effective_ids
        ):  # The folder too: SQLite keeps its -wal beside the file.
            raise StoreError(f"{place}: is read-only; {_ADVICE[StoreFault.READ_ONLY]}", StoreFault.READ_ONLY)


def inspect(path: Path, owner: Owner, newest: int = SCHEMA_VERSION) -> int:
    """Return the schema version of a file that is whole, ours, and of a version up to this. Raises StoreError.

    The connection is a reading one: another's last close would move what is in the -wal into a file it refuses. It
    leaves nothing beside the file. Nobody else may have it open.
    """
    shared = path.with_name(f"{path.name}-shm")
    was_shared = shared.exists()
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{_reading(path)}", uri=True)) as connection:
            _check_whole(connection, path)
            meta = _meta(connection, path)
    except (sqlite3.Error, OSError) as error:
        raise _refused(path, "cannot be read", error) from error
    finally:
        if not was_shared:
            with suppress(OSError):
                shared.unlink(missing_ok=True)
    version = int(meta["schema_version"])
    if version > newest:
        raise StoreError(
            f"{path}: is of schema {version}, this program knows {newest}; run the newer program, or {_ELSEWHERE}"
        )
    for key, value in owner:
        if meta.get(key) != value:
            belongs = Masker()(f"{path} belongs to {key} {meta.get(key)}, not {value}")
            raise StoreError(f"{belongs}: {_ELSEWHERE}")
    return version


def connect(path: Path, kind: type[sqlite3.Connection] = sqlite3.Connection) -> sqlite3.Connection:
    """Return a connection to a file that was inspected; every commit on it is on the disk. Raises StoreError."""
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False, factory=kind
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    except (sqlite3.Error, OSError) as error:
        if connection is not None:
            connection.close()
        raise _refused(path, "cannot be used", error) from error
    return connection


def renew(
    connection: sqlite3.Connection,
    path: Path,
    version: int,
    now: datetime,
    migrations: Sequence[Migration] = MIGRATIONS,
) -> None:
    """Bring a file of this version to the newest, with a backup before each step. Raises StoreError."""
    try:
        migrate(connection, version, before=lambda left: back_up(connection, path, left, now), migrations=migrations)
    except (sqlite3.Error, OSError) as error:
        raise _refused(path, "cannot be brought to the newest schema", error) from error


def _reading(path: Path) -> str:
    """Return how to open it: without a -wal that holds anything as what cannot change, so that SQLite makes none."""
    wal = path.with_name(f"{path.name}-wal")
    return "mode=ro" if wal.exists() and wal.stat().st_size else "mode=ro&immutable=1"


def _meta(connection: sqlite3.Connection, path: Path) -> dict[str, str]:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    meta = dict(connection.execute("SELECT key, value FROM meta")) if {"meta", "records"} <= tables else {}
    if not str(meta.get("schema_version", "")).isdecimal():
        raise StoreError(f"{path}: is a database of something else; {_ELSEWHERE}", StoreFault.CORRUPT)
    return meta


def _check_whole(connection: sqlite3.Connection, path: Path) -> None:
    """Read every page: an index that lost an entry would hide a fill, so the quick check is not enough."""
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise _corrupt(path, f"is damaged: {' '.join(str(found).split())}")


def _refused(path: Path, what: str, error: sqlite3.Error | OSError) -> StoreError:
    fault = fault_of(error)
    reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
    if fault is StoreFault.CORRUPT:
        return _corrupt(path, f"is damaged: {reason}")
    return StoreError(f"{path}: {what}: {reason}; {_ADVICE[fault]}", fault)


def _corrupt(path: Path, what: str) -> StoreError:
    backups = backups_of(path)
    instead = f"put {backups[-1].name} from beside it in its place, or " if backups else ""
    parts = "".join(f", its {end}" for end in ("-wal", "-shm") if path.with_name(path.name + end).exists())
    away = f"move it away{parts and f' with {parts[2:]}'}, leaving its .kept: with that what is open is guarded on"
    return StoreError(f"{path}: {what}; {instead}{away}", StoreFault.CORRUPT)
