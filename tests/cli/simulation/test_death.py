"""What is left of a process that was killed: what it had written, and not a byte, a record or a line more."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from actors.runtime.context import Context
from actors.runtime.directory import Directory
from actors.runtime.hosts import VirtualHost
from actors.runtime.loop_actor import LoopActor
from actors.runtime.observer import NullObserver
from cli.simulation.death import KilledError, Process, Side, Step
from domain.events import JournalRecovered
from domain.trading_day import NEW_YORK
from ops.memory_journal import MemoryJournal
from ops.memory_log import MemoryLog

NOW = datetime(2026, 3, 11, 10, 0, tzinfo=NEW_YORK)
RECORD = JournalRecovered(at=NOW, fault="disk_full", since=NOW - timedelta(seconds=5))


class Socket:
    """A transport that remembers whether it was cut."""

    def __init__(self) -> None:
        self.is_cut = False

    def abort(self) -> None:
        self.is_cut = True


class World:
    """A process, what it holds, and the points it came to; it is killed at the one that is named."""

    def __init__(self, dies: tuple[Step, Side] | None = None) -> None:
        self.host = VirtualHost(7, NOW)
        self.log, self.store, self.socket = MemoryLog(), MemoryJournal(), Socket()
        self.sent: list[str] = []
        self.points: list[tuple[Step, Side]] = []
        self._dies = dies
        self.process = Process(self.host, self.log, self.store, self._library, self._reached)

    @classmethod
    @contextmanager
    def of(cls, dies: tuple[Step, Side] | None = None) -> Iterator["World"]:
        """Give one whose loop is closed in the end."""
        world = cls(dies)
        world.host.start()
        try:
            yield world
        finally:
            world.host.stop()

    def _library(self, handlers: Mapping[str, Callable[..., object]], timezone: str) -> Any:
        del handlers, timezone
        client = SimpleNamespace(conn=SimpleNamespace(transport=self.socket))
        client.placeOrder = lambda *fields: self.sent.append(f"place {fields[0]}")
        client.cancelOrder = lambda *fields: self.sent.append(f"cancel {fields[0]}")
        return SimpleNamespace(client=client)

    def _reached(self, step: Step, side: Side) -> None:
        self.points.append((step, side))
        if (step, side) == self._dies:
            self.process.kill()


def test_each_write_and_each_order_message_is_a_point_before_and_after() -> None:
    with World.of() as world:
        client = world.process.library({}, "").client

        world.process.journal.append("journal", (RECORD,))
        client.placeOrder(1, None, None)
        client.cancelOrder(1)

        assert world.points == [(step, side) for step in (Step.WRITE, Step.ORDER, Step.ORDER) for side in Side]
        assert len(world.store.rows) == 1
        assert world.sent == ["place 1", "cancel 1"]


@pytest.mark.parametrize(("side", "written"), [(Side.BEFORE, 0), (Side.AFTER, 1)])
def test_who_dies_at_a_write_has_written_it_or_not_and_goes_no_further(side: Side, written: int) -> None:
    with World.of((Step.WRITE, side)) as world:
        with pytest.raises(KilledError):
            world.process.journal.append("journal", (RECORD,))

        assert len(world.store.rows) == written
        assert world.socket.is_cut is False  # It had no connection.


@pytest.mark.parametrize(("side", "sent"), [(Side.BEFORE, []), (Side.AFTER, ["place 1"])])
def test_who_dies_at_an_order_has_sent_it_or_not_and_its_socket_is_cut(side: Side, sent: list[str]) -> None:
    with World.of((Step.ORDER, side)) as world:
        client = world.process.library({}, "").client

        with pytest.raises(KilledError):
            client.placeOrder(1, None, None)

        assert world.sent == sent
        assert world.socket.is_cut


def test_the_dead_write_read_and_say_nothing() -> None:
    with World.of() as world:
        client = world.process.library({}, "").client
        world.process.kill()

        for act in (
            lambda: world.process.journal.append("journal", (RECORD,)),
            lambda: world.process.journal.read("journal"),
            world.process.journal.open_intents,
            lambda: client.cancelOrder(1),
        ):
            with pytest.raises(KilledError):
                act()
        world.process.log.emit("stopping", reason="never said")

        assert (world.store.rows, world.sent, world.log.events) == ([], [], [])


class Dying(LoopActor):
    """Remembers whether it was stopped in order."""

    was_stopped = False

    def on_stop(self) -> None:
        self.was_stopped = True


def test_actors_of_the_dead_are_not_stopped_in_order() -> None:
    with World.of() as world:
        observer = NullObserver()
        directory = Directory(observer)
        context = Context(
            name="dying",
            epoch=directory.advance_epoch("dying"),
            host=world.host,
            directory=directory,
            observer=observer,
            faults=None,
        )
        actor = Dying(context)
        actor.launch()
        world.host.run_for(0.1)

        world.process.kill()
        world.host.run_for(0.1)

        assert not actor.was_stopped
        assert directory.names("") == ()
