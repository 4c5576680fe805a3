"""What the core needs from outside, as Protocols. Adapters live in ``broker/`` and ``ops/``."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Protocol

from domain.commands import RequestBars, RequestListed
from domain.contracts import Contract, OptionContract, Underlying
from domain.events import Journaled
from domain.ids import ConId, Generation, IntentId, OrderRef, Symbol
from domain.order_specs import OrderSpec
from domain.reports import (
    AccountReport,
    BarsReport,
    BookReport,
    ChainReport,
    HoldingsReport,
    ListedReport,
    Listing,
    RequestFailed,
    SnapshotReport,
    StreamReport,
    UnderlyingReport,
)


class Clock(Protocol):
    """The one clock."""

    def now(self) -> datetime:
        """Return aware UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        ...


class EventLog(Protocol):
    """Where events go for the operator; never blocks, never raises for a full queue."""

    def emit(self, event: str, /, **fields: object) -> None:
        """Write one line of the catalogue's event with its fields."""
        ...


class JournalPort(Protocol):
    """The state on disk. Called by the journal actor alone, on its own thread."""

    def append(self, stream: str, records: Sequence[Journaled]) -> None:
        """Write durably, all or nothing. Raises StoreError."""
        ...

    def read(self, stream: str) -> tuple[Journaled, ...]:
        """Return the stream, oldest first. Raises StoreError."""
        ...

    def open_intents(self) -> tuple[IntentId, ...]:
        """Return intents planned and not closed, oldest first. Raises StoreError."""
        ...


class AlertPort(Protocol):
    """How the operator is reached."""

    async def send(self, title: str, body: str) -> bool:
        """Return whether at least one channel took it; retries inside; never raises."""
        ...


class OrderPort(Protocol):
    """Where orders go: the broker, or the paper ledger in dry-run. Called on the broker's loop alone.

    ``place``, ``modify`` and ``cancel`` hand the bytes over before they return and answer only by reports.
    """

    def place(self, order: OrderSpec) -> None:
        """Send a new order. Raises BrokerUnavailableError when nothing was sent."""
        ...

    def modify(self, order: OrderSpec) -> None:
        """Send a changed order under the same ref. Raises BrokerUnavailableError when nothing was sent."""
        ...

    def cancel(self, ref: OrderRef) -> None:
        """Ask to cancel. Raises BrokerUnavailableError when nothing was sent."""
        ...

    async def book(self, timeout_seconds: float) -> BookReport | RequestFailed:
        """Ask afresh for positions, open orders and executions; all must answer."""
        ...

    async def holdings(self, timeout_seconds: float) -> HoldingsReport | RequestFailed:
        """Ask afresh for positions and everybody's open orders alone; both must answer."""
        ...


class DataPort(Protocol):
    """One connection to the broker. A new object per generation; all methods on the broker's loop alone."""

    @property
    def generation(self) -> Generation:
        """Return the number of this connection."""
        ...

    async def connect(self) -> RequestFailed | None:
        """Connect and log on; None is success."""
        ...

    def disconnect(self) -> None:
        """Close the socket; no report follows."""
        ...

    async def current_time(self, timeout_seconds: float) -> datetime | RequestFailed:
        """Ask the gateway's clock, aware UTC, whole seconds. One at a time."""
        ...

    async def underlying(self, symbol: Symbol) -> UnderlyingReport | RequestFailed:
        """Return the stock that a symbol means."""
        ...

    async def bars(self, request: RequestBars) -> BarsReport | RequestFailed:
        """Return bars; no bars at all is a failure."""
        ...

    async def quote(self, contract: Contract, timeout_seconds: float) -> SnapshotReport | RequestFailed:
        """Return one quote as soon as bid, ask and both sizes arrived, or what there is at the end."""
        ...

    async def chain(self, underlying: Underlying) -> ChainReport | RequestFailed:
        """Return the standard class's expiries and strikes."""
        ...

    async def listed(self, request: RequestListed) -> ListedReport | RequestFailed:
        """Return the contracts of one expiry and right, each with its price grid."""
        ...

    async def account(self) -> AccountReport | RequestFailed:
        """Return the account's values."""
        ...

    def watch_pnl(self) -> None:
        """Stream PnlReports."""
        ...

    def watch(self, contract: OptionContract) -> None:
        """Stream QuoteReports of a contract; idempotent."""
        ...

    def unwatch(self, con_id: ConId) -> None:
        """Stop streaming; idempotent."""
        ...

    def watched(self) -> tuple[ConId, ...]:
        """Return what streams now, from our own book."""
        ...


class BrokerPort(DataPort, OrderPort, Protocol):
    """The whole broker."""


class ListingCachePort(Protocol):
    """What is listed, kept for a New York day beyond the process."""

    def get(self, day: date, key: str) -> Listing | None:
        """Return what was put for this day. Raises StoreError."""
        ...

    def put(self, day: date, key: str, listing: Listing) -> None:
        """Keep a listing for this day. Raises StoreError when only memory has it."""
        ...


ReportSink = Callable[[StreamReport], None]
Later = Callable[[Callable[[], None]], None]
"""Sends one message more, such as a cancel, when the budget has room for it; a request's first ones are paid for."""
BrokerFactory = Callable[[Generation, ReportSink, Later], BrokerPort]
