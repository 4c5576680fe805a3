"""A drawn day at its price level: minutes, and the steps of five seconds inside them."""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

from array import array
from dataclasses import dataclass
from math import exp
from random import Random
from typing import Final

from simgateway.market.money import UNITS_PER_CENT, UNITS_PER_USD
from simgateway.market.rows import MINUTE_SECONDS, Row, join
from simgateway.market.shapes import Shape

STEP_SECONDS: Final = 5
_MINUTES_KEPT: Final = 8
STEPS_PER_MINUTE: Final = MINUTE_SECONDS // STEP_SECONDS


@dataclass(frozen=True, slots=True)
class DayPath:
    """A day at its price level; prices in ten-thousandths of a dollar, on whole cents; index = minute of session.

    A minute without volume has prices, which quotes follow, and no trades: `traded` is the newest trade's price at the
    start of each minute, 0 before the day's first. `is_thin`: early or late trading.
    """

    key: str
    opened: int
    opens: array[int]
    highs: array[int]
    lows: array[int]
    closes: array[int]
    volumes: array[int]
    volume_before: array[int]
    traded: array[int]
    is_thin: bool
    _steps: dict[int, tuple[int, ...]]

    @property
    def minutes(self) -> int:
        """Return how many minutes the session has."""
        return len(self.opens)

    def add(self, ends: tuple[int, int, int, int], volume: int) -> None:
        """Add a minute while the path is made: open, high, low, close and shares traded."""
        self.opens.append(ends[0])
        self.highs.append(ends[1])
        self.lows.append(ends[2])
        self.closes.append(ends[3])
        self.volumes.append(volume)
        self.volume_before.append(self.volume_before[-1] + volume)
        self.traded.append(ends[3] if volume else self.traded[-1])

    def row(self, minute: int) -> Row:
        """Return one whole minute."""
        return made_row(self.opened + minute * MINUTE_SECONDS, self.ends(minute), self.volumes[minute])

    def ends(self, minute: int) -> tuple[int, int, int, int]:
        """Return open, high, low and close of a minute."""
        return self.opens[minute], self.highs[minute], self.lows[minute], self.closes[minute]

    @property
    def steps_count(self) -> int:
        """Return how many steps of five seconds the session has."""
        return len(self.opens) * STEPS_PER_MINUTE

    def span(self, first: int, last: int) -> Row | None:
        """Return the minutes from `first` to before `last` as one row; None when nothing traded."""
        volumes = self.volumes[first:last]
        if 0 in volumes:
            return self._patchy_span(first, last)
        highs, lows, closes = self.highs[first:last], self.lows[first:last], self.closes[first:last]
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

    def _patchy_span(self, first: int, last: int) -> Row | None:
        joined: Row | None = None
        for minute in range(first, last):
            if self.volumes[minute]:
                row = self.row(minute)
                joined = join(joined, row) if joined else row
        return joined._replace(start=self.opened + first * MINUTE_SECONDS) if joined else None

    def forming(self, minute: int, step: int) -> Row:
        """Return a minute as it looks in its step-th five seconds."""
        seen = self.steps(minute)[: step + 1]
        values = (seen[0], max(seen), min(seen), seen[-1])
        return made_row(self.opened + minute * MINUTE_SECONDS, values, self.volume_in(minute, step))

    def volume_in(self, minute: int, step: int) -> int:
        """Return the shares of a minute up to and with this step."""
        return self.volumes[minute] * (step + 1) // STEPS_PER_MINUTE

    def volume_until(self, number: int) -> int:
        """Return the day's shares up to and with the number-th step of the session; 0 before the first."""
        if number < 0:
            return 0
        minute, step = divmod(number, STEPS_PER_MINUTE)
        return self.volume_before[minute] + self.volumes[minute] * (step + 1) // STEPS_PER_MINUTE

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
                prices.append(min(high, max(low, whole_cents(raw))))
        return (*prices, last[1])


def made_row(start: int, prices: tuple[int, int, int, int], volume: int) -> Row:
    """Return a row of open, high, low and close; without volume it is one of quotes."""
    row = Row(start, *prices, volume=volume, value=0, trades=trades_in(volume) if volume else 0)
    return row._replace(value=row.typical * volume)


def trades_in(volume: int) -> int:
    """Return how many trades so many shares are taken to be."""
    return 1 + volume // 150


def whole_cents(units: float) -> int:
    """Return a price on whole cents."""
    return round(units / UNITS_PER_CENT) * UNITS_PER_CENT


def at_level(key: str, shape: Shape, opened: int, open_price: float, *, is_thin: bool = False) -> DayPath:
    """Put a shape on its price level: `opened` in seconds since 1970, `open_price` in USD."""
    arrays = (array("q"), array("q"), array("q"), array("q"), array("q"), array("q", [0]), array("q", [0]))
    path = DayPath(key, opened, *arrays, is_thin, {})
    opens, highs, lows, closes, volumes, volume_before, traded = (each.append for each in arrays)
    price, at_open = open_price * UNITS_PER_USD, whole_cents(open_price * UNITS_PER_USD)
    total = last = 0
    for step, above, below, volume in zip(shape.returns, shape.above, shape.below, shape.volumes, strict=True):
        price *= exp(step)
        close = round(price / UNITS_PER_CENT) * UNITS_PER_CENT
        high, low = (at_open, close) if at_open > close else (close, at_open)
        opens(at_open)
        highs(round(high * (1 + above) / UNITS_PER_CENT) * UNITS_PER_CENT)
        lows(round(low * (1 - below) / UNITS_PER_CENT) * UNITS_PER_CENT)
        closes(close)
        volumes(volume)
        total += volume
        volume_before(total)
        last = close if volume else last
        traded(last)
        at_open = close
    return path
