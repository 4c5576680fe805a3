"""Why an order is rejected on its arrival: funds, both sides of an option, short sales, too many orders."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from simgateway.market.base import Instrument, Quote
from simgateway.trading.account import Ledger
from simgateway.trading.holding import to_cents
from simgateway.trading.margin import funds_needed, may_short
from simgateway.trading.orders import Order, Stage
from simgateway.trading.refusals import Refusal
from simgateway.trading.registry import Registry

_ACTIVE_MOST: Final = 20
"""Active orders of one contract, side and account. Source: the TWS API's page "Order Limitations"."""

_TOO_MANY: Final = (
    f"Order rejected - reason:There are {_ACTIVE_MOST} active orders on this side of the contract already"
)
_FUNDS: Final = (
    "Order rejected - reason:YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR AVAILABLE FUNDS "
    "[{have} USD] MUST EXCEED THE COST [{need} USD]"
)
_BOTH_SIDES: Final = (
    "Order rejected - reason:Cannot have open orders on both sides of the same US Option contract in the same account"
)
_SHORT: Final = "Order rejected - reason:This account cannot hold short positions: the order would open one"


QuoteOf = Callable[[Instrument], Quote]
"""Gives a contract's quote of now."""


def check_market(order: Order, registry: Registry, ledger: Ledger, quote_of: QuoteOf) -> Refusal | None:
    """Return why an order is rejected on its arrival at the exchange, None when it is not."""
    if (refusal := check_count(order, registry)) is not None:
        return refusal
    if _has_opposite(order, registry):
        return Refusal(201, _BOTH_SIDES)
    if not order.ticket.is_buy and (refusal := check_short(order, order.remaining, registry, ledger)):
        return refusal
    return _check_funds(order, registry, ledger, quote_of)


def check_count(order: Order, registry: Registry) -> Refusal | None:
    """Return why an order is one too many on its side of its contract."""
    active = [
        row
        for row in registry.of_contract(order.instrument.con_id)
        if row.perm_id != order.perm_id
        and row.stage in {Stage.WORKING, Stage.WAITING}
        and row.ticket.is_buy == order.ticket.is_buy
    ]
    return Refusal(201, _TOO_MANY) if len(active) >= _ACTIVE_MOST else None


def check_short(order: Order, remaining: int, registry: Registry, ledger: Ledger) -> Refusal | None:
    """Return why a sale of so much is rejected: with the others it would exceed the position."""
    if order.ticket.is_buy or may_short(order.instrument, ledger):
        return None
    con_id = order.instrument.con_id
    return Refusal(201, _SHORT) if remaining + offered(con_id, registry, order) > ledger.quantity(con_id) else None


def offered(con_id: int, registry: Registry, besides: Order | None = None) -> int:
    """Return how much of a contract its sales at the exchange may sell at most, those of an order's own group aside.

    Exits that wait for the rest of their parent offer what it has brought in: they work without being asked again.
    """
    most: dict[tuple[str, object], int] = {}
    for row in registry.of_contract(con_id):
        if row.ticket.is_buy or not (
            row.stage is Stage.WORKING or (row.stage is Stage.WAITING and registry.is_exit(row))
        ):
            continue
        if besides is None or not _are_together(row, besides):
            most[_group_of(row)] = max(most.get(_group_of(row), 0), registry.workable(row))
    return sum(most.values())


def _are_together(row: Order, order: Order) -> bool:
    if row.perm_id == order.perm_id or _group_of(row) == _group_of(order):
        return True
    return row.is_child and order.is_child and row.family == order.family


def _has_opposite(order: Order, registry: Registry) -> bool:
    if order.instrument.sec_type != "OPT":
        return False
    return any(
        row.ticket.is_buy != order.ticket.is_buy and not (order.family and row.family == order.family)
        for row in registry.at_exchange(order.instrument.con_id)
        if row.perm_id != order.perm_id
    )


def _check_funds(order: Order, registry: Registry, ledger: Ledger, quote_of: QuoteOf) -> Refusal | None:
    need = funds_needed(order, quote_of(order.instrument), ledger)
    if need == 0:
        return None  # It only closes, or takes nothing: a sale is never refused for want of funds.
    others = (row for row in registry.working() if row.perm_id != order.perm_id)
    bound = sum(
        (funds_needed(row, quote_of(row.instrument), ledger) for row in others if row.ticket.is_buy), Decimal(0)
    )
    have = ledger.available_funds - bound
    return Refusal(201, _FUNDS.format(have=to_cents(have), need=need)) if need > have else None


def _group_of(order: Order) -> tuple[str, object]:
    if order.ticket.oca_group:
        return ("oca", order.ticket.oca_group)
    return ("family", order.family) if order.is_child else ("single", order.perm_id)
