"""A bot and a simulated gateway that share one thread and virtual time, mostly over the wire; days run on it."""

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from actors.runtime.faults.injector import Injector
from actors.runtime.faults.model import ActorFault
from actors.runtime.hosts import VirtualHost
from actors.runtime.observer import Observer
from actors.tree import Hosts
from broker.ib.library import new_gateway
from cli.scenario import injector_for
from cli.simulation.death import KilledError, Process, Reached, nothing
from cli.simulation.direct.library import direct
from cli.simulation.disk import State, put_back
from cli.system import Outside, System
from config.settings import Settings
from domain.ports import AlertPort, EventLog
from domain.trading_day import Calendar
from ops.alerts import NullAlerts
from ops.library_logs import capture, loop_errors, release
from ops.listings import MemoryListings
from ops.memory_journal import MemoryJournal
from ops.store import SqliteStore
from simgateway.config import GatewayConfig
from simgateway.faults.model import Fault
from simgateway.frames import FrameLog
from simgateway.market.base import Market
from simgateway.market.clock import LoopClock
from simgateway.server import Gateway

LoopErrors = Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a life is lived in; who made `frames` and `log` closes them.

    `state_path` is the journal's file; None keeps the journal in memory. `injector`: one that is given faults later, in
    place of `actor_faults`. Without `wire` the exchange is right behind the broker's adapter: no client library, no
    socket. `reached` hears of each point at which the process can die between two of its deeds.
    `connection` is what the journal's file is written through.
    """

    settings: Settings
    market: Market
    gateway: GatewayConfig
    seed: int
    frames: FrameLog
    log: EventLog
    observer: Observer
    calendar: Calendar
    state_path: Path | None
    alerts: AlertPort = field(default_factory=NullAlerts)
    faults: tuple[Fault, ...] = ()
    actor_faults: tuple[ActorFault, ...] = ()
    injector: Injector | None = None
    wire: bool = True
    reached: Reached = nothing
    connection: type[sqlite3.Connection] = sqlite3.Connection


def _store(world: World, now: datetime) -> SqliteStore | MemoryJournal:
    if world.state_path is None:
        return MemoryJournal()
    mode = world.settings.mode.value
    return SqliteStore(world.state_path, world.gateway.account, mode, now, connection=world.connection)


class VirtualLife:
    """Host, gateway, journal and bot; nothing runs before `begin`. Use it on the thread that made the host."""

    def __init__(self, host: VirtualHost, starts_at: datetime, world: World) -> None:
        settings, config = world.settings, world.gateway
        self.host = host
        self.gateway = Gateway(config, world.market, LoopClock(host.loop, starts_at), world.frames)
        host.loop.hosted[settings.broker.host, settings.broker.port] = self.gateway.protocol
        self._world = world
        self._injector = world.injector or injector_for(world.actor_faults, world.seed, world.log)
        self.loop_errors: LoopErrors = loop_errors(world.log)
        self.store = _store(world, starts_at)
        self.system = self._new_system()
        self._libraries = capture(world.log)
        host.loop.set_exception_handler(self._heard)

    def begin(self) -> None:
        """Start gateway and bot; on the loop."""
        self.gateway.start()
        self.gateway.faults.add_all(self._world.faults)
        self.system.start()

    async def end(self) -> None:
        """Stop the bot as a person would, and let its last words arrive."""
        await self.system.stop()
        await asyncio.sleep(1.0)

    def kill(self) -> None:
        """End the bot's process here and now, as kill -9 does; the gateway lives on. On the loop, from anywhere."""
        self._process.kill()

    def start_anew(self, disk: State | None = None) -> None:
        """Start another process on what the dead one left, or on what `disk` has; on the loop, after `kill`."""
        if self._world.state_path is not None:
            self.store.close()
            if disk is not None:
                put_back(self._world.state_path, disk)
            self.store = _store(self._world, self.host.clock.now())
        self.system = self._new_system()
        self.system.start()

    def move(self, state_path: Path) -> None:
        """Let go of the journal's file; the next process finds this one. For a forked process, just before `kill`."""
        self._inherited = self.store  # Closed, it would write to the parent's file.
        self.store = MemoryJournal()
        self._world = replace(self._world, state_path=state_path)

    @property
    def is_alive(self) -> bool:
        """Return whether the bot's process lives."""
        return self._process.is_alive

    def close(self) -> None:
        """End the loop and let the library's logs go; the journal stays open for who reads it."""
        self.host.stop()
        release(self._libraries)

    def _new_system(self) -> System:
        """Return a bot in a process of its own; it holds nothing of the one before."""
        world, host = self._world, self.host
        library = new_gateway if world.wire else direct(self.gateway)
        self._process = process = Process(host, world.log, self.store, library, world.reached)
        outside = Outside(
            hosts=Hosts(system=host, broker=host, core=host, journal=host),
            log=process.log,
            journal=process.journal,
            listings=MemoryListings(),
            alerts=world.alerts,
            calendar=world.calendar,
            observer=world.observer,
            seed=world.seed,
            faults=self._injector,
            library=process.library,
        )
        return System(world.settings, outside)

    def _heard(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Take what the loop can give to nobody; that a process died in the middle of something is no news."""
        if not isinstance(context.get("exception"), KilledError):
            self.loop_errors(loop, context)
