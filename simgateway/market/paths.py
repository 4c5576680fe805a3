"""One symbol's day, minute by minute: drawn from a seed, with trends, clusters of volatility and news."""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

from array import array
from dataclasses import dataclass
from datetime import date
from math import exp, sqrt
from random import Random
from typing import Final

from simgateway.market.money import UNITS_PER_CENT, UNITS_PER_USD
from simgateway.market.profiles import Profile
from simgateway.market.rows import MINUTE_SECONDS, Row

STEP_SECONDS: Final = 5
_MINUTES_KEPT: Final = 8
STEPS_PER_MINUTE: Final = MINUTE_SECONDS // STEP_SECONDS
_REGULAR_MINUTES: Final = 390
_SESSIONS_PER_YEAR: Final = 252

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
        return sum(self.returns)


def _minute_deviation(profile: Profile) -> float:
    return profile.volatility / sqrt(_SESSIONS_PER_YEAR * _REGULAR_MINUTES) * _NOISE_SHARE


def draw_gap(seed: int, symbol: str, profile: Profile, day: date) -> float:
    """Draw the log return from the previous session's close to this day's open."""
    deviation = _minute_deviation(profile) * sqrt(_REGULAR_MINUTES) * _GAP_SHARE
    return Random(f"{seed}/{symbol}/{day.isoformat()}/gap").gauss(0.0, deviation)


def draw_shape(seed: int, symbol: str, profile: Profile, day: date, minutes: int) -> Shape:
    """Draw a day of so many minutes; the same arguments give the same day."""
    draw = Random(f"{seed}/{symbol}/{day.isoformat()}")
    gauss, uniform = draw.gauss, draw.random
    sigma = _minute_deviation(profile)
    news = _draw_news(draw, minutes)
    shape = Shape(array("d"), array("d"), array("d"), array("q"))
    variance, trend, trend_left = 1.0, 0.0, 0
    per_minute = profile.turnover / _REGULAR_MINUTES
    for minute in range(minutes):
        if trend_left == 0:
            trend_left = draw.randint(*_TREND_MINUTES)
            trend = draw.choice((-1.0, -1.0, 0.0, 1.0, 1.0)) * draw.uniform(*_TREND_STRENGTH)
        trend_left -= 1
        bend = _bend(minute, minutes)
        drift, busy = (news.drift, _NEWS_VOLUME) if news.start <= minute < news.end else (trend, 1.0)
        shock = gauss(0.0, 1.0) * sqrt(variance)
        variance = 1.0 - _SHOCK_WEIGHT - _MEMORY_WEIGHT + _SHOCK_WEIGHT * shock * shock + _MEMORY_WEIGHT * variance
        shape.returns.append(sigma * (shock * sqrt(bend) + drift))
        reach = sigma * sqrt(bend * variance) * 0.6
        shape.above.append(reach * uniform())
        shape.below.append(reach * uniform())
        shape.volumes.append(1 + int(per_minute * bend * busy * (0.5 + uniform()) * (0.8 + 0.3 * abs(shock))))
    return shape


@dataclass(frozen=True, slots=True)
class _News:
    """Minutes of the session that news fill, and the drift they bring in standard deviations a minute."""

    start: int
    end: int
    drift: float


