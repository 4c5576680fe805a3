"""The broker behind its port: one connection, made of parts that each know one kind of request."""

from collections.abc import Callable
from datetime import datetime

from broker.ib.account import Account
from broker.ib.book import Book
from broker.ib.chain import Listings
from broker.ib.config import IbConfig
from broker.ib.contract_cache import ContractCache
from broker.ib.error_codes import TABLE, ConnectionEffect, ends_request, request_failure, row_of
from broker.ib.history import History
from broker.ib.library import Library, new_gateway
from broker.ib.line import Line
from broker.ib.orders import Orders
from broker.ib.quotes import Quotes
from broker.ib.session import Session
from domain.commands import RequestBars, RequestListed
from domain.connection_reports import ConnectivityReport, DisconnectedReport, UnknownCodeReport
from domain.contracts import Contract, OptionContract, Underlying
from domain.ids import ConId, Generation, OrderRef, Symbol
from domain.order_specs import OrderSpec
from domain.ports import BrokerFactory, Clock, Later, ReportSink
from domain.reports import (
    AccountReport,
    BarsReport,
    BookReport,
    ChainReport,
    Failure,
    HoldingsReport,
    ListedReport,
    RequestFailed,
    SnapshotReport,
    StreamReport,
    UnderlyingReport,
)


def _now(send: Callable[[], None]) -> None:
    """Send at once: whoever asks one thing at a time needs no budget."""
    send()


NO_ID = 0  # Errors with a number below 1 name no request.


