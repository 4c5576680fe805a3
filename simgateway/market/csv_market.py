"""Days out of CSV files as a market: see `csv_files` for what the files look like."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from simgateway.market import hours, walk
from simgateway.market.base import Bar, Instrument, MarketDataError, Quote
from simgateway.market.chains import Chain
from simgateway.market.characters import Character, script_of
from simgateway.market.csv_levels import CsvDays, CsvLevels
from simgateway.market.csv_options import CsvOptions
from simgateway.market.money import UNITS_PER_USD, usd
from simgateway.market.profiles import Profile, profile_of
from simgateway.market.rows import MINUTE_SECONDS
from simgateway.market.series import Book
from simgateway.market.synthetic import SyntheticMarket
from simgateway.market.underlyings import Underlying

_NOTHING: Final = Quote(None, None, 0, 0, None, None, 0, None)


class CsvMarket(SyntheticMarket):
    """The day `day` of `symbols` out of `folder`, and whatever other days lie there; regular sessions only.

    A share walks in steps of five seconds from each minute's open over its low and high to its close. Its quote is the
    file's, or one around that path. A symbol with a file of options has the contracts that are in it on the first day;
    one without gets a chain of the synthetic market's, priced by Black-Scholes-Merton around the recorded share, as
    lively as it was that day; with `priced_options` False it has none. MarketDataError says which file lacks what.
    """

    def __init__(self, folder: Path, day: date, symbols: Sequence[str], *, priced_options: bool = True) -> None:
        if hours.session(day) is None:
            raise MarketDataError(f"{day} is no trading day in New York; choose a recorded session")
        super().__init__(0, day, tuple(symbol.upper() for symbol in symbols))
        self._files = {symbol: CsvDays(folder, symbol) for symbol in self.symbols()}
        self._options = {symbol: CsvOptions(folder, symbol, day) for symbol in self.symbols()}
        self._priced_options = priced_options
        for symbol, files in self._files.items():
            files.require(day)
            if not self._underlying(symbol).levels.paths(day):
                raise MarketDataError(f"{symbol} has no minute between open and close of {day}; add one")
        self._books_of_days: dict[tuple[str, date], dict[int, Book]] = {}

    def first_data(self, instrument: Instrument) -> datetime:
        """Return the open of the first recorded session."""
        sessions = (hours.session(day) for day in self._files[instrument.symbol].days())
        return next(session[0] for session in sessions if session is not None)

    def by_con_id(self, con_id: int) -> Instrument | None:
        """Return the instrument with this number."""
        for options in self._options.values():
            if con_id in options.by_con_id:
                return options.by_con_id[con_id]
        found = super().by_con_id(con_id)
        return found if found is None or not found.right or self._is_priced(found.symbol) else None

    def expiries(self, symbol: str, on: date | None = None) -> tuple[date, ...]:
        """Return the expiry dates of a symbol's options."""
        if self._is_priced(symbol):
            return super().expiries(symbol, on)
        return self._options[symbol].expiries if symbol in self._options else ()

    def strikes(self, symbol: str, on: date | None = None) -> tuple[Decimal, ...]:
        """Return all strikes of a symbol's options."""
        if self._is_priced(symbol):
            return super().strikes(symbol, on)
        return self._options[symbol].strikes if symbol in self._options else ()

    def listed(
        self, symbol: str, expiry: date | None, right: str, strike: Decimal | None, on: date | None = None
    ) -> tuple[Instrument, ...]:
        """Return the option contracts that match."""
        if self._is_priced(symbol):
            return super().listed(symbol, expiry, right, strike, on)
        return self._options[symbol].listed(expiry, right, strike) if symbol in self._options else ()

    def bars(
        self,
        instrument: Instrument,
        end: datetime,
        seconds: int,
        start: datetime,
        regular_only: bool,  # noqa: FBT001 - the interface's order
        *,
        what: str = "TRADES",
    ) -> list[Bar]:
        """Return bars; those of recorded quotes and of recorded options from the quotes themselves."""
        recorded = not self._is_priced(instrument.symbol) if instrument.right else what != "TRADES"
        if not recorded:
            return super().bars(instrument, end, seconds, start, regular_only, what=what)
        start = max(start, self.first_data(instrument))
        return walk.bars(self, instrument, end, seconds, start, what=what, regular_only=regular_only)

    def _is_priced(self, symbol: str) -> bool:
        return symbol in self._options and self._priced_options and not self._options[symbol]

    def _make_underlying(self, symbol: str) -> Underlying:
        levels = CsvLevels(self._files[symbol], self._hours)
        profile = self._profile(symbol, levels)
        chain = Chain(self._indexes[symbol], symbol, profile, self._first)
        script = script_of(Character.MIXED, symbol, self._hours, self._first, None)
        return Underlying(profile, chain, levels, self._hours, script)

    def _profile(self, symbol: str, levels: CsvLevels) -> Profile:
        minutes = self._files[symbol].minutes(self._first)
        price = minutes[0].row.open / UNITS_PER_USD
        turnover = max(1, sum(minute.row.volume for minute in minutes))
        usual = profile_of(symbol)
        step = usual.strike_step if usual.strike_step < price / 10 else 0.5
        volatility = levels.volatility(self._first)
        return replace(usual, price=price, turnover=turnover, volatility=volatility, strike_step=step)

    def _make_quote(self, instrument: Instrument, step: int) -> Quote:
        if instrument.right and not self._is_priced(instrument.symbol):
            day = self._days.find(step)
            session = self._hours.session(day)
            is_open = session is not None and int(session[0].timestamp()) <= step < self._ends(instrument)
            return self._options[instrument.symbol].quote(instrument, day, step) if is_open else _NOTHING
        quote = super()._make_quote(instrument, step)
        return quote if instrument.right else self._with_recorded_book(instrument.symbol, step, quote)

    def _with_recorded_book(self, symbol: str, step: int, quote: Quote) -> Quote:
        """Return a share's quote with the bid and ask of the file, when its minute has any."""
        day = self._days.find(step)
        book = self._book_of(symbol, day).get(step // MINUTE_SECONDS * MINUTE_SECONDS)
        session = self._hours.session(day)
        if book is None or session is None or not session[0].timestamp() <= step < session[1].timestamp():
            return quote
        bid, ask = (usd(side) if side is not None else None for side in (book.bid, book.ask))
        return replace(quote, bid=bid, ask=ask, bid_size=book.bid_size, ask_size=book.ask_size)

    def _book_of(self, symbol: str, day: date) -> dict[int, Book]:
        known = self._books_of_days.get((symbol, day))
        if known is None:
            minutes = self._files[symbol].minutes(day)
            known = {minute.row.start: minute.book for minute in minutes if minute.book is not None}
            self._books_of_days[symbol, day] = known
        return known
