"""The gateway: all its parts put together behind one protocol factory."""

import asyncio
from datetime import date, time, timedelta
from typing import Final

from simgateway.admission import Admission
from simgateway.bells import Bells
from simgateway.books import Books, books_of
from simgateway.config import GatewayConfig
from simgateway.counters import Counters, count
from simgateway.data.catalogue import Catalogue
from simgateway.data.history import History
from simgateway.data.more import MoreData
from simgateway.data.pulse import Pulse
from simgateway.data.rights import Rights
from simgateway.data.streams import Streams
from simgateway.faults.engine import Faults
from simgateway.frames import FrameLog
from simgateway.inbox import Inbox
from simgateway.market.base import Market
from simgateway.market.clock import GatewayClock
from simgateway.market.hours import at_new_york
from simgateway.protocol import responses
from simgateway.protocol.wire import Fields
from simgateway.router import routes
from simgateway.session import Session
from simgateway.sessions import Sessions
from simgateway.trading.account import Ledger
from simgateway.trading.by_hand import HAND_CLIENT
from simgateway.trading.commission import Tariff
from simgateway.trading.deliveries import Deliveries
from simgateway.trading.desk import Desk
from simgateway.trading.exchange import Exchange
from simgateway.trading.exercises import Exercises
from simgateway.trading.families import Families
from simgateway.trading.feed import AccountFeed
from simgateway.trading.order_queries import OrderQueries
from simgateway.trading.orders import Execution
from simgateway.trading.registry import Registry
from simgateway.trading.reporter import Reporter
from simgateway.trading.settlement import Settlement

_FIRST_PERM_ID: Final = 1_400_000_000


