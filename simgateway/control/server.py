"""Serves the control port on this machine only; every line is answered, whatever is in it."""

import asyncio
import json
import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Final

from simgateway.control.verbs import Verbs
from simgateway.server import Gateway

_LONGEST_LINE_BYTES: Final = 65_536
_CONNECTIONS_MOST: Final = 16


class ControlServer:
    """Answers newline-JSON on the gateway's loop; `port` 0 takes any free one.

    ValueError for a host that is not this machine: whoever reaches the port can do anything to the gateway.
    `on_quit` is called when a client says quit.
    """

    def __init__(
        self, gateway: Gateway, port: int, *, host: str = "127.0.0.1", on_quit: Callable[[], object] | None = None
    ) -> None:
        if not _is_loopback(host):
            raise ValueError(f"{host}: the control port listens on this machine only, such as 127.0.0.1")
        self._verbs = Verbs(gateway, on_quit)
        self._host = host
        self._asked_port = port
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()

    @property
    def port(self) -> int:
        """Return the port that is listened on; RuntimeError before `start`."""
        if self._server is None:
            raise RuntimeError("the control port has not been started")
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self, bound: socket.socket | None = None) -> int:
        """Begin to listen, on a socket that is bound already when there is one; return the port.

        OSError when the port cannot be had.
        """
        loop = asyncio.get_running_loop()
        if bound is not None and not _is_loopback(str(bound.getsockname()[0])):
            raise ValueError("the control port listens on this machine only")
        if bound is not None:
            self._server = await loop.create_server(self.protocol, sock=bound)
        else:
            self._server = await loop.create_server(self.protocol, self._host, self._asked_port)
        return self.port

    def protocol(self) -> asyncio.Protocol:
        """Return the protocol of one new connection."""
        return _Connection(self._verbs, self._connections)

    async def close(self) -> None:
        """Stop listening and cut all connections."""
        for connection in list(self._connections):
            connection.abort()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None


class _Connection(asyncio.Protocol):
    """One client of the control port: lines in, lines out, in order."""

    def __init__(self, verbs: Verbs, others: "set[_Connection]") -> None:
        self._verbs = verbs
        self._others = others
        self._data = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, unless there are too many already."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._others.add(self)
        if len(self._others) > _CONNECTIONS_MOST:
            self._say({"ok": False, "error": f"more than {_CONNECTIONS_MOST} connections to the control port"})
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        del exc
        self._others.discard(self)
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Answer every whole line; a line without an end is refused when it is too long."""
        self._data += data
        while (end := self._data.find(b"\n")) >= 0:
            line = bytes(self._data[:end])
            del self._data[: end + 1]
            self._take(line)
        if len(self._data) > _LONGEST_LINE_BYTES:
            self._say({"ok": False, "error": f"a line may have {_LONGEST_LINE_BYTES} bytes"})
            self._data.clear()
            if self._transport is not None:
                self._transport.close()

    def abort(self) -> None:
        """Cut the connection."""
        if self._transport is not None:
            self._transport.abort()

    def _take(self, line: bytes) -> None:
        if len(line) > _LONGEST_LINE_BYTES:
            self._say({"ok": False, "error": f"a line may have {_LONGEST_LINE_BYTES} bytes"})
        elif line.strip():
            self._say(self._verbs.answer(line))

    def _say(self, answer: dict[str, object]) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(json.dumps(answer, separators=(",", ":")).encode() + b"\n")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
