"""Days in CSV files: a share's minutes and its options' quotes, read whole, each mistake named by file and line.

A folder holds, for each symbol, `SPY.csv` with any number of days or `SPY_2025-11-12.csv` with one (which goes before
the other), and if there are options `SPY_options.csv` or `SPY_2025-11-12_options.csv`. The first line names the
columns, in any order:

- shares: `time,open,high,low,close,volume` and, all four or none, `bid,ask,bid_size,ask_size`. A row is a minute.
- options: `expiry,strike,right,time,bid,ask` and, each if you have it, `bid_size,ask_size,last,volume,open_interest`.
  A row holds from its time until the contract's next one of that day; an empty bid or ask is a missing side; `volume`
  is the day's so far.

Times are ISO 8601 with a zone, or without one New York's: `2025-11-12T09:30:00-05:00`, `2025-11-12 09:30`; in a file of
one day `09:30` will do. Prices are USD with at most four decimals, expiries dates, rights C or P.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from simgateway.market.base import MarketDataError
from simgateway.market.hours import NEW_YORK
from simgateway.market.lean import OptionName
from simgateway.market.money import UNITS_PER_USD
from simgateway.market.rows import MINUTE_SECONDS, Row
from simgateway.market.series import Book, Tape

_SHARE: Final = ("time", "open", "high", "low", "close", "volume")
_SHARE_MORE: Final = ("bid", "ask", "bid_size", "ask_size")
_OPTION: Final = ("expiry", "strike", "right", "time", "bid", "ask")
_OPTION_MORE: Final = ("bid_size", "ask_size", "last", "volume", "open_interest")
_USUAL_SIZE: Final = 10
_FINEST: Final = Decimal(1) / UNITS_PER_USD


@dataclass(frozen=True, slots=True)
class ShareMinute:
    """A minute of a share: its trades (`start` in seconds since 1970) and, if recorded, its quote."""

    row: Row
    book: Book | None


@dataclass(frozen=True, slots=True)
class OptionRow:
    """What is known of an option from a second (since 1970) on."""

    name: OptionName
    at: int
    book: Book
    tape: Tape | None
    open_interest: int | None


class Line:
    """A line of a file by its columns; every complaint names the place."""

    def __init__(self, where: str, fields: Mapping[str, str], day: date | None) -> None:
        self.where = where
        self._fields = fields
        self._day = day

    def complain(self, what: str, remedy: str) -> MarketDataError:
        """Return the error that says where, what is wrong and what to do."""
        return MarketDataError(f"{self.where}: {what}; {remedy}")

    def has(self, column: str) -> bool:
        """Return whether there is anything in a column."""
        return bool(self._fields.get(column))

    def time(self) -> int:
        """Return the line's time in seconds since 1970."""
        text = self._fields["time"]
        try:
            if self._day is not None and "-" not in text[:8]:
                at = datetime.combine(self._day, time.fromisoformat(text))
            else:
                at = datetime.fromisoformat(text)
        except ValueError:
            remedy = "write 2025-11-12T09:30:00-05:00, or New York's 2025-11-12T09:30:00"
            raise self.complain(f"{text!r} is no time", remedy) from None
        return int((at if at.tzinfo else at.replace(tzinfo=NEW_YORK)).astimezone(UTC).timestamp())

    def price(self, column: str) -> int:
        """Return a price in ten-thousandths of a dollar."""
        text = self._fields[column]
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or value <= 0 or value % _FINEST:
            raise self.complain(f"{column} {text!r} is no price", "write USD above 0 with at most four decimals")
        return int(value * UNITS_PER_USD)

    def side(self, column: str) -> int | None:
        """Return a price of the book, None for an empty one."""
        return self.price(column) if self.has(column) else None

    def count(self, column: str) -> int:
        """Return a whole number."""
        text = self._fields[column]
        if not text.isdecimal():
            raise self.complain(f"{column} {text!r} is no whole number", "write 0 or more, without decimals")
        return int(text)

    def book(self) -> Book:
        """Return bid and ask; a size that is not there is taken to be ten."""
        bid, ask = self.side("bid"), self.side("ask")
        if bid is not None and ask is not None and bid > ask:
            raise self.complain("the bid is above the ask", "swap or mend them")
        bid_size, ask_size = (
            self.count(column) if self.has(column) else _USUAL_SIZE for column in ("bid_size", "ask_size")
        )
        return Book(bid, ask, bid_size if bid is not None else 0, ask_size if ask is not None else 0)

    def option(self) -> OptionName:
        """Return which contract the line is about."""
        text, right = self._fields["expiry"], self._fields["right"].upper()
        try:
            expiry = date.fromisoformat(text)
        except ValueError:
            raise self.complain(f"expiry {text!r} is no date", "write it as 2025-11-14") from None
        if right not in {"C", "P"}:
            raise self.complain(f"right {self._fields['right']!r} is none", "write C for a call, P for a put")
        return OptionName(expiry, Decimal(self.price("strike")) / UNITS_PER_USD, right)