class IbBroker:
    """``BrokerPort`` on one connection. A new object per generation; everything on the broker's loop alone.

    Server messages go to the sink inside the socket's callback: the sink must only put them away.
    """

    def __init__(
        self,
        config: IbConfig,
        clock: Clock,
        generation: Generation,
        sink: ReportSink,
        later: Later = _now,
        *,
        library: Library = new_gateway,
    ) -> None:
        line = self._line = Line(config=config, clock=clock, generation=generation, sink=sink, later=later)
        cache = ContractCache()
        self._session = Session(line)
        self._book = Book(line)
        self._orders = Orders(line, cache, self._book)
        self._quotes = Quotes(line, cache)
        self._history = History(line, cache)
        self._listings = Listings(line)
        self._account = Account(line)
        parts = (
            self._session,
            self._book,
            self._orders,
            self._quotes,
            self._history,
            self._listings,
            self._account,
        )
        handlers: dict[str, Callable[..., object]] = {"error": self._on_error}
        for part in parts:
            handlers.update(part.handlers())
        line.gateway = library(handlers, config.timezone_tws)

    @property
    def generation(self) -> Generation:
        """Return the number of this connection."""
        return self._line.generation

    @property
    def server_version(self) -> int:
        """Return the protocol version agreed upon; 0 before."""
        return int(self._line.client.serverVersion()) if self._line.client.isReady() else 0

    @property
    def in_flight(self) -> int:
        """Return how many requests wait for an answer, bars and contract details apart."""
        return len(self._line.requests)

    async def connect(self) -> RequestFailed | None:
        """Connect and log on; None is success. Nothing is asked for yet."""
        failure = await self._session.log_on()
        if failure is not None:
            self.disconnect()
            return failure
        self._line.client.apiEnd += self._on_lost
        if self._line.config.market_data_type != 1:
            self._line.client.reqMarketDataType(self._line.config.market_data_type)
        return None

    def disconnect(self) -> None:
        """Close the socket and fail what waits; no report follows."""
        self._line.sink = _silent
        self._end("disconnected")
        self._line.client.disconnect()
        self._line.gateway.wrapper.connectionClosed()  # Or the library's own waiters would wait for ever.

    async def current_time(self, timeout_seconds: float) -> datetime | RequestFailed:
        """Ask the gateway's clock, aware UTC, whole seconds."""
        return await self._account.time(timeout_seconds)

    async def underlying(self, symbol: Symbol) -> UnderlyingReport | RequestFailed:
        """Return the stock that a symbol means."""
        return await self._listings.underlying(symbol)

    async def bars(self, request: RequestBars) -> BarsReport | RequestFailed:
        """Return bars; no bars at all is a failure."""
        return await self._history.bars(request)

    async def quote(self, contract: Contract, timeout_seconds: float) -> SnapshotReport | RequestFailed:
        """Return one quote as soon as bid, ask and both sizes arrived, or what there is at the end."""
        return await self._quotes.snapshot(contract, timeout_seconds)

    async def chain(self, underlying: Underlying) -> ChainReport | RequestFailed:
        """Return the standard class's expiries and strikes."""
        return await self._listings.chain(underlying)

    async def listed(self, request: RequestListed) -> ListedReport | RequestFailed:
        """Return the contracts of one expiry and right, each with its price grid."""
        return await self._listings.listed(request)

    async def account(self) -> AccountReport | RequestFailed:
        """Return the account's values in USD."""
        return await self._account.values()

    def watch_pnl(self) -> None:
        """Stream PnlReports."""
        self._account.watch_pnl()

    def watch(self, contract: OptionContract) -> None:
        """Stream QuoteReports of a contract; idempotent."""
        self._quotes.watch(contract)

    def unwatch(self, con_id: ConId) -> None:
        """Stop streaming; idempotent."""
        self._quotes.unwatch(con_id)

    def watched(self) -> tuple[ConId, ...]:
        """Return what streams now, from our own book."""
        return self._quotes.watched()

    def place(self, order: OrderSpec) -> None:
        """Write a new order to the socket. Raises BrokerUnavailableError when nothing was sent."""
        self._orders.place(order)

    def modify(self, order: OrderSpec) -> None:
        """Write a changed order to the socket. Raises BrokerUnavailableError when nothing was sent."""
        self._orders.modify(order)

    def cancel(self, ref: OrderRef) -> None:
        """Write a cancel to the socket. Raises BrokerUnavailableError when nothing was sent."""
        self._orders.cancel(ref)

    async def book(self, timeout_seconds: float) -> BookReport | RequestFailed:
        """Ask afresh for positions, open orders and executions; all must answer, each within the limit."""
        return await self._book.read(timeout_seconds)

    async def holdings(self, timeout_seconds: float) -> HoldingsReport | RequestFailed:
        """Ask afresh for positions and our open orders alone; both must answer, each within the limit."""
        return await self._book.glance(timeout_seconds)

    def _on_error(self, request_id: int, code: int, text: str, *_: str) -> None:
        self._session.on_error(code, text)
        if code not in TABLE:
            now = self._line.clock.now()
            self._line.sink(UnknownCodeReport(generation=self.generation, at=now, code=code, text=text))
        if row_of(code).connection is not ConnectionEffect.NONE:
            self._report_connectivity(request_id, code, text)
        if self._orders.owns(request_id):
            self._orders.on_error(request_id, code, text)
        elif self._quotes.owns(request_id):
            self._quotes.on_error(request_id, code, text)
        elif ends_request(code) and request_id < NO_ID:
            self._line.requests.settle_nameless(request_failure(code, text))
        elif ends_request(code):
            self._line.requests.settle(request_id, request_failure(code, text))
        if row_of(code).connection is ConnectionEffect.RESTORED_DATA_LOST:
            self._quotes.forget()  # Whoever watches asks again, at the pace of the lanes.
            self._account.forget()

    def _report_connectivity(self, request_id: int, code: int, text: str) -> None:
        is_denial = row_of(code).connection is ConnectionEffect.DATA_DENIED
        report = ConnectivityReport(
            generation=self.generation,
            at=self._line.clock.now(),
            code=code,
            text=text,
            denied=self._quotes.stream_of(request_id) if is_denial else None,
        )
        self._line.sink(report)

    def _on_lost(self) -> None:
        reason = self._session.last_words or "the socket is gone"
        self._end(reason)
        self._line.sink(DisconnectedReport(generation=self.generation, at=self._line.clock.now(), reason=reason))

    def _end(self, reason: str) -> None:
        self._line.requests.settle_all(RequestFailed(failure=Failure.DISCONNECTED, text=reason))
        self._quotes.forget()


def ib_factory(config: IbConfig, clock: Clock) -> BrokerFactory:
    """Return what makes one connection per generation."""

    def make(generation: Generation, sink: ReportSink, later: Later) -> IbBroker:
        return IbBroker(config, clock, generation, sink, later)

    return make


def _silent(_: StreamReport) -> None:
    """Hear nothing: this connection is over."""
