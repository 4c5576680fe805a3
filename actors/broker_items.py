"""What each request costs in the lanes."""

from domain.commands import (
    RequestAccount,
    RequestBars,
    RequestBook,
    RequestChain,
    RequestListed,
    RequestQuote,
    RequestUnderlying,
)
from domain.pacing import Item, Lane

BOOK_MESSAGES = 5  # Positions, our open orders, all open orders, executions, completed orders.
Request = RequestUnderlying | RequestBars | RequestQuote | RequestChain | RequestListed | RequestAccount | RequestBook


def item_of(message: Request) -> Item:
    """Return lane, messages and symbol of a request; adapter and library send just so many."""
    match message:
        case RequestUnderlying():
            return Item(lane=Lane.DETAILS, messages=1, symbol=message.symbol)
        case RequestBars():
            underlying = message.underlying
            key = f"{underlying.con_id} {message.bar_size} {message.duration} {message.what_to_show}"
            return Item(lane=Lane.HISTORY, symbol=underlying.symbol, key=key)
        case RequestQuote():
            return Item(lane=Lane.QUOTE, messages=2, symbol=message.contract.symbol)  # Asked for, then cancelled.
        case RequestChain():
            return Item(lane=Lane.DETAILS, symbol=message.underlying.symbol)
        case RequestListed():
            return Item(lane=Lane.DETAILS, messages=2, symbol=message.underlying.symbol)  # And its price grid.
        case RequestBook():
            return Item(lane=Lane.ACCOUNT, messages=BOOK_MESSAGES)
        case _:
            return Item(lane=Lane.ACCOUNT, messages=2)  # Asked for, then cancelled.
