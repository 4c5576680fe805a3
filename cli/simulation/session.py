"""One session in virtual time: the whole bot, mostly the real client library, and the gateway on one loop."""

import asyncio
import hashlib
import traceback
from collections import Counter
from pathlib import Path

from actors.runtime.faults.injector import Injector
from actors.runtime.faults.model import ActorFault
from actors.runtime.hosts import VirtualHost
from cli.scenario import tell
from cli.simulation.checks import Ended, audited, complaints, is_told
from cli.simulation.coverage import watched_tables
from cli.simulation.outcome import Outcome
from cli.simulation.script import CALM_SECONDS, DAY, LATEST_SECONDS, SECONDS, ByHand, Crash, Mishap, Script, Told
from cli.simulation.selling import Somebody
from cli.simulation.trail import Trail
from cli.system import calendar_around
from cli.trace import TracingObserver
from cli.virtual_life import VirtualLife, World
from config.load import load_fixed
from domain.control import GiveOrder
from domain.trading_day import Calendar
from ops.memory_journal import MemoryJournal
from simgateway.books import Books
from simgateway.faults.model import Fault
from simgateway.frames import FrameLog
from simgateway.market.synthetic import SyntheticMarket

CLOSING_SECONDS = 1.0
LAST_REPORTS_SECONDS = 2
"""A report is on its way for less than a second when nothing goes wrong."""


class Session:
    """A session that can be lived once. Deterministic: the same script gives the same outcome, in any process."""

    def __init__(self, script: Script, calendar: Calendar) -> None:
        self.script = script
        self.settings = load_fixed({}, script.sets)
        self.host = VirtualHost(script.seed, script.starts_at)
        self.host.start()
        self.trail = Trail(self.host.clock)
        self.observer = TracingObserver(self.trail)
        self.frames = FrameLog(keep=True, hashed=script.wire)
        self.injector = self._injector()
        world = World(
            settings=self.settings,
            market=SyntheticMarket(seed=script.seed, day=DAY, symbols=script.symbols),
            gateway=script.gateway,
            seed=script.seed,
            frames=self.frames,
            log=self.trail,
            observer=self.observer,
            calendar=calendar,
            state_path=None,
            injector=self.injector,
            wire=script.wire,
        )
        self.life = VirtualLife(self.host, script.starts_at, world)
        self._done_by_us: Counter[str] = Counter()
        self._somebody = Somebody()
        self.trail.on("bracket_planned", self._planned)
        self._brackets = 0

    def _injector(self) -> Injector | None:
        """Return what the script's faults of actors go through; None, which costs nothing, when it has none."""
        if not any(isinstance(mishap.what, ActorFault) for mishap in self.script.mishaps):
            return None
        return Injector(seed=self.script.seed, heard=lambda firing: tell(self.trail, firing))

    def run(self) -> Ended:
        """Live through it, from the start of the bot to its stop."""
        try:
            books, phase = self.host.run(self._lived())
            counters = self.life.gateway.counters()
            by_hand, expired = self._somebody.sold(self.life.gateway), self._somebody.expired(self.life.gateway)
            self._done_by_us["sale by hand"] = len({row.perm_id for row in by_hand})
            struck = Counter(f"actor {one.kind}" for one in self.injector.firings) if self.injector else {}
            fired = {**self.life.gateway.faults.fired, **+self._done_by_us, **struck}
            self.life.gateway.close()
            self.host.run_for(CLOSING_SECONDS)
        finally:
            self.life.close()
            self.frames.close()
        assert isinstance(self.life.store, MemoryJournal), "no file was asked for"
        return Ended(
            script=self.script,
            settings=self.settings,
            ended_at=self.script.ends_at,
            trail=self.trail,
            journal=self.life.store,
            frames=self.frames.frames,
            books=books,
            by_hand=by_hand,
            expired=expired,
            counters=counters,
            phase=phase,
            fired=fired,
        )

    @property
    def trace(self) -> str:
        """Return the hash of every message between actors and, over the wire, every frame."""
        return hashlib.sha256(f"{self.observer.digest}{self.frames.digest}".encode()).hexdigest()[:32]

    async def _lived(self) -> tuple[Books, str]:
        self.life.begin()
        self._plan_mishaps(bracket=0)
        await asyncio.sleep(SECONDS - CALM_SECONDS)
        self.life.gateway.faults.clear()
        if self.injector is not None:
            self.injector.clear()
        await asyncio.sleep(CALM_SECONDS)
        await self._last_reports()
        books, phase = self.life.gateway.books(), self.trail.connection
        await self.life.end()
        return books, phase

    async def _last_reports(self) -> None:
        """Wait for the report of a fill of the last moments, if there is one: the books hold it already."""
        for _ in range(0 if self.settings.dry_run else LAST_REPORTS_SECONDS):
            assert isinstance(self.life.store, MemoryJournal), "no file was asked for"
            now, books = self.host.clock.now(), self.life.gateway.books()
            if is_told(self.life.store, books, self.script.gateway.start_cash, now):
                return
            await asyncio.sleep(1.0)

    def _planned(self) -> None:
        """Plan what goes wrong with this bracket."""
        self._brackets += 1
        self._plan_mishaps(self._brackets)

    def _plan_mishaps(self, bracket: int) -> None:
        """Let what belongs to this bracket, or with 0 to none, happen at its time; nothing is begun too late."""
        loop = self.host.loop
        for mishap in self.script.mishaps:
            if mishap.bracket == bracket and loop.time() + mishap.after <= LATEST_SECONDS:
                loop.call_later(mishap.after, self._happen, mishap)

    def _happen(self, mishap: Mishap) -> None:
        if isinstance(mishap.what, Fault):
            self.life.gateway.faults.add(mishap.what)
        elif isinstance(mishap.what, ActorFault):
            assert self.injector is not None, "there is one for every script that needs it"
            self.injector.add(mishap.what)
        elif isinstance(mishap.what, Told):
            self._tell(mishap.what)
        elif isinstance(mishap.what, ByHand):
            self._somebody.sell(self.life.gateway, mishap.what)
        else:
            self._crash(mishap.what)

    def _tell(self, told: Told) -> None:
        """Order it as the operator does; that nobody hears it, since the one to hear is just dead, is his loss."""
        by = f"./bot {told.order}"
        if self.life.system.directory.address("control").tell(GiveOrder(order=told.order, by=by), urgent=True):
            self._done_by_us[f"order {told.order}"] += 1

    def _crash(self, crash: Crash) -> None:
        name = crash.actor
        if name.endswith("*"):
            name = next(iter(self.life.system.directory.names(name.removesuffix("*"))), "")
        if name and self.life.system.crash(name, f"the script has it crash as {crash.actor}"):
            self._done_by_us[f"crash {crash.actor.partition(':')[0]}"] += 1


