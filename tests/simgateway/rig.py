"""A gateway on a clock moved by hand, and a client that speaks in fields: exact and without waiting."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from simgateway.config import GatewayConfig
from simgateway.frames import FrameLog
from simgateway.protocol.wire import Fields, FrameReader, FramingError, encode, greeting
from simgateway.server import Gateway
from simgateway.session import Session
from tests.simgateway.fake_market import CALL_ID, OPEN, FakeMarket

NOON = OPEN + timedelta(hours=2)
PLAIN_ORDER_FIELDS = 115
"""Fields of a placeOrder without optional parts, at versions 169 to 176."""
_FA_PROFILE = 42
_RARE_FIELDS = {32: "method", 33: "rth", 37: "after", 38: "till", 50: "aon", 53: "e_trade"} | {
    69: "trail_stop",
    70: "trail_pct",
    93: "offset",
}


class HandTimer:
    def __init__(self) -> None:
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class HandClock:
    """Time stands still until `advance`."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._heap: list[tuple[datetime, int, HandTimer, Callable[[], object]]] = []
        self._numbers = itertools.count()

    def now(self) -> datetime:
        return self._now

    def call_at(self, when: datetime, callback: Callable[..., object], *args: Any) -> HandTimer:
        timer = HandTimer()
        heapq.heappush(self._heap, (when, next(self._numbers), timer, lambda: callback(*args)))
        return timer

    def pending(self) -> int:
        return sum(not timer.is_cancelled for _, _, timer, _ in self._heap)

    def advance(self, seconds: float) -> None:
        until = self._now + timedelta(seconds=seconds)
        while self._heap and self._heap[0][0] <= until:
            when, _, timer, callback = heapq.heappop(self._heap)
            self._now = max(self._now, when)
            if not timer.is_cancelled:
                callback()
        self._now = until


class HandTransport(asyncio.Transport):
    def __init__(self, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self._protocol = protocol
        self._reader = FrameReader(greeted=True)
        self.frames: list[Fields] = []
        self.raw = bytearray()
        self.unread_bytes = 0
        self.is_closed = False
        self.is_garbled = False

    @property
    def cut_bytes(self) -> int:
        """Return how many bytes of a frame without an end have come."""
        return self._reader.waiting_bytes

    def write(self, data: Any) -> None:
        self.raw += data
        try:
            self.frames += self._reader.feed(bytes(data))
        except FramingError:
            self.is_garbled = True

    def get_write_buffer_size(self) -> int:
        return self.unread_bytes

    def close(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            self._protocol.connection_lost(None)

    def abort(self) -> None:
        self.close()


class Client:
    """One connection: sends fields, looks at what came back since the last `take`; without an id it does not start."""

    def __init__(self, gateway: Gateway, client_id: int | None, highest_version: int) -> None:
        session = gateway.protocol()
        assert isinstance(session, Session)
        self.session = session
        self.transport = HandTransport(session)
        session.connection_made(self.transport)
        session.data_received(greeting(157, highest_version))
        if client_id is not None:
            self.send("71", "2", client_id, "")

    def send(self, *fields: object) -> None:
        self.session.data_received(encode(tuple(str(field) for field in fields)))

    def take(self) -> list[Fields]:
        frames, self.transport.frames = self.transport.frames, []
        return frames

    def order(self, order_id: int, action: str, quantity: float, kind: str, **parts: object) -> None:
        """Send a placeOrder; parts: lmt, aux, tif, oca, account, oca_type, transmit, parent, con_id, ref, what_if, rth.

        And: method (of the trigger), after, till, aon, e_trade, trail_stop, trail_pct, offset.
        """
        row = [""] * PLAIN_ORDER_FIELDS
        row[0:3] = ["3", str(order_id), str(parts.get("con_id", CALL_ID))]
        row[16:19] = [action, str(quantity), kind]
        row[19:24] = [str(parts.get(name, "")) for name in ("lmt", "aux", "tif", "oca", "account")]
        for index, name in _RARE_FIELDS.items():
            row[index] = str(parts.get(name, ""))
        row[26] = str(parts.get("ref", ""))
        row[27] = str(parts.get("transmit", 1))
        row[28] = str(parts.get("parent", 0))
        row[47] = str(parts.get("oca_type", 0))
        row[85] = str(parts.get("what_if", 0))
        if self.session.version >= 177:
            del row[_FA_PROFILE]
        self.send(*row)


class Rig:
    """A gateway, its market, its clock, and a connected client 1; deterministic, nothing fills partly by chance."""

    def __init__(
        self, start: datetime = NOON, highest_version: int = 176, market: FakeMarket | None = None, **changes: Any
    ) -> None:
        self.market = market or FakeMarket()
        self.clock = HandClock(start)
        self.log = FrameLog(keep=True)
        config = replace(GatewayConfig(partial_fill_probability=0.0, refill_seconds=(60.0, 60.0)), **changes)
        self.gateway = Gateway(config, self.market, self.clock, self.log)
        self.gateway.start()
        self.client = self.connect(1, highest_version)

    def connect(self, client_id: int, highest_version: int = 176) -> Client:
        client = Client(self.gateway, client_id, highest_version)
        self.clock.advance(1)
        return client

    def wait(self, seconds: float = 3.0) -> list[Fields]:
        """Let time pass; return what the client got."""
        self.clock.advance(seconds)
        return self.client.take()

    def buy(self, quantity: int = 1, con_id: int = CALL_ID, order_id: int = 1) -> None:
        """Buy at the market and let it fill."""
        self.client.order(order_id, "BUY", quantity, "MKT", con_id=con_id)
        self.wait()

    def quote(self, bid: str | None, ask: str | None, size: int = 10, con_id: int = CALL_ID) -> list[Fields]:
        """Change the quote and let it be seen; return what the client got."""
        self.market.show(con_id, bid, ask, size)
        return self.wait()

    def statuses(self, frames: list[Fields], order_id: int) -> list[str]:
        return [row[2] for row in frames if row[0] == "3" and row[1] == str(order_id)]

    def errors(self, frames: list[Fields]) -> list[tuple[str, str]]:
        return [(row[2], row[3]) for row in frames if row[0] == "4" and row[2] != "-1"]
