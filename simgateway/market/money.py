"""Prices as whole ten-thousandths of a dollar inside the market rooms, as Decimal outside."""

from decimal import Decimal
from functools import lru_cache
from typing import Final

UNITS_PER_USD: Final = 10_000
UNITS_PER_CENT: Final = 100


@lru_cache(maxsize=2048)
def usd(units: int) -> Decimal:
    """Return ten-thousandths as USD, with two decimals where they are enough."""
    if units % UNITS_PER_CENT == 0:
        return Decimal(units // UNITS_PER_CENT).scaleb(-2)
    return Decimal(units).scaleb(-4)
