"""The same test on threads and in virtual time: a world runs actors and remembers what the runtime did."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from actors.runtime.clock import WallClock
from actors.runtime.control import kind_of
from actors.runtime.directory import Directory
from actors.runtime.hosts import Host, ThreadHost, VirtualHost
from actors.runtime.loop_actor import Context, LoopActor
from actors.runtime.observer import ExceptionInfo

A = TypeVar("A", bound=LoopActor)
T = TypeVar("T")

MONDAY = datetime(2026, 1, 5, 14, 30, tzinfo=UTC)
PATIENCE_SECONDS = 10.0


class Diary:
    """An observer that writes everything down as tuples (what, name, detail) and can be waited on."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str, Any]] = []
        self.changed = threading.Condition()

    def of(self, what: str, name: str | None = None) -> list[Any]:
        return [detail for kind, who, detail in list(self.entries) if kind == what and name in {None, who}]

    def wait(self, ready: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(ready, PATIENCE_SECONDS), self.entries[-20:]

    def note(self, what: str, name: str, detail: Any = None) -> None:
        with self.changed:
            self.entries.append((what, name, detail))
            self.changed.notify_all()

    def delivered(self, name: str, message: Any) -> None:
        self.note("delivered", name, message)

    def dead_letter(self, name: str, message: Any) -> None:
        self.note("dead_letter", name, message)

    def dropped(self, name: str, message: Any) -> None:
        self.note("dropped", name, message)

    def started(self, name: str, epoch: int) -> None:
        self.note("started", name, epoch)

    def failed(self, name: str, epoch: int, message: Any, exc_info: ExceptionInfo) -> None:
        self.note("told", name, (epoch, kind_of(message), f"{exc_info[0].__name__}: {exc_info[1]}"))
        self.note("failed", name, exc_info[1])

    def hung(self, name: str, epoch: int, message: Any, reason: str) -> None:
        self.note("told", name, (epoch, kind_of(message), reason))
        self.note("hung", name, reason)

    def restarted(self, name: str, epoch: int, reason: str, seconds: float) -> None:  # noqa: ARG002 - as Observer
        self.note("restarted", name, epoch)

    def gave_up(self, name: str, epoch: int, reason: str) -> None:  # noqa: ARG002 - as Observer
        self.note("gave_up", name, reason)


class World(Protocol):
    """What tests need of a hosting."""

    diary: Diary
    directory: Directory
    host: Host
    complaints: list[str]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run the coroutine on the host's loop and return its result."""
        ...

    def wait(self, ready: Callable[[], bool]) -> None:
        """Return when it is so."""
        ...


def keep_complaints(loop: asyncio.AbstractEventLoop) -> list[str]:
    """Return a list of what goes wrong on the loop outside of any actor; it should stay empty."""
    complaints: list[str] = []
    loop.set_exception_handler(lambda _, context: complaints.append(str(context)))
    return complaints


class ThreadWorld:
    """One thread host, real time."""

    def __init__(self) -> None:
        self.diary = Diary()
        self.directory = Directory(self.diary)
        self.host: Host = ThreadHost("world", WallClock())
        self.complaints = keep_complaints(self.host.loop)
        self.host.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.host.loop).result(PATIENCE_SECONDS)

    def wait(self, ready: Callable[[], bool]) -> None:
        self.diary.wait(ready)


class VirtualWorld:
    """One virtual host."""

    def __init__(self, seed: int = 7) -> None:
        self.diary = Diary()
        self.directory = Directory(self.diary)
        self.virtual = VirtualHost(seed, MONDAY)
        self.host: Host = self.virtual
        self.complaints = keep_complaints(self.host.loop)
        self.host.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.virtual.run(work)

    def wait(self, ready: Callable[[], bool]) -> None:
        for _ in range(1000):
            if ready():
                return
            self.virtual.run_for(0.1)
        raise AssertionError(self.diary.entries[-20:])


def a_context(world: World, name: str = "ann", **changes: Any) -> Context:
    given: dict[str, Any] = {"epoch": 1, "host": world.host, "directory": world.directory, "observer": world.diary}
    return Context(name=name, **{**given, **changes})


def launch(world: World, kind: Callable[[Context], A], name: str = "ann", **changes: Any) -> A:
    """Start an actor and wait until it is up."""
    actor = kind(a_context(world, name, **changes))
    actor.launch()
    world.wait(lambda: bool(world.diary.of("started", name)))
    return actor


def ask(world: World, name: str, message: Any, seconds: float = 5.0) -> Any:
    """Ask from the host's loop and return the answer, or raise what came instead."""

    async def question() -> Any:
        return await world.directory.address(name).ask(message, seconds)

    return world.run(question())
