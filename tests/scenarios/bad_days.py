"""A bad day: the whole bot over the wire, a position open and guarded, and then something happens to the gateway."""

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

from actors.oco import OCOActor
from actors.runtime.faults.injector import Injector
from actors.runtime.hosts import VirtualHost
from actors.tree import Hosts
from cli.day import ACCOUNT
from cli.scenario import tell
from cli.system import Outside, System, calendar_around
from cli.trace import TracingObserver
from cli.trade_tools import alerts_of
from config.load import load_fixed
from domain.brackets import Bracket, position
from domain.commands import AskPhase, RequestBook
from domain.ids import OrderRef
from domain.kept_sessions import AskSessions
from domain.orders import LIVE
from domain.ports import AlertPort
from domain.reports import BookReport
from domain.trading_day import NEW_YORK, Calendar, new_york
from ops.library_logs import capture, loop_errors, release
from ops.listings import MemoryListings
from ops.logs import FileLog
from ops.memory_log import TeeLog
from ops.store import SqliteStore
from simgateway.audit import AuditLimits, AuditResult, audit
from simgateway.config import GatewayConfig
from simgateway.counters import Counters
from simgateway.faults.model import After, Chance, Fault, Now, Nth, When
from simgateway.frames import Frame, FrameLog
from simgateway.market.base import Instrument
from simgateway.market.clock import LoopClock
from simgateway.server import Gateway
from tests.simulation.short_days import DAY, PAPER, SETTINGS, Prices, QuotedMarket

BEGINS: Final = datetime.combine(DAY, datetime.strptime("10:00:40", "%H:%M:%S").time(), NEW_YORK)  # noqa: DTZ007 - a time of day
STRIKES: Final = BEGINS + timedelta(seconds=80)
READY_SECONDS_MAX: Final = 10.0
MESSAGES_MOST: Final = 50
CLOSING_SECONDS: Final = 60.0


def wavering(instrument: Instrument, at: datetime) -> tuple[str, str]:
    """Quote every option alike, a cent up or down every two seconds: far from any exit, and never silent."""
    del instrument
    return ("2.00", "2.02") if new_york(at).second % 4 < 2 else ("2.01", "2.03")


def struck(kind: str, message: str = "", /, *, when: When = Now(), **settings: float | bool | str) -> Fault:  # noqa: B008 - frozen
    """Return a fault from now on; ``times`` and ``lasts`` are its own, all others its kind's."""
    times, lasts = settings.pop("times", None), settings.pop("lasts", None)
    return Fault(
        kind=kind,
        when=when,
        message=message,
        times=None if times is None else int(times),
        lasts=None if lasts is None else float(lasts),
        settings=settings,
    )


def later(wait: float, kind: str, message: str = "", /, **settings: float | bool | str) -> Fault:
    """Return a fault that begins so many seconds from now."""
    return struck(kind, message, when=After(wait), **settings)


def nth(number: int, kind: str, message: str = "", /, **settings: float | bool | str) -> Fault:
    """Return a fault of the n-th such message from now on."""
    return struck(kind, message, when=Nth(number), **settings)


def often(probability: float, kind: str, message: str = "", /, **settings: float | bool | str) -> Fault:
    """Return a fault that happens by chance."""
    return struck(kind, message, when=Chance(probability), **settings)


class Recorder:
    """Remembers every event with its time."""

    def __init__(self, host: VirtualHost) -> None:
        self._host = host
        self.lines: list[tuple[datetime, str, dict[str, Any]]] = []

    def emit(self, event: str, /, **fields: Any) -> None:
        """Remember one."""
        self.lines.append((self._host.clock.now(), event, fields))

    def named(self, *events: str) -> list[tuple[datetime, dict[str, Any]]]:
        """Return when and with which fields."""
        return [(at, fields) for at, event, fields in self.lines if event in events]


