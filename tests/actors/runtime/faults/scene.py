"""An actor under faults, alone or with a supervisor above it."""

import asyncio
from collections.abc import Callable
from typing import Any

from actors.runtime.children import ChildSpec
from actors.runtime.faults.injector import Injector
from actors.runtime.faults.model import ActorFault, Now, When
from actors.runtime.supervisor import Supervisor
from tests.actors.runtime.actors import Echo
from tests.actors.runtime.families import a_child
from tests.actors.runtime.worlds import World, launch


def a_fault(
    kind: str,
    actor: str = "ann",
    message: str = "",
    *,
    when: When = Now(),  # noqa: B008 - frozen
    times: int | None = None,
    lasts: float | None = None,
    **settings: float | bool | str,
) -> ActorFault:
    return ActorFault(kind=kind, actor=actor, message=message, when=when, times=times, lasts=lasts, settings=settings)


def under(world: World, *faults: ActorFault, seed: int = 0, **changes: Any) -> tuple[Echo, Injector]:
    """Launch ann with these faults in force."""
    injector = Injector(faults, seed=seed)
    return launch(world, Echo, faults=injector, **changes), injector


def guarded(world: World, *faults: ActorFault, child: ChildSpec | None = None, **options: Any) -> Injector:
    """Launch a supervisor whose child ann has these faults."""
    injector = Injector(faults)
    children = (child or a_child(world, "ann"),)
    launch(world, lambda context: Supervisor(context, children=children, **options), "boss", faults=injector)
    return injector


def tell(world: World, *messages: Any, name: str = "ann") -> None:
    for message in messages:
        world.directory.address(name).tell(message)


def until(world: World, ready: Callable[[], bool]) -> None:
    """Look again and again: what an actor has seen is written down nowhere that could be waited on."""

    async def look() -> None:
        async with asyncio.timeout(5.0):
            while not ready():  # noqa: ASYNC110 - what is looked at is no event
                await asyncio.sleep(0.01)

    world.run(look())


def has_seen(world: World, actor: Echo, *messages: Any) -> bool:
    """Wait until the actor has seen as many; tell whether it is these."""
    until(world, lambda: len(actor.seen) >= len(messages))
    return actor.seen == list(messages)


class Ticker(Echo):
    """Has two timers from its start on."""

    def on_start(self) -> None:
        self.timers.start("early", 0.02, "first")
        self.timers.start("late", 0.04, 2)
