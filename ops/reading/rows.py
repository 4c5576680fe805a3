"""The lines of a log as rows, as fast as a small machine can: most lines are told by a few bytes to be of no interest.

A line that cannot be read, the torn last one above all, is skipped and counted. An event of another version is a row
like any other: who reads it must not count on fields.
"""

import io
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

from ops.lines import moment
from ops.reading.files import LogFile, within

Row = dict[str, Any]

_EVENT: Final = b'"event":"'
_EVENT_LONG: Final = len(_EVENT)
_TS: Final = b'{"ts":"'
_TS_PLACE: Final = slice(len(_TS), len(_TS) + 27)
_BUFFER: Final = 1 << 20
LAST_LINES: Final = 5  # The last one may be torn.
_GZIP: Final = zlib.MAX_WBITS | 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines: of these events (None: all), naming one of these texts, from ``since`` on, before ``until``."""

    events: frozenset[str] | None = None
    naming: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(slots=True)
class Reader:
    """Reads a log's rows in order. ``lines`` and ``unreadable`` count what went by, over all passes."""

    files: Iterable[LogFile]
    lines: int = 0
    unreadable: int = 0

    def rows(self, wanted: Wanted) -> Iterator[Row]:
        """Yield what is wanted, oldest first, one line in memory at a time."""
        for file in within(self.files, wanted.since, wanted.until):
            yield from self._of(file, wanted)

    def last_moment(self) -> datetime | None:
        """Return the moment of the log's last whole line; None for a log without one."""
        for file in reversed(list(self.files)):
            lines = unpacked(file.path) if file.packed else tail(file.path)
            rows = [row for row in map(self._parsed, deque(lines, LAST_LINES)) if row is not None]
            if rows:
                return at_of(rows[-1])
        return None

    def _of(self, file: LogFile, wanted: Wanted) -> Iterator[Row]:
        since = moment(wanted.since).encode() if wanted.since else b""
        until = moment(wanted.until).encode() if wanted.until else b"~"
        events = None if wanted.events is None else frozenset(name.encode() for name in wanted.events)
        naming = tuple(text.encode() for text in wanted.naming)
        for line in self._lines(file, wanted.since):
            ts = line[_TS_PLACE]
            ours = line.startswith(_TS) and ts.endswith(b"Z")  # Moments of one form follow one another as texts do.
            if ours and ts < since:
                continue
            if ours and ts >= until:
                return
            if events is not None:
                start = line.find(_EVENT) + _EVENT_LONG
                if start < _EVENT_LONG:
                    ours = False
                elif line[start : line.find(b'"', start)] not in events:
                    continue
            if naming and not any(text in line for text in naming):
                continue
            row = self._parsed(line)
            if row is not None and (ours or _is_wanted(row, wanted)):
                yield row

    def _lines(self, file: LogFile, since: datetime | None) -> Iterator[bytes]:
        count = 0
        try:
            for line in unpacked(file.path) if file.packed else plain(file.path, since):
                count += 1
                yield line
        except zlib.error:
            self.unreadable += 1  # Damaged; what came before was read.
        finally:
            self.lines += count

    def _parsed(self, line: bytes) -> Row | None:
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError:
            if line.strip():
                self.unreadable += 1
            return None
        if isinstance(row, dict) and isinstance(row.get("ts"), str) and isinstance(row.get("event"), str):
            return row
        self.unreadable += 1
        return None


def plain(path: Path, since: datetime | None) -> Iterator[bytes]:
    """Yield the file's lines, most of those before this moment left out."""
    with path.open("rb", buffering=_BUFFER) as stream:
        if since is not None:
            seek(stream, moment(since).encode())
        yield from stream


def tail(path: Path) -> Iterator[bytes]:
    """Yield the last lines of a plain file, the first of them perhaps not whole."""
    with path.open("rb") as stream:
        stream.seek(max(0, stream.seek(0, io.SEEK_END) - _BUFFER))
        yield from stream


def unpacked(path: Path) -> Iterator[bytes]:
    """Yield the lines of a packed file; of one that is cut off, what there is. Raises zlib.error for a damaged one."""
    unpack = zlib.decompressobj(wbits=_GZIP)
    half = b""
    with path.open("rb") as stream:
        while packed := stream.read(_BUFFER // 4):
            *lines, half = (half + unpack.decompress(packed)).split(b"\n")
            yield from lines
    if half:
        yield half


def seek(stream: BinaryIO, since: bytes) -> None:
    """Go to a place at or a little before the first line of this moment or later; its lines are in order of time."""
    low, high = 0, stream.seek(0, io.SEEK_END)
    while high - low > _BUFFER:
        middle = (low + high) // 2
        stream.seek(middle)
        stream.readline()
        line = stream.readline()
        if line.startswith(_TS) and line[_TS_PLACE] < since:
            low = middle
        else:
            high = middle
    stream.seek(low)
    if low:
        stream.readline()


def at_of(row: Row) -> datetime:
    """Return the row's moment, aware UTC; the beginning of time where it has none that can be read."""
    try:
        at = datetime.fromisoformat(row["ts"])
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _is_wanted(row: Row, wanted: Wanted) -> bool:
    if wanted.events is not None and row["event"] not in wanted.events:
        return False
    return (wanted.since is None or at_of(row) >= wanted.since) and (wanted.until is None or at_of(row) < wanted.until)
