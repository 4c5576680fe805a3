"""What the gateway knows to be true, for reports and tests: nothing of it passes the wire."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRow:
    """A position: money in USD, `average_cost` of one contract with multiplier and commission."""

    con_id: int
    symbol: str
    local_symbol: str
    sec_type: str
    quantity: int
    average_cost: Decimal
    mark: Decimal
    value: Decimal
    unrealized: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """An order that can still fill; `limit` and `trigger` in USD."""

    client_id: int
    order_id: int
    perm_id: int
    con_id: int
    order_ref: str
    action: str
    order_type: str
    quantity: int
    filled: int
    limit: Decimal | None
    trigger: Decimal | None
    tif: str
    status: str
    oca_group: str
    parent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The account to the cent: `realized` and `fees` since the gateway's start, start_net_liquidation of the day."""

    cash: Decimal
    net_liquidation: Decimal
    realized: Decimal
    unrealized: Decimal
    fees: Decimal
    start_net_liquidation: Decimal
    positions: tuple[PositionRow, ...]
    open_orders: tuple[OrderRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What the gateway counted: open now, and the most that ever was."""

    connections: int
    connections_ever: int
    subscriptions: int
    subscriptions_most: int
    history_in_flight: int
    messages_in: int
    messages_in_a_second_most: int
    buffered_bytes: int
