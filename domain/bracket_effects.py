"""What a bracket can be told besides reports, and what it wants done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.events import BracketClosed, ClosedBy, FeesCharged, Journaled, LegFilled
from domain.ids import OrderRef
from domain.order_specs import OrderSpec
from domain.quotes import Quote
from domain.reports import (
    BookReport,
    CommissionReport,
    ExecutionReport,
    HoldingsReport,
    OpenOrderReport,
    OrderErrorReport,
    OrderStatusReport,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """The plan is on disk: send the family."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """The state was folded from the journal: find out what the broker holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected:
    """The broker cannot be reached: what rests there guards alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookFailed:
    """The broker did not say what it holds."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """These orders were refused on our side: no byte of them left."""

    refs: tuple[OrderRef, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Starved:
    """The symbol's data stayed away for several cycles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopEntry:
    """The rest of the entry is no longer wanted."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Liquidate:
    """Close the position, for this reason."""

    why: ClosedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """The operator wrote this off, and it is on disk: a sale at nothing, and its fees. ``by``: through what."""

    sale: LegFilled
    fees: FeesCharged
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A timer that was asked for."""

    timer: str


BracketInput = (
    Begin
    | Resume
    | Disconnected
    | BookReport
    | BookFailed
    | HoldingsReport
    | NotSent
    | Starved
    | StopEntry
    | Liquidate
    | Gone
    | Due
    | OrderStatusReport
    | OpenOrderReport
    | ExecutionReport
    | CommissionReport
    | OrderErrorReport
    | Quote
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Send these orders back to back; not at all after ``valid_until``."""

    orders: tuple[OrderSpec, ...]
    opens: bool
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Modify a working order to this."""

    order: OrderSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Cancel a working order."""

    ref: OrderRef


@dataclass(frozen=True, slots=True, kw_only=True)
class AskBook:
    """Ask the broker afresh what it holds; BookReport or BookFailed must follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskHoldings:
    """Ask the broker for positions and open orders alone; HoldingsReport may follow, silence asks for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTimer:
    """Say Due(timer) after this many seconds; a running timer of the name starts anew."""

    timer: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Write to the journal; exits do not wait for it."""

    record: Journaled


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """One event for the operator's log."""

    event: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alert to the operator."""

    kind: str
    text: str
    level: str = "WARNING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """Flat, nothing working: the bracket's life is over."""

    closed: BracketClosed


Effect = Send | Change | Cancel | AskBook | AskHoldings | SetTimer | Record | Say | Alarm | Finish
