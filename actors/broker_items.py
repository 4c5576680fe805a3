"""What each request costs in the lanes."""

from domain.commands import (
    RequestAccount,
    RequestBars,
    RequestBook,
    RequestChain,
    RequestHoldings,
    RequestListed,
    RequestQuote,
    RequestUnderlying,
)
from domain.pacing import Item, Lane

BOOK_MESSAGES = 4  # Positions, our open orders, executions, completed orders; all open orders come later.
HOLDINGS_MESSAGES = 2  # Positions and all open orders.
Request = (
    RequestUnderlying
    | RequestBars
    | RequestQuote
    | RequestChain
    | RequestListed
    | RequestAccount
    | RequestBook
    | RequestHoldings
)


def item_of(message: Request) -> Item:
    """Return lane, messages and symbol of what a request sends at once; what follows, such as a cancel, pays later."""
    match message:
        case RequestUnderlying():
            return Item(lane=Lane.DETAILS, messages=1, symbol=message.symbol)
        case RequestBars():
            underlying = message.underlying
            key = f"{underlying.con_id} {message.bar_size} {message.duration} {message.what_to_show}"
            return Item(lane=Lane.HISTORY, symbol=underlying.symbol, key=key)
        case RequestQuote():
            return Item(lane=Lane.QUOTE, symbol=message.contract.symbol)
        case RequestChain():
            return Item(lane=Lane.DETAILS, symbol=message.underlying.symbol)
        case RequestListed():
            return Item(lane=Lane.DETAILS, symbol=message.underlying.symbol)
        case RequestBook():
            return Item(lane=Lane.ACCOUNT, messages=BOOK_MESSAGES)
        case RequestHoldings():
            return Item(lane=Lane.ACCOUNT, messages=HOLDINGS_MESSAGES)
        case _:
            return Item(lane=Lane.ACCOUNT)
