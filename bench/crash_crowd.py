"""A thousand actors that crash at once, and hangs of every kind. For `restart_latency.py`."""

import asyncio
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from actors.base import Actor
from actors.breaker import STREAM
from actors.journal import JournalActor
from actors.runtime.clock import WallClock
from actors.runtime.context import Context
from actors.runtime.control import Crash
from actors.runtime.directory import Directory
from actors.runtime.hosts import Host, ThreadHost, VirtualHost
from actors.runtime.loop_actor import LoopActor
from actors.runtime.loop_watch import LoopWatch
from actors.runtime.observer import NullObserver
from actors.runtime.supervisor import ChildSpec, Supervisor
from domain.commands import ReadStream
from domain.events import BreakerMoved
from ops.memory_log import MemoryLog
from ops.store import SqliteStore

CROWD: Final = 1000
PATIENCE_SECONDS: Final = 60.0
DEADLINE_SECONDS: Final = 1.0
NOON: Final = datetime(2026, 3, 11, 16, tzinfo=UTC)


class Notes(NullObserver):
    """Notes when actors are up and found hung, by a clock of seconds. Any thread."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._news = threading.Condition()
        self._moments: dict[str, list[float]] = {}

    def started(self, name: str, epoch: int) -> None:
        """Note that it is up."""
        del epoch
        self.note(name)

    def hung(self, name: str, epoch: int, message: Any, reason: str) -> None:
        """Note that it was found."""
        del epoch, message, reason
        self.note(f"hung {name}")

    def note(self, sign: str) -> None:
        """Note anything else."""
        with self._news:
            self._moments.setdefault(sign, []).append(self._seconds())
            self._news.notify_all()

    def count(self, sign: str) -> int:
        """Return how often it was noted."""
        return len(self._moments.get(sign, ()))

    def latest(self, sign: str) -> float:
        """Return when it was noted last; 0.0 when never."""
        return self._moments.get(sign, [0.0])[-1]

    def wait(self, sign: str, *, after: float) -> float:
        """Return when it was noted, once it is after this moment. Raises TimeoutError."""
        with self._news:
            if not self._news.wait_for(lambda: self.latest(sign) > after, PATIENCE_SECONDS):
                raise TimeoutError(f"waited {PATIENCE_SECONDS} s for {sign}")
        return self.latest(sign)

    def wait_for_all(self, count: int) -> None:
        """Return when so many of the crowd have been up. Raises TimeoutError."""
        with self._news:
            if not self._news.wait_for(lambda: self.ups >= count, PATIENCE_SECONDS):
                raise TimeoutError(f"{self.ups} of {count} were up")

    @property
    def ups(self) -> int:
        """How often anyone of the crowd has been up."""
        return sum(len(moments) for sign, moments in self._moments.items() if sign.startswith("one:"))


class Reader(Actor):
    """Reads its past before it takes mail; hangs when told so."""

    async def on_start(self) -> None:
        """Ask the journal."""
        await self.ask("journal", ReadStream(stream=STREAM), timeout_seconds=PATIENCE_SECONDS)

    def receive(self, message: Any) -> Any:
        """Hang in a coroutine, or with the whole thread until the event is set."""
        if isinstance(message, threading.Event):
            message.wait(PATIENCE_SECONDS)
        return asyncio.Event().wait() if message == "wait" else None


class Stand:
    """A supervisor of readers over a journal on the disk; on three threads, or in virtual time."""

    def __init__(self, folder: str, children: int, *, virtual: bool, **spec: Any) -> None:
        clock = WallClock()
        self.virtual = VirtualHost(7, NOON) if virtual else None
        one: Host | None = self.virtual
        self.hosts = [one] if one else [ThreadHost(name, clock) for name in ("system", "core", "journal")]
        self.notes = Notes(self.hosts[0].loop.time)
        self.directory = Directory(self.notes)
        self.store = SqliteStore(Path(folder) / "state.sqlite", "DU1", "paper", NOON)
        for host in self.hosts:
            host.start()
        self.launch("journal", lambda context: JournalActor(context, journal=self.store, log=MemoryLog()), 2)
        core = self.hosts[min(1, len(self.hosts) - 1)]
        specs = tuple(ChildSpec(name=f"one:{number}", factory=Reader, host=core, **spec) for number in range(children))
        self.launch("boss", lambda context: Supervisor(context, max_restarts=10 * CROWD, children=specs), 0)
        self.wait_for_all(children)

    def launch(self, name: str, factory: Callable[[Context], LoopActor], host: int) -> None:
        """Start an actor."""
        where = self.hosts[min(host, len(self.hosts) - 1)]
        factory(Context(name=name, epoch=1, host=where, directory=self.directory, observer=self.notes)).launch()

    def wait_for_all(self, count: int) -> None:
        """Return when so many readers have been up."""
        if self.virtual is None:
            self.notes.wait_for_all(count)
            return
        while self.notes.ups < count:
            self.virtual.run_for(0.01)

    def close(self) -> None:
        """End everything."""
        for host in reversed(self.hosts):
            host.stop()
        self.store.close()


def crowd(*, virtual: bool) -> float:
    """Return the machine's seconds from a crash of a thousand to all their successors."""
    with tempfile.TemporaryDirectory() as folder:
        stand = Stand(folder, CROWD, virtual=virtual)
        moved = BreakerMoved(at=NOON, state="closed", reason="bench", failures=0)
        stand.store.append(STREAM, (moved,))
        began = time.perf_counter()
        for number in range(CROWD):
            stand.directory.address(f"one:{number}").tell(Crash(reason="bench"), urgent=True)
        stand.wait_for_all(2 * CROWD)
        seconds = time.perf_counter() - began
        stand.close()
    return seconds


