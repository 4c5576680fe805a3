"""Whether something may be opened on a quote. Apart from ``quotes`` because the rules' names live in ``events``."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from domain.denials import DenialRule
from domain.quotes import Quote, age_seconds

DELAYED_TYPE_MIN: Final = 3  # The broker's market data types: 1 live, 2 frozen, 3 delayed, 4 delayed-frozen.


def quote_problem(quote: Quote, now: datetime, age_seconds_max: float) -> DenialRule | None:
    """Return the first rule that this quote breaks; None when it is one to trade on.

    Delayed data comes first: its bid and ask look real. A size of 0 means that nobody is there, an unknown size does
    not. Bid = ask is a locked market and real. A time ahead of ours by more than the limit is as wrong as an old one.
    """
    if quote.market_data_type >= DELAYED_TYPE_MIN:
        return DenialRule.DELAYED_DATA
    if not _is_offered(quote.bid, quote.bid_size):
        return DenialRule.NO_BID
    if not _is_offered(quote.ask, quote.ask_size):
        return DenialRule.NO_ASK
    if is_crossed(quote):
        return DenialRule.CROSSED
    if abs(age_seconds(quote, now)) > age_seconds_max:
        return DenialRule.STALE_QUOTE
    return None


def is_crossed(quote: Quote) -> bool:
    """Return whether the bid is above the ask."""
    return quote.bid is not None and quote.ask is not None and quote.bid > quote.ask


def _is_offered(price: Decimal | None, size: int | None) -> bool:
    """Return whether somebody stands at this price. NaN, which compares with nothing, is nobody."""
    return price is not None and price.is_finite() and price > 0 and size != 0
