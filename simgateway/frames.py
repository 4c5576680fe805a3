"""The frame log: every message that passed, so that a test can also assert what was not sent."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TextIO, cast

from simgateway.protocol.names import Direction, name_of
from simgateway.protocol.wire import Fields

_LOG: Final = logging.getLogger(__name__)
_SMALLEST_BUFFER_BYTES = 65536
_HASHED_AT_ONCE: Final = 512
_to_json: Final = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Frame:
    """One message as it passed the socket, or (direction `note`) what the gateway did to a connection, such as a fault.

    `at` is the gateway's time, aware UTC; of an outgoing one when it was written, so after its delay. `connection`
    counts connections from 1 and is 0 in a note about none, `client_id` is -1 until the client has told it.
    """

    at: datetime
    connection: int
    client_id: int
    direction: Direction
    fields: Fields

    @property
    def name(self) -> str:
        """Return the message's name, such as placeOrder; of a note its first field."""
        return name_of(self.direction, self.fields)

    def to_json(self) -> str:
        """Return one line of the log file."""
        return _to_json(
            {
                "at": self.at.isoformat(timespec="microseconds"),
                "conn": self.connection,
                "client": self.client_id,
                "dir": self.direction,
                "name": self.name,
                "f": self.fields,
            }
        )

    @classmethod
    def from_json(cls, line: str) -> "Frame":
        """Return the frame of one line; ValueError, TypeError or KeyError when it is none."""
        row = json.loads(line)
        return cls(
            at=datetime.fromisoformat(row["at"]),
            connection=row["conn"],
            client_id=row["client"],
            direction=cast("Direction", row["dir"]),
            fields=tuple(row["f"]),
        )


class FrameLog:
    """Keeps a running hash of all frames, and on request a file of them, a list of them, and listeners.

    What nobody asked for costs next to nothing: without `hashed`, file, list and listeners a frame is not even made.
    """

    def __init__(self, path: Path | None = None, *, keep: bool = False, hashed: bool = True) -> None:
        self.frames: list[Frame] = []
        self.listeners: list[Callable[[Frame], None]] = []
        self._keep = keep
        self._hashed = hashed
        self._hash = hashlib.sha256()
        self._unhashed: list[str] = []
        self._newest: tuple[datetime | None, str] = (None, "")
        self._file = path.open("w", encoding="utf-8", buffering=_SMALLEST_BUFFER_BYTES) if path else None

    @property
    def digest(self) -> str:
        """Return the hash over time, direction and fields of all frames so far: equal runs have equal ones."""
        self._hash_all()
        return self._hash.hexdigest()

    def add(self, frame: Frame) -> None:
        """Take one frame in the order it passed."""
        self.note(frame.at, frame.connection, frame.client_id, frame.direction, frame.fields)

    def note(self, at: datetime, connection: int, client_id: int, direction: Direction, fields: Fields) -> None:
        """Take the parts of one frame in the order it passed; see `Frame` for what they are."""
        if self._hashed:
            self._hash_later(at, direction, fields)
        if not (self._keep or self._file or self.listeners):
            return
        frame = Frame(at, connection, client_id, direction, fields)
        if self._keep:
            self.frames.append(frame)
        if self._file:
            self._write(self._file, frame)
        for listener in self.listeners:
            listener(frame)

    def remark(self, at: datetime, what: str, *details: str, connection: int = 0, client_id: int = -1) -> None:
        """Note what the gateway did that is no message: `what` is its kind, such as fault, and then what it was."""
        self.note(at, connection, client_id, "note", (what, *details))

    def flush(self) -> None:
        """Write to the disk what the file's buffer holds."""
        if self._file:
            try:
                self._file.flush()
            except OSError as error:
                self._give_up(self._file, error)

    def close(self) -> None:
        """Close the file; frames after that are kept and hashed only."""
        self.flush()
        if self._file:
            self._file.close()
            self._file = None

    @staticmethod
    def read(path: Path) -> Iterator[Frame]:
        """Give the frames of a log file one by one, in order."""
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield Frame.from_json(line)

    def _write(self, file: TextIO, frame: Frame) -> None:
        try:
            file.write(frame.to_json() + "\n")
        except OSError as error:
            self._give_up(file, error)

    def _give_up(self, file: TextIO, error: OSError) -> None:
        """Say once that the file ends early: a full disk is no reason to break the clients' connections."""
        self._file = None
        with suppress(OSError):
            file.close()
        _LOG.error("simgateway: %s: %s; the frame log ends here", file.name, error.strerror)

    def _hash_later(self, at: datetime, direction: Direction, fields: Fields) -> None:
        """Queue a frame for the hash: many small updates cost more than one big one, and frames share their moment."""
        if at is not self._newest[0]:
            self._newest = (at, at.isoformat())
        self._unhashed += (self._newest[1], direction, *fields, "\x1e")
        if len(self._unhashed) > _HASHED_AT_ONCE:
            self._hash_all()

    def _hash_all(self) -> None:
        self._hash.update("\0".join((*self._unhashed, "")).encode() if self._unhashed else b"")
        self._unhashed.clear()
