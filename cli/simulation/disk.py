"""What a disk has of the state at one moment, and how it is put back there.

A killed process leaves what its file system had. A loss of power leaves what was synced, or, on a disk that lied about
it, what was synced at any earlier time. What is kept beside the state is a file of its own and is not put back.
"""

import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

State = Mapping[str, bytes]
"""Bytes by the end of the file's name: the file itself and what SQLite writes ahead of it. Empty: no file at all."""

WRITTEN: Final = ("", "-wal")
SHARED: Final = "-shm"
"""Made anew by the first to open the file; after a loss of power there is none."""


def taken(path: Path) -> State:
    """Return what the disk has of the state now. Raises OSError."""
    files = {end: path.with_name(f"{path.name}{end}") for end in WRITTEN}
    return {end: file.read_bytes() for end, file in files.items() if file.exists()}


def put_back(path: Path, state: State) -> None:
    """Let the disk have this and nothing newer. Nobody has the file open. Raises OSError."""
    for end in (*WRITTEN, SHARED):
        path.with_name(f"{path.name}{end}").unlink(missing_ok=True)
    for end, data in state.items():
        path.with_name(f"{path.name}{end}").write_bytes(data)


def packed(state: State) -> State:
    """Return it in little room: it is mostly what the one before was."""
    return {end: zlib.compress(data, 1) for end, data in state.items()}


def unpacked(state: State) -> State:
    """Return what was packed."""
    return {end: zlib.decompress(data) for end, data in state.items()}
