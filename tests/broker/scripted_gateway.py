"""A gateway that says what a test tells it to: the framing, the handshake, and a script of answers by message."""

import asyncio
import struct
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from broker.ib.adapter import IbBroker
from broker.ib.config import IbConfig
from domain.ids import Generation
from domain.reports import StreamReport

Fields = list[str]
Frame = tuple[object, ...]
Answer = Callable[[Fields], Iterable[Frame]]

ACCOUNT = "DU1"
START = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)


class TestClock:
    __test__ = False

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - START).total_seconds()

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def _log_on(_: Fields) -> Iterable[Frame]:
    return [(15, 1, ACCOUNT), (9, 1, 50)]


class ScriptedGateway:
    """Answers by message number; whatever has no answer is met with silence, and everything is remembered."""

    def __init__(self, answers: Mapping[int, Answer] | None = None, *, version: int = 176) -> None:
        self.answers: dict[int, Answer] = {71: _log_on, **(answers or {})}
        self.version = version
        self.received: list[Fields] = []
        self.port = 0
        self._news = asyncio.Event()
        self._writer: asyncio.StreamWriter | None = None
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.hang_up()

    def say(self, *frames: Frame) -> None:
        assert self._writer is not None
        for frame in frames:
            payload = "".join(f"{field}\0" for field in frame).encode()
            self._writer.write(struct.pack(">I", len(payload)) + payload)

    def say_bytes(self, data: bytes) -> None:
        assert self._writer is not None
        self._writer.write(data)

    def hang_up(self) -> None:
        if self._writer is not None:
            self._writer.close()

    def all(self, message: int) -> list[Fields]:
        return [fields for fields in self.received if fields[0] == str(message)]

    async def heard(self, message: int, count: int = 1) -> Fields:
        """Return the count-th message of this number as soon as it arrived."""
        async with asyncio.timeout(5):
            while len(self.all(message)) < count:
                self._news.clear()
                await self._news.wait()
        return self.all(message)[count - 1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        try:
            await reader.readexactly(4)
            await self._frame(reader)
            self.say((self.version, "20260105 10:00:00 EST"))
            while True:
                fields = (await self._frame(reader)).decode().split("\0")[:-1]
                self.received.append(fields)
                self._news.set()
                self.say(*self.answers.get(int(fields[0]), _silence)(fields))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    @staticmethod
    async def _frame(reader: asyncio.StreamReader) -> bytes:
        (length,) = struct.unpack(">I", await reader.readexactly(4))
        return await reader.readexactly(length)


def _silence(_: Fields) -> Iterable[Frame]:
    return ()


class Desk:
    """A broker connected to a scripted gateway, and what it reported."""

    def __init__(self, gateway: ScriptedGateway, **settings: Any) -> None:
        self.gateway = gateway
        self.held: list[Callable[[], None]] | None = None  # What waits for room; None: there is always room.
        self.clock = TestClock()
        self.reports: list[StreamReport] = []
        self._news = asyncio.Event()
        config = IbConfig(host="127.0.0.1", port=gateway.port, client_id=7, **settings)
        self.broker = IbBroker(config, self.clock, Generation(3), self._take, self._later)

    async def __aenter__(self) -> Self:
        failure = await self.broker.connect()
        assert failure is None, failure
        return self

    async def __aexit__(
        self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None
    ) -> None:
        self.broker.disconnect()

    def _later(self, send: Callable[[], None]) -> None:
        if self.held is None:
            send()
        else:
            self.held.append(send)

    def _take(self, report: StreamReport) -> None:
        self.reports.append(report)
        self._news.set()

    async def reported(self, kind: type, count: int = 1) -> list[StreamReport]:
        """Return the reports of a kind as soon as there are so many."""
        async with asyncio.timeout(5):
            while len(found := [report for report in self.reports if isinstance(report, kind)]) < count:
                self._news.clear()
                await self._news.wait()
        return found
