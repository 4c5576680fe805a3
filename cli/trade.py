"""``./bot trade``: by the settings, until SIGTERM or SIGINT. What rests at the broker stays there.

Exit codes: 0 stopped as asked, 1 not within ten seconds, 2 bad input, 70 the tree gave up or a loop hangs: start it
anew. A second signal ends it at once, by that signal. Beside its state it leaves its status, for ``./bot status``, and
a socket for orders; a service manager that listens is told how it is.
"""

import asyncio
import json
import os
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path

from actors.calendar import STREAM as CALENDAR
from actors.runtime.clock import WallClock
from actors.runtime.errors import ActorDeadError
from actors.runtime.hosts import ThreadHost
from actors.tree import Hosts
from cli.beginning import Beginning, cut_off_at
from cli.control_server import SUFFIX as SOCKET_SUFFIX
from cli.control_server import ControlServer, listening
from cli.folders import shown
from cli.news import News
from cli.preflight import account_of
from cli.pulse import Pulse
from cli.remote import remote_of
from cli.sessions import live_calendar
from cli.status_file import SUFFIX, StatusFile, memory_folder
from cli.stopping import STOPPED_UNCLEAN, Stopping
from cli.system import Outside, System
from cli.systemd import READY, STOPPING
from cli.trace import RunObserver
from cli.trade_tools import alerts_of, heartbeat_of, opened_cache, opened_log
from cli.waiting import account_when_there, told_by
from cli.watchdog import Watchdog
from cli.wiring import ib_config
from config.load import load
from config.settings import Settings
from domain.modes import Mode
from domain.ports import Clock
from domain.trading_day import Session, new_york
from ops.collector import Collector
from ops.instance import lock_account, lock_client, lock_state, look_at_state
from ops.library_logs import capture, loop_errors, release, uncaught_told
from ops.listings import ListingCache, MemoryListings
from ops.logs import FileLog
from ops.masking import Masker
from ops.memory_guard import MemoryGuard
from ops.reading.files import NAME
from ops.sessions import SessionsAsked
from ops.store import SqliteStore
from ops.strategy_worker import StrategyWorker

VERSION = "0.1.0"
TREE_SECONDS_MAX = 6.0  # Of the seconds that Stopping leaves; the loops get the rest.
HOST_SECONDS_MAX = 0.5
LOOK_SECONDS = 1.0
OK, GAVE_UP = 0, 70
THREADS = ("system", "broker", "core", "journal")
WATCHED = ("system", "broker", "core")  # The journal waits for its disk: its supervisor has patience, and a bound.


ORDERS = {
    Mode.DRY_RUN: "no order leaves this machine",
    Mode.PAPER: "real orders on a paper account",
    Mode.LIVE: "REAL ORDERS WITH REAL MONEY",
}


def run_trade(
    settings_file: Path | None,
    sets: tuple[str, ...],
    *,
    as_json: bool,
    wait: bool = False,
    clock: Clock | None = None,
) -> int:
    """Trade until a signal; return the exit code. Raises ConfigError before anything is written.

    ``wait`` waits for a gateway that is not there instead of ending.

    Without a clock it is the machine's. Call it on the main thread: signals are heard there.
    """
    asked_for = load(environment=os.environ, settings_file=settings_file, overrides=sets)
    broker = asked_for.broker
    look_at_state(asked_for.paths.state_dir)  # Before anything that takes its time.
    with lock_client(broker.host, broker.port, broker.client_id):
        return _alone(asked_for, clock or WallClock(), as_json=as_json, wait=wait)


def _alone(asked_for: Settings, clock: Clock, *, as_json: bool, wait: bool) -> int:
    mode = asked_for.mode
    ask = partial(account_of, ib_config(asked_for), clock, mode)
    account = account_when_there(ask, threading.Event().wait, told_by(asked_for.monitoring), wait=wait)
    settings = asked_for.bound_to(account)
    path = settings.paths.state_dir / f"{mode}-{account}.sqlite"
    was_cut_off_at = cut_off_at(path, settings.paths.log_dir / NAME)
    with (
        Stopping() as stopping,
        lock_account(f"{mode} {account}"),
        lock_state(settings.paths.state_dir),
        closing(opened_log(settings, clock, account)) as log,
        uncaught_told(log, Masker((account, *settings.monitoring.secrets))),
        closing(SqliteStore(path, account, mode, clock.now())) as store,
        closing(opened_cache(settings, path.with_name(f"listings-{account}.sqlite"), log)) as listings,
        listening(path.with_suffix(SOCKET_SUFFIX)) as opened,
    ):
        if store.restored:
            log.emit("state_restored", records=store.restored, file=store.kept_path.name)
        observer = RunObserver(log)
        outside = _outside(settings, clock, log, store, listings, observer=observer)
        return _trade(
            settings,
            log,
            outside,
            observer,
            opened=opened,
            stopping=stopping,
            store_path=path,
            was_cut_off_at=was_cut_off_at,
            as_json=as_json,
        )


