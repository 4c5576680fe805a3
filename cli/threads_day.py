"""The same day on threads and real sockets, with the gateway in a process of its own.

Simulated time passes ``speed`` times faster on every loop of both processes alike, the library's timers included; see
docs/adr/0005. Machine jitter is multiplied too: 20 ms are 2.4 s at 120.
"""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal

from actors.runtime.clock import ScaledClock, WallClock
from actors.runtime.hosts import ThreadHost
from actors.tree import Hosts
from cli.crashes import carry_out
from cli.day import DayPlan, Ending, GatewayBooks, Progress, result_of
from cli.result import DayResult
from cli.scenario import injector_for
from cli.system import Outside, System, calendar_around
from cli.tally import Tally
from cli.trace import RunObserver
from config.load import CHECKOUT
from config.settings import Settings
from domain.errors import ConfigError
from domain.trading_day import new_york
from ops.alerts import NullAlerts
from ops.library_logs import capture, loop_errors, release
from ops.listings import MemoryListings
from ops.logs import FileLog
from ops.memory_log import TeeLog
from ops.store import SqliteStore

READY_SECONDS = 30.0
STOP_SECONDS = 20.0
PROGRESS_REAL_SECONDS = 0.25


@dataclass(slots=True, kw_only=True)
class GatewayProcess:
    """A running gateway: its port, and the moment (monotonic seconds of this machine) at which its day began."""

    port: int
    anchor: float
    last_words: str = ""

    def books(self) -> GatewayBooks:
        """Return what its account came to; known once it has ended."""
        found = json.loads(self.last_words)
        return GatewayBooks(
            net_liquidation=Decimal(found["net_liquidation"]), positions_value=Decimal(found["positions_value"])
        )


@contextmanager
def gateway_process(plan: DayPlan, speed: float) -> Iterator[GatewayProcess]:
    """Run a gateway of its own until the block ends. Raises ConfigError when it does not come up."""
    command = [
        sys.executable, "-m", "simgateway", "--port", "0", "--seed", str(plan.seed), "--speed", str(speed),
        "--symbols", ",".join(plan.settings.symbols), "--date", plan.session.day.isoformat(),
        "--start", f"{new_york(plan.starts_at):%H:%M}", "--account", plan.gateway.account,
        "--log", str(plan.frames_path), *(["--cash"] if plan.gateway.cash_account else []),
        *(["--scenario", str(plan.scenario.absolute())] if plan.scenario else []),
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
    try:
        assert process.stdout is not None, "it was asked for"
        ready = process.stdout.readline()
        if not ready:
            raise ConfigError("the gateway's process ended before it was ready")
        found = json.loads(ready)
        gateway = GatewayProcess(port=found["port"], anchor=found["anchor_monotonic"])
        yield gateway
        process.terminate()
        gateway.last_words = process.communicate(timeout=STOP_SECONDS)[0]
    finally:
        process.kill()
        process.wait(STOP_SECONDS)


def run_threads_day(plan: DayPlan, progress: Progress, *, speed: float) -> DayResult:
    """Run the day, or its beginning, and return its result; the trace is not one of equal runs here."""
    wall = WallClock()
    began = wall.monotonic()
    with gateway_process(plan, speed) as gateway:
        plan = replace(plan, settings=_at_port(plan.settings, gateway.port))
        clock = ScaledClock(plan.starts_at, speed, gateway.anchor)
        hosts = {name: ThreadHost(name, clock, speed) for name in ("system", "broker", "core", "journal")}
        tally = Tally()
        file_log = FileLog(plan.run_dir / "logs", clock)
        log = TeeLog(file_log, _Serialised(tally))
        store = SqliteStore(plan.state_path, plan.gateway.account, plan.mode, plan.starts_at)
        observer = RunObserver(log)
        outside = Outside(
            hosts=Hosts(**hosts),
            log=log,
            journal=store,
            listings=MemoryListings(),
            alerts=NullAlerts(),
            calendar=calendar_around(plan.session.day, plan.run_dir.parent / "calendar"),
            observer=observer,
            seed=plan.seed,
            faults=injector_for(plan.bad_day.actor_faults if plan.bad_day else (), plan.seed, log),
        )
        system = System(plan.settings, outside)
        libraries = capture(log)
        for host in hosts.values():
            host.loop.set_exception_handler(loop_errors(log))
            host.start()
        try:
            _live_through(plan, system, hosts["system"], clock, progress)
        finally:
            for host in reversed(hosts.values()):
                host.stop()
            release(libraries)
            file_log.close()
    ended = wall.monotonic()
    ending = Ending(
        tally=tally,
        books=gateway.books(),
        restarts=observer.restarts,
        trace="",
        day_seconds=ended - began,
    )
    try:
        return replace(result_of(plan, store, ending), wall_seconds=round(wall.monotonic() - began, 3))
    finally:
        store.close()


def _live_through(plan: DayPlan, system: System, host: ThreadHost, clock: ScaledClock, progress: Progress) -> None:
    system.start()
    for crash in plan.crashes:
        work = carry_out(crash, plan.session.day, system, clock, lambda _: None)
        asyncio.run_coroutine_threadsafe(work, host.loop)
    pause = threading.Event()
    while clock.now() < plan.ends_at:
        pause.wait(PROGRESS_REAL_SECONDS)
        progress(clock.now())
    asyncio.run_coroutine_threadsafe(_stopped(system), host.loop).result(STOP_SECONDS)


async def _stopped(system: System) -> None:
    await system.stop()


def _at_port(settings: Settings, port: int) -> Settings:
    return settings.model_copy(update={"broker": settings.broker.model_copy(update={"port": port})})


class _Serialised:
    """Lets one thread at a time count."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._lock = threading.Lock()

    def emit(self, event: str, /, **fields: object) -> None:
        """Count one event."""
        with self._lock:
            self._tally.emit(event, **fields)
