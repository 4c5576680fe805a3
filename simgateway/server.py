"""The gateway: all its parts put together behind one protocol factory."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from simgateway.bells import Bells
from simgateway.books import Books, books_of
from simgateway.config import GatewayConfig
from simgateway.counters import Counters, count
from simgateway.data.catalogue import Catalogue
from simgateway.data.history import History
from simgateway.data.pulse import Pulse
from simgateway.data.streams import Streams
from simgateway.frames import FrameLog
from simgateway.market.base import Instrument, Market
from simgateway.market.clock import GatewayClock
from simgateway.protocol import responses
from simgateway.protocol.text import read_int
from simgateway.protocol.wire import Fields
from simgateway.router import routes
from simgateway.session import Session
from simgateway.sessions import Sessions
from simgateway.trading.account import Ledger
from simgateway.trading.desk import Desk
from simgateway.trading.exchange import Exchange
from simgateway.trading.families import Families
from simgateway.trading.feed import AccountFeed
from simgateway.trading.order_queries import OrderQueries
from simgateway.trading.orders import Execution
from simgateway.trading.registry import Registry
from simgateway.trading.reporter import Reporter

_FIRST_PERM_ID: Final = 1_400_000_000
_CLIENT_IN_USE: Final = "Unable to connect as the client id is already in use. Retry with a unique client id."
_TOO_FAST: Final = "Max rate of messages per second has been exceeded: max={limit}"
_WARNINGS_MOST: Final = 3
_ONE_SECOND: Final = timedelta(seconds=1)
_FARMS: Final = (
    (2104, "Market data farm connection is OK:usopt"),
    (2106, "HMDS data farm connection is OK:ushmds"),
    (2158, "Sec-def data farm connection is OK:secdefil"),
)


class Gateway:
    """A simulated IB gateway. Every method runs on the loop of its clock; nothing here starts a thread or sleeps.

    `protocol` makes one `asyncio.Protocol` per connection, for `loop.create_server` or a loop that hosts it.
    """

    def __init__(self, config: GatewayConfig, market: Market, clock: GatewayClock, frames: FrameLog) -> None:
        self.config = config
        self.clock = clock
        self.log = frames
        self._accepting = True
        self._market = market
        self._sessions = Sessions()
        self._ledger = Ledger(config.start_cash, cash_account=config.cash_account)
        self._registry = Registry(_FIRST_PERM_ID + (config.seed % 1000) * 100_000)
        self._pulse = Pulse(market, clock)
        reporter = Reporter(self._sessions, config.account)
        self._exchange = Exchange(
            config=config,
            clock=clock,
            pulse=self._pulse,
            registry=self._registry,
            ledger=self._ledger,
            reporter=reporter,
        )
        families = Families(config.children_on_partial, self._registry, self._exchange)
        self._desk = Desk(
            config=config,
            market=market,
            clock=clock,
            pulse=self._pulse,
            registry=self._registry,
            ledger=self._ledger,
            exchange=self._exchange,
            families=families,
            reporter=reporter,
        )
        self._feed = AccountFeed(config, clock, self._ledger)
        self._history = History(config, market, clock)
        self._streams = Streams(config, market, clock, self._pulse)
        self._bells = Bells(market, clock)
        catalogue = Catalogue(market, clock, config.seed)
        queries = OrderQueries(self._registry, clock, config.account)
        self._routes = routes(
            catalogue=catalogue,
            desk=self._desk,
            queries=queries,
            feed=self._feed,
            history=self._history,
            streams=self._streams,
        )
        self._wire_up()

    def protocol(self) -> asyncio.Protocol:
        """Return the protocol of one new connection."""
        return Session(self)

    def start(self) -> None:
        """Begin the trading day's bells; call it on the loop, before the first connection."""
        self._exchange.is_open = self._bells.is_open()
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

    def executions(self) -> tuple[Execution, ...]:
        """Return every fill since the start, oldest first."""
        return tuple(self._registry.executions)

    def close(self) -> None:
        """Cut all connections and stop every timer; the frame log stays open."""
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
        return self._sessions.add(session)

    def closed(self, session: Session) -> None:
        """Forget a connection and all it had open; its orders stay."""
        self._sessions.remove(session)
        for part in (self._feed, self._history, self._streams):
            part.forget(session)

    def received(self, session: Session, fields: Fields) -> None:
        """Answer a message; one that cannot be read or is not known is error 320."""
        self._sessions.count(session)
        if self.config.pacing and session.in_last_second > self.config.messages_per_second:
            self._slow_down(session)
            return
        try:
            self._answer(session, fields)
        except (ValueError, IndexError, ArithmeticError, KeyError) as error:
            text = f"Error reading request. Message {fields[0]}: {error}"
            session.send(responses.error(-1, 320, text, session.version))

    def _wire_up(self) -> None:
        self._exchange.after_booking.append(self._feed.on_booking)
        self._pulse.after.append(self._feed.on_quotes)
        self._bells.opened.append(self._open_session)
        self._bells.closed.append(self._close_session)
        self._bells.midnight.append(self._new_day)

    def _answer(self, session: Session, fields: Fields) -> None:
        if fields[0] == "71":
            self._start_api(session, fields)
        elif not session.is_started:
            session.abort()
        elif fields[0] == "17":
            session.send(responses.managed_accounts(self.config.account))
        elif fields[0] == "49":
            session.send(responses.current_time(self.clock.now()))
        else:
            self._routes[fields[0]](session, fields)

    def _start_api(self, session: Session, fields: Fields) -> None:
        client_id = read_int(fields[2])
        if self._sessions.of_client(client_id) is not None:
            session.send_and_close(responses.error(-1, 326, _CLIENT_IN_USE, session.version))
            return
        session.client_id = client_id
        session.send(
            responses.managed_accounts(self.config.account),
            responses.next_valid_id(self._registry.next_order_id(client_id)),
        )
        session.send(*(responses.error(-1, code, text, session.version) for code, text in _FARMS))

    def _slow_down(self, session: Session) -> None:
        """Drop one message too many in a second as IB does: error 100, and at the third time the connection ends."""
        now = self.clock.now()
        if session.warned_at is not None and now - session.warned_at < _ONE_SECOND:
            return
        session.warned_at = now
        session.warnings += 1
        text = _TOO_FAST.format(limit=self.config.messages_per_second)
        message = responses.error(-1, 100, text, session.version)
        if session.warnings < _WARNINGS_MOST:
            session.send(message)
        else:
            session.send_and_close(message)

    def _open_session(self, day: date) -> None:
        del day
        self._exchange.open_session()
        self._pulse.wake()

    def _close_session(self, day: date) -> None:
        self._exchange.close_session(day)
        expiring = [row.instrument for row in self._ledger.holdings.values() if row.instrument.expiry == day]
        for instrument in expiring:
            self._settle(instrument, day)
        self._ledger.previous_equity = self._ledger.equity_with_loan
        self._pulse.wake()

    def _settle(self, instrument: Instrument, day: date) -> None:
        """Turn an expired option into its intrinsic value in cash, by the close of its underlying."""
        close = self._market.settle_price(instrument.symbol, day) or Decimal(0)
        strike = instrument.strike or Decimal(0)
        intrinsic = max(Decimal(0), close - strike if instrument.right == "C" else strike - close)
        quantity = self._ledger.quantity(instrument.con_id)
        self._ledger.settle(instrument.con_id, intrinsic * quantity * instrument.multiplier)
        self._pulse.drop(instrument.con_id, "held")
        self._feed.on_booking(instrument)

    def _new_day(self, day: date) -> None:
        del day
        self._ledger.new_day()
