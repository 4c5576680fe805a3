"""Thirty days of one process: `python bench/soak_days.py [--days 30] [--symbols SPY] [--seed 7] [--rooms] [--json]`.

The whole bot lives in virtual time, over the wire, against the simulated gateway: one life, one process, day and night.
Every night at 23:50 the gateway restarts and is away for five minutes; every Saturday it is away for ten hours. The
thirty days from 5 March 2026 hold the begin of summer time and Good Friday. Each evening at 20:00, New York, what is
left open is counted, after the garbage was collected and what the allocator held back was returned (the process starts
itself anew with Python's own allocator off, which returns nothing while one object lives on a page of thousands):

    cycles, entries, exits   of the day
    lost                     connections lost on it
    futures, tasks           open ones of the loop, the gateway's included: all lives in one process
    waiting, watched         requests that wait in the bot's lanes; contracts it watches
    streams, history         requests open at the gateway
    files                    open file descriptors
    objects                  what Python's collector knows of
    MiB, used                resident memory, and what of it is in use, in MiB; gateway and market included
    bot, gateway             with `--rooms`: what lines of the bot and its libraries hold, and what the gateway's do, in
                             MiB, the imports left out; slow, Python's allocator stays, and MiB and used say little

Nothing may grow: resident memory stays within 2 MiB of the second evening's (with `--rooms` what the bot holds within
1 MiB), nothing is open in the evening, and every session is traded. What is in use tells a leak from holes in the
heap, which a busy day leaves and a later one fills.
"""

import argparse
import asyncio
import ctypes
import gc
import json
import os
import sys
import tempfile
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as day_time
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from actors.runtime.hosts import VirtualHost
from actors.runtime.observer import NullObserver
from bench.heap import MIB, in_use_bytes, shares
from cli.day import ACCOUNT
from cli.system import calendar_around
from cli.virtual_life import VirtualLife, World
from config.load import load_fixed
from domain.commands import AskTraffic, Traffic
from domain.trading_day import NEW_YORK, Calendar
from simgateway.config import GatewayConfig
from simgateway.faults.model import At, Fault
from simgateway.frames import FrameLog
from simgateway.market.synthetic import SyntheticMarket

CHECKOUT: Final = Path(__file__).resolve().parent.parent
FIRST: Final = date(2026, 3, 5)
STARTS, EVENING, NIGHT, WEEKLY = day_time(9, 25), day_time(20), day_time(23, 50), day_time(8)
NIGHTLY_SECONDS, WEEKLY_SECONDS = 300.0, 36_000.0
SATURDAY: Final = 5
GROWTH_MIB_MAX: Final = 2.0
BOT_GROWTH_MIB_MAX: Final = 1.0
PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
QUIET_SECONDS, QUIET_TRIES = 0.25, 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Evening:
    """What there is at the end of a day; counts, but for `resident_mib` and the real seconds that the day took."""

    day: str
    session: bool
    cycles: int
    entries: int
    exits: int
    lost: int
    futures: int
    tasks: int
    waiting: int
    watched: int
    streams: int
    history: int
    connections: int
    files: int
    objects: int
    resident_mib: float
    used_mib: float
    bot_mib: float
    gateway_mib: float
    real_seconds: float


class Counts:
    """An event log that counts events since it was asked last."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def emit(self, event: str, /, **fields: Any) -> None:
        """Count one; a connection's states apart."""
        self._counts[event] += 1
        if event == "connection_state":
            self._counts[fields["state"]] += 1
        if event == "cycle_complete" and not fields["failed"] and not fields["skipped"]:
            self._counts["good_cycle"] += 1

    def take(self) -> Counter[str]:
        """Return the counts, and begin anew."""
        counts, self._counts = self._counts, Counter()
        return counts


