"""A log that is still written, read as it grows: across its rotation, and never half a line."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import orjson

from ops.reading.rows import Row


class Follower:
    """Reads on where it stopped. One thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._half = b""

    def start_at_end(self) -> None:
        """Leave out what is there by now."""
        self._open()
        if self._file is not None:
            self._file.seek(0, os.SEEK_END)

    def rows(self) -> Iterator[Row]:
        """Yield the rows that were completed since the last call; none while the file does not exist."""
        if self._file is None:
            self._open()
        yield from self._read()
        if self._is_replaced():
            yield from self._read()  # What was written between the last look and the rotation.
            self.close()
            self._open()
            yield from self._read()

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
        self._file, self._half = None, b""

    def _open(self) -> None:
        try:
            self._file = self._path.open("rb")
        except FileNotFoundError:
            self._file = None

    def _is_replaced(self) -> bool:
        if self._file is None:
            return False
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return False
        ours = os.fstat(self._file.fileno())
        return (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino) or there.st_size < self._file.tell()

    def _read(self) -> Iterator[Row]:
        if self._file is None:
            return
        *lines, self._half = (self._half + self._file.read()).split(b"\n")
        for line in lines:
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue  # Torn by a crash, and ended by the next process.
            if isinstance(row, dict) and isinstance(row.get("event"), str) and isinstance(row.get("ts"), str):
                yield row
