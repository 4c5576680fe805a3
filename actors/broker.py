"""BrokerActor: the one door to the broker. Owns the connection, its generation, the lanes, and who hears what.

Runs on a loop of its own, on which the library lives; handlers overlap. What is decided here is decided by the tables
of ``domain.connection`` and ``domain.pacing``.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from actors.base import Actor
from actors.broker_lanes import Lanes
from actors.broker_orders import OrderDesk
from actors.broker_reports import Router
from actors.runtime.context import Context
from domain.commands import (
    AskPhase,
    AskTraffic,
    CancelOrder,
    ModifyOrder,
    RequestAccount,
    RequestBars,
    RequestBook,
    RequestChain,
    RequestListed,
    RequestQuote,
    RequestUnderlying,
    SendAlert,
    SubmitOrders,
    Traffic,
    UnwatchQuote,
    Wake,
    WatchQuote,
)
from domain.connection import Connection, ResetWindow, alarm, step
from domain.connection_table import (
    BookFailed,
    BookReceived,
    Connected,
    ConnectFailed,
    ConnectionEvent,
    ConnectRequested,
    Effect,
    GatewayLost,
    GatewayRestored,
    HealthFailed,
    Phase,
    RetryDue,
    SocketClosed,
    StopRequested,
)
from domain.contracts import OptionContract
from domain.events import ConnectionLost, Resynchronised
from domain.ids import ConId, Generation
from domain.pacing import Item, Lane, PacingLimits
from domain.ports import BrokerFactory, BrokerPort, EventLog, OrderPort
from domain.reports import (
    BookReport,
    ConnectivityReport,
    DisconnectedReport,
    Failure,
    RequestFailed,
    StreamReport,
)

LOST_CODE, LOST_STREAMS_CODE, RESTORED_CODE = 1100, 1101, 1102
BOOK_MESSAGES = 4  # Positions, all open orders, executions, completed orders.


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """What the actor itself goes by; seconds by the bot's clock."""

    read_only: bool
    dry_run: bool
    pacing: PacingLimits
    reset_windows: tuple[ResetWindow, ...] = ()
    book_timeout_seconds: float = 10
    probe_every_seconds: float = 15
    probe_timeout_seconds: float = 5
    clock_skew_seconds_max: float = 2.0
    subscriptions_warn: int = 20
    subscriptions_skip: int = 50


DATA: Final = (RequestUnderlying, RequestBars, RequestQuote, RequestChain, RequestListed, RequestAccount, RequestBook)


