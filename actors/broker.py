"""BrokerActor: the one door to the broker. Owns the link, the lanes, the desk for orders, and who hears what.

Runs on a loop of its own, on which the library lives; handlers overlap. What is decided here is decided by the tables
of ``domain.connection`` and ``domain.pacing``.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, get_args

from actors.base import Actor
from actors.broker_items import Request, item_of
from actors.broker_lanes import Lanes, Turn
from actors.broker_link import Link, LinkParts, LinkSettings, PaperFactory
from actors.broker_orders import OrderDesk
from actors.broker_reports import Router
from actors.runtime.context import Context
from domain.commands import (
    AskPhase,
    AskTraffic,
    CancelOrder,
    ModifyOrder,
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
from domain.connection_table import ConnectRequested, RetryDue, SocketClosed, StopRequested
from domain.contracts import OptionContract
from domain.events import ConnectionLost, Resynchronised
from domain.ids import ConId, Generation
from domain.pacing import Item, Lane, PacingLimits
from domain.ports import BrokerFactory, BrokerPort, EventLog
from domain.reports import (
    ConnectivityReport,
    DisconnectedReport,
    Failure,
    RequestFailed,
    StreamReport,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """What the actor itself goes by; seconds by the bot's clock."""

    read_only: bool
    pacing: PacingLimits
    link: LinkSettings
    probe_every_seconds: float = 15
    subscriptions_warn: int = 20
    subscriptions_skip: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerParts:
    """Where connections come from. ``paper`` is the dry-run ledger; None sends orders to the broker."""

    factory: BrokerFactory
    paper: PaperFactory | None
    generations: Callable[[], Generation]
    jitter: Callable[[], float]


