"""Supervised actors, for tests."""

from collections.abc import Callable
from typing import Any

from actors.runtime.loop_actor import Context, LoopActor
from actors.runtime.supervisor import Backoff, ChildSpec, Supervisor
from tests.actors.runtime.actors import Echo
from tests.actors.runtime.worlds import World, launch

AT_ONCE = Backoff(first_seconds=0.0)


def a_child(world: World, name: str, factory: Callable[[Context], LoopActor] = Echo, **changes: Any) -> ChildSpec:
    given: dict[str, Any] = {"host": world.host, "backoff": AT_ONCE, "ping_every_seconds": None, **changes}
    return ChildSpec(name=name, factory=factory, **given)


def supervise(world: World, *children: ChildSpec, name: str = "boss", **options: Any) -> Supervisor:
    return launch(world, lambda context: Supervisor(context, children=children, **options), name)


def crash_and_wait(world: World, name: str, restarts: int = 1) -> None:
    world.directory.address(name).tell(ValueError("bug"))
    world.wait(lambda: len(world.diary.of("restarted", name)) == restarts)


def starts(world: World) -> list[str]:
    return [name for what, name, _ in list(world.diary.entries) if what == "started" and name != "boss"]


async def stop(actor: LoopActor) -> None:
    """Stop in order, and wait."""
    await actor.actor_ref.stop(block=False)
