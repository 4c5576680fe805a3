"""A gateway for tests and programs: it runs on a loop of its own in a thread, its caller talks to it from any other.

with running(symbols=("SPY",)) as gateway:
    ib.connect("127.0.0.1", gateway.port, clientId=1)
    gateway.fault("mute", message="orderStatus")
"""

import asyncio
import difflib
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from simgateway.books import Books
from simgateway.config import GatewayConfig
from simgateway.control.verbs import Verbs
from simgateway.counters import Counters
from simgateway.faults.reading import read_fault
from simgateway.frames import Frame, FrameLog
from simgateway.market.base import Market
from simgateway.market.calendars import EverOpen
from simgateway.market.clock import LoopClock
from simgateway.market.synthetic import SyntheticMarket
from simgateway.protocol.names import INCOMING, NOTES, OUTGOING, Direction
from simgateway.protocol.text import NEW_YORK
from simgateway.server import Gateway
from simgateway.trading.orders import Execution

_T = TypeVar("_T")
_PATIENCE_SECONDS: Final = 30.0


class GatewayFailedError(Exception):
    """A handler of the gateway itself raised, or it does not answer: never a client's fault."""


class RunningGateway:
    """A gateway that serves; every method may be called from any thread but the gateway's own.

    `port` is on 127.0.0.1. What is returned is a copy of that moment.
    """

    def __init__(self, gateway: Gateway, loop: asyncio.AbstractEventLoop, port: int) -> None:
        self.port = port
        self._gateway = gateway
        self._loop = loop
        self._verbs = Verbs(gateway, None)
        self._frames: list[Frame] = []
        self._news = threading.Condition()
        gateway.log.listeners.append(self._take)

    def call(self, work: Callable[[Gateway], _T]) -> _T:
        """Run a function of the gateway on its loop; return what it returns, raise what it raises."""
        done: Future[_T] = Future()
        self._loop.call_soon_threadsafe(_carry_out, work, self._gateway, done)
        return done.result(_PATIENCE_SECONDS)

    def do(self, verb: str, **words: object) -> dict[str, Any]:
        """Do what the control port does, such as `clock` with pause=True; ValueError when it says no."""
        line = json.dumps({"do": verb, **words}).encode()
        answer = self.call(lambda _: self._verbs.answer(line))
        if not answer["ok"]:
            raise ValueError(str(answer["error"]))
        return answer

    def fault(self, kind: str, **words: object) -> int:
        """Let something go wrong, in the words of a scenario file; return its number. FaultError when it cannot be."""
        fault = read_fault({"kind": kind, **words})
        return self.call(lambda gateway: gateway.faults.add(fault))

    def clear_faults(self) -> None:
        """Take all faults back."""
        self.call(lambda gateway: gateway.faults.clear())

    def disconnect(self, client_id: int | None = None) -> None:
        """Cut one client's connection, or all."""
        self.call(lambda gateway: gateway.disconnect(client_id))

    def books(self) -> Books:
        """Return the account as the gateway knows it."""
        return self.call(lambda gateway: gateway.books())

    def counters(self) -> Counters:
        """Return what has been counted."""
        return self.call(lambda gateway: gateway.counters())

    def executions(self) -> tuple[Execution, ...]:
        """Return every fill so far, oldest first."""
        return self.call(lambda gateway: gateway.executions())

    def frames(
        self, name: str = "", *, client: int | None = None, direction: Direction | None = None
    ) -> tuple[Frame, ...]:
        """Return what passed so far, oldest first: all of it, or of one kind (placeOrder), client, direction.

        ValueError when there is no such kind: nothing would ever be found.
        """
        _check_name(name)
        with self._news:
            return self._chosen(name, client, direction)

    def wait_for(
        self,
        name: str,
        *,
        count: int = 1,
        client: int | None = None,
        direction: Direction | None = None,
        seconds: float = 10.0,
    ) -> tuple[Frame, ...]:
        """Return those frames once there are so many; TimeoutError after so many real seconds, ValueError as above."""
        _check_name(name)
        with self._news:
            if not self._news.wait_for(lambda: len(self._chosen(name, client, direction)) >= count, seconds):
                found = len(self._chosen(name, client, direction))
                raise TimeoutError(f"{found} of {count} {name} passed within {seconds} s")
            return self._chosen(name, client, direction)

    def _take(self, frame: Frame) -> None:
        with self._news:
            self._frames.append(frame)
            self._news.notify_all()

    def _chosen(self, name: str, client: int | None, direction: Direction | None) -> tuple[Frame, ...]:
        return tuple(
            frame
            for frame in self._frames
            if name in {"", frame.name} and client in {None, frame.client_id} and direction in {None, frame.direction}
        )


