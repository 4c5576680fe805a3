"""A short day on which the process dies at one of its points and another is started: what must hold at the end.

The points are before and after every journal write and every order message, and on a disk before each commit. They are
counted from 1 in the order in which the first process comes to them. The same day has the same points each time, so
each can be died at, one by one; and a disk can have been put back to any commit before it. In the evening everything
is sold; what somebody else sells before is the one thing of a script that happens here, at its time of the day.
"""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from actors.runtime.hosts import VirtualHost
from cli.simulation.checks import Ended, audited, complaints
from cli.simulation.death import KilledError, LivingLog, Side, Step, committing
from cli.simulation.disk import State, packed, taken, unpacked
from cli.simulation.evening import SummedTrail, differences, sell_all, sum_up
from cli.simulation.promises import BARE_SECONDS, DOWN_SECONDS, Bare
from cli.simulation.script import ByHand, Script
from cli.simulation.selling import Somebody
from cli.trace import TracingObserver
from cli.virtual_life import VirtualLife, World
from config.load import load_fixed
from domain.trading_day import Calendar
from ops.memory_journal import MemoryJournal
from simgateway.books import Books
from simgateway.frames import FrameLog
from simgateway.market.synthetic import SyntheticMarket

LOOK_SECONDS: Final = 0.5
SETTLED_SECONDS: Final = 60
"""So long at least a day goes on after a restart, in whole minutes of the script."""
QUIET_SECONDS: Final = 2.0
"""So long nothing is filled before both sides' books are laid side by side: a fill takes its time to be told."""
LAST_WORDS_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where a process can die: the how-manieth point, of which kind, when by the gateway's clock (UTC)."""

    number: int
    step: Step
    side: Side
    at: datetime

    def __str__(self) -> str:
        return f"point {self.number}, {self.side} {self.step} at {self.at:%H:%M:%S.%f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """An end at the point of this number; the next process has the disk as it was after `commits`, None: as it is.

    Commits are counted from 1; after 0 the file was made and nothing was written.
    """

    point: int
    commits: int | None = None

    def __str__(self) -> str:
        return f"point {self.point}" + (f", put back to commit {self.commits}" if self.commits is not None else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """A day that is over: the points of its first process, what was broken, and how much of a day it was."""

    points: tuple[Point, ...]
    problems: tuple[str, ...]
    brackets: int
    closed: int
    bare_seconds_most: float
    newest: tuple[str, ...]
    sold_by_hand: int = 0
    """Contracts that somebody else sold."""
    exercised: int = 0
    """Contracts that expiry made shares of."""


class MortalDay:
    """A day that can be lived once, of so many minutes.

    With a `state_path` the journal is on the disk, and before each commit is a point as well. With `rest_minutes` the
    day ends that long after a death at the latest, at a whole minute of the script. After `down_seconds` there is the
    next process.
    """

    def __init__(
        self,
        script: Script,
        minutes: int,
        calendar: Calendar,
        *,
        death: Death | None = None,
        state_path: Path | None = None,
        rest_minutes: int | None = None,
        down_seconds: float = DOWN_SECONDS,
    ) -> None:
        self.script = script
        self.settings = load_fixed({}, script.sets)
        self.host = VirtualHost(script.seed, script.starts_at)
        self.host.start()
        self.trail = SummedTrail(self.host.clock)
        self.frames = FrameLog(keep=True, hashed=False)
        self.points: list[Point] = []
        self._minutes = minutes
        self._state_path = state_path
        self._rest = None if rest_minutes is None else timedelta(minutes=rest_minutes)
        self._death = death
        self._down_seconds = down_seconds
        self._died_at: datetime | None = None
        self._is_over = False
        self._disks: list[State] = []
        self._ledger: list[str] = []
        self._bare = Bare()
        self._somebody = Somebody()
        world = World(
            settings=self.settings,
            market=SyntheticMarket(seed=script.seed, day=script.starts_at.date(), symbols=script.symbols),
            gateway=script.gateway,
            seed=script.seed,
            frames=self.frames,
            log=self.trail,
            observer=TracingObserver(LivingLog(lambda: self.life.is_alive, self.trail)),
            calendar=calendar,
            state_path=state_path,
            wire=script.wire,
            reached=self._reached,
            connection=committing(self._committed),
        )
        self.life = VirtualLife(self.host, script.starts_at, world)
        self._remember()

    def run(self) -> Lived:
        """Live through it, and say what was broken."""
        try:
            books, phase = self.host.run(self._lived())
            ended_at, counters = self.host.clock.now(), self.life.gateway.counters()
            by_hand, expired = self._somebody.sold(self.life.gateway), self._somebody.expired(self.life.gateway)
            self.life.gateway.close()
            self.host.run_for(LAST_WORDS_SECONDS)
        finally:
            self.life.close()
            self.frames.close()
            self.life.store.close()
        ended = Ended(
            script=self.script,
            settings=self.settings,
            ended_at=ended_at,
            trail=self.trail,
            journal=self._journal(),
            frames=self.frames.frames,
            books=books,
            counters=counters,
            phase=phase,
            fired={},
            by_hand=by_hand,
            expired=expired,
        )
        return self._lived_through(ended)

    def _lived_through(self, ended: Ended) -> Lived:
        found = audited(ended, unguarded_seconds=BARE_SECONDS)
        problems = [f"{each.invariant}: {each.at:%H:%M:%S} {each.text}" for each in found.violations]
        problems += [f"books: {text}" for text in complaints(ended)]
        problems += self._bare.problems + self._ledger
        if self._death is not None and self._died_at is None:
            problems.append(f"there is no {self._death} to die at")
        return Lived(
            points=tuple(self.points),
            problems=tuple(problems),
            brackets=self.trail.counts.get("bracket_planned", 0),
            closed=self.trail.counts.get("position_closed", 0),
            bare_seconds_most=self._bare.seconds_most,
            newest=self.trail.newest() if problems else (),
            sold_by_hand=sum(row.shares for row in ended.by_hand),
            exercised=sum(option.shares for option, _ in ended.expired.delivered),
        )

    def _journal(self) -> MemoryJournal:
        if isinstance(self.life.store, MemoryJournal):
            return self.life.store
        found = MemoryJournal()
        with closing(sqlite3.connect(f"{self._state_path}")) as connection:
            found.rows += connection.execute("SELECT at, stream, kind, body FROM records ORDER BY seq")
        return found

    @property
    def _commits(self) -> int:
        return len(self._disks) - 1

    def _committed(self, step: Step, side: Side) -> None:
        """Take the point of a commit, at which nobody else sees to it that the dead go no further."""
        if not self.points or self._died_at is not None:  # Before the first write the file is made.
            return
        if side is Side.AFTER:  # The same point as after the write.
            self._remember()
            return
        self._reached(step, side)
        if self._died_at is not None:
            raise KilledError

    def _remember(self) -> None:
        """Take what the disk has, for those who may find it again."""
        if self._state_path is not None:
            self._disks.append(packed(taken(self._state_path)))

    def _reached(self, step: Step, side: Side) -> None:
        if self._died_at is not None or self._is_over:
            return
        now = self.host.clock.now()
        self.points.append(Point(number=len(self.points) + 1, step=step, side=side, at=now))
        death = self._dies(self.points[-1])
        if death is not None:
            self._died_at = now
            disk = self._found_after(death)
            self.life.kill()
            self.host.loop.call_later(self._down_seconds, lambda: self.life.start_anew(disk))

    def _dies(self, point: Point) -> Death | None:
        return self._death if self._death is not None and self._death.point == point.number else None

    def _found_after(self, death: Death) -> State | None:
        if self._state_path is None:
            return None
        return taken(self._state_path) if death.commits is None else unpacked(self._disks[death.commits])

    async def _lived(self) -> tuple[Books, str]:
        self.life.begin()
        for mishap in self.script.mishaps:
            if isinstance(mishap.what, ByHand):
                self.host.loop.call_later(mishap.after, self._somebody.sell, self.life.gateway, mishap.what)
        watch = asyncio.ensure_future(self._watched())
        was_alive = False
        while not was_alive:
            await self._until_settled()
            await sell_all(self.life)
            await self._until_settled()
            died_at = self._died_at
            await sum_up(self.life)
            was_alive = self._died_at == died_at  # Else it died of its last words, and another has to say them.
        expired = self._somebody.expired(self.life.gateway)
        self._ledger = differences(self.trail, self.life, self.script.gateway.start_cash, expired)
        self._is_over = True  # What is written while it stops is no point: nobody would be started after it.
        watch.cancel()
        books, phase = self.life.gateway.books(), self.trail.connection
        await self.life.end()
        return books, phase

    async def _watched(self) -> None:
        while True:
            self._bare.look(self.life.gateway.books(), self.host.clock.now())
            await asyncio.sleep(LOOK_SECONDS)

    async def _until_settled(self) -> None:
        while self.host.clock.now() < self._ends_at() or not self._is_quiet():  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(LOOK_SECONDS)

    def _is_quiet(self) -> bool:
        fills = self.life.gateway.executions()
        return not fills or (self.host.clock.now() - fills[-1].at).total_seconds() > QUIET_SECONDS

    def _ends_at(self) -> datetime:
        """Return the end: as long after the beginning as was said, whole minutes more where a restart needs them.

        Or fewer, when so many whole minutes after a restart are enough.
        """
        ends_at = self.script.starts_at + timedelta(minutes=self._minutes)
        while self._died_at is not None and ends_at < self._died_at + timedelta(seconds=SETTLED_SECONDS):
            ends_at += timedelta(minutes=1)
        while self._rest is not None and self._died_at is not None and self._died_at + self._rest < ends_at:
            ends_at -= timedelta(minutes=1)
        return ends_at
