"""The composition root: builds the bot out of its parts, starts it, and stops it in reverse."""

import threading
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from actors.broker import BrokerParts
from actors.control import STREAM as CONTROL
from actors.faulty_journal import FaultyJournal
from actors.oco import stream_of
from actors.runtime.children import ChildState, state_of_root
from actors.runtime.context import Context
from actors.runtime.control import Crash
from actors.runtime.directory import Directory
from actors.runtime.faults.injector import Injector
from actors.runtime.lifecycle import STOP_ORDER
from actors.runtime.observer import Observer
from actors.runtime.supervisor import Supervisor
from actors.tree import Hosts, Parts, root_spec
from broker.dry_run import PaperLedger
from broker.ib.adapter import IbBroker
from broker.ib.knock import answers
from broker.ib.library import Library, new_gateway
from cli.wiring import (
    bracket_policy,
    breaker_limits,
    broker_settings,
    exit_rules,
    flatten_rule,
    ib_config,
    risk_limits,
    symbol_settings,
)
from config.settings import Settings
from domain.commands import SendAlert, TripBreaker
from domain.control import folded
from domain.errors import ConfigError
from domain.events import BracketPlanned, ControlMoved, LegFilled
from domain.ids import Generation
from domain.kept_sessions import AskSessions
from domain.modes import Mode
from domain.ports import AlertPort, BrokerPort, EventLog, JournalPort, Later, ListingCachePort, OrderPort, ReportSink
from domain.trading_day import Calendar, Session
from ops.calendar import sessions
from ops.control_switch import ControlSwitch
from ops.strategy_worker import StrategyWorker

STOP_SECONDS_MAX = 10.0
KNOCK_SECONDS = 2.0
ROOT = "root"
CALENDAR_DAYS_BEHIND, CALENDAR_DAYS_AHEAD = 10, 40


