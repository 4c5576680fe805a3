"""RSI, EMA and session VWAP: one bar at a time, or over a whole sequence at once.

They agree with pandas to 1e-9: EMA is ``ewm(span=n, adjust=False).mean()``; RSI's averages are
``ewm(alpha=1/n, adjust=False).mean()`` of the gains and losses, seeded with the first difference. A textbook Wilder,
seeded with the mean of the first n, differs by a point after 60 bars; this one is ours.
The functions over a sequence are plain loops: they run for every symbol in every cycle.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from domain.bars import Bar

RSI_PERIOD: Final = 14
RSI_NEUTRAL: Final = 50.0  # Of prices that never moved, where gain ÷ loss is 0 ÷ 0.


@dataclass(frozen=True, slots=True, kw_only=True)
class Ema:
    """An exponential moving average after what it has seen; ``value`` is None before the first price."""

    span: int
    value: float | None = None

    def updated(self, price: float) -> "Ema":
        """Return the average after one more price."""
        if self.value is None:
            return replace(self, value=price)
        return replace(self, value=self.value + 2 / (self.span + 1) * (price - self.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rsi:
    """A relative strength index after what it has seen; gain and loss are averages in USD per bar."""

    period: int = RSI_PERIOD
    close: float | None = None
    gain: float | None = None
    loss: float | None = None

    def updated(self, close: float) -> "Rsi":
        """Return the index after one more close."""
        if self.close is None:
            return replace(self, close=close)
        change = close - self.close
        gain, loss = max(change, 0.0), max(-change, 0.0)
        if self.gain is None or self.loss is None:
            return replace(self, close=close, gain=gain, loss=loss)
        weight = 1 / self.period
        return replace(
            self,
            close=close,
            gain=self.gain + weight * (gain - self.gain),
            loss=self.loss + weight * (loss - self.loss),
        )

    @property
    def value(self) -> float | None:
        """Return the index, 0 to 100; None before the second close."""
        return None if self.gain is None or self.loss is None else _strength(self.gain, self.loss)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vwap:
    """The volume-weighted average of the bars' typical prices (high + low + close) ÷ 3."""

    turnover: float = 0.0
    volume: float = 0.0

    def updated(self, bar: Bar) -> "Vwap":
        """Return the average after one more bar."""
        return Vwap(turnover=self.turnover + _typical(bar) * bar.volume, volume=self.volume + bar.volume)

    @property
    def value(self) -> float | None:
        """Return the average in USD; None while nothing was traded."""
        return self.turnover / self.volume if self.volume > 0 else None


def ema(prices: Sequence[float], span: int) -> float | None:
    """Return the exponential moving average at the last price; None of none."""
    if not prices:
        return None
    weight = 2 / (span + 1)
    value = prices[0]
    for price in prices:
        value += weight * (price - value)
    return value


def rsi(closes: Sequence[float], period: int = RSI_PERIOD) -> float | None:
    """Return the relative strength index at the last close, 0 to 100; None of fewer than two."""
    if len(closes) < 2:
        return None
    weight = 1 / period
    before = closes[0]
    gain, loss = max(closes[1] - before, 0.0), max(before - closes[1], 0.0)
    for close in closes[1:]:
        # The first round adds the seed to itself, which changes nothing.
        change = close - before
        gain += weight * ((change if change > 0 else 0.0) - gain)
        loss += weight * ((-change if change < 0 else 0.0) - loss)
        before = close
    return _strength(gain, loss)


def vwap(bars: Iterable[Bar]) -> float | None:
    """Return the volume-weighted average price of these bars, which are one session's; None when nothing was traded."""
    turnover = volume = 0.0
    for bar in bars:
        turnover += _typical(bar) * bar.volume
        volume += bar.volume
    return turnover / volume if volume > 0 else None


def _strength(gain: float, loss: float) -> float:
    if loss == 0:
        return RSI_NEUTRAL if gain == 0 else 100.0
    return 100 - 100 / (1 + gain / loss)


def _typical(bar: Bar) -> float:
    return (bar.high + bar.low + bar.close) / 3