class BrokerActor(Actor):
    """Data requests wait their turn in the lanes; orders go first; every answer is a value."""

    def __init__(
        self,
        context: Context,
        *,
        factory: BrokerFactory,
        paper: Callable[[Generation, Callable[[StreamReport], None]], OrderPort] | None,
        generations: Callable[[], Generation],
        settings: BrokerSettings,
        jitter: Callable[[], float],
        log: EventLog,
    ) -> None:
        super().__init__(context)
        self._factory = factory
        self._paper = paper
        self._generations = generations
        self._settings = settings
        self._jitter = jitter
        self._log = log
        self._connection = Connection()
        self._generation = Generation(0)
        self._port: BrokerPort | None = None
        self._skewed = False
        self._watchers: dict[ConId, tuple[OptionContract, set[str]]] = {}
        self._book: BookReport | None = None
        self._requests = 0
        self._asked_books = 0
        self._lanes = Lanes(self.clock, self.timers, settings.pacing)
        self._router = Router(self.directory, self.clock, log)
        self._desk = OrderDesk(self.directory, self.clock, self._lanes, settings.read_only, log)

    async def prepare(self) -> None:
        """Begin to connect; whoever needs the broker is told when it is ready."""
        self._advance(ConnectRequested())
        self.timers.start("health", self._settings.probe_every_seconds, Wake(what="health"))

    def on_stop(self) -> None:
        """Hang up; what rests at the broker stays there."""
        self._advance(StopRequested())

    def on_fence(self) -> None:
        """Hang up when made inert: the successor needs the client id."""
        port, self._port = self._port, None
        if port is not None:
            port.disconnect()

    def receive(self, message: Any) -> Any:
        """Answer requests with a report or RequestFailed; send orders; stream to watchers."""
        match message:
            case SubmitOrders():
                self._desk.submit(message, ready=self.ready, entries=self.ready and not self._skewed)
            case ModifyOrder() | CancelOrder():
                self._desk.change(message, ready=self.ready)
            case WatchQuote():
                self._watch(message)
            case UnwatchQuote():
                self._unwatch(message)
            case AskPhase():
                return self._connection.phase.value
            case AskTraffic():
                return Traffic(requests=self._requests, subscriptions=len(self._watchers), waiting=len(self._lanes))
            case Wake():
                return self._woken(message.what)
            case _ if isinstance(message, DATA):
                return self._serve(message)
            case _:
                pass
        return None

    @property
    def ready(self) -> bool:
        """Return whether the broker is connected and its book known."""
        return self._connection.phase is Phase.READY

    # Requests

    async def _serve(self, message: Any) -> Any:
        port = self._port
        if port is None or not self.ready:
            return RequestFailed(failure=Failure.DISCONNECTED, text=f"the connection is {self._connection.phase.value}")
        item = _item_of(message)
        if not await self._lanes.turn(item):
            return RequestFailed(failure=Failure.DISCONNECTED, text="the connection ended while waiting")
        self._requests += 1
        try:
            return await self._asked(port, message)
        finally:
            self._lanes.finished(item)

    def _asked(self, port: BrokerPort, message: Any) -> Awaitable[Any]:
        match message:
            case RequestUnderlying():
                return port.underlying(message.symbol)
            case RequestBars():
                return port.bars(message)
            case RequestQuote():
                return port.quote(message.contract, message.timeout_seconds)
            case RequestChain():
                return port.chain(message.underlying)
            case RequestListed():
                return port.listed(message)
            case RequestBook():
                return self._orders(port).book(self._settings.book_timeout_seconds)
            case _:
                return port.account()

    def _orders(self, port: BrokerPort) -> OrderPort:
        return self._desk.port or port

    # Streams

    def _watch(self, message: WatchQuote) -> None:
        con_id = message.contract.con_id
        known = self._watchers.get(con_id)
        if known is None and len(self._watchers) >= self._settings.subscriptions_skip:
            self._log.emit("subscription_limit", subscriptions=len(self._watchers), contract=message.contract.label)
            return
        watchers = known[1] if known is not None else set()
        watchers.add(message.watcher)
        self._watchers[con_id] = (message.contract, watchers)
        if len(self._watchers) > self._settings.subscriptions_warn:
            self._log.emit("subscription_limit", subscriptions=len(self._watchers), contract=message.contract.label)
        if self.ready and self._port is not None:
            self._lanes.push(Item(lane=Lane.ACCOUNT), self._streaming(self._port, message.contract))

    def _streaming(self, port: BrokerPort, contract: OptionContract) -> Callable[[], None]:
        def start() -> None:
            if port is self._port and contract.con_id in self._watchers:
                port.watch(contract)

        return start

    def _unwatch(self, message: UnwatchQuote) -> None:
        known = self._watchers.get(message.con_id)
        if known is None:
            return
        known[1].discard(message.watcher)
        if not known[1]:
            del self._watchers[message.con_id]
            if self._port is not None:
                port, con_id = self._port, message.con_id
                self._lanes.push(Item(lane=Lane.ACCOUNT), lambda: port.unwatch(con_id))

    # Reports

    def _report(self, report: StreamReport) -> None:
        """Take one report of the library; runs on this actor's loop, between messages."""
        match report:
            case DisconnectedReport():
                if report.generation == self._generation:
                    self._advance(SocketClosed(reason=report.reason))
            case ConnectivityReport():
                if report.generation == self._generation:
                    self._connectivity(report)
            case _:
                if report.generation == self._generation:
                    self._router.route(report, self._watchers)

    def _connectivity(self, report: ConnectivityReport) -> None:
        self._log.emit("broker_message", code=report.code, text=report.text, generation=report.generation)
        if report.code == LOST_CODE:
            self._advance(GatewayLost())
        elif report.code in (LOST_STREAMS_CODE, RESTORED_CODE):
            self._advance(GatewayRestored(kept=report.code == RESTORED_CODE))

    # The connection

    def _advance(self, event: ConnectionEvent) -> None:
        before = self._connection.phase
        result = step(self._connection, event, self.clock.now(), self._jitter())
        self._connection = result.connection
        if result.connection.phase is not before:
            self._log.emit(
                "connection_state",
                state=result.connection.phase.value,
                reason=result.reason,
                generation=self._generation,
            )
        for effect in result.effects:
            self._perform(effect, result.backoff_seconds, result.reason)

    def _perform(self, effect: Effect, backoff_seconds: float, reason: str) -> None:
        match effect:
            case Effect.CONNECT:
                self.spawn(self._connect())
            case Effect.DISCONNECT:
                self._hang_up()
            case Effect.RESYNCHRONISE:
                self.spawn(self._resynchronise())
            case Effect.START_BACKOFF:
                self._hang_up()
                self.timers.start("retry", backoff_seconds, Wake(what="retry"))
            case Effect.RESUBSCRIBE:
                self._resubscribe()
            case Effect.ANNOUNCE_LOST:
                self._lanes.clear()
                self._broadcast(ConnectionLost(at=self.clock.now(), generation=self._generation, reason=reason))
            case Effect.ANNOUNCE_READY:
                self._announce_ready()

    async def _connect(self) -> None:
        self._generation = self._generations()
        port = self._factory(self._generation, self._report)
        self._port = port
        paper = self._paper(self._generation, self._report) if self._paper is not None else None
        self._desk.use(paper or port, paper)
        failed = await port.connect()
        if port is not self._port:
            port.disconnect()
        elif failed is None:
            self._advance(Connected())
        else:
            self._advance(ConnectFailed(reason=f"{failed.failure.value} {failed.text}".strip()))

    async def _resynchronise(self) -> None:
        port = self._port
        if port is None:
            return
        self._asked_books += 1
        number = self._asked_books
        self._lanes.restarted()
        await self._lanes.turn(Item(lane=Lane.ACCOUNT, messages=BOOK_MESSAGES))
        answer = await self._orders(port).book(self._settings.book_timeout_seconds)
        # An answer from before the newest loss may be old: only the newest question's counts.
        if number != self._asked_books or port is not self._port:
            return
        if isinstance(answer, BookReport):
            self._book = replace(answer, generation=self._generation)
            self._advance(BookReceived())
        else:
            self._advance(BookFailed(reason=f"{answer.failure.value} {answer.text}".strip()))

    def _announce_ready(self) -> None:
        if self._port is not None:
            self._port.watch_pnl()
        book = self._book
        assert book is not None, "the table announces ready after a book alone"
        self._log.emit(
            "reconciled",
            generation=self._generation,
            positions=len(book.positions),
            open_orders=len(book.open_orders),
            executions=len(book.executions),
        )
        self._broadcast(Resynchronised(at=self.clock.now(), generation=self._generation, book=book))

    def _broadcast(self, event: Resynchronised | ConnectionLost) -> None:
        for name in ("risk", "scheduler"):
            self.tell(name, event)
        self.directory.broadcast("oco:", event)

    def _resubscribe(self) -> None:
        if self._port is None:
            return
        for contract, _ in self._watchers.values():
            self._lanes.push(Item(lane=Lane.ACCOUNT), self._streaming(self._port, contract))

    def _hang_up(self) -> None:
        port, self._port = self._port, None
        self._lanes.clear()
        if port is not None:
            port.disconnect()

    # Health

    def _woken(self, what: str) -> Awaitable[None] | None:
        if what == "retry":
            self._advance(RetryDue())
        elif what == "pump":
            self._lanes.pump()
        elif what == "health":
            self.timers.start("health", self._settings.probe_every_seconds, Wake(what="health"))
            self._alarm()
            return self._probe()
        return None

    def _alarm(self) -> None:
        self._connection, loud = alarm(self._connection, self.clock.now(), self._settings.reset_windows)
        if loud:
            text = f"not connected since {self._connection.lost_at}"
            self.tell("alerts", SendAlert(kind="disconnected", text=text))

    async def _probe(self) -> None:
        """Ask the gateway's clock: whether it answers, and how far it is from ours."""
        port = self._port
        if port is None or not self.ready:
            return
        if not await self._lanes.turn(Item(lane=Lane.ACCOUNT)):
            return
        asked = self.clock.now()
        answer = await port.current_time(self._settings.probe_timeout_seconds)
        if port is not self._port:
            return
        if isinstance(answer, RequestFailed):
            self._advance(HealthFailed())
            return
        # The gateway says whole seconds: half of one is the best guess for the rest.
        theirs = answer + timedelta(seconds=0.5)
        middle = asked + (self.clock.now() - asked) / 2
        skew = (theirs - middle).total_seconds()
        skewed = abs(skew) > self._settings.clock_skew_seconds_max
        if skewed != self._skewed:
            limit = self._settings.clock_skew_seconds_max
            self._log.emit("clock_skew", skew_seconds=round(skew, 3), limit_seconds=limit)
        self._skewed = skewed


def _item_of(message: Any) -> Item:
    match message:
        case RequestUnderlying():
            return Item(lane=Lane.DETAILS, messages=1, symbol=message.symbol)
        case RequestBars():
            underlying = message.underlying
            key = f"{underlying.con_id} {message.bar_size} {message.duration} {message.what_to_show}"
            return Item(lane=Lane.HISTORY, symbol=underlying.symbol, key=key)
        case RequestQuote():
            return Item(lane=Lane.QUOTE, messages=2, symbol=message.contract.symbol)  # Asked for, then cancelled.
        case RequestChain():
            return Item(lane=Lane.DETAILS, symbol=message.underlying.symbol)
        case RequestListed():
            return Item(lane=Lane.DETAILS, messages=2, symbol=message.underlying.symbol)  # And its price grid.
        case RequestBook():
            return Item(lane=Lane.ACCOUNT, messages=BOOK_MESSAGES)
        case _:
            return Item(lane=Lane.ACCOUNT)
