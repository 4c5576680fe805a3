"""Symbols for a market of any size: the known ones first, then names that nobody has but that look like some."""

from collections.abc import Iterator
from itertools import islice
from random import Random
from typing import Final

from simgateway.market.chains import SYMBOLS_MAX
from simgateway.market.grids import PENNY_CLASSES
from simgateway.market.profiles import PROFILES

_SEED: Final = "universe"
_CONSONANTS: Final = "BCDFGHKLMNPRSTVWXZ"
_VOWELS: Final = "AEIOUY"


def universe(count: int) -> tuple[str, ...]:
    """Return so many different symbols, always the same and in the same order; ValueError beyond `SYMBOLS_MAX`."""
    if not 0 < count <= SYMBOLS_MAX:
        raise ValueError(f"{count} symbols: a market has 1 to {SYMBOLS_MAX}")
    return tuple(islice(_different(), count))


def _different() -> Iterator[str]:
    known = [*PROFILES, *sorted(PENNY_CLASSES.difference(PROFILES))]
    seen = set(known)
    yield from known
    draw = Random(_SEED)
    while True:
        letters = (
            draw.choice(_CONSONANTS if place % 2 == 0 else _VOWELS) for place in range(draw.choice((3, 3, 4, 4)))
        )
        symbol = "".join(letters)
        if symbol not in seen:
            seen.add(symbol)
            yield symbol
