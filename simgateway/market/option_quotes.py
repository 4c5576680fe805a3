"""Quotes of synthetic options: a fair value with a smile, a spread, sizes, volume and open interest.

The value is Black's and Scholes's and Merton's as in `bsm`, written out here so that what the options of one expiry
have in common is worked out once for all of them: a stream of many options asks for little else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erf, exp, log, sqrt
from typing import Final

from simgateway.market.base import Instrument, PriceRule
from simgateway.market.bsm import SECONDS_PER_YEAR
from simgateway.market.characters import Strain
from simgateway.market.money import UNITS_PER_USD
from simgateway.market.paths import STEP_SECONDS
from simgateway.market.profiles import Profile

_RATE: Final = 0.04
_SHORTEST_YEARS: Final = 1 / 365
_FARTHEST: Final = 5.0
_SKEW, _SMILE, _LOWEST_SMILE = -0.045, 0.018, 0.6
_MASK: Final = (1 << 64) - 1
_DAY_SECONDS: Final = 86_400
_SPREAD_SHARE: Final = 0.008
_CALM_SECONDS: Final = 30
_SIZE_SECONDS: Final = 15
_ROOT_OF_TWO: Final = sqrt(2.0)


@dataclass(frozen=True, slots=True)
class Terms:
    """An option in plain numbers: strike in USD, `ends` in seconds since 1970, its price grid in units.

    `sign` is 1 for a call, -1 for a put; the tick is `tick` below `edge` and `tick_above` from there on.
    """

    con_id: int
    strike: float
    sign: float
    ends: int
    tick: int
    tick_above: int
    edge: int


def terms_of(instrument: Instrument, ends: int, rule: PriceRule) -> Terms:
    """Return an option's terms; a market rule of options has one increment or two."""
    assert instrument.strike is not None, "only options have terms"
    assert 1 <= len(rule) <= 2, "US options have one increment, or one below and one from 3 USD"
    (_, below), (edge, above) = rule[0], rule[-1]
    return Terms(
        con_id=instrument.con_id,
        strike=float(instrument.strike),
        sign=1.0 if instrument.right == "C" else -1.0,
        ends=ends,
        tick=int(below * UNITS_PER_USD),
        tick_above=int(above * UNITS_PER_USD),
        edge=int(edge * UNITS_PER_USD),
    )


class Slice:
    """What all options of one expiry have in common at one moment: `spot` in USD, times in seconds since 1970."""

    __slots__ = ("at", "carried", "deviation", "discount", "drift", "root", "spot", "volatility", "years")

    def __init__(self, profile: Profile, ends: int, at: int, spot: float, strain: Strain) -> None:
        years = max(0.0, ends - at) / SECONDS_PER_YEAR
        self.at = at
        self.spot = spot
        self.years = years
        self.root = sqrt(years)
        self.carried = spot * exp(-profile.dividend * years)
        self.discount = exp(-_RATE * years)
        self.drift = (_RATE - profile.dividend) * years
        self.deviation = profile.volatility * sqrt(max(years, _SHORTEST_YEARS))
        self.volatility = profile.volatility * strain.volatility

    def distance(self, strike: float) -> float:
        """Return how far a strike is from the share price, in standard deviations to the expiry, at most 5."""
        distance = log(strike / self.spot) / self.deviation
        return min(_FARTHEST, max(-_FARTHEST, distance))

    def fair(self, terms: Terms, distance: float) -> float:
        """Return an option's value in USD, never below what is in the money."""
        sign, strike, spot = terms.sign, terms.strike, self.spot
        intrinsic = max(0.0, sign * (spot - strike))
        smile = 1.0 + _SKEW * distance + _SMILE * distance * distance
        deviation = self.volatility * max(_LOWEST_SMILE, smile) * self.root
        if deviation <= 0:
            return intrinsic
        d1 = (log(spot / strike) + self.drift) / deviation + deviation / 2
        first = (1.0 + erf(sign * d1 / _ROOT_OF_TWO)) / 2.0
        second = (1.0 + erf(sign * (d1 - deviation) / _ROOT_OF_TWO)) / 2.0
        return max(intrinsic, sign * (self.carried * first - strike * self.discount * second))