def hangs_on_threads() -> dict[str, float]:
    """Return for each kind of hang how many seconds after its deadline it was found."""
    rhythm = {"ping_every_seconds": 1.0, "ping_deadline_seconds": DEADLINE_SECONDS}
    with tempfile.TemporaryDirectory() as folder:
        stand = Stand(folder, 1, virtual=False, handler_deadline_seconds=DEADLINE_SECONDS, **rhythm)
        found = {"handler": _hang(stand, "wait") - DEADLINE_SECONDS}
        stand.notes.wait("one:0", after=stand.notes.latest("hung one:0"))
        let_go = threading.Event()
        found["thread"] = _hang(stand, let_go) - 1.0 - DEADLINE_SECONDS  # It may just have answered.
        found["loop"] = _loop_hang(stand) - DEADLINE_SECONDS
        let_go.set()
        stand.close()
    return found


def hangs_virtually() -> dict[str, float]:
    """Return the same of a handler; a thread or a loop cannot hang where there is but one."""
    with tempfile.TemporaryDirectory() as folder:
        stand = Stand(folder, 1, virtual=True, handler_deadline_seconds=60.0)
        assert stand.virtual is not None
        told = stand.virtual.loop.time()
        stand.directory.address("one:0").tell("wait")
        stand.virtual.run_for(70.0)
        late = stand.notes.latest("hung one:0") - told - 60.0
        stand.close()
    return {"handler": late}


def _hang(stand: Stand, how: Any) -> float:
    told = time.monotonic()  # which is what a loop on threads goes by
    stand.directory.address("one:0").tell(how)
    return stand.notes.wait("hung one:0", after=told) - told


def _loop_hang(stand: Stand) -> float:
    """Ask the loop that is stuck already until it is found."""
    watch = LoopWatch({"core": stand.hosts[1]}, DEADLINE_SECONDS, time.monotonic)
    began, pause = time.monotonic(), threading.Event()
    while not watch.hung(watch.look()):
        pause.wait(DEADLINE_SECONDS / 4)
    return time.monotonic() - began
