"""Rows of trades in whole numbers, and how they become longer bars."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import Final, NamedTuple

from simgateway.market.base import Bar
from simgateway.market.hours import at_new_york
from simgateway.market.money import usd

MINUTE_SECONDS: Final = 60
DAY_SECONDS: Final = 86_400


class Row(NamedTuple):
    """Trades of one span: `start` in seconds since 1970, prices in ten-thousandths of a dollar.

    `value` is the sum of price x volume, for the volume-weighted price.
    """

    start: int
    open: int
    high: int
    low: int
    close: int
    volume: int
    value: int
    trades: int

    @property
    def typical(self) -> int:
        """Return the mean of high, low and close: the stand-in for a price weighted by volume inside one row."""
        return (self.high + self.low + self.close) // 3


def bar_of(row: Row, seconds: int) -> Bar:
    """Return a row as a bar of this length."""
    return Bar(
        start=datetime.fromtimestamp(row.start, UTC),
        seconds=seconds,
        open=usd(row.open),
        high=usd(row.high),
        low=usd(row.low),
        close=usd(row.close),
        volume=row.volume,
        wap=usd(row.value // row.volume if row.volume else row.close),
        count=row.trades,
    )


def longer(rows: Iterable[Row], seconds: int, day: date, opened: int) -> Iterator[Row]:
    """Join rising rows of one day into rows of `seconds`, aligned to New York's midnight.

    A row that would begin before the session (`opened`, seconds since 1970) and holds any of it begins with it:
    IB's first hourly bar is 09:30-10:00. A row of a day or more is the whole session.
    """
    midnight = int(at_new_york(day, time.min).timestamp())
    joined: Row | None = None
    for row in rows:
        start = midnight + (row.start - midnight) // seconds * seconds
        if row.start >= opened and (start < opened or seconds >= DAY_SECONDS):
            start = opened
        if joined is not None and joined.start == start:
            joined = join(joined, row)
            continue
        if joined is not None:
            yield joined
        joined = row._replace(start=start)
    if joined is not None:
        yield joined


def join(first: Row, second: Row) -> Row:
    """Return two rows that follow each other as one."""
    return Row(
        start=first.start,
        open=first.open,
        high=max(first.high, second.high),
        low=min(first.low, second.low),
        close=second.close,
        volume=first.volume + second.volume,
        value=first.value + second.value,
        trades=first.trades + second.trades,
    )
