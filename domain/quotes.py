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
