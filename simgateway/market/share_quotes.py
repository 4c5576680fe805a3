"""Quotes of synthetic shares: a cent or two around the path."""

from decimal import Decimal
from typing import Final

from simgateway.market.base import Quote
from simgateway.market.characters import EASE, Strain
from simgateway.market.money import UNITS_PER_CENT, usd
from simgateway.market.option_quotes import missing_sides, noise
from simgateway.market.profiles import Profile
from simgateway.market.underlyings import Spot

_LOT: Final = 100


def share_sides(profile: Profile, price: int, strain: Strain) -> tuple[int, int]:
    """Return how far below the path the bid is, and how wide the spread, at about this price; all in units."""
    if strain is EASE:
        return UNITS_PER_CENT * (profile.spread_ticks // 2), UNITS_PER_CENT * profile.spread_ticks
    ticks = max(1, round(profile.spread_ticks * strain.spread + price * strain.width / UNITS_PER_CENT))
    return UNITS_PER_CENT * (ticks // 2), UNITS_PER_CENT * ticks


def share_quote(profile: Profile, con_id: int, spot: Spot, close: Decimal | None) -> Quote:
    """Return the book of a share at a moment."""
    last = usd(spot.last) if spot.last else None
    if spot.is_halted:
        return Quote(None, None, 0, 0, last, close, spot.volume, None)
    strain, at = spot.strain, spot.at
    below, width = share_sides(profile, spot.path.opens[spot.minute], strain)
    bid = spot.price - below
    ask = bid + width
    if strain.missing:
        bid, ask = missing_sides(con_id, at, strain, (bid, ask))
    return Quote(
        bid=usd(bid) if bid else None,
        ask=usd(ask) if ask else None,
        bid_size=_size(noise(con_id, 2 * at), strain) if bid else 0,
        ask_size=_size(noise(con_id, 2 * at + 1), strain) if ask else 0,
        last=last,
        close=close,
        volume=spot.volume,
        open_interest=None,
    )


def _size(draw: float, strain: Strain) -> int:
    if strain.size_most is not None:
        return _LOT * (1 + int(strain.size_most * draw))
    lots = 1 + int(20 * draw)
    return _LOT * (lots if strain.size == 1.0 else max(1, int(lots * strain.size)))
