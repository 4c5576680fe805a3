"""The link to the broker: one connection after the other, each numbered, none used before its book is known.

A shell around ``domain.connection``: it performs the table's effects. Runs on the broker's loop alone.
"""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from actors.broker_items import BOOK_MESSAGES
from actors.broker_lanes import Lanes, Turn
from actors.runtime.clock import Clock
from actors.runtime.timers import Timers
from domain.clock_skew import ClockCompared, compared
from domain.commands import Wake
from domain.connection import KNOCK_EVERY_SECONDS, Connection, ResetWindow, alarm, knocked, step
from domain.connection_reports import ConnectivityReport
from domain.connection_table import (
    BookFailed,
    BookReceived,
    Connected,
    ConnectFailed,
    ConnectionEvent,
    Effect,
    GatewayLost,
    GatewayRestored,
    HealthFailed,
    Phase,
    RetryDue,
)
from domain.events import ConnectionLost, Resynchronised
from domain.ids import Generation
from domain.pacing import Item, Lane
from domain.ports import BrokerFactory, BrokerPort, EventLog, OrderPort, ReportSink
from domain.reports import (
    BookReport,
    RequestFailed,
)

PROBED = frozenset({Phase.READY, Phase.DEGRADED})  # A gateway cut off from the broker still has a clock, or is dead.
LOST_CODES = (1100, 2110)  # The second tells those who connect while it is lost.
LOST_STREAMS_CODE, RESTORED_CODE = 1101, 1102
PaperFactory = Callable[[Generation, ReportSink], OrderPort]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """Seconds by the bot's clock."""

    reset_windows: tuple[ResetWindow, ...] = ()
    book_timeout_seconds: float = 10
    probe_timeout_seconds: float = 5
    clock_skew_seconds_max: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkParts:
    """What a link is made of; ``spawn`` runs a coroutine that ends with the actor."""

    clock: Clock
    timers: Timers
    lanes: Lanes
    log: EventLog
    factory: BrokerFactory
    paper: PaperFactory | None
    generations: Callable[[], Generation]
    jitter: Callable[[], float]
    sink: ReportSink
    spawn: Callable[[Coroutine[Any, Any, None]], object]
    changed: Callable[[OrderPort], None]  # A new connection: orders go there from now on.
    announce: Callable[[Resynchronised | ConnectionLost], None]
    compared: Callable[[ClockCompared], None]  # The gateway said its time.
    resubscribe: Callable[[BrokerPort], None]
    knock: Callable[[], Awaitable[bool]]  # Whether a gateway answers at all; nothing is logged on.


