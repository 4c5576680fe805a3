"""Everything that can have happened. Those of ``Journaled`` are written to disk and folded after a restart."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from domain.bracket_reopened import BracketReopened
from domain.contracts import OptionContract
from domain.foreign_events import ForeignRecord
from domain.ids import ConId, ExecId, Generation, IntentId, Leg, OrderRef, Symbol
from domain.kept_sessions import SessionsKnown
from domain.live_days import LiveDayBegan
from domain.reports import BookReport, Side


class ClosedBy(StrEnum):
    """Why a bracket ended."""

    TARGET = "target"
    STOP = "stop"
    FLATTENED = "flattened"  # Before the close, by command, or by the day's loss.
    ENTRY_EXPIRED = "entry_expired"  # Nothing filled in time.
    ENTRY_REJECTED = "entry_rejected"
    DATA_LOST = "data_lost"
    UNGUARDED = "unguarded"  # Its protection could not be restored in time.
    OUTSIDE = "outside"  # Reduced or closed by somebody else.


@dataclass(frozen=True, slots=True, kw_only=True)
class BracketPlan:
    """An intent with everything its life needs. Prices in USD on the grid; its refs are ``<intent>.<leg>.<n>``."""

    intent: IntentId
    contract: OptionContract
    quantity: int
    entry_limit: Decimal
    target_limit: Decimal  # From the entry's limit; moved once to the real average fill.
    stop_trigger: Decimal
    stop_limit: Decimal
    take_profit_fraction: Decimal
    stop_loss_fraction: Decimal
    stop_limit_buffer_fraction: Decimal
    spread: Decimal  # The quote's, when decided.
    native: bool  # False: exits are emulated (always in dry-run).
    strategy: str
    confidence: float
    decided_at: datetime
    quote_at: datetime
    valid_until: datetime | None = None  # Later its quote is too old to buy on. None: nobody said.
    adopted: bool = False  # Others bought it; it is ours from ``decided_at`` on, at ``entry_limit``.


@dataclass(frozen=True, slots=True, kw_only=True)
class BracketPlanned:
    """On disk before the first byte of the bracket is sent."""

    at: datetime
    plan: BracketPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class LegFilled:
    """One execution of one of our orders; counted once by its exec id."""

    at: datetime
    intent: IntentId
    leg: Leg
    ref: OrderRef
    exec_id: ExecId
    con_id: ConId
    side: Side
    quantity: int
    price: Decimal
    multiplier: int
    revision: int = 1  # As the broker numbers what it says of one execution.

    @property
    def cash(self) -> Decimal:
        """Return what was paid or received, USD, positive."""
        return self.price * self.quantity * self.multiplier


@dataclass(frozen=True, slots=True, kw_only=True)
class FillCorrected:
    """The broker corrected an execution: from now on it counts as ``fill`` says, whose revision is above 1."""

    at: datetime
    fill: LegFilled


@dataclass(frozen=True, slots=True, kw_only=True)
class FeesCharged:
    """What one execution cost, USD."""

    at: datetime
    intent: IntentId
    exec_id: ExecId
    fees: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitNumbered:
    """A fresh order of this leg was given this number: a successor asks for it. It may die before this is written."""

    at: datetime
    intent: IntentId
    leg: Leg
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BracketClosed:
    """Flat, nothing of it working. P&L in USD from our fills, fees taken off."""

    critical: ClassVar[bool] = True
    at: datetime
    intent: IntentId
    symbol: Symbol
    con_id: ConId
    closed_by: ClosedBy
    quantity: int
    pnl: Decimal
    fees: Decimal
    life: int = 0  # How often it had been reopened.


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOpened:
    """First sight of a New York trading day: the equity its loss is measured from, USD."""

    at: datetime
    day: date
    start_equity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskReserved:
    """The day's ledger set this much aside for an intent, USD: whole premium and fees."""

    critical: ClassVar[bool] = True
    at: datetime
    day: date
    intent: IntentId
    symbol: Symbol
    con_id: ConId
    quantity: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskReleased:
    """Nothing of this intent is at risk any more."""

    at: datetime
    day: date
    intent: IntentId


@dataclass(frozen=True, slots=True, kw_only=True)
class LossLimitReached:
    """Latched until the next trading day. Amounts in USD."""

    critical: ClassVar[bool] = True
    at: datetime
    day: date
    loss: Decimal
    limit: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalSpent:
    """A strategy used its signal for a symbol; it may not again before ``until``."""

    at: datetime
    symbol: Symbol
    strategy: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRecovered:
    """The journal can be written again; it could not since then, for this reason (a StoreFault)."""

    critical: ClassVar[bool] = True
    at: datetime
    fault: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerMoved:
    """The circuit breaker changed state: closed, open, half_open."""

    critical: ClassVar[bool] = True
    at: datetime
    state: str
    reason: str
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlMoved:
    """The operator ordered it: running, halted or flattening from now on. ``by``: through what."""

    critical: ClassVar[bool] = True
    at: datetime
    state: str
    by: str


Journaled = (
    BracketPlanned
    | LegFilled
    | FillCorrected
    | FeesCharged
    | ExitNumbered
    | BracketClosed
    | BracketReopened
    | DayOpened
    | RiskReserved
    | RiskReleased
    | LossLimitReached
    | SignalSpent
    | JournalRecovered
    | BreakerMoved
    | ControlMoved
    | LiveDayBegan
    | ForeignRecord
    | SessionsKnown
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersRefused:
    """Our own broker port refused to send: no byte of these orders left."""

    critical: ClassVar[bool] = True
    at: datetime
    refs: tuple[OrderRef, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolBackedOff:
    """A symbol's data failed several cycles in a row; it rests for some."""

    at: datetime
    symbol: Symbol
    cycles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotFreed:
    """A symbol waits for a timer; somebody else may work meanwhile."""

    critical: ClassVar[bool] = True
    at: datetime
    cycle: int
    symbol: Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLost:
    """The broker cannot be reached, or the gateway lost its own connection (1100)."""

    critical: ClassVar[bool] = True
    at: datetime
    generation: Generation
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resynchronised:
    """Positions, open orders and executions were asked for again and all answered."""

    critical: ClassVar[bool] = True
    at: datetime
    generation: Generation
    book: BookReport


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleFinished:
    """How one symbol's part of a cycle ended."""

    critical: ClassVar[bool] = True
    at: datetime
    cycle: int
    symbol: Symbol
    outcome: str  # completed | failed | skipped
    decision: str  # HOLD, BUY_CALL, BUY_PUT, or the rule that stopped it
    attempted: bool  # An entry was wanted.
    placed: bool  # An entry was handed to a bracket.