class Soak:
    """One life of the bot, evening by evening."""

    def __init__(self, folder: Path, symbols: Sequence[str], seed: int) -> None:
        settings = load_fixed({"symbols": list(symbols), "dry_run": False, "broker": {"account": ACCOUNT}})
        starts_at = at(FIRST, STARTS)
        self._host = VirtualHost(seed, starts_at)
        self._host.start()
        self._counts = Counts()
        self._calendar: Calendar = calendar_around(FIRST, CHECKOUT / "runs" / "calendar")
        world = World(
            settings=settings,
            market=SyntheticMarket(seed, FIRST, settings.symbols),
            gateway=GatewayConfig(seed=seed, account=ACCOUNT),
            seed=seed,
            frames=FrameLog(hashed=False),
            log=self._counts,
            observer=NullObserver(),
            calendar=self._calendar,
            state_path=folder / "state.sqlite",
        )
        self._life = VirtualLife(self._host, starts_at, world)

    def evenings(self, days: int) -> Iterator[Evening]:
        """Live through so many days; give what there is on each evening."""
        self._host.run(self._begin(days))
        for number in range(days):
            began = time.perf_counter()
            day = FIRST + timedelta(days=number)
            self._host.run_until(at(day, EVENING))
            yield self._evening(day, time.perf_counter() - began)

    def end(self) -> int:
        """Stop the bot; return the most messages that the gateway counted from it within a second."""
        most = self._life.gateway.counters().messages_in_a_second_most
        self._host.run(self._life.end())
        self._life.gateway.close()
        self._life.close()
        self._life.store.close()
        return most

    async def _begin(self, days: int) -> None:
        self._life.begin()
        self._life.gateway.faults.add_all(absences(days))

    def _evening(self, day: date, real_seconds: float) -> Evening:
        counts, traffic = self._counts.take(), self._host.run(self._traffic())
        self._wait_for_quiet()
        gateway = self._life.gateway.counters()
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        known, (bot, gateways) = gc.get_objects(), shares()
        return Evening(
            day=day.isoformat(),
            session=self._calendar.session_of(day) is not None,
            cycles=counts["good_cycle"],
            entries=counts["entry_filled"],
            exits=counts["position_closed"],
            lost=counts["backing_off"],
            futures=sum(isinstance(one, asyncio.Future) and not one.done() for one in known),
            tasks=len(asyncio.all_tasks(self._host.loop)),
            waiting=sum(traffic.waiting.values()),
            watched=traffic.subscriptions,
            streams=gateway.subscriptions,
            history=gateway.history_in_flight,
            connections=gateway.connections,
            files=len(list(Path("/proc/self/fd").iterdir())),
            objects=len(known),
            resident_mib=round(int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES / MIB, 2),
            used_mib=round(in_use_bytes() / MIB, 2),
            bot_mib=round(bot / MIB, 3),
            gateway_mib=round(gateways / MIB, 3),
            real_seconds=round(real_seconds, 1),
        )

    def _wait_for_quiet(self) -> None:
        """Let the questions end that are under way at any moment, such as the one for the gateway's time."""
        for _ in range(QUIET_TRIES):
            if len(asyncio.all_tasks(self._host.loop)) <= 1:
                return
            self._host.run_for(QUIET_SECONDS)

    async def _traffic(self) -> Traffic:
        answer = await self._life.system.directory.address("broker").ask(AskTraffic(), 10.0)
        assert isinstance(answer, Traffic)
        return answer


def at(day: date, clock: day_time) -> datetime:
    """Return a New York time of a day, in UTC: a clock that counts in New York would lose an hour in spring."""
    return datetime.combine(day, clock, NEW_YORK).astimezone(UTC)


def absences(days: int) -> list[Fault]:
    """Return the nightly restarts, and a long absence on each Saturday."""
    nightly = Fault(kind="restart", when=At(NIGHT), times=days, settings={"seconds": NIGHTLY_SECONDS})
    dates = (FIRST + timedelta(days=number) for number in range(days))
    weekly = (
        Fault(kind="restart", when=At(at(day, WEEKLY)), settings={"seconds": WEEKLY_SECONDS})
        for day in dates
        if day.weekday() == SATURDAY
    )
    return [nightly, *weekly]


def complaints(evenings: Sequence[Evening]) -> list[str]:
    """Return what is wrong, in words."""
    said = [f"{one.day}: a session without an entry" for one in evenings if one.session and not one.entries]
    for name in ("waiting", "watched", "streams", "history"):
        said += [f"{one.day}: {name} {getattr(one, name)} in the evening" for one in evenings if getattr(one, name)]
    if len(evenings) > 1:
        second = evenings[1]
        for name in ("futures", "tasks", "files"):
            said += [
                f"{one.day}: {name} {getattr(one, name)}, {getattr(second, name)} on the second evening"
                for one in evenings[2:]
                if getattr(one, name) > getattr(second, name)
            ]
        what, held, most = (
            ("what the bot holds", [one.bot_mib for one in evenings], BOT_GROWTH_MIB_MAX)
            if second.bot_mib
            else ("resident memory", [one.resident_mib for one in evenings], GROWTH_MIB_MAX)
        )
        grown = max(held[1:]) - held[1]
        if grown > most:
            said.append(f"{what} grew by {grown:.2f} MiB, {most:g} are allowed")
    return said


NAMES: Final = tuple(Evening.__dataclass_fields__)[2:]


def show(evening: Evening) -> str:
    """Return a row of the table."""
    return f"{evening.day:<11}" + "".join(f"{getattr(evening, name):>9}" for name in NAMES)


def main() -> int:
    """Live, print, and return 1 when something grew or a session went by without a trade."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--symbols", default="SPY")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rooms", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if os.environ.get("PYTHONMALLOC") != "malloc" and not options.rooms:
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONMALLOC": "malloc"})  # noqa: S606 - ourselves
    print(f"{'day':<11}" + "".join(f"{name.replace('resident_', '').replace('real_', '')[:8]:>9}" for name in NAMES))
    evenings = []
    if options.rooms:
        tracemalloc.start()
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(Path(folder), options.symbols.split(","), options.seed)
        for evening in soak.evenings(options.days):
            evenings.append(evening)
            print(show(evening), flush=True)
        most = soak.end()
    said = complaints(evenings)
    print("\n".join(said) or "nothing grew, every session was traded")
    print(f"busiest second: {most} messages")
    if options.json:
        row = {"evenings": [asdict(one) for one in evenings], "messages_in_a_second_most": most, "complaints": said}
        print(json.dumps(row))
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
