"""From a crash to a successor that has read its state and takes mail; and how soon a hang is found.

    python bench/restart_latency.py [--rounds 20] [--json]

    actors    every actor of the whole bot but the broker, crashed once a round while it trades: at most 20 ms, p99
    broker    ready again, the gateway answering as ever: at most 2 s
    crowd     1,000 actors crash at once, each of whose successors asks the journal: at most 2 s for all
    hang      a handler, a thread, a loop: found within the deadline and a second

Once on threads, against a gateway in a process of its own and a journal on the disk; once in virtual time, over the
wire as well, where seconds are simulated and only the crowd's are the machine's. On threads the day of ``actors`` is
20 times as fast, so that restarts are forgiven soon; what is measured are the machine's own seconds all the same.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from actors.runtime.clock import ScaledClock
from actors.runtime.hosts import ThreadHost, VirtualHost
from actors.tree import Hosts
from bench.crash_crowd import Notes, crowd, hangs_on_threads, hangs_virtually
from cli.day import ACCOUNT
from cli.system import Outside, System, calendar_around
from cli.virtual_life import VirtualLife, World
from config.load import load_fixed
from config.settings import Settings
from domain.trading_day import NEW_YORK
from ops.alerts import NullAlerts
from ops.listings import MemoryListings
from ops.store import SqliteStore
from simgateway.config import GatewayConfig
from simgateway.frames import FrameLog
from simgateway.market.synthetic import SyntheticMarket

CHECKOUT: Final = Path(__file__).resolve().parent.parent
DAY: Final = date(2026, 3, 11)
STARTS: Final = datetime(2026, 3, 11, 10, 0, 40, tzinfo=NEW_YORK).astimezone(UTC)
SYMBOLS: Final = ("SPY", "GOOG", "AAPL")
SETTINGS: Final = (
    f"symbols={json.dumps(SYMBOLS)}",
    f"broker.account={ACCOUNT}",
    "dry_run=false",
    'strategies.use=["cli.simulation.eager.Eager"]',
    "schedule.interval_seconds=60",
    "options.max_spread_pct=50",
    "risk.no_entry_after_open_minutes=0",
)
SPEED: Final = 20.0
ROUND_SECONDS: Final = 61.0  # Of the day; then the supervisors have forgiven, and a restart is at once again.
BETWEEN_SECONDS: Final = 4.0
OPENING_SECONDS: Final = 90.0
BROKER_LIVES: Final = 5
PATIENCE_SECONDS: Final = 30.0
VICTIMS: Final = ("alerts", "journal", "tripwire", "brackets", "breaker", "risk", "symbol:", "scheduler", "oco:")


def settings_of(port: int | None = None) -> Settings:
    """Return the bot's settings, at this port."""
    return load_fixed({}, (*SETTINGS, *(() if port is None else (f"broker.port={port}",))))


class Phases:
    """An event log that notes when the connection is ready; any thread."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def emit(self, event: str, /, **fields: Any) -> None:
        """Note it."""
        if event == "connection_state" and fields["state"] == "ready":
            self._notes.started("ready", 0)


@contextmanager
def gateway(speed: float) -> Iterator[dict[str, Any]]:
    """Serve a gateway at this speed; give what it said when it was ready."""
    words = (
        "--port", "0", "--seed", "7", "--speed", str(speed), "--symbols", ",".join(SYMBOLS), "--account", ACCOUNT,
        "--date", DAY.isoformat(), "--start", f"{STARTS.astimezone(NEW_YORK):%H:%M}",
    )  # fmt: skip
    served = subprocess.Popen(
        [sys.executable, "-m", "simgateway", *words], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
    )
    assert served.stdout is not None
    try:
        yield json.loads(served.stdout.readline())
    finally:
        served.terminate()
        served.wait(10)


@contextmanager
def threads_life(notes: Notes, speed: float, folder: Path) -> Iterator[System]:
    """Give a bot on threads that trades, with a gateway of its own."""
    with gateway(speed) as found:
        starts = datetime.fromisoformat(found["start"])
        clock = ScaledClock(starts, speed, found["anchor_monotonic"])
        hosts = {name: ThreadHost(name, clock, speed) for name in ("system", "broker", "core", "journal")}
        store = SqliteStore(folder / "state.sqlite", ACCOUNT, "paper", clock.now())
        outside = Outside(
            hosts=Hosts(**hosts),
            log=Phases(notes),
            journal=store,
            listings=MemoryListings(),
            alerts=NullAlerts(),
            calendar=calendar_around(DAY, folder / "calendar"),
            observer=notes,
            seed=7,
        )
        system = System(settings_of(found["port"]), outside)
        for host in hosts.values():
            host.start()
        system.start()
        notes.wait("ready", after=0.0)
        try:
            yield system
        finally:
            with suppress(TimeoutError):
                asyncio.run_coroutine_threadsafe(_stopped(system), hosts["system"].loop).result(PATIENCE_SECONDS)
            for host in reversed(hosts.values()):
                host.stop()
            store.close()


async def _stopped(system: System) -> None:
    await system.stop()


def victims(system: System) -> Iterator[str]:
    """Yield who lives now of those to be crashed, one of each kind."""
    for kind in VICTIMS:
        yield from system.directory.names(kind)[:1]


def actors_on_threads(rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each crash, by kind of actor."""
    notes, pause = Notes(time.perf_counter), threading.Event()
    found: dict[str, list[float]] = {kind: [] for kind in VICTIMS}
    with tempfile.TemporaryDirectory() as folder, threads_life(notes, SPEED, Path(folder)) as system:
        pause.wait(OPENING_SECONDS / SPEED)
        for _ in range(rounds):
            begins = time.perf_counter()
            for name in victims(system):
                crashed_at = time.perf_counter()
                if system.crash(name, "bench"):
                    found[_kind(name)].append(notes.wait(name, after=crashed_at) - crashed_at)
                pause.wait(BETWEEN_SECONDS / SPEED)
            pause.wait(max(0.0, begins + ROUND_SECONDS / SPEED - time.perf_counter()))
    return found