class Alerts:
    """Remembers what the operator was told, and sends it on to the channels of the settings, if they have any."""

    def __init__(self, onward: AlertPort) -> None:
        self._onward = onward
        self.told: list[tuple[str, str]] = []

    async def send(self, title: str, body: str) -> bool:
        """Take it."""
        self.told.append((title.removeprefix("Stopward: "), body))
        return await self._onward.send(title, body)


@dataclass(frozen=True, slots=True)
class Known:
    """What somebody holds to be true: contracts by con id, and the refs of orders that can still fill."""

    positions: dict[int, int]
    orders: frozenset[str]


@dataclass(kw_only=True)
class Life:
    """A bot and its gateway in virtual time; ``fallible`` lets faults be put into its actors, by ``injector``."""

    folder: Path
    sets: Sequence[str] = ()
    config: dict[str, Any] = field(default_factory=dict)
    symbols: tuple[str, ...] = ("SPY",)
    values: dict[str, Any] = field(default_factory=dict)
    fallible: bool = False
    prices: Prices = wavering
    connection: type[sqlite3.Connection] = sqlite3.Connection
    account: str = ACCOUNT
    begins: datetime = BEGINS
    calendar: Calendar | None = None
    ask_sessions: AskSessions | None = None

    def __post_init__(self) -> None:
        """Build both; nothing runs yet."""
        named = ",".join(f'"{symbol}"' for symbol in self.symbols)
        self.settings = load_fixed(self.values, (*SETTINGS, PAPER, f"symbols=[{named}]", *self.sets))
        self.host = VirtualHost(7, self.begins)
        self.host.start()
        self.frames = FrameLog(self.folder / "frames.jsonl", keep=True, hashed=False)
        self.market = market = QuotedMarket(self.symbols, self.prices, self.begins + timedelta(hours=5))
        settled = {"partial_fill_probability": 0.0, "snapshot_end_ms": (300, 3000), **self.config}
        config = GatewayConfig(account=self.account, **settled)
        self.gateway = Gateway(config, market, LoopClock(self.host.loop, self.begins), self.frames)
        broker = self.settings.broker
        self.host.loop.hosted[broker.host, broker.port] = self.gateway.protocol
        self.seen = Recorder(self.host)
        self._file_log = FileLog(self.folder / "logs", self.host.clock, inline=True, strict=True)
        self.log = TeeLog(self._file_log, self.seen)
        self.alerts = Alerts(alerts_of(self.settings, self.log))
        self.state = self.folder / "state.sqlite"
        self.injector = Injector(seed=7, heard=lambda firing: tell(self.log, firing))
        self._store = SqliteStore(
            self.state, self.account, self.settings.mode.value, BEGINS, connection=self.connection
        )
        self.system = System(self.settings, self._outside())
        self._libraries = capture(self.log)
        self.host.loop.set_exception_handler(loop_errors(self.log))

    def _outside(self) -> Outside:
        host = self.host
        return Outside(
            hosts=Hosts(system=host, broker=host, core=host, journal=host),
            log=self.log,
            journal=self._store,
            listings=MemoryListings(),
            alerts=self.alerts,
            calendar=self.calendar or calendar_around(DAY, self.folder.parent / "calendar"),
            ask_sessions=self.ask_sessions,
            observer=TracingObserver(self.log),
            seed=7,
            faults=self.injector if self.fallible else None,
            halt_folder=self.folder,
        )

    @classmethod
    @contextmanager
    def of(cls, folder: Path, **parts: Any) -> Iterator[Self]:
        """Give a life that has begun, and end it whatever happens."""
        life = cls(folder=folder, **parts)
        try:
            life.host.run(life._begin())
            yield life
        finally:
            life.gateway.close()
            life.host.stop()
            release(life._libraries)
            life.frames.close()
            life._file_log.close()
            life._store.close()

    async def _begin(self) -> None:
        self.gateway.start()
        self.system.start()
        await asyncio.sleep(0)

    def run_for(self, seconds: float) -> None:
        """Let simulated seconds pass."""
        self.host.run_for(seconds)

    def run_until(self, when: datetime) -> None:
        """Let time pass until then."""
        self.host.run_until(when)

    @property
    def now(self) -> datetime:
        """Return the simulated time."""
        return self.host.clock.now()

    def strike(self, *faults: Fault) -> None:
        """Let these faults happen from now on."""
        self.host.run(self._strike(faults))

    async def _strike(self, faults: tuple[Fault, ...]) -> None:
        self.gateway.faults.add_all(faults)

    def tell(self, name: str, message: Any) -> None:
        """Send an actor a message, as another would."""
        assert self.system.directory.address(name).tell(message)

    def ask(self, name: str, message: Any, seconds: float = 60) -> Any:
        """Return an actor's answer."""

        async def answer() -> Any:
            return await self.system.directory.address(name).ask(message, seconds)

        return self.host.run(answer())

    @property
    def phase(self) -> str:
        """Return where the connection stands."""
        return str(self.ask("broker", AskPhase()))

    def brackets(self) -> list[Bracket]:
        """Return every open bracket as its guard sees it."""
        refs = [self.system.directory.ref(name) for name in self.system.directory.names("oco:")]
        actors = [ref._actor_weakref() for ref in refs if ref is not None]
        return [one._bracket for one in actors if isinstance(one, OCOActor) and one._bracket is not None]

    def known(self) -> Known:
        """Return what the bot's guards believe."""
        held: dict[int, int] = {}
        live: set[OrderRef] = set()
        for bracket in self.brackets():
            con_id = bracket.plan.contract.con_id
            held[con_id] = held.get(con_id, 0) + position(bracket)
            live |= {order.ref for order in bracket.orders if order.status in LIVE}
        return Known({con_id: count for con_id, count in held.items() if count}, frozenset(live))

    def told(self) -> Known:
        """Return what the broker's actor says when it is asked for its book."""
        book = self.ask("broker", RequestBook())
        assert isinstance(book, BookReport), book
        held = {int(row.con_id): row.quantity for row in book.positions}
        return Known(held, frozenset(str(row.ref) for row in book.open_orders))

    def true(self) -> Known:
        """Return what the gateway knows; an order never transmitted fills nothing, and nobody is told of it."""
        books = self.gateway.books()
        held = {row.con_id: row.quantity for row in books.positions if row.quantity}
        return Known(held, frozenset(row.order_ref for row in books.open_orders if row.stage != "held"))

    def seconds_to_ready(self, back: datetime) -> float | None:
        """Return how long after `back` the connection was ready for good; 0 if it was all the time, None if not."""
        moves = [(at, fields["state"]) for at, fields in self.seen.named("connection_state")]
        if moves[-1][1] != "ready":
            return None
        return max(0.0, (moves[-1][0] - back).total_seconds())

    def sent(self, name: str) -> list[Frame]:
        """Return the messages of this name that reached the gateway."""
        return [frame for frame in self.frames.frames if frame.direction == "in" and frame.name == name]

    def stop(self) -> Counters:
        """Stop the bot as `./bot trade` is stopped; return what the gateway counts then."""

        async def stopped() -> None:
            await self.system.stop()
            await asyncio.sleep(2.0)

        self.host.run(stopped())
        return self.gateway.counters()

    def audited(self) -> AuditResult:
        """Return what the frames say about the invariants. After `stop`."""
        self.frames.flush()
        settings = self.settings
        limits = AuditLimits(
            start_equity=self.gateway.config.start_cash,
            max_daily_loss_fraction=settings.risk.max_daily_loss_pct,
            max_quote_age_seconds=settings.options.max_quote_age_seconds,
            entry_max_bar_age_seconds=settings.historical.entry_max_bar_age_seconds,
            subscriptions_max=settings.limits.subscriptions_skip,
        )
        return audit(self.frames.frames, limits, self.state, self.folder / "logs" / "bot.jsonl")

    def events(self, *names: str) -> list[dict[str, Any]]:
        """Return the fields of the log's events of these names."""
        return [fields for _, fields in self.seen.named(*names)]
