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
    detaches a child from a parent that is gone. `tab` is what its commission comes from. `margins`, of a what-if alone,
    are initial margin, maintenance margin and equity with loan: before, change, after.
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
        return self.family == self.perm_id

    @property
    def is_child(self) -> bool:
        """Return whether it belongs to a bracket that another order leads."""
        return self.family not in {0, self.perm_id}

    def change(self, ticket: OrderTicket) -> None:
        """Take over what a modification asks for."""
        self.ticket = replace(ticket, transmit=True)
        self.quantity = max(ticket.quantity, self.filled)


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
