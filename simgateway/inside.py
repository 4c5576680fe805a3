"""A client in the gateway's own process: messages pass as fields, without socket or frames, and nothing else differs.

Delays, faults, the log of what passed and all counters are those of any other connection.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from simgateway.protocol.wire import Fields
from simgateway.session import Hub, Item, Raw, Session

_LENGTH_BYTES: Final = 4


class Listener(Protocol):
    """Who hears what the gateway says; called on the gateway's loop."""

    def heard(self, fields: Fields) -> None:
        """Take one message."""
        ...

    def lost(self) -> None:
        """Take notice that the connection is over, whoever ended it; nothing follows."""
        ...


class _Ends(asyncio.Transport):
    """What a connection without a socket has of one: it can end, and its end is heard a moment later."""

    def __init__(self, over: Callable[[], None]) -> None:
        super().__init__()
        self._over = over
        self._loop = asyncio.get_running_loop()
        self._is_closing = False

    def is_closing(self) -> bool:
        """Return whether it ends."""
        return self._is_closing

    def get_write_buffer_size(self) -> int:
        """Return 0: what is said is heard."""
        return 0

    def close(self) -> None:
        """End it."""
        self.abort()

    def abort(self) -> None:
        """End it."""
        if not self._is_closing:
            self._is_closing = True
            self._loop.call_soon(self._over)


class InsideSession(Session):
    """A connection of a client that lives on the gateway's loop; make it there.

    Noise between messages is either skipped, where it has a length of its own, or it makes the client deaf: it would
    wait for ever for so many bytes.
    """

    def __init__(self, hub: Hub, listener: Listener) -> None:
        super().__init__(hub)
        self._listener = listener
        self._is_deaf = False
        self._ends = _Ends(self._over)

    def open(self) -> None:
        """Begin; when the gateway takes no connections the end is heard soon."""
        self.connection_made(self._ends)

    def take(self, fields: Fields) -> None:
        """Take one message of the client; the first one is its offer of versions."""
        if self.is_open and not self._ends.is_closing() and not self._closing:
            self._take(fields)

    def leave(self) -> None:
        """End it from the client's side."""
        self._ends.close()

    @property
    def ends(self) -> asyncio.Transport:
        """Return what tells whether it ends."""
        return self._ends

    def _over(self) -> None:
        self.connection_lost(None)
        self._listener.lost()

    def _write(self, items: tuple[Item, ...]) -> None:
        for item in items:
            if not self.is_open or self._has_ended or self._ends.is_closing():
                return
            if isinstance(item, Raw):
                self._noise(item)
            else:
                self._note("out", item)
                if not self._is_deaf:
                    self._listener.heard(item)

    def _noise(self, raw: Raw) -> None:
        length = int.from_bytes(raw.data[:_LENGTH_BYTES], "big")
        self._is_deaf = self._is_deaf or (bool(raw.data) and length != len(raw.data) - _LENGTH_BYTES)
        if raw.close:
            self._closing = self._has_ended = True
            self._ends.close()
