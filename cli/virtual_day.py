"""A day in virtual time: the bot, the simulated gateway and the real client in one thread, as fast as they can."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from actors.runtime.clock import WallClock
from actors.runtime.hosts import VirtualHost
from actors.tree import Hosts
from cli.crashes import carry_out
from cli.day import DayPlan, Ending, GatewayBooks, Progress, result_of
from cli.result import DayResult
from cli.system import Outside, System, calendar_around
from cli.tally import Tally
from cli.trace import TracingObserver
from ops.alerts import NullAlerts
from ops.library_logs import capture, loop_errors, release
from ops.listings import ListingCache
from ops.logs import FileLog
from ops.memory_log import TeeLog
from ops.store import SqliteStore
from simgateway.books import Books
from simgateway.frames import FrameLog
from simgateway.market.base import MarketDataError
from simgateway.market.clock import LoopClock
from simgateway.server import Gateway

PROGRESS_SECONDS = 60.0
RUN_LOG_MEGABYTES = 100_000  # A run is one day, and its log is read whole.


def run_virtual_day(plan: DayPlan, progress: Progress, *, strict_log: bool = False) -> DayResult:
    """Run the whole day and return its result. Deterministic: same plan, same trace.

    Raises MarketDataError as soon as the market finds that its recording cannot be read.
    """
    wall = WallClock()
    began = wall.monotonic()
    host = VirtualHost(plan.seed, plan.starts_at)
    host.start()
    frames = FrameLog(plan.frames_path)
    gateway = Gateway(plan.gateway, plan.market, LoopClock(host.loop, plan.starts_at), frames)
    broker = plan.settings.broker
    host.loop.hosted[broker.host, broker.port] = gateway.protocol
    file_log, tally = (
        FileLog(plan.run_dir / "logs", host.clock, inline=True, strict=strict_log, rotate_megabytes=RUN_LOG_MEGABYTES),
        Tally(),
    )
    log = TeeLog(file_log, tally)
    store = SqliteStore(plan.state_path, plan.gateway.account, plan.mode)
    observer = TracingObserver(log)
    outside = Outside(
        hosts=Hosts(system=host, broker=host, core=host, journal=host),
        log=log,
        journal=store,
        listings=ListingCache(None, "run"),
        alerts=NullAlerts(),
        calendar=calendar_around(plan.session.day, plan.run_dir.parent / "calendar"),
        observer=observer,
        seed=plan.seed,
    )
    system = System(plan.settings, outside)
    day_began = wall.monotonic()
    libraries = capture(log)
    unreadable = _Unreadable(loop_errors(log))
    host.loop.set_exception_handler(unreadable.handle)
    try:
        host.run(_day(plan, host, gateway, system, progress=progress, unreadable=unreadable))
        books = gateway_books(gateway.books())
        gateway.close()
        host.run_for(1.0)
    except MarketDataError:
        store.close()
        raise
    finally:
        host.stop()
        release(libraries)
        frames.close()
        file_log.close()
    ended = wall.monotonic()
    ending = Ending(
        tally=tally,
        books=books,
        restarts=observer.restarts,
        trace=hashlib.sha256(f"{observer.digest}{frames.digest}".encode()).hexdigest()[:32],
        day_seconds=ended - day_began,
    )
    try:
        return replace(result_of(plan, store, ending), wall_seconds=round(wall.monotonic() - began, 3))
    finally:
        store.close()


def gateway_books(books: Books) -> GatewayBooks:
    """Return what the result needs of the gateway's books."""
    value = sum((row.value for row in books.positions), Decimal(0))
    return GatewayBooks(net_liquidation=books.net_liquidation, positions_value=value)


class _Unreadable:
    """Hears what the loop cannot give to anybody, and keeps the market's complaint: such a day cannot go on."""

    def __init__(self, others: Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]) -> None:
        self._others = others
        self.found: MarketDataError | None = None

    def handle(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Take the loop's report."""
        error = context.get("exception")
        if isinstance(error, MarketDataError):
            self.found = self.found or error
        else:
            self._others(loop, context)


async def _day(
    plan: DayPlan, host: VirtualHost, gateway: Gateway, system: System, *, progress: Progress, unreadable: _Unreadable
) -> None:
    gateway.start()
    system.start()
    loop = asyncio.get_running_loop()
    crashes = [
        loop.create_task(carry_out(crash, plan.session.day, system, host.clock, lambda _: None))
        for crash in plan.crashes
    ]
    while host.clock.now() < plan.ends_at and unreadable.found is None:
        await asyncio.sleep(PROGRESS_SECONDS)
        progress(host.clock.now())
    for task in crashes:
        task.cancel()
    await system.stop()
    await asyncio.sleep(1.0)
    if unreadable.found is not None:
        raise unreadable.found
