"""The death of the whole process in virtual time: what it held of the world is taken from it at one point, all at once.

A process writes to its disk, to its sockets and to its log. Killed, it does none of that any more: nobody stops in
order, nothing is flushed, and bytes that were handed to a socket arrive. Whoever is in the middle of something goes no
further. The gateway lives on beside it, on the same loop.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from actors.runtime.hosts import VirtualHost
from broker.ib.library import Library
from domain.events import Journaled
from domain.ids import IntentId
from domain.ports import EventLog, JournalPort


class Step(StrEnum):
    """What a process does to the world."""

    WRITE = "journal write"
    COMMIT = "commit"
    ORDER = "order message"


class Side(StrEnum):
    """Where a point is: just before the world has it, or just after."""

    BEFORE = "before"
    AFTER = "after"


Reached = Callable[[Step, Side], None]
"""Hears of each point as it is reached; what it raises ends what the process is doing there."""

ORDER_MESSAGES: Final = ("placeOrder", "cancelOrder")
CONNECTIONS_MAX: Final = 4  # Of which one is open: a month has thousands that are over, and each would be kept.


class KilledError(asyncio.CancelledError):
    """The process is no more; passes through whatever it was doing, as a cancelled task's end does."""


def committing(reached: Reached) -> type[sqlite3.Connection]:
    """Return the kind of connection that says when it commits.

    Before, what must not be forgotten is kept beside the file, and the file does not have it; after, it is synced.
    """

    class Committing(sqlite3.Connection):
        def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
            if sql != "COMMIT":
                return super().execute(sql, parameters)
            reached(Step.COMMIT, Side.BEFORE)
            done = super().execute(sql, parameters)
            reached(Step.COMMIT, Side.AFTER)
            return done

    return Committing


def nothing(step: Step, side: Side) -> None:
    """Let a point pass."""


class Process:
    """What one process holds of the world: use these in place of what they stand for. On the host's loop alone.

    `host` houses the actors of this process and of no other that lives.
    """

    def __init__(
        self, host: VirtualHost, log: EventLog, journal: JournalPort, library: Library, reached: Reached = nothing
    ) -> None:
        self.is_alive = True
        self.log: EventLog = LivingLog(lambda: self.is_alive, log)
        self.journal: JournalPort = _Journal(self, journal)
        self._host = host
        self._library = library
        self._reached = reached
        self._gateways: deque[Any] = deque(maxlen=CONNECTIONS_MAX)

    def library(self, handlers: Mapping[str, Callable[..., object]], timezone: str) -> Any:
        """Return what the library makes for one connection, its order messages passing here."""
        gateway = self._library(handlers, timezone)
        self._gateways.append(gateway)
        for name in ORDER_MESSAGES:
            setattr(gateway.client, name, self._passing(getattr(gateway.client, name)))
        return gateway

    def kill(self) -> None:
        """End it here. What was written is written, what was not is lost; its peers see its sockets close."""
        self.is_alive = False
        for gateway in self._gateways:
            transport = gateway.client.conn.transport
            if transport is not None:
                transport.abort()
        self._host.fence_all()

    def do(self, step: Step, act: Callable[[], None]) -> None:
        """Do something to the world, unless the process dies before it. Raises KilledError, before or after."""
        self._pass(step, Side.BEFORE)
        act()
        self._pass(step, Side.AFTER)

    def demand_alive(self) -> None:
        """Raise KilledError once it is dead."""
        if not self.is_alive:
            raise KilledError

    def _pass(self, step: Step, side: Side) -> None:
        self.demand_alive()
        self._reached(step, side)
        self.demand_alive()

    def _passing(self, send: Callable[..., None]) -> Callable[..., None]:
        return lambda *fields: self.do(Step.ORDER, lambda: send(*fields))


class LivingLog:
    """A log of which a dead process writes no line: what its actors break as they go is nobody's news."""

    def __init__(self, is_alive: Callable[[], bool], log: EventLog) -> None:
        self._is_alive = is_alive
        self._log = log

    def emit(self, event: str, /, **fields: object) -> None:
        """Write one line while the process lives."""
        if self._is_alive():
            self._log.emit(event, **fields)


class _Journal:
    """A store that a dead process neither reads nor writes: each write is a point, before and after."""

    def __init__(self, process: Process, journal: JournalPort) -> None:
        self._process = process
        self._journal = journal

    def append(self, stream: str, records: Sequence[Journaled]) -> None:
        """Write the records, all or none. Raises StoreError, KilledError."""
        self._process.do(Step.WRITE, lambda: self._journal.append(stream, records))

    def read(self, stream: str) -> tuple[Journaled, ...]:
        """Return the stream. Raises StoreError, KilledError."""
        self._process.demand_alive()
        return self._journal.read(stream)

    def open_intents(self) -> tuple[IntentId, ...]:
        """Return the intents planned and not closed. Raises StoreError, KilledError."""
        self._process.demand_alive()
        return self._journal.open_intents()
