"""BrokerActor: the one door to the broker. Owns the link, the lanes, the desk for orders, and who hears what.

Runs on a loop of its own, on which the library lives; handlers overlap. What is decided here is decided by the tables
of ``domain.connection`` and ``domain.pacing``.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from types import TracebackType
from typing import Any, Final, get_args

from actors.base import Actor
from actors.broker_health import LOOK_SECONDS, Health
from actors.broker_items import Request
from actors.broker_lanes import Lanes
from actors.broker_link import Link, LinkParts, LinkSettings, PaperFactory
from actors.broker_orders import OrderDesk
from actors.broker_probe import EntitlementProbe
from actors.broker_questions import Questions
from actors.broker_reports import Router
from actors.broker_streams import StreamLimits, Streams
from actors.loss_latch import LossLatch
from actors.runtime.context import Context
from domain.clock_skew import ClockCompared
from domain.commands import (
    AskPhase,
    AskTraffic,
    CancelOrder,
    ModifyOrder,
    SendAlert,
    SubmitOrders,
    Traffic,
    UnwatchQuote,
    Wake,
    WatchQuote,
)
from domain.connection_reports import ConnectivityReport, DisconnectedReport, UnknownCodeReport
from domain.connection_table import ConnectRequested, RetryDue, SocketClosed, StopRequested
from domain.control import nothing_forbids
from domain.entitlements import RECOVERED_CODES, Access, Data, access_of, access_of_type
from domain.events import ConnectionLost, Resynchronised
from domain.ids import Generation, Symbol
from domain.pacing import PacingLimits
from domain.ports import BrokerFactory, EventLog, ListingCachePort
from domain.reports import (
    Failure,
    QuoteReport,
    RequestFailed,
    StreamReport,
)
from domain.trading_day import Calendar, new_york

REQUESTS: Final = get_args(Request)
AT_ONCE_SECONDS = 10.0  # For what only queues an order, or begins or ends a stream: it waits for nobody.


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """What the actor itself goes by; seconds by the bot's clock."""

    read_only: bool
    pacing: PacingLimits
    link: LinkSettings
    probe_every_seconds: float = 15
    streams: StreamLimits = field(default_factory=StreamLimits)
    probe_symbol: Symbol | None = None  # Whose share and option show which market data is ours.


