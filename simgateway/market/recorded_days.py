"""The recorded days that were opened so far, and the series of the instruments that somebody asked about."""

from dataclasses import dataclass
from datetime import date

from simgateway.market.base import Instrument
from simgateway.market.lean import LeanFolder, OptionName, open_day
from simgateway.market.recorded_chain import RecordedDay
from simgateway.market.series import Book, Steps, Trades, read_quotes, read_trades


@dataclass(frozen=True, slots=True)
class Series:
    """All that is recorded of one instrument on one day."""

    quotes: Steps[Book]
    trades: Trades
    open_interest: int | None


class RecordedDays:
    """Reads lazily and keeps what it read: a day of a share is a few hundred rows, an option's fewer."""

    def __init__(self, folder: LeanFolder) -> None:
        self._folder = folder
        self._options: dict[tuple[str, date], RecordedDay] = {}
        self._series: dict[tuple[int, date], Series | None] = {}

    def require(self, symbol: str, day: date) -> None:
        """Raise MarketDataError when a share's trades or quotes of a day are missing."""
        open_day(self._folder, symbol, day, "trade").only_member()
        open_day(self._folder, symbol, day, "quote").only_member()

    def days(self, symbol: str) -> tuple[date, ...]:
        """Return the dates with a share's trades, rising."""
        return self._folder.days(symbol)

    def options(self, symbol: str, day: date) -> RecordedDay:
        """Return a day's options; without any when there is no zip."""
        known = self._options.get((symbol, day))
        if known is None:
            known = self._options[symbol, day] = RecordedDay(self._folder, symbol, day)
        return known

    def series(self, instrument: Instrument, name: OptionName | None, day: date) -> Series | None:
        """Return what is recorded of an instrument on a day; None when that day has no recording."""
        key = (instrument.con_id, day)
        if key not in self._series:
            if name is None:
                self._series[key] = self._share(instrument.symbol, day)
            else:
                options = self.options(instrument.symbol, day)
                self._series[key] = Series(options.quotes(name), options.trades(name), options.open_interest(name))
        return self._series[key]

    def _share(self, symbol: str, day: date) -> Series | None:
        if day not in self._folder.days(symbol):
            return None
        trades = open_day(self._folder, symbol, day, "trade")
        tape = read_trades(trades.lines(trades.only_member()), str(trades.path))
        if not self._folder.equity(symbol, day, "quote").is_file():
            return Series(Steps((), ()), tape, None)
        quotes = open_day(self._folder, symbol, day, "quote")
        return Series(read_quotes(quotes.lines(quotes.only_member()), str(quotes.path)), tape, None)
