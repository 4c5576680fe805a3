"""Frames read as what they mean, by the protocol's layouts for server versions up to 176.

Read anew here, not with the gateway's own readers: a field taken from the wrong place there must show here.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

OrderKey = tuple[int, int]
"""Client id and order id."""
RequestKey = tuple[int, int]
"""Connection and request id."""

ENTRY: Final = "E"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSent:
    """A placeOrder, new or a modification. `intent` and `leg` are empty when its ref is not ours.

    One that does not transmit stays at the gateway until one of its family does.
    """

    key: OrderKey
    con_id: int
    symbol: str
    expiry: date | None
    multiplier: int
    is_buy: bool
    quantity: int
    kind: str
    limit: Decimal | None
    oca_group: str
    ref: str
    intent: str
    leg: str
    parent: OrderKey | None
    connection: int
    transmits: bool


@dataclass(frozen=True, slots=True)
class BookTold:
    """An openOrderEnd: of the orders that an older connection sent, those that arrived were listed."""

    client_id: int
    connection: int


@dataclass(frozen=True, slots=True)
class CancelAsked:
    """A cancelOrder; whether it came in time is told by a status, if anybody is there to hear it."""

    key: OrderKey


@dataclass(frozen=True, slots=True)
class StatusSeen:
    """An orderStatus."""

    key: OrderKey
    status: str
    filled: int
    remaining: int


@dataclass(frozen=True, slots=True)
class Listed:
    """An openOrder: the gateway's own picture of an order, with its status."""

    key: OrderKey
    status: str


@dataclass(frozen=True, slots=True)
class Completed:
    """A completedOrder: which of a contract's orders is over. It names no order id."""

    con_id: int
    ref: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """An execDetails, live or as an answer; the same exec id may come often."""

    exec_id: str
    key: OrderKey
    con_id: int
    is_buy: bool
    quantity: int
    price: Decimal
    multiplier: int
    ref: str


@dataclass(frozen=True, slots=True)
class Charged:
    """A commission report."""

    exec_id: str
    fee: Decimal


@dataclass(frozen=True, slots=True)
class Refused:
    """An error about an order or a request."""

    client_id: int
    request: RequestKey
    code: int


@dataclass(frozen=True, slots=True)
class Lost:
    """The gateway's own note that an order never reached it: nothing on the wire says so."""

    key: OrderKey


@dataclass(frozen=True, slots=True)
class WorksInSilence:
    """The gateway's own note that an order arrived of which nothing will be said by itself."""

    key: OrderKey


@dataclass(frozen=True, slots=True)
class Withheld:
    """The gateway's own note that it keeps the end of a part of the book back: that question has no answer.

    `part` is the number of the message.
    """

    connection: int
    part: str


@dataclass(frozen=True, slots=True)
class Away:
    """The gateway's own note that it goes away to start anew: until somebody is connected again it answers nobody."""


@dataclass(frozen=True, slots=True)
class PartTold:
    """The end of positions or executions: that part of the book was answered."""

    connection: int
    part: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A bid (1) or ask (2) price; not a real one as None."""

    request: RequestKey
    kind: int
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class DataAsked:
    """A market data request."""

    request: RequestKey
    con_id: int
    symbol: str
    sec_type: str
    snapshot: bool


@dataclass(frozen=True, slots=True)
class DataEnded:
    """A market data request's end: cancelled by the client, or a snapshot that is complete."""

    request: RequestKey


@dataclass(frozen=True, slots=True)
class HistoryAsked:
    """A history request."""

    request: RequestKey
    symbol: str
    sec_type: str
    bar_seconds: int


@dataclass(frozen=True, slots=True)
class HistoryAnswered:
    """A history answer: the starts of its two newest bars, newest first; the last one may be forming."""

    request: RequestKey
    newest: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class DayProfit:
    """The account's profit of the day, USD."""

    daily: Decimal


@dataclass(frozen=True, slots=True)
class NetLiquidation:
    """The account's net liquidation, USD."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class PositionSeen:
    """A position as the gateway reports it."""

    con_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class WrittenOff:
    """Not of a frame: the journal says that so many of ours are gone, unsold, by the word of the operator."""

    exec_id: str
    con_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Connected:
    """A client has told its id: what an older connection of the same id had open is gone."""

    connection: int
    client_id: int


Notice = (
    OrderSent
    | CancelAsked
    | StatusSeen
    | Listed
    | Completed
    | BookTold
    | Executed
    | Charged
    | Refused
    | Lost
    | WorksInSilence
    | Withheld
    | Away
    | PartTold
    | Tick
    | DataAsked
    | DataEnded
    | HistoryAsked
    | HistoryAnswered
    | DayProfit
    | NetLiquidation
    | PositionSeen
    | Connected
    | WrittenOff
)
