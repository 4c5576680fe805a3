"""When a stop is triggered, by its trigger method.

The default of a US option is the double bid/ask: a sell stop waits for two consecutive *asks* at or below its trigger
(source: IBKR's stop trigger methods); that of a stock is its last price.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from simgateway.market.base import Quote
from simgateway.trading.orders import Order

_DEFAULT: Final = 0
_DOUBLE_BID_ASK: Final = 1
_LAST: Final = 2


def _far_side(quote: Quote, *, is_buy: bool) -> Decimal | None:
    return quote.bid if is_buy else quote.ask


def _last(quote: Quote, *, is_buy: bool) -> Decimal | None:
    del is_buy
    return quote.last


def _middle(quote: Quote, *, is_buy: bool) -> Decimal | None:
    del is_buy
    return None if quote.bid is None or quote.ask is None else (quote.bid + quote.ask) / 2


_METHODS: Final[Mapping[int, tuple[Callable[..., Decimal | None], int]]] = {
    _DOUBLE_BID_ASK: (_far_side, 2),
    _LAST: (_last, 1),
    3: (_last, 2),
    4: (_far_side, 1),
    8: (_middle, 1),
}


def hits_needed(order: Order) -> int:
    """Return how many quotes in a row must reach the trigger."""
    return _METHODS[_method(order)][1]


def watched(order: Order, quote: Quote) -> Decimal | None:
    """Return the price that an order's trigger method looks at, None when the quote has none."""
    return _METHODS[_method(order)][0](quote, is_buy=order.ticket.is_buy)


def is_hit(order: Order, quote: Quote) -> bool:
    """Return whether a quote reaches an order's trigger; a missing price does not."""
    price = watched(order, quote)
    trigger = order.stop
    if price is None or trigger is None:
        return False
    return price >= trigger if order.ticket.is_buy else price <= trigger


def _method(order: Order) -> int:
    method = order.ticket.trigger_method
    if method in _METHODS:
        return method
    return _DOUBLE_BID_ASK if order.instrument.sec_type == "OPT" else _LAST
