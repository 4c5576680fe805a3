"""What the gateway knows to be true, for reports and tests: nothing of it passes the wire."""

from dataclasses import dataclass
from decimal import Decimal

from simgateway.trading.account import Ledger
from simgateway.trading.holding import Holding
from simgateway.trading.orders import Order
from simgateway.trading.registry import Registry


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
    """An order that can still fill; `limit` and `trigger` in USD.

    `stage`: held (not transmitted), travelling, waiting (for its parent), working.
    """

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
    stage: str
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


def books_of(ledger: Ledger, registry: Registry) -> Books:
    """Return the books of an account and its orders."""
    return Books(
        cash=ledger.cash,
        net_liquidation=ledger.net_liquidation,
        realized=ledger.realized,
        unrealized=ledger.unrealized,
        fees=ledger.fees,
        start_net_liquidation=ledger.start_net_liquidation,
        positions=tuple(_position_row(holding) for holding in ledger.holdings.values()),
        open_orders=tuple(_order_row(order) for order in registry.open()),
    )


def _position_row(holding: Holding) -> PositionRow:
    return PositionRow(
        con_id=holding.instrument.con_id,
        symbol=holding.instrument.symbol,
        local_symbol=holding.instrument.local_symbol,
        sec_type=holding.instrument.sec_type,
        quantity=holding.quantity,
        average_cost=holding.average_cost,
        mark=holding.mark,
        value=holding.value,
        unrealized=holding.unrealized,
    )


def _order_row(order: Order) -> OrderRow:
    return OrderRow(
        client_id=order.client_id,
        order_id=order.order_id,
        perm_id=order.perm_id,
        con_id=order.instrument.con_id,
        order_ref=order.ticket.order_ref,
        action=order.ticket.action,
        order_type=order.ticket.order_type,
        quantity=order.quantity,
        filled=order.filled,
        limit=order.ticket.limit,
        trigger=order.ticket.trigger,
        tif=order.ticket.tif,
        status=order.status.value,
        stage=order.stage.value,
        oca_group=order.ticket.oca_group,
        parent_id=order.ticket.parent_id,
    )