def values(
    profile: Profile, terms: Terms, first: int, spots: Sequence[float], strain: Strain
) -> list[tuple[float, float]]:
    """Return value and distance at share prices five seconds apart from `first` on: a `Slice` for each, but quicker.

    History needs thousands of them; the sums are done in the same order, so that not a bit is different.
    """
    sign, strike, ends, dividend = terms.sign, terms.strike, terms.ends, profile.dividend
    usual, strained, carry = profile.volatility, profile.volatility * strain.volatility, _RATE - profile.dividend
    made: list[tuple[float, float]] = []
    for number, spot in enumerate(spots):
        years = max(0.0, ends - first - STEP_SECONDS * number) / SECONDS_PER_YEAR
        root = sqrt(years)
        distance = log(strike / spot) / (usual * (root if years > _SHORTEST_YEARS else sqrt(_SHORTEST_YEARS)))
        distance = min(_FARTHEST, max(-_FARTHEST, distance))
        fair = max(0.0, sign * (spot - strike))
        smile = 1.0 + _SKEW * distance + _SMILE * distance * distance
        deviation = strained * max(_LOWEST_SMILE, smile) * root
        if deviation > 0:
            d1 = (log(spot / strike) + carry * years) / deviation + deviation / 2
            carried = spot * exp(-dividend * years) * ((1.0 + erf(sign * d1 / _ROOT_OF_TWO)) / 2.0)
            paid = strike * exp(-_RATE * years) * ((1.0 + erf(sign * (d1 - deviation) / _ROOT_OF_TWO)) / 2.0)
            fair = max(fair, sign * (carried - paid))
        made.append((fair, distance))
    return made


def sides(terms: Terms, fair: float, distance: float, at: int, strain: Strain) -> tuple[int, int]:
    """Return bid and ask in units on the grid, at least a tick apart; 0 is no bid, or no ask."""
    mood = noise(terms.con_id, at // _CALM_SECONDS + 2)
    nervous = 3.0 if mood > 0.96 else 0.8 + 0.5 * mood
    beyond = abs(distance) - 0.5
    width = fair * _SPREAD_SHARE * nervous * (min(2.5, 1 + 0.5 * beyond**2) if beyond > 0 else 1.0) * strain.spread
    middle = fair * UNITS_PER_USD
    tick = terms.tick if middle < terms.edge else terms.tick_above
    ticks = max(1, round(width * UNITS_PER_USD / tick))
    bid = int((middle - (ticks - 1) * tick / 2) // tick) * tick
    lower = terms.tick if bid < terms.edge else terms.tick_above
    bid = bid // lower * lower
    below_edge = min(ticks, -((bid - terms.edge) // terms.tick)) if bid < terms.edge else 0
    ask = bid + below_edge * terms.tick + (ticks - below_edge) * terms.tick_above
    if strain.missing:
        bid, ask = missing_sides(terms.con_id, at, strain, (bid, ask))
    return max(0, bid), ask


def missing_sides(con_id: int, at: int, strain: Strain, prices: tuple[int, int]) -> tuple[int, int]:
    """Return bid and ask, one or both of them 0 for half a minute now and then."""
    block = at // _CALM_SECONDS
    is_bid, is_ask = (noise(con_id, 4 * block + side) >= strain.missing for side in (1, 2))
    return prices[0] if is_bid else 0, prices[1] if is_ask else 0


def on_grid(terms: Terms, fair: float) -> int:
    """Return a value in units on the grid, at least a tick."""
    units = fair * UNITS_PER_USD
    tick = terms.tick if units < terms.edge else terms.tick_above
    return max(tick, round(units / tick) * tick)


def sizes(con_id: int, distance: float, at: int, strain: Strain) -> tuple[int, int]:
    """Return contracts on both sides: 1-50, now and then so few that an order of five is filled in parts."""
    block = at // _SIZE_SECONDS
    far = 1 + 0.3 * abs(distance)
    return _size(noise(con_id, 2 * block + 7), far, strain), _size(noise(con_id, 2 * block + 8), far, strain)


def _size(draw: float, far: float, strain: Strain) -> int:
    if strain.size_most is not None:
        return 1 + int(draw * strain.size_most)
    size = 1 + int(draw / 0.12 * 4) if draw < 0.12 else 5 + int((draw - 0.12) * 50 / far)
    return size if strain.size == 1.0 else max(1, int(size * strain.size))


def daily_volume(profile: Profile, terms: Terms, spot: float, at: int) -> float:
    """Return the contracts a whole day trades, by the share's price and the time at the day's open."""
    years = max(0, terms.ends - at) // _DAY_SECONDS / 365
    deviation = profile.volatility * sqrt(max(years, _SHORTEST_YEARS))
    distance = min(_FARTHEST, max(-_FARTHEST, log(terms.strike / spot) / deviation))
    liveliness = profile.turnover / 4_000 * (0.5 + noise(terms.con_id, 3)) / (1 + 8 * years)
    return liveliness * exp(-0.5 * distance * distance)


def open_interest(profile: Profile, terms: Terms) -> int:
    """Return how many contracts are open."""
    return int(profile.turnover / 1_500 * (0.2 + noise(terms.con_id, 1)))


def noise(first: int, second: int) -> float:
    """Return a number in [0, 1) that is a function of two others: one round of the splitmix generator's mixer."""
    x = (first * 0x9E3779B97F4A7C15 + second * 0xBF58476D1CE4E5B9) & _MASK
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    x = (x ^ x >> 27) * 0x94D049BB133111EB & _MASK
    return (x ^ x >> 31) / 2**64
