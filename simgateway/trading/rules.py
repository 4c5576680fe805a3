"""Why an order is refused: the price grid, what is not traded, funds, both sides of a contract, short sales."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from simgateway.market.base import Instrument, PriceRule, Quote
from simgateway.protocol.tickets import OrderTicket
from simgateway.trading.account import Ledger
from simgateway.trading.holding import to_cents
from simgateway.trading.margin import funds_needed, may_short
from simgateway.trading.orders import Order
from simgateway.trading.registry import Registry

_TYPES: Final = frozenset({"MKT", "LMT", "STP", "STP LMT"})
_FUNDS: Final = (
    "Order rejected - reason:YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR AVAILABLE FUNDS "
    "[{have} USD] MUST EXCEED THE COST [{need} USD]"
)
_BOTH_SIDES: Final = (
    "Order rejected - reason:Cannot have open orders on both sides of the same US Option contract in the same account"
)
_SHORT: Final = "Order rejected - reason:This account cannot hold short positions: the order would open one"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error code of the protocol and its text."""

    code: int
    text: str


def on_grid(price: Decimal, rule: PriceRule, smallest: Decimal) -> bool:
    """Return whether a price is a multiple of the increment that holds there."""
    increment = smallest
    for low_edge, step in rule:
        if low_edge <= price:
            increment = step
    return price % increment == 0


def check_ticket(ticket: OrderTicket, instrument: Instrument, rule: PriceRule) -> Refusal | None:
    """Return why the gateway itself refuses an order, None when it does not."""
    if ticket.order_type not in _TYPES or ticket.action not in {"BUY", "SELL"} or ticket.tif not in {"DAY", "GTC"}:
        return Refusal(321, "Error validating request.-'bX' : cause - Invalid order type, side or time in force")
    if ticket.quantity <= 0:
        return Refusal(434, "The order size cannot be zero.")
    prices = ([ticket.limit] if ticket.has_limit else []) + ([ticket.trigger] if ticket.is_stop else [])
    if any(price is None or price <= 0 for price in prices):
        return Refusal(321, "Error validating request.-'bX' : cause - The order needs a price above zero")
    if not all(on_grid(price, rule, instrument.min_tick) for price in prices if price is not None):
        return Refusal(110, "The price does not conform to the minimum price variation for this contract.")
    return None


def check_market(order: Order, registry: Registry, ledger: Ledger, quote: Quote) -> Refusal | None:
    """Return why an order is rejected on its arrival at the exchange, None when it is not."""
    if _has_opposite(order, registry):
        return Refusal(201, _BOTH_SIDES)
    if not order.ticket.is_buy and (refusal := check_short(order, order.remaining, registry, ledger)):
        return refusal
    return _check_funds(order, registry, ledger, quote)


def check_short(order: Order, remaining: int, registry: Registry, ledger: Ledger) -> Refusal | None:
    """Return why a sale of so much is rejected: with the other working sales it would exceed the position."""
    if order.ticket.is_buy or may_short(order.instrument, ledger):
        return None
    con_id = order.instrument.con_id
    mine = _group_of(order)
    others: dict[tuple[str, object], int] = {}
    for row in registry.at_exchange(con_id):
        if not row.ticket.is_buy and row is not order and _group_of(row) != mine:
            others[_group_of(row)] = max(others.get(_group_of(row), 0), registry.workable(row))
    exceeds = remaining + sum(others.values()) > ledger.quantity(con_id)
    return Refusal(201, _SHORT) if exceeds else None


def _has_opposite(order: Order, registry: Registry) -> bool:
    if order.instrument.sec_type != "OPT":
        return False
    return any(
        row.ticket.is_buy != order.ticket.is_buy and not (order.family and row.family == order.family)
        for row in registry.at_exchange(order.instrument.con_id)
        if row is not order
    )


def _check_funds(order: Order, registry: Registry, ledger: Ledger, quote: Quote) -> Refusal | None:
    need = funds_needed(order, quote, ledger)
    if need == 0:
        return None  # It only closes, or takes nothing: a sale is never refused for want of funds.
    others = (row for row in registry.working() if row is not order)
    bound = sum((funds_needed(row, quote, ledger) for row in others if row.ticket.is_buy), Decimal(0))
    have = ledger.available_funds - bound
    return Refusal(201, _FUNDS.format(have=to_cents(have), need=need)) if need > have else None


def _group_of(order: Order) -> tuple[str, object]:
    if order.ticket.oca_group:
        return ("oca", order.ticket.oca_group)
    return ("family", order.family) if order.is_child else ("single", order.perm_id)