def broker_on_threads() -> list[float]:
    """Return the seconds from a crash of the broker to a connection that is ready; at the day's own speed."""
    found: list[float] = []
    for _ in range(BROKER_LIVES):
        notes = Notes(time.perf_counter)
        with tempfile.TemporaryDirectory() as folder, threads_life(notes, 1.0, Path(folder)) as system:
            crashed_at = time.perf_counter()
            system.crash("broker", "bench")
            found.append(notes.wait("ready", after=crashed_at) - crashed_at)
    return found


def virtually(rounds: int) -> tuple[dict[str, list[float]], list[float]]:
    """Return the simulated seconds of each crash by kind of actor, and of the broker's."""
    host = VirtualHost(7, STARTS)
    host.start()
    notes = Notes(host.loop.time)
    with tempfile.TemporaryDirectory() as folder:
        world = World(
            settings=settings_of(),
            market=SyntheticMarket(seed=7, day=DAY, symbols=SYMBOLS),
            gateway=GatewayConfig(account=ACCOUNT),
            seed=7,
            frames=FrameLog(),
            log=Phases(notes),
            observer=notes,
            calendar=calendar_around(DAY, Path(folder) / "calendar"),
            state_path=None,
        )
        life = VirtualLife(host, STARTS, world)
        try:
            return _crashes(life, notes, rounds)
        finally:
            life.gateway.close()
            life.close()


def _crashes(life: VirtualLife, notes: Notes, rounds: int) -> tuple[dict[str, list[float]], list[float]]:
    life.host.run(_begun(life))
    life.host.run_for(OPENING_SECONDS)
    found: dict[str, list[float]] = {kind: [] for kind in VICTIMS}
    broker: list[float] = []
    for _ in range(rounds):
        for name in victims(life.system):
            found[_kind(name)].append(_crash(life, notes, name, name))
        broker.append(_crash(life, notes, "broker", "ready"))
        life.host.run_for(ROUND_SECONDS)
    life.host.run(life.end())
    return found, broker


async def _begun(life: VirtualLife) -> None:
    life.begin()


def _crash(life: VirtualLife, notes: Notes, name: str, sign: str) -> float:
    crashed_at = life.host.loop.time()
    seen = notes.count(sign)
    life.system.crash(name, "bench")
    while notes.count(sign) == seen:
        life.host.run_for(0.001)
    return notes.latest(sign) - crashed_at


def _kind(name: str) -> str:
    return next(kind for kind in VICTIMS if name.startswith(kind))


def percentile(values: list[float], share: float) -> float:
    """Return the value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def figures(rounds: int) -> dict[str, dict[str, Any]]:
    """Measure everything; seconds."""
    virtual_actors, virtual_broker = virtually(rounds)
    return {
        "threads": {
            "actors": actors_on_threads(rounds),
            "broker": broker_on_threads(),
            "crowd": crowd(virtual=False),
            "hang": hangs_on_threads(),
        },
        "virtual": {
            "actors": virtual_actors,
            "broker": virtual_broker,
            "crowd": crowd(virtual=True),
            "hang": hangs_virtually(),
        },
    }


def summed(found: dict[str, Any]) -> dict[str, Any]:
    """Return the figures asked for."""
    every = [seconds for row in found["actors"].values() for seconds in row]
    return {
        "crashes": len(every),
        "p50_ms": round(1000 * percentile(every, 0.5), 3),
        "p99_ms": round(1000 * percentile(every, 0.99), 3),
        "max_ms": round(1000 * max(every), 3),
        "worst_by_actor_ms": {kind: round(1000 * max(row), 3) for kind, row in found["actors"].items() if row},
        "broker_ready_max_seconds": round(max(found["broker"]), 3),
        "crowd_seconds": round(found["crowd"], 3),
        "hang_seconds_past_deadline": {kind: round(late, 3) for kind, late in found["hang"].items()},
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    result = {world: summed(found) for world, found in figures(asked.rounds).items()}
    if asked.json:
        print(json.dumps(result))
        return
    for world, row in result.items():
        print(world)
        for name, value in row.items():
            print(f"  {name:28} {value}")


if __name__ == "__main__":
    main()
