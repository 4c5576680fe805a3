"""Copies of the state as it was before its shape was changed, beside it, a bounded number of them."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

KEPT_MAX: Final = 5
_STAMP: Final = "%Y%m%dT%H%M%SZ"


def back_up(connection: sqlite3.Connection, path: Path, version: int, now: datetime) -> Path:
    """Copy the whole state, what is in its WAL included, to ``<name>.v<version>-<UTC time>.backup``; return the copy.

    It is on the disk when this returns, and the oldest beyond `KEPT_MAX` are gone. ``now`` is aware. A copy that was
    cut off has another name. Raises sqlite3.Error and OSError; then there is no such file.
    """
    copy = path.with_name(f"{path.name}.v{version}-{now.astimezone(UTC).strftime(_STAMP)}.backup")
    aside = copy.with_name(f"{copy.name}.part")
    aside.unlink(missing_ok=True)
    aside.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(aside)) as target:
            connection.backup(target)
        settle(aside, copy)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    for old in backups_of(path)[:-KEPT_MAX]:
        old.unlink()
    return copy


def backups_of(path: Path) -> list[Path]:
    """Return the copies of this state, oldest first."""
    found = path.parent.glob(f"{path.name}.v*-*.backup")
    return sorted(found, key=lambda copy: (copy.name.rpartition("-")[2], copy.name))


def settle(aside: Path, path: Path) -> None:
    """Give a finished file its name, such that after a power loss it is there whole or not at all. Raises OSError."""
    _sync(aside)
    aside.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
