"""A share's days out of CSV files, as the paths that the synthetic market quotes around."""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

from array import array
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from math import log, sqrt
from pathlib import Path
from statistics import pstdev
from typing import Final

from simgateway.market.base import MarketDataError
from simgateway.market.calendars import Hours
from simgateway.market.csv_files import ShareMinute, read_share
from simgateway.market.hours import new_york_date_of
from simgateway.market.levels import DaySequence
from simgateway.market.paths import DayPath
from simgateway.market.rows import MINUTE_SECONDS

_MINUTES_PER_YEAR: Final = 252 * 390
_VOLATILITY: Final = (0.08, 1.5)


class CsvDays:
    """The files of one symbol; a file of one day is read when that day is asked for."""

    def __init__(self, folder: Path, symbol: str) -> None:
        self._folder = folder
        self.symbol = symbol
        self._days: dict[date, list[ShareMinute]] = {}
        self._read: set[date] = set()
        whole = folder / f"{symbol}.csv"
        if whole.is_file():
            for minute in read_share(whole, None):
                self._days.setdefault(new_york_date_of(minute.row.start), []).append(minute)

    def days(self) -> tuple[date, ...]:
        """Return the dates there is anything of, rising."""
        dated = (_day_of(path, self.symbol) for path in self._folder.glob(f"{self.symbol}_????-??-??.csv"))
        return tuple(sorted({*self._days, *(day for day in dated if day is not None)}))

    def minutes(self, day: date) -> Sequence[ShareMinute]:
        """Return the minutes of a New York date; empty when there are none."""
        path = self._folder / f"{self.symbol}_{day.isoformat()}.csv"
        if day not in self._read and path.is_file():
            self._days[day] = self._of_one_day(path, day)
        self._read.add(day)
        return self._days.get(day, ())

    def require(self, day: date) -> None:
        """Raise MarketDataError when there is nothing of a day."""
        if self.minutes(day):
            return
        known = ", ".join(map(str, self.days())) or "none"
        names = f"{self.symbol}.csv or {self.symbol}_{day}.csv"
        what = f"no minutes of {self.symbol} on {day} in {self._folder}"
        raise MarketDataError(f"{what}: put them into {names}; its days are: {known}")

    def _of_one_day(self, path: Path, day: date) -> list[ShareMinute]:
        minutes = read_share(path, day)
        for minute in minutes:
            if new_york_date_of(minute.row.start) != day:
                raise MarketDataError(f"{path}: has a row of another day than {day}; move it to {self.symbol}.csv")
        return minutes


def _day_of(path: Path, symbol: str) -> date | None:
    try:
        return date.fromisoformat(path.stem[len(symbol) + 1 :])
    except ValueError:
        return None


class CsvLevels(DaySequence):
    """The sessions of one symbol; rows outside of the session are left out, a missing minute has no trades."""

    def __init__(self, days: CsvDays, hours: Hours) -> None:
        super().__init__(hours)
        self._files = days

    def volatility(self, day: date) -> float:
        """Return how lively a day's closes are, per year, kept within what options can bear."""
        closes = [minute.row.close for minute in self._files.minutes(day)]
        returns = [log(later / earlier) for earlier, later in pairwise(closes)]
        lively = pstdev(returns) * sqrt(_MINUTES_PER_YEAR) if len(returns) > 1 else 0.0
        return min(_VOLATILITY[1], max(_VOLATILITY[0], lively))

    def _make_paths(self, day: date) -> tuple[DayPath, ...]:
        session = self._hours.session(day)
        if session is None:
            return ()
        opened, closed = (int(edge.timestamp()) for edge in session)
        rows = {minute.row.start: minute.row for minute in self._files.minutes(day)}
        inside = [row for start, row in rows.items() if opened <= start < closed]
        if not inside:
            return ()
        arrays = (array("q"), array("q"), array("q"), array("q"), array("q"), array("q", [0]), array("q", [0]))
        path = DayPath(f"{self._files.symbol}/{day.isoformat()}", opened, *arrays, is_thin=False, _steps={})
        price = inside[0].open
        for start in range(opened, closed, MINUTE_SECONDS):
            row = rows.get(start)
            ends = (row.open, row.high, row.low, row.close) if row else (price, price, price, price)
            path.add(ends, row.volume if row else 0)
            price = ends[3]
        return (path,)
