"""A quote, and what is none. The broker's ways to say "no price" are NaN, -1, 0 and 1.797e308."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.ids import ConId


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Bid and ask of one contract as last heard; USD, sizes in contracts or shares.

    A field is None where the broker gave no price. ``at`` is aware UTC: when the newest of bid and ask
    arrived by our clock. ``market_data_type`` is the broker's: 1 live, 2 frozen, 3 delayed, 4 delayed-frozen.
    """

    con_id: ConId
    bid: Decimal | None
    ask: Decimal | None
    bid_size: int | None
    ask_size: int | None
    last: Decimal | None
    close: Decimal | None
    volume: int | None
    open_interest: int | None
    at: datetime
    market_data_type: int = 1


def spread(quote: Quote) -> Decimal | None:
    """Return ask minus bid in USD (below 0 when crossed); None when one of them is missing."""
    if quote.bid is None or quote.ask is None:
        return None
    return quote.ask - quote.bid


def mid(quote: Quote) -> Decimal | None:
    """Return the middle of bid and ask in USD, unrounded; None when one of them is missing or they are crossed."""
    if quote.bid is None or quote.ask is None or quote.bid > quote.ask:
        return None
    return (quote.bid + quote.ask) / 2


def spread_pct(quote: Quote) -> Decimal | None:
    """Return the spread in percent of the mid: 2 is two percent; None where there is no mid above 0."""
    middle, width = mid(quote), spread(quote)
    if middle is None or width is None or middle <= 0:
        return None
    return width / middle * 100


def display_price(quote: Quote) -> Decimal | None:
    """Return last, else mid, else yesterday's close, in USD: to be shown. An order is never priced from it."""
    if quote.last is not None:
        return quote.last
    middle = mid(quote)
    return quote.close if middle is None else middle


def age_seconds(quote: Quote, now: datetime) -> float:
    """Return how old bid and ask are; below 0 when their time lies ahead of ours."""
    return (now - quote.at).total_seconds()
