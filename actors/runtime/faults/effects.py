"""What faults of handlers and starts do: raise, wait, or stand still, in virtual time and on threads."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from actors.runtime.errors import InjectedCrashError
from actors.runtime.faults.model import ActorFault
from actors.runtime.hosts import VirtualHost
from actors.runtime.lifecycle import LivingActor, Phase
from actors.runtime.tasks import discard

Work = Callable[[], Any]

LOOK_AGAIN_SECONDS = 0.005


def in_handler(fault: ActorFault, actor: LivingActor, work: Work) -> Any:
    """Let a fault strike at a handler; `work` is what the handler would have done. Returns what a handler may."""
    match fault.kind:
        case "crash":
            return _crash(fault, work)
        case "hang":
            return _never(actor)
        case "slow":
            return _later(fault.number("seconds"), work)
        case _:
            return _block(fault, actor, work)


def at_start(fault: ActorFault, actor: LivingActor) -> Awaitable[None] | None:
    """Let a fault strike at a start. Returns what `on_start` may."""
    match fault.kind:
        case "fail_start":
            raise _crashed(fault)
        case "hang_start":
            return _never(actor)
        case _:
            return _start_later(fault.number("seconds"), actor)


def _crashed(fault: ActorFault) -> InjectedCrashError:
    return InjectedCrashError(f"injected: {fault}")


def _crash(fault: ActorFault, work: Work) -> Any:
    done = work() if fault.flag("after") else None
    if isinstance(done, Awaitable):
        return _CrashAfter(fault, done)
    raise _crashed(fault)


class _CrashAfter:
    """Awaits what the handler does, then raises. An object, so that to close it unawaited closes the handler's work."""

    __slots__ = ("_fault", "_work")

    def __init__(self, fault: ActorFault, work: Awaitable[Any]) -> None:
        self._fault = fault
        self._work = work

    def __await__(self) -> Generator[Any, Any, None]:
        yield from self._work.__await__()
        raise _crashed(self._fault)

    def close(self) -> None:
        discard(self._work)


async def _never(actor: LivingActor) -> None:
    await actor.context.host.loop.create_future()


async def _later(seconds: float, work: Work) -> Any:
    await asyncio.sleep(seconds)
    return work()


async def _start_later(seconds: float, actor: LivingActor) -> None:
    await asyncio.sleep(seconds)
    starting = actor.on_start()
    if starting is not None:
        await starting


def _block(fault: ActorFault, actor: LivingActor, work: Work) -> Any:
    if isinstance(actor.context.host, VirtualHost):
        # Its own `work` hides its class's, so that an actor that stands nowhere still pays nothing for this.
        vars(actor)["work"] = _stand_still
        return _standing_still(fault.number("seconds"), actor, work)
    _hold_thread(fault, actor)
    return work()


def _stand_still(most: int) -> int:
    """Handle nothing, not even a ping; the mail waits, and nobody is woken for it."""
    del most
    return 0


async def _standing_still(seconds: float, actor: LivingActor, work: Work) -> Any:
    try:
        await asyncio.sleep(seconds)
    finally:
        vars(actor).pop("work", None)
        actor.wake()
    return work()


def _hold_thread(fault: ActorFault, actor: LivingActor) -> None:
    loop, pause = actor.context.host.loop, threading.Event()
    until = loop.time() + fault.number("seconds")
    is_stubborn = fault.flag("stubborn")
    while loop.time() < until and (is_stubborn or actor.phase is not Phase.ENDED):
        pause.wait(LOOK_AGAIN_SECONDS)
