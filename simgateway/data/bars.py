"""Bars of every kind and size a client can name, made of what the market has: trades, bids, asks and midpoints."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Final

from simgateway.data.hours import hours_of, sessions_between
from simgateway.data.spans import DAY_SECONDS, WEEK_SECONDS
from simgateway.data.volatility import Volatilities
from simgateway.market.base import Bar, Instrument, Market
from simgateway.protocol.text import new_york_day

QUOTED: Final = frozenset({"BID", "ASK", "MIDPOINT", "BID_ASK"})
VOLATILITIES: Final = frozenset({"HISTORICAL_VOLATILITY", "OPTION_IMPLIED_VOLATILITY"})
KINDS: Final = QUOTED | VOLATILITIES | {"TRADES", "ADJUSTED_LAST"}
"""What can be shown as bars; SCHEDULE is the one kind that is not."""

_PRECISION: Final = Decimal("0.0001")
_MINUTE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which bars: those that start in [start, end), aware UTC, `seconds` long."""

    start: datetime
    end: datetime
    seconds: int
    regular_only: bool


class BarSource:
    """Answers from the market alone; the same question has the same answer."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._volatilities = Volatilities(market)

    def bars(self, instrument: Instrument, what: str, span: Span) -> list[Bar]:
        """Return the bars, rising, the forming one up to the end included; a bar without data is left out.

        A week's or month's bar carries the day of its newest session.
        """
        rows = [bar for part in self.parts(instrument, what, span) for bar in self.piece(instrument, what, part)]
        return finished(rows, span)

    def parts(self, instrument: Instrument, what: str, span: Span) -> list[Span]:
        """Return a span in parts, each short enough to be computed between two other things of the loop.

        A market knows the minutes of its shares; everything else it must walk through, which a part does for one day.
        """
        if span.seconds > DAY_SECONDS:
            span = self._days_of(instrument, span)
        if not instrument.right and span.seconds >= _MINUTE and what not in QUOTED:
            return [span]
        hours = hours_of(self._market, instrument, regular_only=span.regular_only)
        days = sessions_between(hours, span.start, span.end)
        return [replace(span, start=max(span.start, day[1]), end=min(span.end, day[2])) for day in days]

    def piece(self, instrument: Instrument, what: str, part: Span) -> list[Bar]:
        """Return the bars of one part, not yet joined to weeks or months."""
        if what in VOLATILITIES:
            times = self._bars(instrument, "TRADES", part)
            return self._volatilities.bars(instrument, what, times, part.end)
        if what == "BID_ASK":
            return _both_sides(self._bars(instrument, "BID", part), self._bars(instrument, "ASK", part))
        return self._bars(instrument, "TRADES" if what == "ADJUSTED_LAST" else what, part)

    def _days_of(self, instrument: Instrument, span: Span) -> Span:
        """Return the same span in days, its first period whole."""
        hours = hours_of(self._market, instrument, regular_only=span.regular_only)
        first = new_york_day(span.start)
        first -= timedelta(days=first.weekday() if span.seconds == WEEK_SECONDS else first.day - 1)
        opened = next((hours(first + timedelta(days=on)) for on in range(8) if hours(first + timedelta(days=on))), None)
        return replace(span, start=min(span.start, opened[0]) if opened else span.start, seconds=DAY_SECONDS)

    def _bars(self, instrument: Instrument, what: str, span: Span) -> list[Bar]:
        regular_only = span.regular_only or bool(instrument.right)
        return self._market.bars(instrument, span.end, span.seconds, span.start, regular_only, what=what)


def finished(bars: list[Bar], span: Span) -> list[Bar]:
    """Return the pieces of a span as the bars that were asked for."""
    return _longer(bars, span.seconds) if span.seconds > DAY_SECONDS else bars


def _both_sides(bids: Sequence[Bar], asks: Sequence[Bar]) -> list[Bar]:
    """Return bars of BID_ASK: open and close are the averages of bid and ask, low and high the extremes of both.

    Source: IB's page on historical bars, whatToShow.
    """
    matching = {bar.start: bar for bar in asks}
    return [_spread(bid, matching[bid.start]) for bid in bids if bid.start in matching]


def _spread(bid: Bar, ask: Bar) -> Bar:
    return replace(bid, open=_average(bid), high=ask.high, low=bid.low, close=_average(ask), wap=_average(ask))


def _average(bar: Bar) -> Decimal:
    return ((bar.open + bar.high + bar.low + bar.close) / 4).quantize(_PRECISION)


def _longer(days: Iterable[Bar], seconds: int) -> list[Bar]:
    """Return bars of weeks or months made of daily ones."""
    return [_joined(list(group), seconds) for _, group in groupby(days, lambda bar: _period(bar, seconds))]


def _period(bar: Bar, seconds: int) -> tuple[int, int]:
    day = new_york_day(bar.start)
    return day.isocalendar()[:2] if seconds == WEEK_SECONDS else (day.year, day.month)


def _joined(days: list[Bar], seconds: int) -> Bar:
    volume = sum(bar.volume for bar in days)
    value = sum((bar.wap * bar.volume for bar in days), Decimal(0))
    return Bar(
        start=days[-1].start,
        seconds=seconds,
        open=days[0].open,
        high=max(bar.high for bar in days),
        low=min(bar.low for bar in days),
        close=days[-1].close,
        volume=volume,
        wap=(value / volume).quantize(_PRECISION) if volume else days[-1].close,
        count=sum(bar.count for bar in days),
    )
