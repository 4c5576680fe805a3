"""The frame log: every message that passed, so that a test can also assert what was not sent."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from simgateway.protocol.names import Direction, name_of

_SMALLEST_BUFFER_BYTES = 65536


@dataclass(frozen=True, slots=True)
class Frame:
    """One message as it passed the socket.

    `at` is the gateway's time, aware UTC; of an outgoing one when it was written, so after its delay. `connection`
    counts connections from 1, `client_id` is -1 until the client has told it.
    """

    at: datetime
    connection: int
    client_id: int
    direction: Direction
    fields: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the message's name, such as placeOrder."""
        return name_of(self.direction, self.fields)

    def to_json(self) -> str:
        """Return one line of the log file."""
        return json.dumps(
            {
                "at": self.at.isoformat(timespec="microseconds"),
                "conn": self.connection,
                "client": self.client_id,
                "dir": self.direction,
                "name": self.name,
                "f": self.fields,
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, line: str) -> "Frame":
        """Return the frame of one line; ValueError or KeyError when it is none."""
        row = json.loads(line)
        return cls(
            at=datetime.fromisoformat(row["at"]),
            connection=row["conn"],
            client_id=row["client"],
            direction=cast("Direction", row["dir"]),
            fields=tuple(row["f"]),
        )


class FrameLog:
    """Keeps a running hash of all frames, and on request a file of them, a list of them, and listeners."""

    def __init__(self, path: Path | None = None, *, keep: bool = False) -> None:
        self.frames: list[Frame] = []
        self.listeners: list[Callable[[Frame], None]] = []
        self._keep = keep
        self._hash = hashlib.sha256()
        self._file = path.open("w", encoding="utf-8", buffering=_SMALLEST_BUFFER_BYTES) if path else None

    @property
    def digest(self) -> str:
        """Return the hash over direction, fields and time of all frames so far: equal runs have equal ones."""
        return self._hash.hexdigest()

    def add(self, frame: Frame) -> None:
        """Take one frame in the order it passed."""
        text = "\0".join((frame.at.isoformat(), frame.direction, *frame.fields))
        self._hash.update(text.encode())
        if self._keep:
            self.frames.append(frame)
        if self._file:
            self._file.write(frame.to_json() + "\n")
        for listener in self.listeners:
            listener(frame)

    def flush(self) -> None:
        """Write to the disk what the file's buffer holds."""
        if self._file:
            self._file.flush()

    def close(self) -> None:
        """Close the file; frames after that are kept and hashed only."""
        if self._file:
            self._file.close()
            self._file = None

    @staticmethod
    def read(path: Path) -> Iterator[Frame]:
        """Give the frames of a log file one by one, in order."""
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield Frame.from_json(line)
