"""Trailing stops: a trigger that follows the market one way and never goes back.

A sell's stop keeps its distance below the price that its trigger method looks at, a buy's above it; a percentage is of
that price. It begins where the client says (trailStopPrice), else by the market when it begins to work. Source: the
TWS API's page of basic orders, "Trailing Stop" and "Trailing Stop Limit".
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from simgateway.market.base import PriceRule, Quote
from simgateway.trading.orders import Order
from simgateway.trading.triggers import watched


def follow(order: Order, quote: Quote, rule: PriceRule) -> None:
    """Move a trailing stop that is not triggered, and its limit, to where a quote takes them, on the price grid."""
    ticket = order.ticket
    if not ticket.is_trailing or order.triggered:
        return
    if order.trailed is None and ticket.trail_stop_price is not None:
        _put(order, ticket.trail_stop_price, rule)
    price = watched(order, quote)
    if price is None:
        return
    place = _place(order, price, rule)
    if order.trailed is None or (place < order.trailed if ticket.is_buy else place > order.trailed):
        _put(order, place, rule)


def increment_at(price: Decimal, rule: PriceRule, smallest: Decimal) -> Decimal:
    """Return the step of the price grid that holds at a price."""
    increment = smallest
    for low_edge, step in rule:
        if low_edge <= price:
            increment = step
    return increment


def _put(order: Order, stop: Decimal, rule: PriceRule) -> None:
    ticket = order.ticket
    order.trailed = stop
    offset = ticket.limit_offset
    if offset is None and ticket.limit is not None and ticket.trail_stop_price is not None:
        offset = abs(ticket.trail_stop_price - ticket.limit)
    if ticket.has_limit and offset is not None:
        order.trailed_limit = _on_grid(order, stop + offset if ticket.is_buy else stop - offset, rule)


def _place(order: Order, price: Decimal, rule: PriceRule) -> Decimal:
    """Return the stop that belongs to a price."""
    ticket = order.ticket
    away = price * ticket.trailing_percent / 100 if ticket.trailing_percent else ticket.trigger or Decimal(0)
    return _on_grid(order, price + away if ticket.is_buy else price - away, rule)


def _on_grid(order: Order, price: Decimal, rule: PriceRule) -> Decimal:
    """Return a price rounded away from the market to its grid, one step at least."""
    step = increment_at(price, rule, order.instrument.min_tick)
    rounding = ROUND_CEILING if order.ticket.is_buy else ROUND_FLOOR
    return max((price / step).to_integral_value(rounding=rounding) * step, step)
