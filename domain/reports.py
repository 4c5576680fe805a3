"""Everything the broker can claim. May be late, repeated, out of order or missing; ``domain`` turns it into events."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from domain.bars import Bar
from domain.connection_reports import ConnectivityReport, DisconnectedReport, UnknownCodeReport
from domain.contracts import Chain, Contract, OptionContract, Right, Underlying
from domain.ids import ConId, ExecId, Generation, OrderId, OrderRef, PermId, Symbol
from domain.quotes import Quote


class Side(StrEnum):
    """Which way an order or a fill goes."""

    BUY = "BUY"
    SELL = "SELL"


class BrokerStatus(StrEnum):
    """An order's state in the broker's own words (message 3 of the protocol)."""

    PENDING_SUBMIT = "PendingSubmit"
    PRE_SUBMITTED = "PreSubmitted"
    SUBMITTED = "Submitted"
    PENDING_CANCEL = "PendingCancel"
    CANCELLED = "Cancelled"
    API_CANCELLED = "ApiCancelled"
    FILLED = "Filled"
    INACTIVE = "Inactive"
    UNKNOWN = "Unknown"


class OrderEffect(StrEnum):
    """What an error code does to the order it names."""

    NONE = "none"  # A notice.
    REJECTED = "rejected"  # The order does not live.
    CANCELLED = "cancelled"  # It lived and was cancelled (202).
    NOT_FOUND = "not_found"  # Target of a cancel or change is unknown there (10147, 135): reconcile.
    NOT_CANCELLABLE = "not_cancellable"  # It is done already (10148, 161): reconcile.
    UNCERTAIN = "uncertain"  # Nobody can say: ask the broker.


class Failure(StrEnum):
    """Why a request has no answer. The breaker counts the first three alone."""

    TIMED_OUT = "timed out"
    DISCONNECTED = "disconnected"
    PACING = "pacing"
    NO_DATA = "no data"
    NOT_SUBSCRIBED = "not subscribed"
    NO_SUCH_CONTRACT = "no such contract"
    REFUSED = "refused"  # Ours: read-only, queue full, circuit open, stale epoch.
    BAD_ANSWER = "bad answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFailed:
    """A request that ended without an answer; never an empty list that looks like one."""

    failure: Failure
    code: int | None = None  # The broker's error code, where it named one.
    text: str = ""
    advice: str = ""  # What the operator can do about it, where the adapter knows.


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStatusReport:
    """Message 3. Quantities in contracts, the price in USD per share."""

    critical: ClassVar[bool] = True
    generation: Generation
    at: datetime
    order_id: OrderId
    perm_id: PermId
    ref: OrderRef | None  # None when the id is not in our book.
    status: BrokerStatus
    filled: int
    remaining: int
    average_price: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrderReport:
    """Message 5 (or 101, completed): an order as the broker holds it."""

    critical: ClassVar[bool] = True
    generation: Generation
    at: datetime
    order_id: OrderId
    perm_id: PermId
    client_id: int
    ref: OrderRef | None
    con_id: ConId
    symbol: Symbol
    side: Side
    quantity: int
    filled: int
    order_type: str  # The broker's word: LMT, MKT, STP LMT.
    limit: Decimal | None
    trigger: Decimal | None
    parent_id: OrderId
    oca_group: str
    status: BrokerStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionReport:
    """Message 11: something executed."""

    critical: ClassVar[bool] = True
    generation: Generation
    at: datetime  # When we heard it.
    executed_at: datetime  # When it happened by the broker's clock, aware UTC.
    exec_id: ExecId
    order_id: OrderId
    perm_id: PermId
    ref: OrderRef | None
    con_id: ConId
    symbol: Symbol
    side: Side
    quantity: int
    price: Decimal
    multiplier: int
    revision: int = 1  # Above 1 it corrects what was said of this execution before.


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionReport:
    """Message 59: what an execution cost, in USD, positive."""

    critical: ClassVar[bool] = True
    generation: Generation
    at: datetime
    exec_id: ExecId
    ref: OrderRef | None  # Of the execution it belongs to, where that was heard before.
    fees: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderErrorReport:
    """Message 4 naming an order of ours, with what the code means for it."""

    critical: ClassVar[bool] = True
    generation: Generation
    at: datetime
    order_id: OrderId
    ref: OrderRef
    code: int
    text: str
    effect: OrderEffect


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionReport:
    """Message 61: what the account holds of one contract; short is negative."""

    critical: ClassVar[bool] = True
    generation: Generation
    at: datetime
    con_id: ConId
    symbol: Symbol
    sec_type: str
    quantity: int
    average_cost: Decimal
    expiry: date | None = None  # This and what follows: of an option.
    strike: Decimal | None = None
    right: Right | None = None
    trading_class: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PnlReport:
    """Message 94, USD; None where the broker has no value."""

    generation: Generation
    at: datetime
    daily: Decimal | None
    unrealized: Decimal | None
    realized: Decimal | None

    @property
    def conflate_key(self) -> Hashable:
        """Return the key by which a newer report replaces an unread older one."""
        return "pnl"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReport:
    """Account values in USD by the broker's tag; a tag it did not send is absent."""

    at: datetime
    account: str
    values: Mapping[str, Decimal]
    account_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteReport:
    """A streaming quote of a watched contract."""

    generation: Generation
    quote: Quote

    @property
    def conflate_key(self) -> Hashable:
        """Return the key by which a newer quote replaces an unread older one."""
        return ("quote", self.quote.con_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class BarsReport:
    """Bars by rising start, possibly with the forming one last."""

    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderlyingReport:
    """The one stock that a symbol means."""

    underlying: Underlying


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReport:
    """Option parameters of the standard trading class."""

    chain: Chain


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedReport:
    """Every contract really listed for one expiry and right, by rising strike."""

    expiry: date
    right: Right
    contracts: tuple[OptionContract, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotReport:
    """One quote asked for once."""

    contract: Contract
    quote: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class BookReport:
    """What the broker holds, asked afresh: the ground every start and reconnection reconciles on."""

    critical: ClassVar[bool] = True
    generation: Generation
    at: datetime
    asked_at: datetime  # When the first of its questions left; orders sent later may be missing from it.
    positions: tuple[PositionReport, ...]
    open_orders: tuple[OpenOrderReport, ...]
    executions: tuple[ExecutionReport, ...]
    commissions: tuple[CommissionReport, ...]
    completed: tuple[OpenOrderReport, ...]  # Optional evidence; empty where the broker was silent.
    heard: tuple[OrderRef, ...] = ()  # Orders that a status told of since: there, though their rows be lost.


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingsReport:
    """What is held and what works now, by whomever, without its history: the cheap look while all is quiet."""

    generation: Generation
    at: datetime
    asked_at: datetime
    positions: tuple[PositionReport, ...]
    open_orders: tuple[OpenOrderReport, ...]


OrderReport = OrderStatusReport | OpenOrderReport | ExecutionReport | CommissionReport | OrderErrorReport
StreamReport = (
    OrderReport | PositionReport | PnlReport | QuoteReport | ConnectivityReport | UnknownCodeReport | DisconnectedReport
)
Listing = UnderlyingReport | ChainReport | ListedReport