class Gateway:
    """A simulated IB gateway. Every method runs on the loop of its clock; nothing here starts a thread or sleeps.

    `protocol` makes one `asyncio.Protocol` per connection, for `loop.create_server` or a loop that hosts it.
    """

    def __init__(self, config: GatewayConfig, market: Market, clock: GatewayClock, frames: FrameLog) -> None:
        self.config = config
        self.clock = clock
        self.log = frames
        self.faults = Faults(self, clock, frames, config.seed, self._symbol_of)
        self._accepting = True
        self._market = market
        self._sessions = Sessions()
        tariff = Tariff(config.share_commission)
        self._ledger = Ledger(
            config.start_cash,
            cash_account=config.cash_account,
            tariff=tariff,
            writes_options=config.writes_options,
        )
        self._registry = Registry(_FIRST_PERM_ID + (config.seed % 1000) * 100_000)
        self._pulse = Pulse(market, clock)
        reporter = Reporter(self._sessions, config.account)
        self._exchange = Exchange(
            config=config,
            market=market,
            clock=clock,
            pulse=self._pulse,
            registry=self._registry,
            ledger=self._ledger,
            reporter=reporter,
        )
        self._desk = self._new_desk(reporter)
        self._feed = AccountFeed(config, clock, self._ledger)
        self._deliveries = Deliveries(
            config=config,
            market=market,
            clock=clock,
            ledger=self._ledger,
            registry=self._registry,
            pulse=self._pulse,
            sessions=self._sessions,
        )
        self._settlement = Settlement(config, market, self._ledger, self._pulse, self._deliveries)
        self.rights = Rights(config)
        self._history = History(config, market, clock, self._pulse, self.rights)
        self._streams = Streams(config, market, clock, self._pulse, self.rights)
        self._more_data = MoreData(config, market, clock, self._pulse, self.rights)
        self._bells = Bells(market, clock)
        self._catalogue = Catalogue(market, clock, config.seed)
        self._admission = Admission(config, clock, self._sessions, self._registry)
        self._inbox = self._new_inbox()
        self._wire_up()

    def protocol(self) -> asyncio.Protocol:
        """Return the protocol of one new connection."""
        return Session(self)

    def start(self) -> None:
        """Begin the trading day's bells; call it on the loop, before the first connection."""
        self._exchange.start()
        self._bells.start()

    @property
    def accepting(self) -> bool:
        """Return whether new connections are taken; `refuse` and `accept` change it."""
        return self._accepting

    def accept(self) -> None:
        """Take new connections again."""
        self._accepting = True

    def refuse(self) -> None:
        """Cut every new connection at once, as a gateway does that is restarting."""
        self._accepting = False

    def by_hand(self) -> tuple[Execution, ...]:
        """Return what no client traded: by orders that somebody placed in TWS itself, and by delivery."""
        return tuple(row for row in self._registry.executions if row.client_id == HAND_CLIENT)

    @property
    def desk(self) -> Desk:
        """Return the order desk, where orders can be placed and cancelled by hand as in TWS itself."""
        return self._desk

    def transfer(self, con_id: int, quantity: int) -> None:
        """Move a part of a position to another account, without an execution; ValueError when it is not held."""
        self._deliveries.transfer(con_id, quantity)

    def executions(self) -> tuple[Execution, ...]:
        """Return the fills of New York's day and of the day before, oldest first."""
        return tuple(self._registry.executions)

    def close(self) -> None:
        """Cut all connections and stop every timer; the frame log stays open."""
        self.faults.close()
        self.refuse()
        self.disconnect()
        self._bells.close()
        self._pulse.close()
        self._feed.close()
        self._desk.close()
        self._exchange.close()

    def disconnect(self, client_id: int | None = None) -> None:
        """Cut one client's connection, or all."""
        for session in self._sessions.all():
            if client_id is None or session.client_id == client_id:
                session.abort()

    def notify(self, code: int, text: str) -> None:
        """Send every client a notice that belongs to no request, such as 1100."""
        for session in self._sessions.all():
            if session.is_started:
                session.send(responses.error(-1, code, text, session.version))

    def books(self) -> Books:
        """Return the account as it is, positions at marks of this moment."""
        for holding in self._ledger.holdings.values():
            self._ledger.mark(holding.instrument.con_id, self._pulse.quote(holding.instrument))
        return books_of(self._ledger, self._registry)

    def counters(self) -> Counters:
        """Return what has been counted."""
        return count(self._sessions, self._streams, self._history)

    def opened(self, session: Session) -> int:
        """Take a new connection; return its number."""
        number = self._sessions.add(session)
        self.faults.opened(number)
        return number

    def closed(self, session: Session) -> None:
        """Forget a connection and all it had open; its orders stay."""
        self._sessions.remove(session)
        for part in (self._feed, self._history, self._streams, self._more_data, self._catalogue):
            part.forget(session)
        self.faults.closed(session)

    def received(self, session: Session, fields: Fields) -> None:
        """Take a message that came over a connection."""
        self._inbox.received(session, fields, self.faults)

    def handle(self, session: Session, fields: Fields) -> None:
        """Answer a message as if it came now; nothing counts it and no fault changes it."""
        if session.is_open:
            self._inbox.handle(session, fields)

    def overflowed(self, session: Session) -> None:
        """Count a client that was cut off because it left too much unread."""
        self._sessions.overflowed += 1
        waiting = str(session.buffered_bytes)
        now = self.clock.now()
        self.log.remark(now, "unread", waiting, connection=session.number, client_id=session.client_id)

    def sessions(self) -> tuple[Session, ...]:
        """Return the open connections, oldest first."""
        return self._sessions.all()

    def hold_client_id(self, client_id: int, seconds: float) -> None:
        """Answer 326 to a client id for so many simulated seconds, as after an unclean drop."""
        self._admission.hold(client_id, seconds)

    def warn_too_fast(self, session: Session, *, close: bool) -> None:
        """Send error 100, too many messages a second."""
        self._admission.warn(session, close=close)

    def drop_streams(self, session: Session) -> None:
        """Forget a connection's quote requests, as the real gateway does when data is lost (1101)."""
        self._streams.forget(session)
        self._more_data.forget(session)

    def _new_desk(self, reporter: Reporter) -> Desk:
        return Desk(
            config=self.config,
            market=self._market,
            clock=self.clock,
            pulse=self._pulse,
            registry=self._registry,
            ledger=self._ledger,
            exchange=self._exchange,
            families=Families(self.config.children_on_partial, self._registry, self._exchange),
            reporter=reporter,
        )

    def _new_inbox(self) -> Inbox:
        config, clock = self.config, self.clock
        exercises = Exercises(
            config=config,
            market=self._market,
            clock=clock,
            pulse=self._pulse,
            ledger=self._ledger,
            registry=self._registry,
            settlement=self._settlement,
            deliveries=self._deliveries,
        )
        table = routes(
            catalogue=self._catalogue,
            desk=self._desk,
            queries=OrderQueries(self._registry, clock, config.account, read_only=config.read_only),
            feed=self._feed,
            exercises=exercises,
            history=self._history,
            streams=self._streams,
            more_data=self._more_data,
        )
        return Inbox(
            config=config,
            clock=clock,
            log=self.log,
            sessions=self._sessions,
            admission=self._admission,
            routes=table,
        )

    def _symbol_of(self, con_id: int) -> str:
        instrument = self._market.by_con_id(con_id)
        return instrument.symbol if instrument else ""

    def _wire_up(self) -> None:
        self._exchange.after_booking.append(self._feed.on_booking)
        self._deliveries.after_booking.append(self._feed.on_booking)
        self._pulse.after.append(self._feed.on_quotes)
        self._bells.opened.append(self._open_session)
        self._bells.closed.append(self._close_session)
        self._bells.expired.append(self._end_options)
        self._bells.extended_opened.append(self._exchange.open_extended)
        self._bells.extended_closed.append(self._exchange.close_extended)
        self._bells.midnight.append(self._settlement.new_day)
        self._bells.midnight.append(self._forget)

    def _forget(self, day: date) -> None:
        """Let go of what was over before yesterday; clients are told of today's alone."""
        self._registry.forget(at_new_york(day - timedelta(days=1), time.min))

    def _open_session(self, day: date) -> None:
        del day
        self._streams.new_day()
        self._exchange.open_session()
        self._pulse.wake()

    def _end_options(self, day: date) -> None:
        """Settle the day's options while their market goes on: one that is always open closes at midnight."""
        self._exchange.close_options(day)
        self._settlement.close_day(day)
        self._pulse.wake()

    def _close_session(self, day: date) -> None:
        self._exchange.close_session(day)
        self._settlement.close_day(day)
        self._pulse.wake()
