"""One symbol's day, minute by minute: drawn from a seed, with trends, clusters of volatility and news."""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from math import sqrt
from operator import add
from random import Random
from typing import Final

from simgateway.market.profiles import Profile

_REGULAR_MINUTES: Final = 390
SESSIONS_PER_YEAR: Final = 252

# What options imply is more than what happens, and trends add to what the noise makes.
_NOISE_SHARE: Final = 0.75
_TREND_MINUTES: Final = (18, 70)
_TREND_STRENGTH: Final = (0.03, 0.20)
_SHOCK_WEIGHT, _MEMORY_WEIGHT = 0.10, 0.86  # GARCH(1,1), fitted to nothing: a calm that gets lively and calms again
_NEWS_PROBABILITY: Final = 0.35
_NEWS_VOLUME: Final = 4.5
_NEWS_STRENGTH: Final = (0.3, 0.55)
_HOUR_MINUTES: Final = 60
_GAP_SHARE: Final = 0.35

# Early and late trading against a minute of the session: how far it moves, how much it trades at most.
_THIN_MOVES, _THIN_VOLUME = 0.25, 0.05


def added(values: Iterable[float]) -> float:
    """Return the sum, added from left to right: Python's `sum` rounds otherwise from 3.12 on, and days would differ.

    Python, "What's New In Python 3.12": sum() now uses Neumaier summation for floats.
    """
    return reduce(add, values, 0.0)


@dataclass(frozen=True, slots=True)
class Shape:
    """A day without a price level: per minute its log return, how far it went beyond, and shares traded."""

    returns: array[float]
    above: array[float]
    below: array[float]
    volumes: array[int]

    @property
    def total(self) -> float:
        """Return the log return from open to close."""
        return added(self.returns)

    def scaled(self, share: float) -> Shape:
        """Return the same day with so much of its moves."""
        sides = [array("d", (share * each for each in side)) for side in (self.returns, self.above, self.below)]
        return Shape(sides[0], sides[1], sides[2], self.volumes)


def _minute_deviation(profile: Profile) -> float:
    return profile.volatility / sqrt(SESSIONS_PER_YEAR * _REGULAR_MINUTES) * _NOISE_SHARE


def draw_gap(seed: int, symbol: str, profile: Profile, day: date) -> float:
    """Draw the log return from the previous session's close to this day's open."""
    deviation = _minute_deviation(profile) * sqrt(_REGULAR_MINUTES) * _GAP_SHARE
    return Random(f"{seed}/{symbol}/{day.isoformat()}/gap").gauss(0.0, deviation)


@dataclass(frozen=True, slots=True)
class Span:
    """The hours of a day that is drawn: its minutes, those before New York's first full hour, and see `Hours`."""

    minutes: int
    before_hour: int = _HOUR_MINUTES // 2
    minute_share: float = 1.0
    volume_share: float = 1.0


def draw_shape(seed: int, symbol: str, profile: Profile, day: date, span: Span) -> Shape:
    """Draw a day; the same arguments give the same day."""
    draw = Random(f"{seed}/{symbol}/{day.isoformat()}")
    gauss, uniform = draw.gauss, draw.random
    minutes = span.minutes
    sigma = _minute_deviation(profile) * span.minute_share
    news = _draw_news(draw, span)
    shape = Shape(array("d"), array("d"), array("d"), array("q"))
    returned, above, below = (side.append for side in (shape.returns, shape.above, shape.below))
    traded = shape.volumes.append
    variance, trend, trend_left = 1.0, 0.0, 0
    per_minute = profile.turnover / _REGULAR_MINUTES * span.volume_share
    for minute in range(minutes):
        if trend_left == 0:
            trend_left = draw.randint(*_TREND_MINUTES)
            trend = draw.choice((-1.0, -1.0, 0.0, 1.0, 1.0)) * draw.uniform(*_TREND_STRENGTH)
        trend_left -= 1
        # The U of a session: lively at the open and the close, mean about 1.
        x = 2.0 * minute / minutes - 1.0
        bend = 0.6 + 1.2 * x * x
        drift, busy = (news.drift, _NEWS_VOLUME) if news.start <= minute < news.end else (trend, 1.0)
        shock = gauss(0.0, 1.0) * sqrt(variance)
        variance = 1.0 - _SHOCK_WEIGHT - _MEMORY_WEIGHT + _SHOCK_WEIGHT * shock * shock + _MEMORY_WEIGHT * variance
        returned(sigma * (shock * sqrt(bend) + drift))
        reach = sigma * sqrt(bend * variance) * 0.6
        above(reach * uniform())
        below(reach * uniform())
        traded(1 + int(per_minute * bend * busy * (0.5 + uniform()) * (0.8 + 0.3 * abs(shock))))
    return shape


@dataclass(frozen=True, slots=True)
class _News:
    """Minutes of the session that news fill, and the drift they bring in standard deviations a minute."""

    start: int
    end: int
    drift: float


def _draw_news(draw: Random, span: Span) -> _News:
    """Draw the day's news, most often none: a whole hour of New York's clock, so that an hourly bar shows it."""
    if draw.random() >= _NEWS_PROBABILITY:
        return _News(0, 0, 0.0)
    start = span.before_hour + _HOUR_MINUTES * draw.randrange((span.minutes - span.before_hour) // _HOUR_MINUTES - 1)
    return _News(start, start + _HOUR_MINUTES, draw.choice((-1.0, 1.0)) * draw.uniform(*_NEWS_STRENGTH))


def draw_bridge(key: str, profile: Profile, minutes: int, total: float) -> Shape:
    """Draw the thin trading outside of the session: so many minutes whose log return is `total`."""
    draw = Random(key)
    sigma = _minute_deviation(profile) * _THIN_MOVES
    steps = [draw.gauss(0.0, sigma) for _ in range(minutes)]
    drift = (total - added(steps)) / minutes
    most = profile.turnover / _REGULAR_MINUTES * _THIN_VOLUME
    return Shape(
        array("d", (step + drift for step in steps)),
        array("d", (sigma * 0.3 * draw.random() for _ in steps)),
        array("d", (sigma * 0.3 * draw.random() for _ in steps)),
        array("q", (12 + int(most * draw.random()) for _ in steps)),
    )
