"""Quotes of synthetic options: a fair value with a smile, a spread, sizes, volume and open interest."""

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from simgateway.market.base import PriceRule, Quote
from simgateway.market.bsm import SECONDS_PER_YEAR, Option, value
from simgateway.market.money import UNITS_PER_USD, usd
from simgateway.market.profiles import Profile

_RATE: Final = 0.04
_SHORTEST_YEARS: Final = 1 / 365
_SKEW, _SMILE = -0.045, 0.018
_MASK: Final = (1 << 64) - 1
_DAY_SECONDS: Final = 86_400
_SPREAD_SHARE: Final = 0.008
_CALM_SECONDS: Final = 30
_SIZE_SECONDS: Final = 15


@dataclass(frozen=True, slots=True)
class Terms:
    """An option in plain numbers: strike in USD, `ends` in seconds since 1970, its price grid in units."""

    con_id: int
    strike: float
    right: str
    ends: int
    grid: tuple[tuple[int, int], ...]


def grid_of(rule: PriceRule) -> tuple[tuple[int, int], ...]:
    """Return a market rule in ten-thousandths of a dollar."""
    return tuple((int(edge * UNITS_PER_USD), int(step * UNITS_PER_USD)) for edge, step in rule)


def fair_value(profile: Profile, terms: Terms, spot: float, at: float) -> float:
    """Return the value in USD at a share price in USD and a time in seconds since 1970; never below intrinsic."""
    sign = 1.0 if terms.right == "C" else -1.0
    intrinsic = max(0.0, sign * (spot - terms.strike))
    years = (terms.ends - at) / SECONDS_PER_YEAR
    if years <= 0:
        return intrinsic
    volatility = profile.volatility * _smile(profile, terms, spot, years)
    option = Option(terms.right, terms.strike, _RATE, profile.dividend)
    return max(intrinsic, value(option, spot, years, volatility))


def _distance(profile: Profile, terms: Terms, spot: float, years: float) -> float:
    """Return how far the strike is from the share price, in standard deviations to the expiry, at most 5."""
    deviation = profile.volatility * math.sqrt(max(years, _SHORTEST_YEARS))
    return min(5.0, max(-5.0, math.log(terms.strike / spot) / deviation))


def _smile(profile: Profile, terms: Terms, spot: float, years: float) -> float:
    distance = _distance(profile, terms, spot, years)
    return max(0.6, 1.0 + _SKEW * distance + _SMILE * distance * distance)


@dataclass(frozen=True, slots=True)
class Moment:
    """What an option's quote depends on besides its terms.

    `at` in seconds since 1970, the share's price now, at today's open and at the previous close (None: unknown) in
    USD, `day_share` how much of the session's volume has passed (0-1).
    """

    at: int
    spot: float
    opened: float
    before: float | None
    day_share: float


def option_quote(profile: Profile, terms: Terms, moment: Moment) -> Quote:
    """Return the book of an option."""
    years = max(0.0, terms.ends - moment.at) / SECONDS_PER_YEAR
    fair = fair_value(profile, terms, moment.spot, moment.at)
    distance = abs(_distance(profile, terms, moment.spot, years))
    bid, ask = _sides(terms, fair, distance, moment.at)
    bid_size, ask_size = _sizes(terms.con_id, distance, moment.at)
    daily = _daily_volume(profile, terms, moment.opened, moment.at)
    volume = int(daily * moment.day_share)
    return Quote(
        bid=usd(bid) if bid else None,
        ask=usd(ask),
        bid_size=bid_size if bid else 0,
        ask_size=ask_size,
        last=_on_grid(terms, fair) if volume else None,
        close=_close(profile, terms, moment),
        volume=volume,
        open_interest=int(profile.turnover / 1_500 * (0.2 + noise(terms.con_id, 1))),
    )


def _sides(terms: Terms, fair: float, distance: float, at: int) -> tuple[int, int]:
    """Return bid and ask in units on the grid, at least a tick apart; a bid of 0 is none."""
    mood = noise(terms.con_id, at // _CALM_SECONDS + 2)
    nervous = 3.0 if mood > 0.96 else 0.8 + 0.5 * mood
    width = fair * _SPREAD_SHARE * nervous * min(2.5, 1 + 0.5 * max(0.0, distance - 0.5) ** 2)
    middle = fair * UNITS_PER_USD
    tick = _tick(terms.grid, middle)
    ticks = max(1, round(width * UNITS_PER_USD / tick))
    bid = int((middle - (ticks - 1) * tick / 2) // tick) * tick
    bid = bid // _tick(terms.grid, bid) * _tick(terms.grid, bid)
    ask = bid
    for _ in range(ticks):
        ask += _tick(terms.grid, ask)
    return max(0, bid), ask


def _on_grid(terms: Terms, fair: float) -> Decimal | None:
    units = fair * UNITS_PER_USD
    tick = _tick(terms.grid, units)
    return usd(max(tick, round(units / tick) * tick))


def _close(profile: Profile, terms: Terms, moment: Moment) -> Decimal | None:
    """Return what the option was worth at the share's previous close."""
    if moment.before is None:
        return None
    return _on_grid(terms, fair_value(profile, terms, moment.before, moment.at - _DAY_SECONDS))


def _tick(grid: tuple[tuple[int, int], ...], units: float) -> int:
    tick = grid[0][1]
    for edge, step in grid:
        if units >= edge:
            tick = step
    return tick


def _sizes(con_id: int, distance: float, at: int) -> tuple[int, int]:
    """Return contracts on both sides: 1-50, now and then so few that an order of five is filled in parts."""
    block = at // _SIZE_SECONDS
    return _size(noise(con_id, 2 * block + 7), distance), _size(noise(con_id, 2 * block + 8), distance)


def _size(draw: float, distance: float) -> int:
    if draw < 0.12:
        return 1 + int(draw / 0.12 * 4)
    return 5 + int((draw - 0.12) * 50 / (1 + 0.3 * distance))


def _daily_volume(profile: Profile, terms: Terms, opened: float, at: int) -> float:
    """Return the contracts a whole day trades: by the day's open, so that a day's volume never shrinks."""
    years = max(0, terms.ends - at) // _DAY_SECONDS / 365
    distance = _distance(profile, terms, opened, years)
    liveliness = profile.turnover / 4_000 * (0.5 + noise(terms.con_id, 3)) / (1 + 8 * years)
    return liveliness * math.exp(-0.5 * distance * distance)


def noise(first: int, second: int) -> float:
    """Return a number in [0, 1) that is a function of two others: one round of the splitmix generator's mixer."""
    x = (first * 0x9E3779B97F4A7C15 + second * 0xBF58476D1CE4E5B9) & _MASK
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    x = (x ^ x >> 27) * 0x94D049BB133111EB & _MASK
    return (x ^ x >> 31) / 2**64
