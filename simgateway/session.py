"""One client's connection."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final, Protocol, cast

from simgateway.config import GatewayConfig
from simgateway.delay import DelayLine
from simgateway.frames import FrameLog
from simgateway.market.clock import GatewayClock
from simgateway.pace import OPTION, Pace
from simgateway.protocol import responses
from simgateway.protocol.names import Direction
from simgateway.protocol.text import local_text
from simgateway.protocol.wire import (
    Fields,
    FrameReader,
    FramingError,
    OutdatedClientError,
    agreed_version,
    connect_options,
    encode,
)

NO_CLIENT: Final = -1


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes between messages that are none, and whether the connection is closed behind them."""

    data: bytes = b""
    close: bool = False


Item = Fields | Raw
"""What can stand in the line of what goes out."""


class Outgoing(Protocol):
    """What may change messages on their way out; while `is_set` is False nothing is asked."""

    is_set: bool

    def outgoing(self, session: "Session", messages: Sequence[Fields]) -> tuple[Item, ...]:
        """Return what of these messages goes out now."""
        ...

    def is_deaf(self, number: int) -> bool:
        """Return whether nothing passes on the connection of this number any more."""
        ...


class Hub(Protocol):
    """What a connection needs of the gateway it belongs to."""

    @property
    def config(self) -> GatewayConfig:
        """Return the gateway's configuration."""
        ...

    @property
    def clock(self) -> GatewayClock:
        """Return the gateway's clock."""
        ...

    @property
    def log(self) -> FrameLog:
        """Return the frame log."""
        ...

    @property
    def accepting(self) -> bool:
        """Return whether new connections are taken."""
        ...

    @property
    def faults(self) -> Outgoing:
        """Return what may go wrong with messages."""
        ...

    def opened(self, session: "Session") -> int:
        """Take a new connection; return its number."""
        ...

    def closed(self, session: "Session") -> None:
        """Forget a connection that is gone."""
        ...

    def received(self, session: "Session", fields: Fields) -> None:
        """Handle a message of a client."""
        ...

    def overflowed(self, session: "Session") -> None:
        """Take notice that a client was cut off because it did not read."""
        ...


class Session(asyncio.Protocol):
    """Reads frames, writes messages with the gateway's delays and in their order; all on the gateway's loop.

    Messages given to one `send` leave together: the answer to a request has one delay, not hundreds.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._reader = FrameReader()
        self._transport: asyncio.Transport | None = None
        self._closing = False
        self._has_ended = False
        self._recent: deque[float] = deque()
        self._pace: Pace | None = None
        self.number = 0
        self.client_id = NO_CLIENT
        self.version = 0
        self.data_type = 1
        self.messages_in = 0
        self.most_in_a_second = 0
        self.warnings = 0
        self.warned_at: datetime | None = None
        self.is_open = False
        self._line: DelayLine[tuple[Item, ...]]

    @property
    def is_started(self) -> bool:
        """Return whether the client has told its id."""
        return self.client_id != NO_CLIENT

    @property
    def buffered_bytes(self) -> int:
        """Return how many bytes wait in this connection's buffers, both ways."""
        waiting = self._transport.get_write_buffer_size() if self._transport else 0
        return waiting + self._reader.waiting_bytes

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin: nothing is sent before the client's offer."""
        self._transport = cast("asyncio.Transport", transport)
        self.is_open = True
        self.number = self._hub.opened(self)
        draw = Random(f"{self._hub.config.seed}:out:{self.number}")
        self._line = DelayLine(self._hub.clock, draw, self._hub.config.delay_ms, self._write)
        if not self._hub.accepting:
            self.abort()

    def data_received(self, data: bytes) -> None:
        """Take bytes in; a peer that does not speak the protocol is cut off."""
        try:
            frames = self._reader.feed(data)
            for fields in frames:
                if self._closing:
                    return
                self._take(fields)
        except FramingError:
            self.abort()
        except OutdatedClientError as error:
            self.send_and_close(responses.error(-1, 503, f"The client is out of date: {error}", self.version))

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget what was to be sent."""
        del exc
        self.is_open = False
        self._line.close()
        if self._pace:
            self._pace.close()
        self._hub.closed(self)
        log, now = self._hub.log, self._hub.clock.now()
        log.remark(now, "disconnected", connection=self.number, client_id=self.client_id)

    def send(self, *messages: Fields) -> None:
        """Send messages together after one drawn delay, behind everything sent before."""
        if self.is_open and not self._closing and messages:
            faults = self._hub.faults
            self.push(faults.outgoing(self, messages) if faults.is_set else messages)

    def push(self, items: tuple[Item, ...]) -> None:
        """Send what has been through the faults already; the delay and the order are the same.

        What comes from a fault itself, such as the end of one, comes over no line that is half open either.
        """
        if self.is_open and not self._closing and items and not self._hub.faults.is_deaf(self.number):
            self._line.push(items)

    def send_and_close(self, *messages: Fields) -> None:
        """Send last messages and close behind them."""
        faults = self._hub.faults
        items = faults.outgoing(self, messages) if faults.is_set else messages
        self.push((*items, Raw(close=True)))
        self._closing = True

    def abort(self) -> None:
        """Close at once; what was not written is lost."""
        self._closing = self._has_ended = True
        if self._transport:
            self._transport.abort()

    def _take(self, fields: Fields) -> None:
        self._note("in", fields)
        if self.version == 0:
            self._greet(fields[0])
        elif self._pace:
            self._pace.push(fields)
        else:
            self._hand_on(fields)

    def _greet(self, offer: str) -> None:
        """Answer the client's offer, the only message before the API is started."""
        self.version = agreed_version(offer)
        config = self._hub.config
        if config.pacing and OPTION in connect_options(offer).split():
            self._pace = Pace(self._hub.clock, config.messages_per_second, self._hand_on)
        self.send((str(self.version), local_text(self._hub.clock.now()).replace("US/Eastern", "EST")))

    def _hand_on(self, fields: Fields) -> None:
        if self._closing:
            return
        self._count()
        self._hub.received(self, fields)

    def _count(self) -> None:
        now = self._hub.clock.now().timestamp()
        self.messages_in += 1
        self._recent.append(now)
        while now - self._recent[0] >= 1.0:
            self._recent.popleft()
        self.most_in_a_second = max(self.most_in_a_second, len(self._recent))

    @property
    def in_last_second(self) -> int:
        """Return how many messages came within the second before the newest one, itself included."""
        return len(self._recent)

    def _write(self, items: tuple[Item, ...]) -> None:
        transport = self._transport
        if not self.is_open or not transport or self._has_ended:
            return
        transport.write(b"".join([self._bytes(item) for item in items]))
        last = items[-1]
        if isinstance(last, Raw) and last.close:
            self._closing = self._has_ended = True
            transport.close()
        elif transport.get_write_buffer_size() > self._hub.config.unread_bytes_max:
            self._hub.overflowed(self)
            self.abort()

    def _bytes(self, item: Item) -> bytes:
        if isinstance(item, Raw):
            return item.data
        self._note("out", item)
        return encode(item)

    def _note(self, direction: Direction, fields: Fields) -> None:
        self._hub.log.note(self._hub.clock.now(), self.number, self.client_id, direction, fields)
