"""Orders at the gateway, and what has been executed of them."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from simgateway.market.base import Instrument
from simgateway.protocol.tickets import OrderTicket
from simgateway.trading.commission import Tab


class Status(StrEnum):
    """Order states as the protocol names them."""

    PRE_SUBMITTED = "PreSubmitted"
    SUBMITTED = "Submitted"
    FILLED = "Filled"
    CANCELLED = "Cancelled"
    INACTIVE = "Inactive"


class Stage(StrEnum):
    """Where an order is."""

    HELD = "held"
    """Sent with transmit=0: it waits for its family's last member."""
    TRAVELLING = "travelling"
    """Acknowledged by the gateway, on its way to the exchange."""
    WAITING = "waiting"
    """A child whose parent has not filled."""
    WORKING = "working"
    """At the exchange, or a stop that watches its trigger."""
    DONE = "done"


@dataclass(slots=True, eq=False)
class Order:
    """One order as it stands; changed only by the desk and the exchange.

    `ticket` is what the client sent last; `quantity` what may fill in all, which an OCA sibling's fill or a cancelled
    parent can make less. `family` is the perm id of the bracket's parent, 0 without one: it stays when the client
    detaches a child from a parent that is gone. `taken` is what an OCA group or a bracket took off its size. `trailed`
    is where a trailing stop stands, `trailed_limit` the limit that goes with it. `rests`: it has stood in the book,
    unreached, with `ahead` before it at its price (None: the market has not come there). `ends_at` and `wakes_at` are
    its good-till and good-after moments in UTC. `by_hand`: somebody placed it in TWS; its order id is 0 until client 0
    binds it. `tab` is what its commission comes from. `margins`, of a what-if alone, are initial margin, maintenance
    margin and equity with loan: before, change, after.
    """

    ticket: OrderTicket
    instrument: Instrument
    client_id: int
    perm_id: int
    quantity: int
    family: int = 0
    stage: Stage = Stage.HELD
    status: Status = Status.PRE_SUBMITTED
    triggered: bool = False
    trigger_hits: int = 0
    filled: int = 0
    value: Decimal = Decimal(0)
    last_price: Decimal = Decimal(0)
    commission: Decimal = Decimal(0)
    tab: Tab = field(default_factory=Tab)
    margins: tuple[Decimal, ...] = ()
    taken: int = 0
    trailed: Decimal | None = None
    trailed_limit: Decimal | None = None
    rests: bool = False
    ahead: int | None = None
    ends_at: datetime | None = None
    wakes_at: datetime | None = None
    by_hand: bool = False
    done_at: datetime | None = None
    done_text: str = ""

    @property
    def order_id(self) -> int:
        """Return the client's number of the order."""
        return self.ticket.order_id

    @property
    def key(self) -> tuple[int, int]:
        """Return client id and order id."""
        return (self.client_id, self.ticket.order_id)

    @property
    def remaining(self) -> int:
        """Return what has not filled."""
        return self.quantity - self.filled

    @property
    def average_price(self) -> Decimal:
        """Return the average price of what has filled, 0 before."""
        return (self.value / self.filled).quantize(Decimal("0.00000001")) if self.filled else Decimal(0)

    @property
    def is_open(self) -> bool:
        """Return whether it can still fill."""
        return self.stage is not Stage.DONE

    @property
    def is_parent(self) -> bool:
        """Return whether it leads a bracket."""
        return self.family == self.perm_id != 0

    @property
    def is_child(self) -> bool:
        """Return whether it belongs to a bracket that another order leads."""
        return self.family not in {0, self.perm_id}

    @property
    def stop(self) -> Decimal | None:
        """Return the price that triggers it: of a trailing stop where it stands, None before it has a place."""
        return self.trailed if self.ticket.is_trailing else self.ticket.trigger

    @property
    def limit(self) -> Decimal | None:
        """Return the worst price it may fill at, None when it has none (yet)."""
        if not self.ticket.has_limit:
            return None
        return self.trailed_limit if self.ticket.is_trailing else self.ticket.limit

    @property
    def is_live(self) -> bool:
        """Return whether it is more than a stop that waits for its trigger."""
        return self.triggered or not self.ticket.is_stop

    @property
    def outside_hours(self) -> bool:
        """Return whether it works outside the regular hours: shares only, and a market order never does."""
        return self.ticket.outside_rth and self.instrument.sec_type == "STK" and self.ticket.order_type != "MKT"

    @property
    def is_immediate(self) -> bool:
        """Return whether what does not fill at once is cancelled."""
        return self.ticket.tif in {"IOC", "FOK"}

    @property
    def only_whole(self) -> bool:
        """Return whether it fills at one stroke or not at all."""
        return self.ticket.tif == "FOK" or self.ticket.all_or_none

    def change(self, ticket: OrderTicket) -> None:
        """Take over what a modification asks for; its place in the queue is lost unless it only gets smaller.

        A size above the present one counts from what the client had asked for before its group took from it: a client
        that changes a price may not know of that yet, and the group must not fill more for it. One that asks for no
        more than the present size is past that: what it asks for next is meant as it stands.
        """
        old, before = self.ticket, (self.limit, self.quantity)
        asked = ticket.quantity
        if asked > self.quantity:
            asked = max(self.quantity, asked - self.taken)
        else:
            self.taken = 0
        self.ticket = replace(ticket, transmit=True)
        self.quantity = max(asked, self.filled)
        if not old.is_stop or old.trigger != ticket.trigger:
            self.trigger_hits = 0
        self.triggered = self.triggered and old.is_stop
        if _trail_of(old) != _trail_of(ticket):
            self.trailed = self.trailed_limit = None
        if self.limit != before[0] or self.quantity > before[1]:
            self.rests, self.ahead = False, None

    def shrink(self, by: int) -> None:
        """Take something off its size."""
        self.quantity -= by
        self.taken += by


def _trail_of(ticket: OrderTicket) -> tuple[str, Decimal | None, Decimal | None, Decimal | None]:
    return (ticket.order_type, ticket.trigger, ticket.trailing_percent, ticket.trail_stop_price)


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One fill; `realized` in USD, None when it only opens."""

    exec_id: str
    order_id: int
    client_id: int
    perm_id: int
    instrument: Instrument
    at: datetime
    is_buy: bool
    shares: int
    price: Decimal
    cumulative: int
    average_price: Decimal
    commission: Decimal
    realized: Decimal | None
    order_ref: str
    takes_liquidity: bool

    @property
    def exchange(self) -> str:
        """Return where it was executed: one exchange for options, one for shares."""
        return "CBOE" if self.instrument.right else "ISLAND"