def _trade(
    settings: Settings,
    log: FileLog,
    outside: Outside,
    observer: RunObserver,
    *,
    opened: socket.socket,
    stopping: Stopping,
    store_path: Path,
    was_cut_off_at: datetime | None,
    as_json: bool,
) -> int:
    mode, clock = settings.mode.value, outside.hosts.system.clock
    hosts = {name: getattr(outside.hosts, name) for name in THREADS}
    pulse = Pulse(clock)
    watchdog = Watchdog(
        {name: hosts[name] for name in WATCHED},
        deadline_seconds=settings.monitoring.hung_loop_seconds,
        clock=clock,
        log=log,
        log_dir=settings.paths.log_dir,
        answers=pulse.answers,
    )
    system = System(settings, outside)
    news = News(system.directory, settings)
    observer.heard_by(news.restarted)
    orders = ControlServer(opened, system.directory, hosts["system"])
    afar = (heartbeat_of(settings, log, pulse), remote_of(settings, log, clock, orders, store_path))
    status = StatusFile(
        store_path.with_suffix(SUFFIX),
        tree=system.tree,
        directory=system.directory,
        host=hosts["system"],
        clock=clock,
        about={"version": VERSION, "mode": mode},
        in_memory=memory_folder(),
    )
    libraries = capture(log)
    for host in hosts.values():
        host.loop.set_exception_handler(loop_errors(log))
        host.start()
    beginning = _begun(system, log, was_cut_off_at)
    system.start()
    for each in (orders, watchdog, *afar):
        each.start()
    _tell(settings, mode, outside.calendar.current_or_next(clock.now()), beginning)

    def ready() -> None:
        collector.settle()
        watchdog.tell(READY)
        news.started(beginning.lines)

    collector = Collector(lambda: outside.calendar.session_at(clock.now()) is not None, clock.monotonic)
    trouble = _wait(stopping.asked, system, status, pulse, collector, ready)
    watchdog.tell(STOPPING)
    reason = trouble or "asked to"
    news.stopping(reason)
    tree = system.tree()
    for each in (*afar, orders):
        each.stop()
    clean = system.over.is_set() or _stopped(system, hosts["system"])
    watchdog.stop()
    ended = [host.stop(HOST_SECONDS_MAX) for host in reversed(hosts.values())]
    release(libraries)
    code = GAVE_UP if trouble else OK if clean and all(ended) else STOPPED_UNCLEAN
    log.emit("shutdown", reason=reason, exit_code=code)
    status.end(tree, code, reason)
    if as_json:
        print(json.dumps({"stopped_clean": code == OK, "mode": mode}))
    return code


def _begun(system: System, log: FileLog, was_cut_off_at: datetime | None) -> Beginning:
    """Log the start; return what there is to say of it."""
    beginning = Beginning(halt=system.halt(), cut_off_at=was_cut_off_at)
    beginning.log(log, version=VERSION, mode=system.settings.mode.value, symbols=system.settings.symbols)
    return beginning


def _wait(  # noqa: PLR0917 - the parts of one process, told apart by their types
    stop: threading.Event,
    system: System,
    status: StatusFile,
    pulse: Pulse,
    collector: Collector,
    ready: Callable[[], None],
) -> str:
    """Keep the status, ``ready`` being called after the first one, until a signal comes or the process had better end.

    Return why it had better; empty after a signal.
    """
    is_ready, guard = False, MemoryGuard(system.settings.monitoring.memory_limit_megabytes)
    while not stop.is_set():
        if system.over.is_set():
            return "the root gave up"
        if trouble := guard.trouble():
            return trouble
        if status.keep() and status.tree_seen is not None:
            pulse.saw(status.tree_seen)
            if not is_ready:
                is_ready = True
                ready()
        collector.look()
        stop.wait(LOOK_SECONDS)
    return ""


def _tell(settings: Settings, mode: str, session: Session | None, beginning: Beginning) -> None:
    """Say on the terminal what goes on; everything further is in the log."""
    orders = ORDERS[settings.mode]
    when = "no session is known" if session is None else f"session of {session.day}, {new_york(session.opens_at):%H:%M}"
    log = shown(settings.paths.log_dir / "bot.log")
    print(f"bot: trading ({mode}: {orders}); {when} New York; log in {log}; Ctrl-C stops", file=sys.stderr)
    for line in beginning.lines:
        print(f"bot: {line}", file=sys.stderr)


def _outside(
    settings: Settings,
    clock: Clock,
    log: FileLog,
    store: SqliteStore,
    listings: ListingCache | MemoryListings,
    *,
    observer: RunObserver,
) -> Outside:
    sessions = SessionsAsked(clock)
    calendar = live_calendar(store.read(CALENDAR), sessions.now, clock.now(), log)
    hosts = {name: ThreadHost(name, clock) for name in THREADS}
    return Outside(
        hosts=Hosts(**hosts),
        log=log,
        journal=store,
        listings=listings,
        alerts=alerts_of(settings, log),
        calendar=calendar,
        ask_sessions=sessions.later,
        worker=StrategyWorker(),
        observer=observer,
        seed=os.getpid(),
        halt_folder=settings.paths.state_dir,
    )


def _stopped(system: System, host: ThreadHost) -> bool:
    """Return whether the tree stopped in order and in time."""

    async def ask() -> None:
        await system.stop()

    try:
        asyncio.run_coroutine_threadsafe(ask(), host.loop).result(TREE_SECONDS_MAX)
    except (TimeoutError, ActorDeadError):
        return False
    return True
