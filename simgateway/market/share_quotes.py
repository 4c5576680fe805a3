"""Quotes of synthetic shares: a cent or two around the path."""

from typing import Final

from simgateway.market.base import Quote
from simgateway.market.money import UNITS_PER_CENT, usd
from simgateway.market.option_quotes import noise
from simgateway.market.profiles import Profile

_LOT: Final = 100


def share_quote(profile: Profile, at: int, *, con_id: int, price: int, before: int | None, volume: int) -> Quote:
    """Return the book of a share: `at` in seconds since 1970, prices in ten-thousandths of a dollar."""
    below = UNITS_PER_CENT * (profile.spread_ticks // 2)
    bid = price - below
    return Quote(
        bid=usd(bid),
        ask=usd(bid + UNITS_PER_CENT * profile.spread_ticks),
        bid_size=_LOT * (1 + int(20 * noise(con_id, 2 * at))),
        ask_size=_LOT * (1 + int(20 * noise(con_id, 2 * at + 1))),
        last=usd(price),
        close=usd(before) if before is not None else None,
        volume=volume,
        open_interest=None,
    )
