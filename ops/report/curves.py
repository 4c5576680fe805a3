"""The line of profit and loss over time, its drawdown, and the candles of what was traded."""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from domain.trading_day import new_york
from ops.reading.rows import Row, at_of
from ops.report.trips import ZERO, Trip, money

NUMBERS_OF_A_BAR: Final = 6

Point = tuple[datetime, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawdown:
    """The deepest fall from a height, USD, and from when to when."""

    amount: Decimal
    since: datetime | None
    until: datetime | None


def drawdown(points: Iterable[Point]) -> Drawdown:
    """Return the deepest fall of the line; it begins at 0."""
    height, since = ZERO, None
    worst = Drawdown(amount=ZERO, since=None, until=None)
    for at, value in points:
        if value >= height:
            height, since = value, at
        elif height - value > worst.amount:
            worst = Drawdown(amount=height - value, since=since or at, until=at)
    return worst


class Curve:
    """The day's P&L as the ledger had it, minute by minute. Lines of one log, oldest first."""

    def __init__(self) -> None:
        self._days: dict[str, list[Point]] = defaultdict(list)
        self.limits: dict[str, Decimal] = {}
        self.equity: dict[str, Decimal] = {}
        self.handlers = {"day_pnl": self._look, "day_opened": self._opened}

    def _look(self, row: Row) -> None:
        day = str(row["day"])
        self._days[day].append((at_of(row), money(row["pnl"])))
        self.limits[day] = money(row["loss_limit"])

    def _opened(self, row: Row) -> None:
        self.equity[str(row["day"])] = money(row["equity"])

    def points(self, trips: Iterable[Trip]) -> list[Point]:
        """Return the line over all days: within a day as it was valued then, after each close what it came to."""
        closes: dict[str, list[Point]] = defaultdict(list)
        for trip in sorted((one for one in trips if one.closed_at), key=lambda one: one.closed_at or one.planned_at):
            assert trip.closed_at is not None, "just asked"
            day = new_york(trip.closed_at).date().isoformat()
            before = closes[day][-1][1] if closes[day] else ZERO
            closes[day].append((trip.closed_at, before + trip.pnl))
        found: list[Point] = []
        total = ZERO
        for day in sorted(self._days.keys() | closes.keys()):
            looks = self._days.get(day, [])
            line = looks or closes[day]
            ended = closes[day][-1:] if day in closes else []
            if ended and looks and ended[0][0] > looks[-1][0]:
                line = [*looks, *ended]
            found.extend((at, total + value) for at, value in line)
            total += ended[0][1] if ended else ZERO
        return found


class Candles:
    """The underlyings' bars, flat in memory: a year of minutes of one symbol takes 5 MB. Oldest first."""

    def __init__(self) -> None:
        self._bars: dict[str, array[float]] = {}
        self.handlers = {"bars_seen": self._seen}

    def _seen(self, row: Row) -> None:
        start = datetime.fromisoformat(row["start"]).timestamp()
        bars = self._bars.setdefault(str(row["symbol"]), array("d"))
        last = bars[-NUMBERS_OF_A_BAR] if bars else float("-inf")
        columns = (row[name] for name in ("offsets", "opens", "highs", "lows", "closes", "volumes"))
        for offset, *numbers in zip(*columns, strict=True):
            if start + offset > last:  # A bot started anew tells of the whole day again.
                bars.append(start + offset)
                bars.extend(map(float, numbers))

    def between(self, symbol: str, start: datetime, end: datetime) -> list[tuple[float, ...]]:
        """Return rows of start (seconds since 1970), open, high, low, close, volume that began in this time."""
        bars = self._bars.get(symbol, array("d"))
        starts = bars[::NUMBERS_OF_A_BAR]
        low, high = bisect_left(starts, start.timestamp()), bisect_left(starts, end.timestamp())
        return [
            tuple(bars[place : place + NUMBERS_OF_A_BAR])
            for place in range(low * NUMBERS_OF_A_BAR, high * NUMBERS_OF_A_BAR, NUMBERS_OF_A_BAR)
        ]


def minutes(bids: Sequence[tuple[datetime, float, float, float, float]]) -> list[tuple[float, ...]]:
    """Return the bids of a guarded option as candles of a minute: start (epoch seconds), open, high, low, close."""
    found: list[list[float]] = []
    for at, first, high, low, last in bids:
        start = (at - timedelta(seconds=at.second, microseconds=at.microsecond)).timestamp()
        if found and found[-1][0] == start:
            candle = found[-1]
            candle[2], candle[3], candle[4] = max(candle[2], high), min(candle[3], low), last
        else:
            found.append([start, first, high, low, last])
    return [tuple(candle) for candle in found]