def _draw_news(draw: Random, minutes: int) -> _News:
    """Draw the day's news, most often none: a whole hour of New York's clock, so that an hourly bar shows it."""
    if draw.random() >= _NEWS_PROBABILITY:
        return _News(0, 0, 0.0)
    hour = draw.randrange((minutes - _HOUR_MINUTES // 2) // _HOUR_MINUTES - 1)
    start = _HOUR_MINUTES // 2 + hour * _HOUR_MINUTES
    return _News(start, start + _HOUR_MINUTES, draw.choice((-1.0, 1.0)) * draw.uniform(*_NEWS_STRENGTH))


def _bend(minute: int, minutes: int) -> float:
    """Return the U of a session: lively at the open and the close, mean about 1."""
    x = 2.0 * minute / minutes - 1.0
    return 0.6 + 1.2 * x * x


@dataclass(frozen=True, slots=True)
class DayPath:
    """A day at its price level; prices in ten-thousandths of a dollar, on whole cents; index = minute of session."""

    key: str
    opened: int
    opens: array[int]
    highs: array[int]
    lows: array[int]
    closes: array[int]
    volumes: array[int]
    volume_before: array[int]
    _steps: dict[int, tuple[int, ...]]

    @property
    def minutes(self) -> int:
        """Return how many minutes the session has."""
        return len(self.opens)

    def row(self, minute: int) -> Row:
        """Return one whole minute."""
        values = (self.opens[minute], self.highs[minute], self.lows[minute], self.closes[minute])
        return _row(self.opened + minute * MINUTE_SECONDS, values, self.volumes[minute])

    def span(self, first: int, last: int) -> Row:
        """Return the minutes from `first` to before `last` as one row."""
        highs, lows, closes = self.highs[first:last], self.lows[first:last], self.closes[first:last]
        volumes = self.volumes[first:last]
        quartets = zip(highs, lows, closes, volumes, strict=True)
        return Row(
            start=self.opened + first * MINUTE_SECONDS,
            open=self.opens[first],
            high=max(highs),
            low=min(lows),
            close=closes[-1],
            volume=sum(volumes),
            value=sum((high + low + close) // 3 * volume for high, low, close, volume in quartets),
            trades=sum(trades_in(volume) for volume in volumes),
        )

    def forming(self, minute: int, step: int) -> Row:
        """Return a minute as it looks in its step-th five seconds."""
        seen = self.steps(minute)[: step + 1]
        values = (seen[0], max(seen), min(seen), seen[-1])
        return _row(self.opened + minute * MINUTE_SECONDS, values, self.volume_in(minute, step))

    def volume_in(self, minute: int, step: int) -> int:
        """Return the shares of a minute up to and with this step."""
        return self.volumes[minute] * (step + 1) // STEPS_PER_MINUTE

    def price(self, minute: int, step: int) -> int:
        """Return the price in the step-th five seconds of a minute."""
        return self.steps(minute)[step]

    def steps(self, minute: int) -> tuple[int, ...]:
        """Return the price of each five seconds; the newest few minutes asked for are kept."""
        known = self._steps.get(minute)
        if known is None:
            if len(self._steps) >= _MINUTES_KEPT:
                self._steps.clear()
            known = self._steps[minute] = self._draw_steps(minute)
        return known

    def _draw_steps(self, minute: int) -> tuple[int, ...]:
        """Walk from the minute's open over its high and low, the nearer one first, to its close."""
        low, high = self.lows[minute], self.highs[minute]
        draw = Random(f"{self.key}/{minute}")
        first, second = sorted(draw.sample(range(1, STEPS_PER_MINUTE - 1), 2))
        rising = self.closes[minute] >= self.opens[minute]
        turns = (low, high) if rising else (high, low)
        pins = ((0, self.opens[minute]), (first, turns[0]), (second, turns[1]))
        last = (STEPS_PER_MINUTE - 1, self.closes[minute])
        prices: list[int] = []
        for (at, price), (next_at, next_price) in zip(pins, (*pins[1:], last), strict=True):
            for step in range(at, next_at):
                wiggle = (high - low) * 0.15 * draw.uniform(-1, 1) if step > at else 0.0
                raw = price + (next_price - price) * (step - at) / (next_at - at) + wiggle
                prices.append(min(high, max(low, _whole_cents(raw))))
        return (*prices, last[1])


def _row(start: int, prices: tuple[int, int, int, int], volume: int) -> Row:
    row = Row(start, *prices, volume=volume, value=0, trades=trades_in(volume))
    return row._replace(value=row.typical * volume)


def trades_in(volume: int) -> int:
    """Return how many trades so many shares are taken to be."""
    return 1 + volume // 150


def _whole_cents(units: float) -> int:
    return round(units / UNITS_PER_CENT) * UNITS_PER_CENT


def at_level(key: str, shape: Shape, opened: int, open_price: float) -> DayPath:
    """Put a shape on its price level: `opened` in seconds since 1970, `open_price` in USD."""
    path = DayPath(key, opened, array("q"), array("q"), array("q"), array("q"), array("q"), array("q", [0]), {})
    price, at_open = open_price * UNITS_PER_USD, _whole_cents(open_price * UNITS_PER_USD)
    for step, above, below, volume in zip(shape.returns, shape.above, shape.below, shape.volumes, strict=True):
        price *= exp(step)
        close = _whole_cents(price)
        path.opens.append(at_open)
        path.highs.append(_whole_cents(max(at_open, close) * (1 + above)))
        path.lows.append(_whole_cents(min(at_open, close) * (1 - below)))
        path.closes.append(close)
        path.volumes.append(volume)
        path.volume_before.append(path.volume_before[-1] + volume)
        at_open = close
    return path
