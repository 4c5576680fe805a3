"""What even a state that was put back to an earlier moment must not forget: kept a second time, in a file beside it.

A disk can lie about what it synced, and an operator can put a backup in the state's place. What the broker holds tells
the rest again, but not the plan of a bracket, nor that the day's loss was reached. A line is one record as JSON.
"""

import json
import os
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from domain.errors import StoreError, StoreFault
from domain.events import BracketPlanned, ControlMoved, DayOpened, LossLimitReached, RiskReserved
from ops.backups import settle

Row = tuple[str, str, str, str]
"""When (ISO, UTC), which stream, which kind, the body as JSON: as the table has it."""

KINDS: Final = frozenset(
    kind.__name__ for kind in (BracketPlanned, DayOpened, RiskReserved, LossLimitReached, ControlMoved)
)
KEPT_FOR: Final = timedelta(days=8)  # The broker repeats executions for a week at the most.


class Keepsakes:
    """The file, open for appending. One thread at a time. Raises OSError."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        self._file = path.open("ab", buffering=0)

    def add(self, rows: Iterable[Row]) -> None:
        """Have those rows on the disk that are of a kind to be kept; all of them or none."""
        lines = "".join(json.dumps(row) + "\n" for row in rows if row[2] in KINDS).encode()
        if not lines:
            return
        before = os.fstat(self._file.fileno()).st_size
        try:
            while lines:
                lines = lines[self._write(lines) :]
            os.fsync(self._file.fileno())
        except OSError:
            self._file.truncate(before)
            raise

    def _write(self, data: bytes) -> int:
        return self._file.write(data)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def kept_in(path: Path) -> list[Row]:
    """Return what is kept, oldest first; none without a file. Raises StoreError for what cannot be read, OSError.

    A last line that was cut off was never acknowledged: nothing followed from it.
    """
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    return [_row(path, number, line) for number, line in enumerate(lines[:-1], 1)]


def trim(path: Path, rows: Sequence[Row], still_open: frozenset[str], now: datetime) -> None:
    """Forget what is old and of no open stream, and a last line that was cut off. ``now`` is aware. Raises OSError."""
    since = (now - KEPT_FOR).isoformat()
    wanted = [row for row in rows if row[0] >= since or row[1] in still_open]
    text = "".join(json.dumps(row) + "\n" for row in wanted).encode()
    if path.exists() and path.read_bytes() != text:
        aside = path.with_name(f"{path.name}.part")
        aside.unlink(missing_ok=True)
        aside.touch(mode=0o600)
        aside.write_bytes(text)
        settle(aside, path)


def _row(path: Path, number: int, line: bytes) -> Row:
    try:
        at, stream, kind, body = (str(part) for part in json.loads(line))
    except ValueError as error:
        raise StoreError(
            f"{path}: line {number} is damaged; remove it, what it kept may be in the state still", StoreFault.CORRUPT
        ) from error
    return at, stream, kind, body