def read_share(path: Path, day: date | None) -> list[ShareMinute]:
    """Return a share's minutes, rising; `day` is the file's only one. MarketDataError names the line."""
    minutes: list[ShareMinute] = []
    for line in _lines(path, day, _SHARE, _SHARE_MORE):
        minute = _minute(line)
        if minutes and minute.row.start <= minutes[-1].row.start:
            raise line.complain("its time is not after the line before", "put the rows in order, each minute once")
        minutes.append(minute)
    return minutes


def _minute(line: Line) -> ShareMinute:
    start = line.time()
    if start % MINUTE_SECONDS:
        raise line.complain("its time is no whole minute", "join the rows to minutes, named by their start")
    first, high, low, last = (line.price(column) for column in ("open", "high", "low", "close"))
    if not low <= min(first, last) <= max(first, last) <= high:
        raise line.complain("open and close do not lie between low and high", "mend the prices")
    row = Row(start, first, high, low, last, line.count("volume"), value=0, trades=0)
    return ShareMinute(row, line.book() if line.has("bid") or line.has("ask") else None)


def read_options(path: Path, day: date | None) -> list[OptionRow]:
    """Return rows of options in the order of the file, each contract's rising. MarketDataError names the line."""
    newest: dict[OptionName, int] = {}
    rows: list[OptionRow] = []
    for line in _lines(path, day, _OPTION, _OPTION_MORE):
        name, at = line.option(), line.time()
        if at <= newest.get(name, 0):
            raise line.complain("its time is not after the contract's line before", "put each contract's rows in order")
        newest[name] = at
        tape = Tape(line.price("last"), line.count("volume") if line.has("volume") else 1) if line.has("last") else None
        rows.append(
            OptionRow(name, at, line.book(), tape, line.count("open_interest") if line.has("open_interest") else None)
        )
    return rows


def _lines(path: Path, day: date | None, needed: Iterable[str], more: Iterable[str]) -> Iterator[Line]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MarketDataError(f"cannot read {path}: {error}; give a CSV file in UTF-8") from None
    rows = csv.reader(text.splitlines())
    columns = [column.strip().lower() for column in next(rows, [])]
    _check_columns(path, columns, tuple(needed), tuple(more))
    for fields in rows:
        where = f"{path}, line {rows.line_num}"
        if not any(field.strip() for field in fields):
            continue
        if len(fields) != len(columns):
            what = f"{len(fields)} fields instead of {len(columns)}"
            raise MarketDataError(f"{where}: {what}; give each column of line 1 a field, an empty one if need be")
        yield Line(where, dict(zip(columns, (field.strip() for field in fields), strict=True)), day)


def _check_columns(path: Path, columns: list[str], needed: tuple[str, ...], more: tuple[str, ...]) -> None:
    missing = [column for column in needed if column not in columns]
    strange = [column for column in columns if column not in {*needed, *more}]
    if missing or strange or len(set(columns)) != len(columns):
        what = f"no column {missing[0]}" if missing else f"column {strange[0]!r} is unknown" if strange else "twice"
        known = f"{','.join(needed)} and perhaps {','.join(more)}"
        raise MarketDataError(f"{path}, line 1: {what}; name the columns {known}, each once")