def calendar_around(day: date, cache: Path) -> Calendar:
    """Return the sessions of XNYS around a day, for a run that ends soon.

    Raises ValueError or OverflowError for years without a calendar, ConfigError when the cache cannot be written.
    """
    first, last = day - timedelta(days=CALENDAR_DAYS_BEHIND), day + timedelta(days=CALENDAR_DAYS_AHEAD)
    try:
        found = sessions(first, last, cache)
    except OSError as error:
        where = f"{cache.parent} (paths.runs_dir, for trade paths.state_dir)"
        raise ConfigError(f"{where}: {error.strerror}; choose a folder that can be written") from error
    return Calendar.of(Session(day=d, opens_at=opened, closes_at=closed) for d, opened, closed in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What a run brings along: where actors live, the world around them, and what goes wrong among them on purpose.

    ``halt_folder`` is where a HALT file is looked for; None: nowhere. ``ask_sessions`` is for a LiveCalendar,
    ``worker`` for strategies that want frames; without one they are asked in this process.
    """

    hosts: Hosts
    log: EventLog
    journal: JournalPort
    listings: ListingCachePort
    alerts: AlertPort
    calendar: Calendar
    observer: Observer
    seed: int
    faults: Injector | None = None
    library: Library = new_gateway
    halt_folder: Path | None = None
    ask_sessions: AskSessions | None = None
    worker: StrategyWorker | None = None


class System:
    """The running bot. Built and stopped from outside of its loops."""

    def __init__(self, settings: Settings, outside: Outside) -> None:
        self.settings = settings
        self.outside = outside
        self.directory = Directory(outside.observer)
        self.gave_up: list[tuple[str, str]] = []
        self.over = threading.Event()  # The root itself gave up: the process must end and be started anew.
        self._generation = 0
        self._switch = ControlSwitch(outside.halt_folder, folded(outside.journal.read(CONTROL)))
        self._paper = self._paper_ledger() if settings.dry_run else None
        self._root = self._root_supervisor(self._parts())

    def start(self) -> None:
        """Start the tree; the broker connects on its own time."""
        self._root.launch()

    def stop(self) -> Awaitable[object]:
        """Ask the tree to stop, from right to left; what rests at the broker stays there. Awaited on any loop."""
        return self.directory.address("root").ask(STOP_ORDER(), STOP_SECONDS_MAX)

    def tree(self) -> ChildState:
        """Return how the root fares and everyone under it. Callable from any thread."""
        return state_of_root(self._root, self._root.snapshot())

    def halt(self) -> ControlMoved | None:
        """Return what the operator has halted, and since when; None: nothing."""
        return self._switch.halt(self.outside.hosts.system.clock.now())

    def crash(self, name: str, reason: str) -> bool:
        """Kill an actor as a bug would; False when nobody has that name."""
        return self.directory.address(name).tell(Crash(reason=reason), urgent=True)

    def next_generation(self) -> Generation:
        """Return the number of the next connection of this process."""
        self._generation += 1
        return Generation(self._generation)

    def _broker(self, generation: Generation, sink: ReportSink, later: Later) -> BrokerPort:
        heard = sink if self._paper is None else self._paper.tap(sink)
        config, outside = ib_config(self.settings), self.outside
        return IbBroker(config, outside.hosts.broker.clock, generation, heard, later, library=outside.library)

    async def _knock(self) -> bool:
        broker = self.settings.broker
        return await answers(broker.host, broker.port, KNOCK_SECONDS)

    def _paper_ledger(self) -> PaperLedger:
        """Return the dry-run ledger with what an earlier process left open in the journal."""
        host, journal = self.outside.hosts.broker, self.outside.journal
        ledger = PaperLedger(clock=host.clock, soon=host.post)
        for intent in journal.open_intents():
            records = journal.read(stream_of(intent))
            contracts = {r.plan.contract.con_id: r.plan.contract for r in records if isinstance(r, BracketPlanned)}
            ledger.restore([r for r in records if isinstance(r, LegFilled)], contracts)
        return ledger

    def _paper_port(self, generation: Generation, sink: ReportSink) -> OrderPort:
        assert self._paper is not None, "only asked for in dry-run"
        self._paper.connect(generation, sink)
        return self._paper

    def _parts(self) -> Parts:
        settings, outside = self.settings, self.outside
        return Parts(
            hosts=outside.hosts,
            log=outside.log,
            journal=self._journal(),
            alerts=outside.alerts,
            broker=BrokerParts(
                factory=self._broker,
                paper=self._paper_port if self._paper is not None else None,
                generations=self.next_generation,
                jitter=Random(outside.seed).random,  # noqa: S311 - back-off, nothing secret
                listings=outside.listings,
                calendar=outside.calendar,
                knock=self._knock,
                forbids=self._switch.forbids,
            ),
            calendar=outside.calendar,
            broker_settings=broker_settings(settings),
            breaker_limits=breaker_limits(settings),
            risk_limits=risk_limits(settings),
            flatten_on_loss=settings.risk.flatten_on_daily_loss,
            policy=bracket_policy(settings),
            flatten=flatten_rule(settings, outside.calendar),
            symbols=tuple(symbol_settings(settings, symbol, outside.worker) for symbol in settings.symbols),
            interval_seconds=settings.schedule.interval_seconds,
            concurrent_max=settings.schedule.max_concurrent_symbols,
            gave_up=self._note_give_up,
            switch=self._switch,
            ramp_days=settings.risk.live_ramp_days if settings.mode is Mode.LIVE else 0,
            ask_sessions=outside.ask_sessions,
            worker=outside.worker,
            exits=None if settings.broker.read_only else lambda symbol: exit_rules(settings, symbol),
        )

    def _journal(self) -> JournalPort:
        """Return the store that the journal's actor writes to; only what reads it afterwards is spared its faults."""
        outside = self.outside
        if outside.faults is None:
            return outside.journal
        return FaultyJournal(outside.journal, outside.faults, outside.hosts.journal.clock)

    def _note_give_up(self, name: str, reason: str) -> None:
        """Say loudly that a supervisor used up its restarts; nothing new is opened then. Called on its thread."""
        self.gave_up.append((name, reason))
        text = f"{name} gave up: {reason}; nothing new is opened, what is open stays guarded"
        tripwire = self.directory.address("tripwire")  # Only when guarding itself gave up is it gone.
        (tripwire if tripwire.is_alive else self.directory.address("breaker")).tell(
            TripBreaker(reason=f"{name} gave up")
        )
        self.directory.address("alerts").tell(SendAlert(kind="gave_up", text=text, level="CRITICAL"))
        if name == ROOT:
            self.over.set()

    def _root_supervisor(self, parts: Parts) -> Supervisor:
        spec = root_spec(parts)
        context = Context(
            name=spec.name,
            epoch=self.directory.advance_epoch(spec.name),
            host=parts.hosts.system,
            directory=self.directory,
            observer=self.outside.observer,
            faults=self.outside.faults,
        )
        actor = spec.factory(context)
        assert isinstance(actor, Supervisor), "the root is a supervisor"
        return actor