class Link:
    """Holds the port of the newest connection; ``port`` is None while there is none worth asking."""

    def __init__(self, settings: LinkSettings, parts: LinkParts) -> None:
        self._settings = settings
        self._parts = parts
        self._connection = Connection()
        self._book: BookReport | None = None
        self._asked_books = 0
        self.generation = Generation(0)
        self.port: BrokerPort | None = None
        self.orders: OrderPort | None = None
        self._compared: ClockCompared | None = None  # Of this connection or the one before.

    @property
    def phase(self) -> Phase:
        """Return where the connection stands."""
        return self._connection.phase

    @property
    def ready(self) -> bool:
        """Return whether the broker is connected and its book known."""
        return self.phase is Phase.READY

    @property
    def skewed(self) -> bool:
        """Return whether entries are blocked by the clock: it is off, or was not compared yet."""
        return self._compared is None or self._compared.blocks

    def advance(self, event: ConnectionEvent) -> None:
        """Take an event to the table and perform what follows."""
        before = self.phase
        result = step(self._connection, event, self._parts.clock.now(), self._parts.jitter())
        self._connection = result.connection
        if self.phase is not before:
            self._parts.log.emit(
                "connection_state", state=self.phase.value, reason=result.reason, generation=self.generation
            )
        for effect in result.effects:
            self._perform(effect, result.backoff_seconds, result.reason)

    def connectivity(self, report: ConnectivityReport) -> None:
        """Take a code about the gateway's own connection."""
        self._parts.log.emit("broker_message", code=report.code, text=report.text, generation=report.generation)
        if report.code in LOST_CODES:
            self.advance(GatewayLost())
        elif report.code in (LOST_STREAMS_CODE, RESTORED_CODE):
            self.advance(GatewayRestored(kept=report.code == RESTORED_CODE))

    def drop(self) -> None:
        """Hang up, whatever the phase: the actor is made inert and its successor needs the client id."""
        port, self.port, self.orders = self.port, None, None
        if port is not None:
            port.disconnect()

    def alarm(self) -> str | None:
        """Return what to tell the operator about a connection lost for long; once for each loss."""
        now = self._parts.clock.now()
        self._connection, loud = alarm(self._connection, now, self._settings.reset_windows)
        return f"not connected since {self._connection.lost_at}" if loud else None

    async def knock(self) -> None:
        """See whether somebody is there while backing off, and try at once when it is worth it."""
        answered = self.phase is Phase.BACKING_OFF and await self._parts.knock()
        if self.phase is not Phase.BACKING_OFF:
            return
        self._connection, go = knocked(self._connection, self._parts.clock.now(), answered=answered)
        if go:
            self._parts.timers.cancel("retry")
            self.advance(RetryDue())
        else:
            self._parts.timers.start("knock", KNOCK_EVERY_SECONDS, Wake(what="knock"))

    async def probe(self) -> None:
        """Ask the gateway's clock: a gateway that does not answer is hung up on."""
        await self._compare_clocks(HealthFailed())

    async def _compare_clocks(self, otherwise: HealthFailed | None) -> None:
        port = self.port
        if port is None or self.phase not in PROBED:
            return
        if await self._parts.lanes.turn(Item(lane=Lane.ACCOUNT)) is not Turn.GRANTED:
            return
        asked = self._parts.clock.now()
        answer = await port.current_time(self._settings.probe_timeout_seconds)
        if port is not self.port:
            return
        if isinstance(answer, RequestFailed):
            if otherwise is not None:
                self.advance(otherwise)
            return
        limit = self._settings.clock_skew_seconds_max
        self._judge_clock(compared(asked=asked, answered=self._parts.clock.now(), said=answer, limit_seconds=limit))

    def _judge_clock(self, found: ClockCompared) -> None:
        before, self._compared = self._compared, found
        if found.blocks != (before is not None and before.blocks):
            skew = round(found.skew_seconds, 3)
            self._parts.log.emit("clock_skew", skew_seconds=skew, limit_seconds=found.limit_seconds)
        self._parts.compared(found)

    def _perform(self, effect: Effect, backoff_seconds: float, reason: str) -> None:
        match effect:
            case Effect.CONNECT:
                self._parts.spawn(self._connect())
            case Effect.DISCONNECT:
                self._hang_up()
            case Effect.RESYNCHRONISE:
                self._parts.spawn(self._resynchronise())
            case Effect.START_BACKOFF:
                self._hang_up()
                self._parts.timers.start("retry", backoff_seconds, Wake(what="retry"))
                self._parts.timers.start("knock", KNOCK_EVERY_SECONDS, Wake(what="knock"))
            case Effect.RESUBSCRIBE:
                if self.port is not None:
                    self._parts.resubscribe(self.port)
            case Effect.ANNOUNCE_LOST:
                self._parts.lanes.clear()
                lost = ConnectionLost(at=self._parts.clock.now(), generation=self.generation, reason=reason)
                self._parts.announce(lost)
            case Effect.ANNOUNCE_READY:
                self._announce_ready()

    async def _connect(self) -> None:
        self.generation = self._parts.generations()
        port = self.port = self._parts.factory(self.generation, self._parts.sink, self._parts.lanes.later)
        paper = self._parts.paper
        self.orders = port if paper is None else paper(self.generation, self._parts.sink)
        self._parts.changed(self.orders)
        failed = await port.connect()
        if port is not self.port:
            port.disconnect()
        elif failed is None:
            self.advance(Connected())
        else:
            self.advance(ConnectFailed(reason=f"{failed.failure.value} {failed.text}".strip()))

    async def _resynchronise(self) -> None:
        port, orders = self.port, self.orders
        if port is None or orders is None:
            return
        self._asked_books += 1
        number = self._asked_books
        self._parts.lanes.restarted()
        await self._parts.lanes.turn(Item(lane=Lane.ACCOUNT, messages=BOOK_MESSAGES))
        answer = await orders.book(self._settings.book_timeout_seconds)
        # An answer from before the newest loss may be old: only the newest question's counts.
        if number != self._asked_books or port is not self.port:
            return
        if isinstance(answer, BookReport):
            self._book = replace(answer, generation=self.generation)
            self.advance(BookReceived())
        else:
            self.advance(BookFailed(reason=f"{answer.failure.value} {answer.text}".strip()))

    def _announce_ready(self) -> None:
        book = self._book
        assert book is not None, "the table announces ready after a book alone"
        if self.port is not None:
            self.port.watch_pnl()
        self._parts.announce(Resynchronised(at=self._parts.clock.now(), generation=self.generation, book=book))
        self._parts.spawn(self._compare_clocks(None))  # Until then no entry leaves; silence is the probe's business.

    def _hang_up(self) -> None:
        self._parts.lanes.clear()
        self.drop()