def calendar_in(folder: Path) -> Calendar:
    """Return the calendar around the sessions' day, from its small file in this folder. Raises ConfigError."""
    return calendar_around(DAY, folder)


def run_script(script: Script, calendar: Calendar) -> Outcome:
    """Live through a session and check it; whatever breaks is a violation of its own."""
    session: Session | None = None
    with watched_tables() as rows:
        try:
            session = Session(script, calendar)
            ended = session.run()
            found = audited(ended)
        except Exception as error:  # noqa: BLE001 - the search goes on, and the seed is told
            text = "".join(traceback.format_exception(error)[-3:])
            newest = session.trail.newest() if session is not None else ()
            return _broken(script, f"the session broke: {text}", rows, newest)
    told = [f"{each.invariant}: {each.at:%H:%M:%S} {each.text}" for each in found.violations]
    told += [f"books: {text}" for text in complaints(ended)]
    return Outcome(
        seed=script.seed,
        violations=tuple(told),
        fills=found.fills,
        lives=min(found.entries, ended.trail.counts.get("position_closed", 0)),
        fired=dict(sorted(ended.fired.items())),
        rows=frozenset(rows | ended.trail.rows),
        trace=session.trace,
        checked=found.checked,
        newest=ended.trail.newest() if told else (),
    )


def _broken(script: Script, text: str, rows: set[str], newest: tuple[str, ...]) -> Outcome:
    return Outcome(
        seed=script.seed,
        violations=(text,),
        fills=0,
        lives=0,
        fired={},
        rows=frozenset(rows),
        trace="",
        checked=0,
        newest=newest,
    )
