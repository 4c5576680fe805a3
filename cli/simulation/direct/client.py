"""The library's client, as far as the adapter knows it: a connection to the gateway of this process."""

import asyncio
from collections.abc import Callable
from typing import Any, Final, Protocol

from cli.simulation.direct.answers import READERS
from cli.simulation.direct.questions import QUESTIONS
from cli.simulation.direct.signals import Signal
from simgateway.inside import InsideSession
from simgateway.protocol.wire import Fields
from simgateway.server import Gateway

VERSIONS: Final = "v157..176"
OLDEST_VERSION: Final = 157
NO_REASON, PEER_CLOSED = "", "Peer closed connection."


class Sink(Protocol):
    """Who takes what was read; `name` as in the table of answers."""

    def __call__(self, name: str, values: tuple[Any, ...]) -> None:
        """Take one message."""
        ...


class Conn:
    """What the adapter looks at of a socket. No bytes pass, so nobody ever hears any."""

    def __init__(self) -> None:
        self.hasData = Signal()
        self.disconnected = Signal()
        self.transport: Any = None
        self.numMsgSent = 0


class DirectClient:
    """One connection, used once; the names of methods and fields are the library's. On the gateway's loop alone.

    Every question of the table can be asked as a method of its name; it raises ConnectionError when not connected.
    """

    MinClientVersion = OLDEST_VERSION

    def __init__(self, gateway: Gateway, sink: Sink) -> None:
        self.conn = Conn()
        self.apiStart, self.apiEnd, self.apiError = Signal(), Signal(), Signal()
        self.MaxRequests = 0
        self._gateway = gateway
        self._sink = sink
        self._session: InsideSession | None = None
        self._started: asyncio.Future[None] | None = None
        self._version = 0
        self._next_id = 0
        self._has_id = False
        self._accounts: list[str] = []
        self._client_id = -1
        self._is_ready = False

    def __getattr__(self, name: str) -> Callable[..., None]:
        question = QUESTIONS.get(name)
        if question is None:
            raise AttributeError(name)
        return lambda *values, **named: self._send(*question(*values, **named))

    def serverVersion(self) -> int:
        """Return the protocol's version, 0 before it is agreed."""
        return self._version

    def isConnected(self) -> bool:
        """Return whether the gateway has greeted and the connection stands."""
        return self._session is not None and self._version > 0

    def isReady(self) -> bool:
        """Return whether the log-on is complete."""
        return self._is_ready

    def getAccounts(self) -> list[str]:
        """Return the accounts there are."""
        return self._accounts

    def getReqId(self) -> int:
        """Return the next number. Raises ConnectionError when not logged on."""
        if not self._is_ready:
            raise ConnectionError("Not connected")
        self._next_id += 1
        return self._next_id - 1

    def updateReqId(self, lowest: int) -> None:
        """Let the next number be at least this."""
        self._next_id = max(self._next_id, lowest)

    async def connectAsync(self, host: str, port: int, client_id: int, timeout: float) -> None:
        """Open the connection and log on; `host` and `port` are only where it would be. Raises as the library does."""
        del host, port
        self._client_id = client_id
        self._started = asyncio.get_running_loop().create_future()
        session = self._session = InsideSession(self._gateway, self)
        try:
            session.open()
            self.conn.transport = session.ends
            self._send(VERSIONS)
            await asyncio.wait_for(self._started, timeout)
        except BaseException as error:
            self.disconnect()
            self.apiError.emit(f"API connection failed: {error!r}")
            raise

    def disconnect(self) -> None:
        """Hang up; no report follows."""
        session = self._session
        self._reset()
        if session is not None:
            session.leave()

    def heard(self, fields: Fields) -> None:
        """Take one message of the gateway."""
        if self._session is None:
            return
        if self._version == 0:
            self._greeted(fields)
            return
        row = READERS.get(fields[0])
        if row is None:
            return
        try:
            values = row[1](fields)
        except (ValueError, IndexError):
            return  # The library, too, passes over what it cannot read.
        self._sink(row[0], values)
        if not self._is_ready:
            self._log_on(row[0], values)

    def lost(self) -> None:
        """Take notice of the connection's end."""
        was_connected, was_ready = self.isConnected(), self._is_ready
        self.conn.transport = None
        self.conn.disconnected.emit(NO_REASON)
        if was_connected:
            self.apiError.emit(PEER_CLOSED)
        self._reset()
        if was_ready:
            self._sink("connectionClosed", ())
            self.apiEnd.emit()

    def _greeted(self, fields: Fields) -> None:
        self._version = int(fields[0])
        self._send("71", "2", str(self._client_id), "")
        self._sink("connectAck", ())

    def _log_on(self, name: str, values: tuple[Any, ...]) -> None:
        if name == "nextValidId":
            self.updateReqId(values[0])
            self._has_id = True
        elif name == "managedAccounts":
            self._accounts = [account for account in values[0].split(",") if account]
        if self._has_id and self._accounts:
            self._is_ready = True
            if self._started is not None and not self._started.done():
                self._started.set_result(None)

    def _reset(self) -> None:
        self._session = None
        self._version = self._next_id = 0
        self._has_id = self._is_ready = False
        self._accounts = []

    def _send(self, *fields: str) -> None:
        if self._session is None:
            raise ConnectionError("Not connected")
        self.conn.numMsgSent += 1
        self._session.take(fields)
