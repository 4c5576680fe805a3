import asyncio
import functools
import logging
import struct
from importlib import import_module
from typing import Any

import pytest

from actors.runtime.errors import VirtualDeadlockError
from actors.runtime.virtual import VirtualLoop
from broker.ib.library import NAME
from tests.actors.runtime.actors import Echo
from tests.actors.runtime.worlds import MONDAY, VirtualWorld, launch

LIBRARY: Any = import_module(NAME)  # its functions have no types


class Shouter(asyncio.Protocol):
    """Sends back what it gets, in capitals."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(data.upper())


class TinyGateway(asyncio.Protocol):
    """Just enough of a gateway for the library's handshake and its request for the time, which it delays."""

    def __init__(self, delay_seconds: float) -> None:
        self._delay_seconds = delay_seconds
        self._unread = b""
        self._greeted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._unread += data.removeprefix(b"API\0")
        while len(self._unread) >= 4:
            (length,) = struct.unpack(">I", self._unread[:4])
            if len(self._unread) < 4 + length:
                return
            frame, self._unread = self._unread[4 : 4 + length], self._unread[4 + length :]
            self._answer(frame)

    def _answer(self, frame: bytes) -> None:
        if not self._greeted:
            self._greeted = True
            self._send("176", "20260105 14:30:00 UTC")
        elif frame.startswith(b"71\0"):
            self._send("15", "1", "DU123")
            self._send("9", "1", "1")
        elif frame.startswith(b"49\0"):
            asyncio.get_running_loop().call_later(self._delay_seconds, self._send, "49", "1", "1767623400")

    def _send(self, *fields: str) -> None:
        body = "".join(field + "\0" for field in fields).encode()
        self._transport.write(struct.pack(">I", len(body)) + body)


def test_a_day_passes_at_once(virtual: VirtualWorld) -> None:
    virtual.virtual.run_for(86_400)

    assert (virtual.host.clock.now() - MONDAY).total_seconds() == 86_400


def test_timers_fire_at_their_own_times_in_order(virtual: VirtualWorld) -> None:
    loop, fired = virtual.host.loop, list[float]()

    for seconds in (0.3, 0.1, 3600.0, 0.2):
        loop.call_later(seconds, lambda: fired.append(loop.time()))
    virtual.virtual.run_for(7200)

    assert fired == [0.1, 0.2, 0.3, 3600.0]


def test_a_thousand_short_waits_add_up_to_a_round_sum(virtual: VirtualWorld) -> None:
    async def wait_often() -> None:
        for _ in range(1000):
            await asyncio.sleep(0.1)

    virtual.run(wait_often())

    assert virtual.host.loop.time() == 100.0


def test_waiting_for_what_can_never_come_is_loud(virtual: VirtualWorld) -> None:
    with pytest.raises(VirtualDeadlockError, match="nothing can happen"):
        virtual.run(asyncio.Event().wait())


def test_an_address_where_nothing_is_hosted_refuses(virtual: VirtualWorld) -> None:
    with pytest.raises(ConnectionRefusedError):
        virtual.run(virtual.host.loop.create_connection(asyncio.Protocol, "127.0.0.1", 4002))


def test_a_hosted_protocol_is_reached_over_real_bytes(virtual: VirtualWorld) -> None:
    _hosted(virtual)["gateway", 4002] = Shouter

    async def talk() -> bytes:
        reader, writer = await asyncio.open_connection("gateway", 4002)
        writer.write(b"hello" * 100_000)
        answer = await reader.readexactly(500_000)
        writer.close()
        await writer.wait_closed()
        return answer

    assert virtual.run(talk()) == b"HELLO" * 100_000


