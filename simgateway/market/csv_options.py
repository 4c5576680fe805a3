"""Options out of CSV files: which there are, and the book, the trades and the open interest of each by day."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from simgateway.market.base import Instrument, Quote
from simgateway.market.csv_files import OptionRow, read_options
from simgateway.market.grids import option_rule_id
from simgateway.market.hours import new_york_date_of
from simgateway.market.lean import OptionName
from simgateway.market.money import usd
from simgateway.market.recorded_chain import contracts_of
from simgateway.market.series import Book, Steps, Tape

_NOTHING: Final = Quote(None, None, 0, 0, None, None, 0, None)


@dataclass(slots=True)
class _Day:
    """One contract on one day; times in seconds since 1970."""

    times: list[int] = field(default_factory=list)
    books: list[Book] = field(default_factory=list)
    trade_times: list[int] = field(default_factory=list)
    trades: list[Tape] = field(default_factory=list)
    open_interest: int | None = None

    def add(self, row: OptionRow) -> None:
        """Take the next row."""
        self.times.append(row.at)
        self.books.append(row.book)
        if row.tape is not None:
            self.trade_times.append(row.at)
            self.trades.append(row.tape)
        if row.open_interest is not None:
            self.open_interest = row.open_interest


class CsvOptions:
    """The options of one symbol: its file of all days, and that of the first day if there is one."""

    def __init__(self, folder: Path, symbol: str, first: date) -> None:
        whole, dated = folder / f"{symbol}_options.csv", folder / f"{symbol}_{first.isoformat()}_options.csv"
        rows = read_options(dated, first) if dated.is_file() else []
        if whole.is_file():
            has_first = bool(rows)
            rows += (row for row in read_options(whole, None) if not (has_first and new_york_date_of(row.at) == first))
        self._days: dict[tuple[OptionName, date], _Day] = {}
        for row in rows:
            self._days.setdefault((row.name, new_york_date_of(row.at)), _Day()).add(row)
        names = {name for name, day in self._days if day == first}
        self._names = contracts_of(symbol, names, option_rule_id(symbol))
        self.by_con_id = {row.con_id: row for row in self._names}

    def __bool__(self) -> bool:
        """Return whether any option is listed on the first day."""
        return bool(self._names)

    @property
    def expiries(self) -> tuple[date, ...]:
        """Return the expiry dates, rising."""
        return tuple(sorted({name.expiry for name in self._names.values()}))

    @property
    def strikes(self) -> tuple[Decimal, ...]:
        """Return the strikes, rising."""
        return tuple(sorted({row.strike for row in self._names if row.strike is not None}))

    def listed(self, expiry: date | None, right: str, strike: Decimal | None) -> tuple[Instrument, ...]:
        """Return the options that match; None or "" leaves that part open."""
        return tuple(
            row
            for row in self._names
            if expiry in {None, row.expiry} and right in {"", row.right} and strike in {None, row.strike}
        )

    def quote(self, instrument: Instrument, day: date, at: int) -> Quote:
        """Return the book at a second of a New York date; before the day's first row there is none."""
        known = self._days.get((self._names[instrument], day))
        if known is None:
            return _NOTHING
        book, tape = Steps(known.times, known.books).at(at), Steps(known.trade_times, known.trades).at(at)
        return Quote(
            bid=usd(book.bid) if book and book.bid is not None else None,
            ask=usd(book.ask) if book and book.ask is not None else None,
            bid_size=book.bid_size if book else 0,
            ask_size=book.ask_size if book else 0,
            last=usd(tape.last) if tape else None,
            close=None,
            volume=tape.volume if tape else 0,
            open_interest=known.open_interest,
        )
