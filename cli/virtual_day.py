"""A day in virtual time: the bot, the simulated gateway and the real client in one thread, as fast as they can."""

import asyncio
import hashlib
from dataclasses import replace
from decimal import Decimal
from typing import Any

from actors.runtime.clock import WallClock
from actors.runtime.hosts import VirtualHost
from cli.crashes import carry_out
from cli.day import DayPlan, Ending, GatewayBooks, Progress, result_of
from cli.result import DayResult
from cli.system import calendar_around
from cli.tally import Tally
from cli.trace import TracingObserver
from cli.virtual_life import LoopErrors, VirtualLife, World
from domain.ports import EventLog
from ops.logs import FileLog
from ops.memory_log import TeeLog
from simgateway.books import Books
from simgateway.frames import FrameLog
from simgateway.market.base import MarketDataError

PROGRESS_SECONDS = 60.0


def run_virtual_day(plan: DayPlan, progress: Progress, *, strict_log: bool = False) -> DayResult:
    """Run the whole day and return its result. Deterministic: same plan, same trace.

    Raises MarketDataError as soon as the market finds that its recording cannot be read.
    """
    wall = WallClock()
    began = wall.monotonic()
    host = VirtualHost(plan.seed, plan.starts_at)
    host.start()
    frames = FrameLog(plan.frames_path)
    tally = Tally()
    file_log = FileLog(plan.run_dir / "logs", host.clock, inline=True, strict=strict_log)
    log = TeeLog(file_log, tally)
    observer = TracingObserver(log)
    life = VirtualLife(host, plan.starts_at, _world(plan, frames, log, observer))
    day_began = wall.monotonic()
    unreadable = _Unreadable(life.loop_errors)
    host.loop.set_exception_handler(unreadable.handle)
    try:
        host.run(_day(plan, life, progress=progress, unreadable=unreadable))
        books = gateway_books(life.gateway.books())
        life.gateway.close()
        host.run_for(1.0)
    except BaseException:
        life.store.close()
        raise
    finally:
        life.close()
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
        return replace(result_of(plan, life.store, ending), wall_seconds=round(wall.monotonic() - began, 3))
    finally:
        life.store.close()


def _world(plan: DayPlan, frames: FrameLog, log: EventLog, observer: TracingObserver) -> World:
    return World(
        settings=plan.settings,
        market=plan.market,
        gateway=plan.gateway,
        seed=plan.seed,
        frames=frames,
        log=log,
        observer=observer,
        calendar=calendar_around(plan.session.day, plan.run_dir.parent / "calendar"),
        state_path=plan.state_path,
        faults=plan.bad_day.gateway.faults if plan.bad_day else (),
        actor_faults=plan.bad_day.actor_faults if plan.bad_day else (),
    )


def gateway_books(books: Books) -> GatewayBooks:
    """Return what the result needs of the gateway's books."""
    value = sum((row.value for row in books.positions), Decimal(0))
    return GatewayBooks(net_liquidation=books.net_liquidation, positions_value=value)


class _Unreadable:
    """Hears what the loop cannot give to anybody, and keeps the market's complaint: such a day cannot go on."""

    def __init__(self, others: LoopErrors) -> None:
        self._others = others
        self.found: MarketDataError | None = None

    def handle(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Take the loop's report."""
        error = context.get("exception")
        if isinstance(error, MarketDataError):
            self.found = self.found or error
        else:
            self._others(loop, context)


async def _day(plan: DayPlan, life: VirtualLife, *, progress: Progress, unreadable: _Unreadable) -> None:
    life.begin()
    clock = life.host.clock
    loop = asyncio.get_running_loop()
    crashes = [
        loop.create_task(carry_out(crash, plan.session.day, life.system, clock, lambda _: None))
        for crash in plan.crashes
    ]
    while clock.now() < plan.ends_at and unreadable.found is None:
        await asyncio.sleep(PROGRESS_SECONDS)
        progress(clock.now())
    for task in crashes:
        task.cancel()
    await life.end()
    if unreadable.found is not None:
        raise unreadable.found