class BrokerActor(Actor):
    """Data requests wait their turn in the lanes; orders go first; every answer is a value."""

    def __init__(self, context: Context, *, parts: BrokerParts, settings: BrokerSettings, log: EventLog) -> None:
        super().__init__(context)
        self._settings = settings
        self._log = log
        self._watchers: dict[ConId, tuple[OptionContract, set[str]]] = {}
        self._requests = 0
        self._lanes = Lanes(self.clock, self.timers, settings.pacing)
        self._router = Router(self.directory, log)
        blocked = settings.read_only and parts.paper is None
        self._desk = OrderDesk(
            self.directory,
            self.clock,
            self._lanes,
            log,
            read_only=blocked,
            ready=lambda: self._link.ready,
            skewed=lambda: self._link.skewed,
        )
        self._link = Link(
            settings.link,
            LinkParts(
                clock=self.clock,
                timers=self.timers,
                lanes=self._lanes,
                log=log,
                factory=parts.factory,
                paper=parts.paper,
                generations=parts.generations,
                jitter=parts.jitter,
                sink=self._hear,
                spawn=self.spawn,
                changed=self._desk.use,
                announce=self._announce,
                resubscribe=self._resubscribe,
            ),
        )

    async def on_start(self) -> None:
        """Begin to connect; whoever needs the broker is told when it is ready."""
        self._link.advance(ConnectRequested())
        self.timers.start("health", self._settings.probe_every_seconds, Wake(what="health"))

    def on_stop(self) -> None:
        """Hang up; what rests at the broker stays there."""
        self._link.advance(StopRequested())

    def on_failure(
        self,
        exception_type: type[BaseException] | None,
        exception_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Hang up when it died: the successor needs the client id."""
        del exception_type, exception_value, traceback
        self._link.drop()

    def on_fence(self) -> None:
        """Hang up when made inert: the successor needs the client id."""
        self._link.drop()

    def receive(self, message: Any) -> Any:
        """Answer requests with a report or RequestFailed; send orders; stream to watchers."""
        match message:
            case SubmitOrders():
                self._desk.submit(message)
            case ModifyOrder() | CancelOrder():
                self._desk.change(message)
            case WatchQuote():
                self._watch(message)
            case UnwatchQuote():
                self._unwatch(message)
            case AskPhase():
                return self._link.phase.value
            case AskTraffic():
                return self._traffic()
            case Wake():
                return self._woken(message.what)
            case _ if isinstance(message, get_args(Request)):
                return self._serve(message)
            case _:
                pass
        return None

    async def _serve(self, message: Request) -> Any:
        port = self._link.port
        if port is None or not self._link.ready:
            return RequestFailed(failure=Failure.DISCONNECTED, text=f"the connection is {self._link.phase.value}")
        item = item_of(message)
        turn = await self._lanes.turn(item)
        if turn is not Turn.GRANTED:
            failure = Failure.TIMED_OUT if turn is Turn.TIMED_OUT else Failure.DISCONNECTED
            return RequestFailed(failure=failure, text=turn.value)
        self._requests += 1
        try:
            return await self._asked(port, message)
        finally:
            self._lanes.finished(item)

    def _traffic(self) -> Traffic:
        return Traffic(
            requests=self._requests,
            subscriptions=len(self._watchers),
            waiting={lane.name.lower(): count for lane, count in sorted(self._lanes.lengths().items())},
            waits_seconds={
                lane.name.lower(): round(wait, 3) for lane, wait in sorted(self._lanes.take_waits().items())
            },
        )

    def _asked(self, port: BrokerPort, message: Request) -> Awaitable[Any]:
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
                return (self._link.orders or port).book(self._settings.link.book_timeout_seconds)
            case _:
                return port.account()

    def _watch(self, message: WatchQuote) -> None:
        """Add a watcher; the first one of a contract subscribes to it, up to the limit."""
        con_id = message.contract.con_id
        known = self._watchers.get(con_id)
        count = len(self._watchers)
        if known is None and count >= self._settings.subscriptions_warn:
            self._log.emit("subscription_limit", subscriptions=count, contract=message.contract.label)
        if known is None and count >= self._settings.subscriptions_skip:
            text = f"{message.contract.label}: no quotes for its guard, {count} contracts stream already"
            self.tell("alerts", SendAlert(kind="subscriptions", text=text, level="CRITICAL"))
            return
        watchers = known[1] if known is not None else set()
        watchers.add(message.watcher)
        self._watchers[con_id] = (message.contract, watchers)
        if self._link.ready and self._link.port is not None:
            self._stream(self._link.port, message.contract)

    def _stream(self, port: BrokerPort, contract: OptionContract) -> None:
        def start() -> None:
            if port is self._link.port and contract.con_id in self._watchers:
                port.watch(contract)

        self._lanes.push(Item(lane=Lane.ACCOUNT), start)

    def _unwatch(self, message: UnwatchQuote) -> None:
        known = self._watchers.get(message.con_id)
        if known is None:
            return
        known[1].discard(message.watcher)
        port, con_id = self._link.port, message.con_id
        if known[1]:
            return
        del self._watchers[con_id]
        if port is not None:
            self._lanes.push(Item(lane=Lane.ACCOUNT), lambda: port.unwatch(con_id))

    def _resubscribe(self, port: BrokerPort) -> None:
        for contract, _ in self._watchers.values():
            self._stream(port, contract)

    def _hear(self, report: StreamReport) -> None:
        """Take one report of the library; what an older connection says is not heard."""
        if report.generation != self._link.generation:
            return
        match report:
            case DisconnectedReport():
                self._link.advance(SocketClosed(reason=report.reason))
            case ConnectivityReport():
                self._link.connectivity(report)
            case _:
                self._router.route(report, self._watchers)

    def _announce(self, event: Resynchronised | ConnectionLost) -> None:
        for name in ("risk", "scheduler"):
            if self.directory.address(name).is_alive:  # Not while the house is closing.
                self.tell(name, event)
        self.directory.broadcast("oco:", event)

    def _woken(self, what: str) -> Awaitable[None] | None:
        match what:
            case "retry":
                self._link.advance(RetryDue())
            case "pump":
                self._lanes.pump()
            case "health":
                self.timers.start("health", self._settings.probe_every_seconds, Wake(what="health"))
                lost = self._link.alarm()
                if lost is not None:
                    self.tell("alerts", SendAlert(kind="disconnected", text=lost))
                return self._link.probe()
            case _:
                pass
        return None