def test_simultaneous_socket_events_come_in_order_of_connection(virtual: VirtualWorld) -> None:
    _hosted(virtual)["gateway", 4002] = asyncio.Protocol
    arrived: list[int] = []

    class Listener(asyncio.Protocol):
        def __init__(self, number: int) -> None:
            self._number = number

        def data_received(self, data: bytes) -> None:
            del data
            arrived.append(self._number)

    servers: list[asyncio.Transport] = []

    class Server(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            servers.append(transport)

    async def talk() -> None:
        _hosted(virtual)["gateway", 4002] = Server
        for number in range(8):
            await virtual.host.loop.create_connection(functools.partial(Listener, number), "gateway", 4002)
        for number in (3, 0, 7, 1, 6, 2, 5, 4):
            servers[number].write(b"x")
        await asyncio.sleep(1)
        for server in servers:
            server.close()
        await asyncio.sleep(1)

    virtual.run(talk())

    assert arrived == list(range(8))


def test_the_unmodified_client_library_connects_and_asks(
    virtual: VirtualWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    _hosted(virtual)["127.0.0.1", 4002] = lambda: TinyGateway(delay_seconds=2.5)
    ib = LIBRARY.IB()

    async def talk() -> tuple[Any, float]:
        await ib.client.connectAsync("127.0.0.1", 4002, clientId=7, timeout=10)
        before = virtual.host.loop.time()
        server_time = await asyncio.wait_for(ib.reqCurrentTimeAsync(), 30)
        took = virtual.host.loop.time() - before
        ib.client.disconnect()
        await asyncio.sleep(1)
        return server_time, took

    server_time, took = virtual.run(talk())

    assert (server_time.timestamp(), took) == (1767623400, 2.5)


def test_the_library_times_out_in_virtual_time(virtual: VirtualWorld, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    _hosted(virtual)["127.0.0.1", 4002] = asyncio.Protocol
    ib = LIBRARY.IB()

    with pytest.raises(asyncio.TimeoutError):
        virtual.run(ib.client.connectAsync("127.0.0.1", 4002, clientId=7, timeout=45))

    virtual.virtual.run_for(1)
    assert 45 <= virtual.host.loop.time() < 47


def test_work_for_an_executor_runs_inline(virtual: VirtualWorld) -> None:
    async def work() -> list[Any]:
        calls = [asyncio.to_thread(int, text) for text in ("3", "x")]
        return await asyncio.gather(*calls, return_exceptions=True)

    done, failed = virtual.run(work())

    assert done == 3
    assert isinstance(failed, ValueError)


def test_one_seed_gives_one_order_of_messages() -> None:
    orders = [_order_of_a_crowd(seed) for seed in (1, 1, 2, 3)]

    assert orders[0] == orders[1]
    assert orders[0] != orders[2] != orders[3]


def test_each_sender_keeps_its_order_under_every_seed() -> None:
    for seed in range(20):
        order = _order_of_a_crowd(seed)

        assert all([n for who, n in order if who == name] == [0, 1, 2] for name in {who for who, _ in order})


def test_a_stopped_host_leaves_no_actor_alive() -> None:
    world = VirtualWorld()
    echo = launch(world, Echo)

    world.host.stop()

    assert not echo.actor_ref.is_alive()
    assert not world.host.post(print)


def test_time_can_be_run_up_to_an_hour(virtual: VirtualWorld) -> None:
    noon = MONDAY.replace(hour=17)

    virtual.virtual.run_until(noon)

    assert virtual.host.clock.now() == noon


def _hosted(world: VirtualWorld) -> dict[tuple[str, int], Any]:
    assert isinstance(world.host.loop, VirtualLoop)
    return world.host.loop.hosted


def _order_of_a_crowd(seed: int) -> list[tuple[str, int]]:
    world = VirtualWorld(seed)
    for name in "abcdefgh":
        launch(world, Echo, name)
    world.diary.entries.clear()
    for number in range(3):
        world.directory.broadcast("", number)
    world.virtual.run_for(1)
    order = [(name, number) for what, name, number in world.diary.entries if what == "delivered"]
    world.host.stop()
    return order
