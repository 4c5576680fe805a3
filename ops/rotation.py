"""A file of lines that is set aside when it is full or old, packed then, and deleted when all of them grow too much.

What is set aside is named for its first line: ``bot.20260311T142500.000000Z.jsonl``, and ``.gz`` once it is packed.
"""

import contextlib
import gzip
import os
import re
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import FileIO
from pathlib import Path
from typing import Final

PART: Final = ".part"
PACKED: Final = ".gz"
PACK_LEVEL: Final = 5  # Of 9: the last ones cost a small machine seconds, and save a hundredth.
MEGABYTE: Final = 1_000_000
STAMP: Final = re.compile(r"\.(\d{8}T\d{6}\.\d{6}Z)(?:-(\d+))?\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """When a file is set aside, and when such files are deleted. ``total_megabytes`` bounds each kind of log alone."""

    megabytes: int = 20
    keep_days: int = 30
    total_megabytes: int = 250


@dataclass(frozen=True, slots=True)
class _Inside:
    """What the open file holds: bytes, and the moment of its first line; None while it has none."""

    size: int
    since: datetime | None


class RotatingFile:
    """Appends lines. Not for two threads at once; packing goes on in ``work``'s thread. OSError of a disk comes out."""

    def __init__(
        self, path: Path, rotation: Rotation | None, work: Callable[[Callable[[], None]], None] | None = None
    ) -> None:
        self._path = path
        self._rotation = rotation
        self._work = work or (lambda job: job())
        self._file: FileIO | None = None
        self._inside = _Inside(0, None)
        self._torn = False
        self.written = 0

    def write(self, line: bytes, at: datetime) -> None:
        """Append one line, whole or with an OSError; what an error left torn ends before the next line."""
        file = self._file or self._opened(at)
        if self._rotation and self._is_due(len(line), at):
            self._set_aside(at)
            file = self._opened(at)
        data = (b"\n" if self._torn else b"") + line + b"\n"
        self._torn = True
        left = memoryview(data)
        while left:  # A disk that fills up takes a part of it first.
            left = left[file.write(left) :]
        self._torn = False
        self.written += len(data)
        self._inside = _Inside(self._inside.size + len(data), self._inside.since or at)

    def sync(self) -> None:
        """Return when all of it is on the disk."""
        if self._file is not None:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close; a later write opens it again."""
        if self._file is not None:
            file, self._file = self._file, None
            file.close()

    def _opened(self, at: datetime) -> FileIO:
        self._file = file = self._path.open("ab", buffering=0)
        size = file.tell()
        self._inside = _Inside(size, _first_moment(self._path) or at if size else None)
        self._torn = bool(size) and not _ends_whole(self._path)
        return file

    def _is_due(self, more: int, at: datetime) -> bool:
        since, rotation = self._inside.since, self._rotation
        if since is None or rotation is None:
            return False
        return self._inside.size + more >= rotation.megabytes * MEGABYTE or since.date() < at.date()

    def _set_aside(self, at: datetime) -> None:
        rotation, since = self._rotation, self._inside.since
        assert rotation is not None, "only a due file is set aside"
        assert since is not None, "only a file with lines is due"
        self.close()
        self._path.rename(_free_name(self._path, since))
        path = self._path
        self._work(lambda: tidy(path, rotation, at))


def tidy(path: Path, rotation: Rotation, now: datetime) -> None:
    """Pack what was set aside of this file, then delete what is too old or too much, oldest first.

    Blocks. What cannot be packed or deleted now is met again the next time.
    """
    with contextlib.suppress(OSError):
        for each in set_aside(path):
            if each.suffix != PACKED:
                _pack(each)
    with contextlib.suppress(OSError):
        _prune(path, rotation, now)


def set_aside(path: Path) -> list[Path]:
    """Return what was set aside of this file, oldest first; what is being packed counts once."""
    pattern = f"{path.stem}.*{path.suffix}"
    plain = [each for each in path.parent.glob(pattern) if STAMP.search(each.name)]
    names = {each.name for each in plain}
    packed = [each for each in path.parent.glob(pattern + PACKED) if STAMP.search(each.name)]
    return sorted(
        [*plain, *(each for each in packed if each.name.removesuffix(PACKED) not in names)],
        key=lambda each: _place(each.name),
    )


def moment_of(name: str) -> datetime | None:
    """Return when the first line of a file that was set aside was written, by its name; None for another file."""
    found = STAMP.search(name)
    return datetime.strptime(found[1], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC) if found else None


def _place(name: str) -> tuple[str, int]:
    found = STAMP.search(name)
    return (found[1], int(found[2] or 0)) if found else ("", 0)


def _free_name(path: Path, since: datetime) -> Path:
    stamp = f"{since.astimezone(UTC):%Y%m%dT%H%M%S.%f}Z"
    number, found = 0, path.with_name(f"{path.stem}.{stamp}{path.suffix}")
    while found.exists() or found.with_name(found.name + PACKED).exists():
        number += 1
        found = path.with_name(f"{path.stem}.{stamp}-{number}{path.suffix}")
    return found


def _pack(path: Path) -> None:
    part, packed = path.with_name(path.name + PACKED + PART), path.with_name(path.name + PACKED)
    with path.open("rb") as plain, gzip.open(part, "wb", PACK_LEVEL) as out:
        shutil.copyfileobj(plain, out, MEGABYTE)
    with part.open("rb") as done:
        os.fsync(done.fileno())
    part.replace(packed)
    path.unlink()


def _prune(path: Path, rotation: Rotation, now: datetime) -> None:
    oldest = now - timedelta(days=rotation.keep_days)
    room = rotation.total_megabytes * MEGABYTE - rotation.megabytes * MEGABYTE
    for each in reversed(set_aside(path)):
        since = moment_of(each.name)
        room -= each.stat().st_size
        if room < 0 or since is None or since < oldest:
            each.unlink()
    for part in path.parent.glob(f"{path.stem}.*{path.suffix}{PACKED}{PART}"):
        part.unlink()


def _first_moment(path: Path) -> datetime | None:
    """Return the moment of the file's first line: after ``"ts":"`` in JSON, at its start in text; None: unreadable."""
    with path.open("rb") as file:
        head = file.readline(200).decode("utf-8", "replace")
    found = re.match(r'(?:\{"ts":")?(\d{4}-\d\d-\d\dT[\d:.]+)Z', head)
    try:
        return datetime.fromisoformat(found[1]).replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


class Packer:
    """Runs one job at a time in a thread that nobody waits for at the end: what it leaves, the next process packs."""

    def __init__(self) -> None:
        self._turn = threading.Lock()

    def __call__(self, job: Callable[[], None]) -> None:
        """Run the job soon."""
        threading.Thread(target=self._run, args=(job,), name="log packing", daemon=True).start()

    def _run(self, job: Callable[[], None]) -> None:
        with self._turn:
            job()