@contextmanager
def running(
    config: GatewayConfig | None = None,
    *,
    symbols: Sequence[str] = ("SPY", "QQQ", "AAPL"),
    character: str = "mixed",
    market: Market | None = None,
    start: datetime | None = None,
    speed: float = 1.0,
) -> Iterator[RunningGateway]:
    """Give a gateway on a free port until the block ends.

    `config` holds everything else: the account's cash, its margin, delays. Without `market` it is a synthetic one of
    `symbols`, open at any hour, where a crash or halt happens at once; without `start` (aware) its clock shows the
    machine's time. TypeError when `symbols` is one text. Raises GatewayFailedError at the end when a handler of the
    gateway broke on the way.
    """
    if isinstance(symbols, str):
        raise TypeError(f"symbols = {symbols!r}: give a tuple of names, such as ('SPY',)")
    config = config or GatewayConfig(delay_ms=(0, 20))
    begins = start or datetime.now(UTC)
    if market is None:
        day = begins.astimezone(NEW_YORK).date()
        market = SyntheticMarket(config.seed, day, symbols, character=character, hours=EverOpen(), happens=begins)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simgateway", daemon=True)
    thread.start()
    try:
        work = _open(config, market, begins, speed, loop)
        gateway, server = asyncio.run_coroutine_threadsafe(work, loop).result(_PATIENCE_SECONDS)
        try:
            yield RunningGateway(gateway, loop, server.sockets[0].getsockname()[1])
        finally:
            broken = asyncio.run_coroutine_threadsafe(_close(gateway, server), loop).result(_PATIENCE_SECONDS)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_PATIENCE_SECONDS)
        loop.close()
    if broken:
        raise GatewayFailedError(f"{broken} of the gateway's own handlers broke: see the log simgateway and its notes")


async def _open(
    config: GatewayConfig, market: Market, start: datetime, speed: float, loop: asyncio.AbstractEventLoop
) -> tuple[Gateway, asyncio.Server]:
    gateway = Gateway(config, market, LoopClock(loop, start, speed), FrameLog(hashed=False))
    gateway.start()
    return gateway, await loop.create_server(gateway.protocol, "127.0.0.1", 0)


async def _close(gateway: Gateway, server: asyncio.Server) -> int:
    """End both; return how many of the gateway's handlers broke."""
    server.close()
    gateway.close()
    await server.wait_closed()
    return gateway.counters().broken_handlers


def _check_name(name: str) -> None:
    """Raise ValueError when no message and no note is called so; "" is any."""
    known = {"", *INCOMING.values(), *OUTGOING.values(), *NOTES}
    if name not in known and not name.isdecimal():
        near = difflib.get_close_matches(name, sorted(known), 1, 0.0)
        raise ValueError(f"there is no message {name!r}; did you mean {near[0]}?")


def _carry_out(work: Callable[[Gateway], _T], gateway: Gateway, done: "Future[_T]") -> None:
    try:
        done.set_result(work(gateway))
    except Exception as error:  # noqa: BLE001 - it is raised where it was asked for
        done.set_exception(error)
