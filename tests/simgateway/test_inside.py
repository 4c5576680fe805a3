"""A client in the gateway's process is a client like any other."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from actors.runtime.virtual import VirtualLoop
from simgateway.config import GatewayConfig
from simgateway.faults.model import Fault, Nth
from simgateway.frames import FrameLog
from simgateway.inside import InsideSession
from simgateway.market.clock import LoopClock
from simgateway.protocol.wire import Fields
from simgateway.server import Gateway
from tests.simgateway.fake_market import OPEN, FakeMarket

Story = Callable[[Gateway, "Client"], Coroutine[Any, Any, None]]


class Client:
    """Logs on, and notes what it hears."""

    def __init__(self, gateway: Gateway) -> None:
        self.heard_names: list[str] = []
        self.is_lost = False
        self.session = InsideSession(gateway, self)

    def heard(self, fields: Fields) -> None:
        self.heard_names.append(fields[0])

    def lost(self) -> None:
        self.is_lost = True

    async def log_on(self) -> None:
        self.session.open()
        self.session.take(("v157..176",))
        await asyncio.sleep(1)
        self.session.take(("71", "2", "3", ""))
        await asyncio.sleep(1)


@pytest.fixture
def live() -> Iterator[Callable[[Story], Gateway]]:
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    gateway = Gateway(GatewayConfig(), FakeMarket(), LoopClock(loop, OPEN), FrameLog(keep=True))
    gateway.start()

    def through(story: Story) -> Gateway:
        async def told() -> None:
            await story(gateway, Client(gateway))

        loop.run_until_complete(told())
        return gateway

    yield through
    gateway.close()
    loop.run_until_complete(asyncio.sleep(1))
    loop.close()
    asyncio.set_event_loop(None)


def test_it_logs_on_and_is_answered_and_all_of_it_is_in_the_log(live: Callable[[Story], Gateway]) -> None:
    async def story(_: Gateway, client: Client) -> None:
        await client.log_on()
        client.session.take(("49", "1"))
        await asyncio.sleep(1)
        assert client.heard_names == ["176", "15", "9", "4", "4", "4", "49"]

    gateway = live(story)

    assert [frame.name for frame in gateway.log.frames if frame.direction == "in"] == [
        "handshake",
        "startApi",
        "reqCurrentTime",
    ]
    assert gateway.counters().clients[0].client_id == 3


@pytest.mark.parametrize("who", ["client", "gateway"])
def test_its_end_is_heard_whoever_ends_it_and_nothing_follows(who: str, live: Callable[[Story], Gateway]) -> None:
    async def story(gateway: Gateway, client: Client) -> None:
        await client.log_on()
        client.session.take(("49", "1"))
        client.session.leave() if who == "client" else gateway.disconnect()
        client.session.take(("49", "1"))
        await asyncio.sleep(1)
        assert client.is_lost
        assert "49" not in client.heard_names

    assert live(story).counters().connections == 0


def test_a_gateway_that_refuses_ends_it_at_once(live: Callable[[Story], Gateway]) -> None:
    async def story(gateway: Gateway, client: Client) -> None:
        gateway.refuse()
        client.session.open()
        await asyncio.sleep(1)
        assert client.is_lost
        assert client.heard_names == []

    live(story)


def test_noise_of_a_known_length_is_skipped_and_other_noise_makes_deaf(live: Callable[[Story], Gateway]) -> None:
    async def story(gateway: Gateway, client: Client) -> None:
        await client.log_on()
        client.heard_names.clear()
        for framed in (True, False):
            settings: dict[str, float | bool | str] = {"framed": framed}
            gateway.faults.add(Fault(kind="garbage", message="currentTime", when=Nth(1), settings=settings))
            client.session.take(("49", "1"))
            await asyncio.sleep(1)
        assert client.heard_names == ["49"]
        assert not client.is_lost

    live(story)


def test_a_frame_that_is_cut_off_ends_it(live: Callable[[Story], Gateway]) -> None:
    async def story(gateway: Gateway, client: Client) -> None:
        await client.log_on()
        gateway.faults.add(Fault(kind="cut", message="currentTime", when=Nth(1)))
        client.session.take(("49", "1"))
        await asyncio.sleep(1)
        assert client.is_lost
        assert "49" not in client.heard_names

    live(story)
