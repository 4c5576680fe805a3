"""Counts messages: by connection and kind, over time, and the most in any one second."""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from simgateway.frames import Frame
from simgateway.inspect.kinds import id_in

_SECOND: Final = timedelta(seconds=1)
PACE_MAX: Final = 50
"""Messages a second above which IB warns and then disconnects."""


@dataclass(slots=True)
class Connection:
    """One connection: when it spoke first and last, how much each way, and its worst second.

    `seconds_over` counts the messages that came with more than `PACE_MAX` within the second before them.
    """

    number: int
    first: datetime
    last: datetime
    client_id: int = -1
    version: str = ""
    sent: int = 0
    got: int = 0
    most: int = 0
    most_at: datetime | None = None
    too_fast: int = 0
    recent: deque[datetime] = field(default_factory=deque)


@dataclass(slots=True)
class KindCount:
    """How often a message passed, and when first and last."""

    name: str
    direction: str
    count: int
    first: datetime
    last: datetime


class Tally:
    """Takes frames in order."""

    def __init__(self) -> None:
        self.connections: dict[int, Connection] = {}
        self.kinds: dict[tuple[str, str], KindCount] = {}
        self.by_client: Counter[tuple[str, str, int]] = Counter()
        self.errors: Counter[tuple[int, str]] = Counter()
        self.notes: list[Frame] = []
        self.total = 0
        self.first: datetime | None = None
        self.last: datetime | None = None

    def take(self, frame: Frame) -> None:
        """Take one frame."""
        self.total += 1
        self.first = self.first or frame.at
        self.last = frame.at
        if frame.direction == "note":
            self.notes.append(frame)
            return
        connection = self.connections.get(frame.connection)
        if connection is None:
            connection = self.connections[frame.connection] = Connection(frame.connection, frame.at, frame.at)
        connection.last = frame.at
        self._count_kind(frame)
        if frame.direction == "in":
            connection.sent += 1
            _pace(connection, frame)
        else:
            connection.got += 1
            if frame.fields[:1] == ("4",) and len(frame.fields) > 4:
                self.errors[id_in(frame.fields, 3), frame.fields[4]] += 1
        _learn(connection, frame)

    def _count_kind(self, frame: Frame) -> None:
        name = frame.name or "(empty)"
        kind = self.kinds.get((frame.direction, name))
        if kind is None:
            kind = self.kinds[frame.direction, name] = KindCount(name, frame.direction, 0, frame.at, frame.at)
        kind.count += 1
        kind.last = frame.at
        self.by_client[frame.direction, name, frame.connection] += 1

    def client_of(self, connection: int) -> int:
        """Return the client of a connection; -1 when it never told."""
        known = self.connections.get(connection)
        return known.client_id if known else -1


def _learn(connection: Connection, frame: Frame) -> None:
    if frame.client_id >= 0:
        connection.client_id = frame.client_id
    if frame.name == "handshake" and frame.direction == "out":
        connection.version = frame.fields[0]


def _pace(connection: Connection, frame: Frame) -> None:
    recent = connection.recent
    recent.append(frame.at)
    while frame.at - recent[0] >= _SECOND:
        recent.popleft()
    if len(recent) > connection.most:
        connection.most, connection.most_at = len(recent), frame.at
    connection.too_fast += len(recent) > PACE_MAX
