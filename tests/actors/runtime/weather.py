"""A tree of actors in bad weather: who dies, hangs or stops when is drawn from a seed. Returns what happened."""

import asyncio
import functools
import hashlib
from random import Random
from typing import Any

from actors.runtime.loop_actor import Context, LoopActor
from actors.runtime.supervisor import Backoff, ChildSpec, Strategy, Supervisor
from actors.runtime.virtual import VirtualLoop
from tests.actors.runtime.worlds import VirtualWorld, launch

NAMES = tuple("abcdefgh")
STORM_SECONDS, QUIET_SECONDS = 900.0, 300.0


class Gossip(LoopActor):
    """Tells a neighbour what it hears, keeps timers and coroutines running, and takes its time to start."""

    def __init__(self, context: Context, draw: Random) -> None:
        super().__init__(context)
        self._draw = draw

    async def on_start(self) -> None:
        await asyncio.sleep(self._draw.random())
        self.timers.start("talk", 1 + self._draw.random(), 3)

    def receive(self, message: Any) -> Any:
        if message == "die":
            raise ValueError(self.name)
        if message == "hang":
            return asyncio.Event().wait()
        if message == "stop":
            return self.stop()
        if isinstance(message, int) and message > 0:
            return self._pass_on(message)
        return None

    async def _pass_on(self, left: int) -> None:
        self.timers.start("talk", 5 + self._draw.random(), 3)
        await asyncio.sleep(self._draw.random() / 10)
        self.tell(self._draw.choice(NAMES), left - 1)


class Talker(asyncio.Protocol):
    """A server that repeats what it hears, some time later."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        asyncio.get_running_loop().call_later(0.25, self._transport.write, data)


def storm(seed: int) -> tuple[VirtualWorld, str]:
    """Run a time of deaths and a quiet one; return the world, still open, and the hash of all that happened."""
    world, draw = VirtualWorld(seed), Random(seed)
    launch(world, lambda context: _root(world, context, draw), "root")
    heard: list[bytes] = []
    world.run(_trouble(world, draw, heard))
    world.virtual.run_for(QUIET_SECONDS)
    story = [(what, name, str(detail)) for what, name, detail in world.diary.entries]
    return world, hashlib.sha256(repr((story, heard, world.host.loop.time())).encode()).hexdigest()


def _root(world: VirtualWorld, context: Context, draw: Random) -> Supervisor:
    strategies = draw.sample(list(Strategy), 2)
    halves = (NAMES[:4], NAMES[4:])
    children = [
        ChildSpec(
            name=f"half-{index}",
            host=world.host,
            start_timeout_seconds=60.0,
            shutdown_seconds=60.0,
            factory=functools.partial(_half, world, draw, strategy, names),
        )
        for index, (strategy, names) in enumerate(zip(strategies, halves, strict=True))
    ]
    return Supervisor(context, max_restarts=100, children=children)


def _half(
    world: VirtualWorld, draw: Random, strategy: Strategy, names: tuple[str, ...], context: Context
) -> Supervisor:
    leaves = [_leaf(world, name, draw) for name in names]
    return Supervisor(context, strategy=strategy, max_restarts=8, children=leaves)


def _leaf(world: VirtualWorld, name: str, draw: Random) -> ChildSpec:
    return ChildSpec(
        name=name,
        host=world.host,
        factory=lambda context: Gossip(context, draw),
        backoff=Backoff(first_seconds=0.1, most_seconds=1.0),
        handler_deadline_seconds=5.0,
    )


async def _trouble(world: VirtualWorld, draw: Random, heard: list[bytes]) -> None:
    loop = world.host.loop
    assert isinstance(loop, VirtualLoop)
    loop.hosted["talker", 1] = Talker
    reader, writer = await asyncio.open_connection("talker", 1)
    while loop.time() < STORM_SECONDS:
        await asyncio.sleep(draw.expovariate(1 / 8))
        victim = draw.choice((*NAMES, "half-0", "half-1") if draw.random() < 0.3 else NAMES)
        world.directory.address(victim).tell(draw.choice(("die", "hang", "stop")))
        writer.write(f"{victim} ".encode())
        heard.append(await reader.read(100))
    writer.close()
    await writer.wait_closed()