async def nobody() -> bool:
    """Answer no knock: only the back-off says when to try again."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerParts:
    """Where connections come from. ``paper`` is the dry-run ledger; None sends orders to the broker."""

    factory: BrokerFactory
    paper: PaperFactory | None
    generations: Callable[[], Generation]
    jitter: Callable[[], float]
    listings: ListingCachePort
    calendar: Calendar
    knock: Callable[[], Awaitable[bool]] = nobody  # Whether a gateway answers at all, asked while backing off.
    forbids: Callable[[], str] = nothing_forbids  # Why the operator's order lets nothing be opened.
    latch: LossLatch = field(default_factory=LossLatch)  # Nor does the day's loss, once it is reached.


class BrokerActor(Actor):
    """Data requests wait their turn in the lanes; orders go first; every answer is a value."""

    def __init__(self, context: Context, *, parts: BrokerParts, settings: BrokerSettings, log: EventLog) -> None:
        super().__init__(context)
        self._settings = settings
        self._log = log
        self._lanes = Lanes(self.clock, self.timers, settings.pacing)
        self._router = Router(self.directory, log)
        self._unknown_codes: dict[int, date] = {}  # The New York day on which each was said.
        self._health = Health(self.clock, parts.calendar, settings.probe_every_seconds)
        self._streams = Streams(
            clock=self.clock,
            lanes=self._lanes,
            log=log,
            limits=settings.streams,
            link=lambda: self._link,
            alert=self._alert,
        )
        self._questions = Questions(
            clock=self.clock,
            lanes=self._lanes,
            log=log,
            cache=parts.listings,
            link=lambda: self._link,
            book_timeout_seconds=settings.link.book_timeout_seconds,
            alert=self._alert,
        )
        self._probe = EntitlementProbe(
            clock=self.clock,
            symbol=settings.probe_symbol,
            answer=self._questions.answer,
            entitlements=lambda: self._questions.entitlements,
        )
        blocked = settings.read_only and parts.paper is None
        self._desk = OrderDesk(
            self.directory,
            self.clock,
            self._lanes,
            log,
            read_only=blocked,
            ready=lambda: self._link.ready,
            skewed=lambda: self._link.skewed,
            forbids=lambda: parts.forbids() or parts.latch.forbids(),
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
                compared=self._tell_clock,
                resubscribe=self._streams.resubscribe,
                knock=parts.knock,
            ),
        )

    async def on_start(self) -> None:
        """Begin to connect; whoever needs the broker is told when it is ready."""
        self._link.advance(ConnectRequested())
        self.timers.start("health", LOOK_SECONDS, Wake(what="health"))

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
        """Hang up when made inert: the successor needs the client id.

        Whoever fences may be on another thread, and the socket belongs to this loop's, as the successor will.
        """
        self._host.post(self._link.drop)

    def receive(self, message: Any) -> Any:
        """Answer requests with a report or RequestFailed; send orders; stream to watchers."""
        match message:
            case SubmitOrders():
                self._desk.submit(message)
            case ModifyOrder() | CancelOrder():
                self._desk.change(message)
            case WatchQuote():
                self._streams.watch(message)
            case UnwatchQuote():
                self._streams.unwatch(message)
            case AskPhase():
                return self._link.phase.value
            case AskTraffic():
                return self._traffic()
            case Wake():
                return self._woken(message.what)
            case _ if isinstance(message, REQUESTS):
                return self._questions.answer(message)
            case _:
                pass
        return None

    def deadline_seconds(self, message: Any) -> float:
        """Return how long a handler may be at it; only what is answered, or looks after the link, may wait for long."""
        patient = super().deadline_seconds(message)
        return patient if isinstance(message, (*REQUESTS, Wake)) else min(AT_ONCE_SECONDS, patient)

    def _traffic(self) -> Traffic:
        return Traffic(
            requests=self._questions.asked,
            subscriptions=len(self._streams),
            waiting={lane.name.lower(): count for lane, count in sorted(self._lanes.lengths().items())},
            waits_seconds={
                lane.name.lower(): round(wait, 3) for lane, wait in sorted(self._lanes.take_waits().items())
            },
        )

    def _hear(self, report: StreamReport) -> None:
        """Take one report of the library; what an older connection says is not heard."""
        if report.generation != self._link.generation:
            return
        self._health.heard()
        match report:
            case DisconnectedReport():
                self._link.advance(SocketClosed(reason=report.reason))
            case ConnectivityReport():
                self._link.connectivity(report)
                self._note_code(report)
            case UnknownCodeReport():
                self._say_unknown(report)
            case _:
                self._note(report)
                self._router.route(report, self._streams.watchers)

    def _note(self, report: StreamReport) -> None:
        if isinstance(report, QuoteReport):
            self._streams.heard(report.quote.con_id)
            self._questions.learn(Data.OPTION, access_of_type(report.quote.market_data_type))

    def _note_code(self, report: ConnectivityReport) -> None:
        """Learn from a refused stream; doubt every refusal once the way to the data is back."""
        if report.denied is not None:
            failure = RequestFailed(failure=Failure.NOT_SUBSCRIBED, code=report.code)
            self._questions.learn(Data.OPTION, access_of(failure) or Access.NONE, report.code)
        elif report.code in RECOVERED_CODES:
            self._questions.doubt()
            self._probe.soon()

    def _say_unknown(self, report: UnknownCodeReport) -> None:
        """Write a code that our table lacks into the log, once a day each."""
        day = new_york(report.at).date()
        if self._unknown_codes.get(report.code) != day:
            self._unknown_codes[report.code] = day
            self._log.emit("unknown_code", code=report.code, text=report.text, generation=report.generation)

    def _alert(self, alert: SendAlert) -> None:
        self.tell("alerts", alert)

    def _announce(self, event: Resynchronised | ConnectionLost) -> None:
        for name in ("risk", "scheduler", "brackets"):
            if self.directory.address(name).is_alive:  # Not while the house is closing.
                self.tell(name, event)
        self.directory.broadcast("oco:", event)

    def _tell_clock(self, found: ClockCompared) -> None:
        if self.directory.address("risk").is_alive:  # Not while the house is closing.
            self.tell("risk", found)

    def _look_after(self) -> Awaitable[None] | None:
        self._streams.check(in_session=self._health.in_session)
        if self._link.ready and self._probe.due:
            self.spawn(self._probe.run())
        return self._link.probe() if self._health.due() else None

    def _woken(self, what: str) -> Awaitable[None] | None:
        match what:
            case "retry":
                self._link.advance(RetryDue())
            case "knock":
                return self._link.knock()
            case "pump":
                self._lanes.pump()
            case "health":
                self.timers.start("health", LOOK_SECONDS, Wake(what="health"))
                lost = self._link.alarm()
                if lost is not None:
                    self.tell("alerts", SendAlert(kind="disconnected", text=lost))
                return self._look_after()
            case _:
                pass
        return None
