"""An acceptance run on threads and real sockets: against a gateway of our own in another process, or a real one."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from actors.runtime.clock import ScaledClock, WallClock
from actors.runtime.hosts import ThreadHost
from actors.tree import Hosts
from cli.acceptance.evidence import Evidence, Seen
from cli.acceptance.living import AskGateway, GatewayLook, Living, a_strangers
from cli.acceptance.phases import Phase
from cli.acceptance.simulated import AUDITED, STARTS, plan_of
from cli.day import Progress, audited
from cli.folders import run_folder
from cli.preflight import account_of
from cli.show import Screen
from cli.system import Outside, System, calendar_around
from cli.trace import RunObserver
from cli.wiring import ib_config, symbol_settings
from config.load import CHECKOUT, load
from config.settings import Settings
from domain.errors import ConfigError
from domain.modes import Mode
from domain.ports import Clock, EventLog
from domain.trading_day import Calendar, new_york
from ops.alerts import NullAlerts
from ops.instance import lock_account, lock_client
from ops.library_logs import capture, loop_errors, release
from ops.listings import MemoryListings
from ops.logs import FileLog
from ops.memory_log import TeeLog
from ops.store import SqliteStore

THREADS: Final = ("system", "broker", "core", "journal")
LEAVING_SECONDS: Final = 20.0
ORDER_MESSAGE: Final = "placeOrder"


class OneAtATime:
    """Lets one thread at a time tell."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._lock = threading.Lock()

    def emit(self, event: str, /, **fields: object) -> None:
        """Pass one event on."""
        with self._lock:
            self._log.emit(event, **fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and when a run happens. ``speed`` is that of its clock."""

    settings: Settings
    account: str
    clock: Clock
    calendar: Calendar
    speed: float
    run_dir: Path
    gateway: AskGateway
    ours: bool


def run_threads(
    phase: Phase, settings: Settings, seed: int, run_dir: Path, progress: Progress, *, speed: float
) -> Evidence:
    """Run the phase with a gateway of our own in another process. Raises ConfigError when that does not come up."""
    plan = plan_of(phase, settings, seed, run_dir)
    frames = run_dir / "frames.jsonl"
    with _gateway(phase, seed, speed, frames, plan.scenario) as found:
        broker = settings.broker.model_copy(update={"port": found["port"]})
        place = Place(
            settings=settings.model_copy(update={"broker": broker}),
            account=plan.gateway.account,
            clock=ScaledClock(STARTS, speed, found["anchor_monotonic"]),
            calendar=calendar_around(plan.session.day, run_dir.parent / "calendar"),
            speed=speed,
            run_dir=run_dir,
            gateway=_counters(found["control_port"]),
            ours=True,
        )
        evidence = _lived(phase, place, progress)
    evidence = replace(evidence, orders_sent=_orders_in(frames))
    if phase.name not in AUDITED:
        return evidence
    checked = audited(plan)
    violations = tuple(f"{v.invariant}: {v.at:%H:%M:%S} {v.text}" for v in checked.violations)
    return replace(evidence, violations=violations, checks=checked.checked)


def run_foreign(
    phase: Phase, settings_file: Path | None, sets: tuple[str, ...], host: str | None, port: int | None
) -> tuple[str, Evidence, Path]:
    """Run the phase against a gateway that is there; return where, the evidence, the folder. Raises ConfigError."""
    named = (*([f"broker.host={host}"] if host else []), *([f"broker.port={port}"] if port else []))
    settings = load(
        environment=os.environ, settings_file=settings_file, overrides=(*phase.overrides, "live=false", *named, *sets)
    )
    if settings.mode is Mode.LIVE:
        raise ConfigError("live: an acceptance run trades no real money; use a paper account")
    broker, clock = settings.broker, WallClock()
    with ExitStack() as held:
        held.enter_context(lock_client(broker.host, broker.port, broker.client_id))
        account = account_of(ib_config(settings), clock, settings.mode)
        held.enter_context(lock_account(f"{settings.mode} {account}"))
        calendar = calendar_around(new_york(clock.now()).date(), settings.paths.runs_dir / "calendar")
        _demand_open(calendar, clock.now(), phase)
        place = Place(
            settings=settings.bound_to(account),
            account=account,
            clock=clock,
            calendar=calendar,
            speed=1.0,
            run_dir=run_folder(settings.paths.runs_dir, "validate"),
            gateway=a_strangers,
            ours=False,
        )
        now = clock.now()
        with Screen(as_json=False).progress(f"phase {phase.name}", now, now + timedelta(hours=phase.hours)) as progress:
            return f"{broker.host}:{broker.port}", _lived(phase, place, progress), place.run_dir


def _demand_open(calendar: Calendar, now: datetime, phase: Phase) -> None:
    session = calendar.current_or_next(now)
    if phase.name == "4" or (session is not None and session.opens_at <= now):
        return
    when = "no session is known" if session is None else f"it opens {new_york(session.opens_at):%Y-%m-%d %H:%M} there"
    raise ConfigError(f"--phase {phase.name}: New York is closed, {when}; start it inside the session")


def _lived(phase: Phase, place: Place, progress: Progress) -> Evidence:
    hosts = {name: ThreadHost(name, place.clock, place.speed) for name in THREADS}
    seen = Seen(place.clock)
    mode, state = place.settings.mode.value, place.run_dir / "state.sqlite"
    with (
        closing(FileLog(place.run_dir / "logs", place.clock, secrets=(place.account,))) as file_log,
        closing(SqliteStore(state, place.account, mode, place.clock.now())) as store,
    ):
        log = TeeLog(file_log, OneAtATime(seen))
        outside = Outside(
            hosts=Hosts(**hosts),
            log=log,
            journal=store,
            listings=MemoryListings(),
            alerts=NullAlerts(),
            calendar=place.calendar,
            observer=RunObserver(log),
            seed=os.getpid(),
        )
        system = System(place.settings, outside)
        living = Living(
            phase=phase,
            system=system,
            symbol=symbol_settings(place.settings, place.settings.symbols[0]),
            clock=place.clock,
            seen=seen,
            gateway=place.gateway,
            progress=progress,
            ours=place.ours,
            one_process=False,
        )
        libraries = capture(log)
        for host in hosts.values():
            host.loop.set_exception_handler(loop_errors(log))
            host.start()
        try:
            system.start()
            return asyncio.run_coroutine_threadsafe(living.run(), hosts["system"].loop).result()
        finally:
            for host in reversed(hosts.values()):
                host.stop()
            release(libraries)


@contextmanager
def _gateway(phase: Phase, seed: int, speed: float, frames: Path, scenario: Path | None) -> Iterator[Mapping[str, Any]]:
    """Run a gateway until the block ends; give what it said when it was ready. Raises ConfigError."""
    starts = new_york(STARTS)
    command = [
        sys.executable, "-m", "simgateway", "--port", "0", "--control-port", "0", "--seed", str(seed),
        "--speed", str(speed), "--symbols", ",".join(phase.symbols), "--date", f"{starts:%Y-%m-%d}",
        "--start", f"{starts:%H:%M}", "--account", "DU1234567", "--log", str(frames),
        *(["--scenario", str(scenario.absolute())] if scenario else []),
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
    try:
        assert process.stdout is not None, "it was asked for"
        ready = process.stdout.readline()
        if not ready:
            raise ConfigError("the gateway's process ended before it was ready")
        yield json.loads(ready)
        process.terminate()
        process.communicate(timeout=LEAVING_SECONDS)
    finally:
        process.kill()
        process.wait(LEAVING_SECONDS)


def _counters(port: int) -> AskGateway:
    async def look() -> GatewayLook | None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(b'{"do": "counters"}\n')
            said = json.loads(await reader.readline())
        finally:
            writer.close()
        found = said["counters"]
        return GatewayLook(
            subscriptions=found["subscriptions"],
            buffered_bytes=found["buffered_bytes"],
            most_in_a_second=found["messages_in_a_second_most"],
        )

    return look


def _orders_in(frames: Path) -> int:
    """Return how many orders reached the gateway."""
    with frames.open(encoding="utf-8") as lines:
        return sum(json.loads(line).get("name") == ORDER_MESSAGE for line in lines if ORDER_MESSAGE in line)
