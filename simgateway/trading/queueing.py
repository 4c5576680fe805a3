"""Where a resting limit order stands at its price, behind those who were there first, and what trades bring it.

Only the size at the best price is shown, so an order behind the best learns its place when the market comes to it. An
order that improves the market stands first. What is cancelled before it cannot be told from the size shown, except that
nobody stands before it whom the size does not show.
"""

from decimal import Decimal

from simgateway.market.base import Quote
from simgateway.trading.orders import Order


def stand(order: Order, quote: Quote) -> None:
    """Set an order's place by a quote that does not reach it."""
    limit = order.limit
    near, size = (quote.bid, quote.bid_size) if order.ticket.is_buy else (quote.ask, quote.ask_size)
    if limit is None:
        return
    if near is None or _is_better(limit, near, is_buy=order.ticket.is_buy):
        order.ahead = 0
    elif limit == near:
        order.ahead = size if order.ahead is None else min(order.ahead, size)


def served(order: Order, traded: int, last: Decimal | None) -> int:
    """Let trades of a size at a price eat what stands ahead; return what of them is left for the order."""
    limit = order.limit
    if limit is None or last is None or traded <= 0 or not reaches(limit, last, is_buy=order.ticket.is_buy):
        return 0
    if order.ahead is None:
        if last == limit:
            return 0
        order.ahead = 0  # Traded through its price: nobody can have been left there.
    left = max(0, traded - order.ahead)
    order.ahead = max(0, order.ahead - traded)
    return left


def reaches(limit: Decimal, price: Decimal, *, is_buy: bool) -> bool:
    """Return whether a price is as good as a limit or better."""
    return price <= limit if is_buy else price >= limit


def _is_better(limit: Decimal, near: Decimal, *, is_buy: bool) -> bool:
    return limit > near if is_buy else limit < near
