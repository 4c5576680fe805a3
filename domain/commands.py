"""Everything an actor can be told. Imperative; one receiver; may be refused by an event, never by an exception."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from domain.contracts import Contract, OptionContract, Right, Underlying
from domain.events import BracketPlan, ClosedBy, Journaled
from domain.ids import ConId, Epoch, IntentId, OrderRef, Symbol
from domain.order_specs import OrderSpec
from domain.reports import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Wake:
    """To an actor, from a timer of its own: it is time for this."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckClaim:
    """To the RiskActor, from a timer of its own: see whether this reservation was ever used."""

    intent: IntentId


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCycle:
    """To a SymbolActor: look at your symbol once. ``attempt`` counts from 0; a later one is its own timer's."""

    cycle: int
    at: datetime
    attempt: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestUnderlying:
    """Ask which stock a symbol means → UnderlyingReport."""

    symbol: Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestBars:
    """Ask for bars that end now → BarsReport. ``duration`` and ``bar_size`` in the broker's spelling."""

    underlying: Underlying
    bar_size: str
    duration: str
    timeout_seconds: float
    use_rth: bool = True
    what_to_show: str = "TRADES"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestQuote:
    """Ask for one quote → SnapshotReport."""

    contract: Contract
    timeout_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestChain:
    """Ask for expiries and strikes of the standard trading class → ChainReport."""

    underlying: Underlying


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestListed:
    """Ask what is really listed for one expiry and right → ListedReport."""

    underlying: Underlying
    trading_class: str
    expiry: date
    right: Right


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPhase:
    """Ask the broker where its connection stands → the phase's name (str)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskTraffic:
    """Ask the broker how much it has sent and streams → Traffic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Data requests sent since the actor's start, contracts streaming now, and the lanes.

    ``waiting``: how much waits in each lane now; ``waits_seconds``: the longest wait since this was asked last.
    """

    requests: int = 0
    subscriptions: int = 0
    waiting: Mapping[str, int] = field(default_factory=dict)
    waits_seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SummariseDay:
    """To the RiskActor: the session is over; say how the day went. Counts are symbol turns."""

    completed: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAccount:
    """Ask for the account's values → AccountReport."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestBook:
    """Ask for positions, open orders and executions afresh → BookReport."""

    priority: ClassVar[str] = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHoldings:
    """Ask for positions and open orders alone → HoldingsReport; a day's executions are many, and seldom news."""

    priority: ClassVar[str] = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchQuote:
    """Stream this contract's quotes to the actor named ``watcher`` until it says otherwise."""

    critical: ClassVar[bool] = True  # Said once, as is the end of it: lost, nobody would watch, or all would for ever.
    contract: OptionContract
    watcher: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnwatchQuote:
    """Stop streaming to this watcher; the last one's leaving cancels the subscription."""

    critical: ClassVar[bool] = True
    con_id: ConId
    watcher: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitOrders:
    """Send these orders back to back, or none of them. ``epoch`` is the sender's; a retired one is refused."""

    critical: ClassVar[bool] = True
    sender: str
    epoch: Epoch
    orders: tuple[OrderSpec, ...]
    opens: bool  # True for an entry with its children: gated by phase, mode and read-only.
    valid_until: datetime | None = None  # No byte leaves later.


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """Cancel this order of ours."""

    critical: ClassVar[bool] = True
    sender: str
    epoch: Epoch
    ref: OrderRef


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyOrder:
    """Change a working order of ours to this; same ref, same order."""

    critical: ClassVar[bool] = True
    sender: str
    epoch: Epoch
    order: OrderSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveRisk:
    """To the RiskActor: may this intent be opened, and how large → RiskReserved | EntryDenied."""

    at: datetime
    intent: IntentId
    symbol: Symbol
    contract: OptionContract
    entry_limit: Decimal
    stop_loss_fraction: Decimal
    ask_size: int
    overrides: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRisk:
    """To the RiskActor and the SymbolActor: nothing of this intent was or will be sent."""

    critical: ClassVar[bool] = True
    intent: IntentId


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBracket:
    """To the brackets' supervisor: give this plan an OCOActor."""

    critical: ClassVar[bool] = True
    plan: BracketPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class FlattenBracket:
    """To an OCOActor: close what you guard, now."""

    critical: ClassVar[bool] = True
    why: ClosedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelEntries:
    """To an OCOActor: if your entry still works, cancel it."""

    critical: ClassVar[bool] = True
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendRecords:
    """To the journal: write these, in order, durably → RecordsAppended."""

    critical: ClassVar[bool] = True
    stream: str
    records: tuple[Journaled, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStream:
    """To the journal: what was written to this stream, behind all earlier appends → StreamRead."""

    critical: ClassVar[bool] = True  # Without it nobody starts, and nobody asks twice at once.
    stream: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOpenIntents:
    """To the journal: which intents were planned and not closed → OpenIntents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsAppended:
    """The journal's answer: on disk. ``error`` says why not, then nothing of it is."""

    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRead:
    """The journal's answer: the stream's records, oldest first."""

    records: tuple[Journaled, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIntents:
    """The journal's answer: intents planned and not closed, oldest first."""

    intents: tuple[IntentId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskGate:
    """To the CircuitBreaker: may data for an entry be asked for → bool. Half open lets one probe through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOutcome:
    """To the CircuitBreaker: a request ended; ``failure`` None is an answer. Which failures count is its business."""

    failure: Failure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TripBreaker:
    """To the CircuitBreaker: open, whatever the count."""

    critical: ClassVar[bool] = True
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAlert:
    """To the AlertActor: tell the operator."""

    kind: str
    text: str
    level: str = "WARNING"
