"""Recorded days as a market: equities and their options in the Lean format, replayed as they were."""

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from simgateway.market import hours, walk
from simgateway.market.base import Bar, Instrument, MarketDataError, PriceRule, Print, Quote
from simgateway.market.grids import RULES, STOCK_RULE
from simgateway.market.lean import LeanFolder, OptionName
from simgateway.market.money import usd
from simgateway.market.recorded_chain import contracts_of
from simgateway.market.recorded_days import RecordedDays
from simgateway.market.rows import DAY_SECONDS, MINUTE_SECONDS, Row, bar_of, longer
from simgateway.market.series import forming

_STOCK_BASE: Final = 700_000


class RecordedMarket:
    """The recorded market day `day` of `symbols`, and whatever other days lie in the folder.

    The listing is that of the first day. MarketDataError when a symbol has no trades or quotes on that day; a symbol
    without options has an empty chain. A day without a recording has neither quotes nor bars.
    """

    def __init__(self, folder: Path, day: date, symbols: Sequence[str]) -> None:
        if hours.session(day) is None:
            raise MarketDataError(f"{day} is no trading day in New York; choose a recorded session")
        self._day = day
        self._symbols = tuple(symbol.upper() for symbol in symbols)
        self._days = RecordedDays(LeanFolder(folder))
        self._stocks = {symbol: _stock(_STOCK_BASE + index, symbol) for index, symbol in enumerate(self._symbols)}
        self._options: dict[str, dict[Instrument, OptionName]] = {}
        self._by_con_id: dict[int, Instrument] = {stock.con_id: stock for stock in self._stocks.values()}
        for symbol in self._symbols:
            self._days.require(symbol, day)
            self._days.series(self._stocks[symbol], None, day)  # A share's rows are read now, to be refused now.
            self._list(symbol)

    def symbols(self) -> tuple[str, ...]:
        """Return the underlyings in the order given."""
        return self._symbols

    def day(self) -> date:
        """Return the first market day."""
        return self._day

    def session(self, day: date) -> tuple[datetime, datetime] | None:
        """Return the regular hours of a New York date in UTC."""
        return hours.session(day)

    def extended_session(self, day: date) -> tuple[datetime, datetime] | None:
        """Return the regular hours: nothing trades outside of them here."""
        return hours.session(day)

    def expiry_time(self, day: date) -> datetime:
        """Return the close of that day's session."""
        return hours.expiry_time(day)

    def is_halted(self, instrument: Instrument, at: datetime) -> bool:
        """Return whether trading is halted: never here."""
        del instrument, at
        return False

    def first_data(self, instrument: Instrument) -> datetime:
        """Return the oldest moment of an instrument's history."""
        days = self._days.days(instrument.symbol)
        return hours.at_new_york(min(days, default=self._day), hours.OPEN)

    def by_con_id(self, con_id: int) -> Instrument | None:
        """Return the instrument with this number."""
        return self._by_con_id.get(con_id)

    def stock(self, symbol: str) -> Instrument | None:
        """Return the underlying itself."""
        return self._stocks.get(symbol)

    def expiries(self, symbol: str, on: date | None = None) -> tuple[date, ...]:
        """Return the expiry dates in the members' names; monthly ones were Saturdays until 2015."""
        del on
        return tuple(sorted({name.expiry for name in self._options.get(symbol, {}).values()}))

    def strikes(self, symbol: str, on: date | None = None) -> tuple[Decimal, ...]:
        """Return all strikes of a symbol's options."""
        del on
        return tuple(sorted({row.strike for row in self._options.get(symbol, {}) if row.strike is not None}))

    def listed(
        self, symbol: str, expiry: date | None, right: str, strike: Decimal | None, on: date | None = None
    ) -> tuple[Instrument, ...]:
        """Return the option contracts that match."""
        del on
        return tuple(
            row
            for row in self._options.get(symbol, {})
            if (expiry is None or row.expiry == expiry)
            and (not right or row.right == right)
            and (strike is None or row.strike == strike)
        )

    def rule(self, rule_id: int) -> PriceRule:
        """Return a market rule."""
        return RULES.get(rule_id, ())

    def quote(self, instrument: Instrument, at: datetime) -> Quote:
        """Return the book of this moment: what its minute had, stepped through; unchanged while no row comes."""
        day, now = _clock(at)
        series = self._days.series(instrument, self._name(instrument), day)
        if series is None:
            return Quote(None, None, 0, 0, None, None, 0, None)
        book, tape = series.quotes.at(now), series.trades.tape.at(now)
        close = self._close_before(instrument, day)
        return Quote(
            bid=usd(book.bid) if book and book.bid is not None else None,
            ask=usd(book.ask) if book and book.ask is not None else None,
            bid_size=book.bid_size if book else 0,
            ask_size=book.ask_size if book else 0,
            last=usd(tape.last) if tape else None,
            close=close,
            volume=tape.volume if tape else 0,
            open_interest=series.open_interest,
        )

    def next_change(self, instrument: Instrument, at: datetime) -> datetime | None:
        """Return when the book, the last trade or the volume changes next on that day."""
        day, now = _clock(at)
        series = self._days.series(instrument, self._name(instrument), day)
        if series is None:
            return None
        coming = [when for when in (series.quotes.after(now), series.trades.tape.after(now)) if when is not None]
        return _midnight(day) + timedelta(milliseconds=min(coming)) if coming else None

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
        """Return bars; the count of recorded trades is 0, since it was not recorded."""
        if seconds < MINUTE_SECONDS or what != "TRADES":
            return walk.bars(self, instrument, end, seconds, start, what=what, regular_only=regular_only)
        first, last = hours.new_york_date(start), hours.new_york_date(end)
        bars: list[Bar] = []
        for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
            rows = self._rows(instrument, day, end, regular_only=regular_only)
            session = hours.session(day)
            opened = int(session[0].timestamp()) if session else 0
            earliest = start.timestamp() if seconds < DAY_SECONDS else 0
            bars += [bar_of(row, seconds) for row in longer(rows, seconds, day, opened) if row.start >= earliest]
        return bars

    def prints(self, instrument: Instrument, start: datetime | None, end: datetime, most: int) -> list[Print]:
        """Return trades before `end`."""
        return walk.prints(self, instrument, start, end, most)

    def quotes(
        self, instrument: Instrument, start: datetime | None, end: datetime, most: int
    ) -> list[tuple[datetime, Quote]]:
        """Return changes of the book before `end`."""
        return walk.quotes(self, instrument, start, end, most)

    def settle_price(self, symbol: str, day: date) -> Decimal | None:
        """Return the last trade of that day's regular session."""
        stock, session = self._stocks.get(symbol), hours.session(day)
        if stock is None or session is None:
            return None
        rows = self._rows(stock, day, session[1], regular_only=True)
        return usd(rows[-1].close) if rows else None

    def _name(self, instrument: Instrument) -> OptionName | None:
        return self._options.get(instrument.symbol, {}).get(instrument)

    def _list(self, symbol: str) -> None:
        options = self._days.options(symbol, self._day)
        names = options.names()
        self._options[symbol] = contracts_of(symbol, names, options.rule_id()) if names else {}
        self._by_con_id |= {row.con_id: row for row in self._options[symbol]}

    def _close_before(self, instrument: Instrument, day: date) -> Decimal | None:
        return self.settle_price(instrument.symbol, hours.session_before(day)) if not instrument.right else None

    def _rows(self, instrument: Instrument, day: date, end: datetime, *, regular_only: bool) -> list[Row]:
        """Return a day's minutes that start before `end` in seconds since 1970, the one that contains it as far."""
        series = self._days.series(instrument, self._name(instrument), day)
        session = hours.session(day)
        if series is None or session is None:
            return []
        midnight = _midnight(day)
        passed = _milliseconds(end - midnight)
        first, last = (_milliseconds(at - midnight) for at in session) if regular_only else (0.0, math.inf)
        seconds = int(midnight.timestamp())
        return [
            forming(minute, int(passed - minute.start))._replace(start=seconds + minute.start // 1000)
            for minute in series.trades.minutes
            if minute.start < passed and first <= minute.start < last
        ]


def _milliseconds(span: timedelta) -> float:
    return span / timedelta(milliseconds=1)


def _clock(at: datetime) -> tuple[date, int]:
    """Return the New York date and the milliseconds since its midnight."""
    day = hours.new_york_date(at)
    return day, int(_milliseconds(at - _midnight(day)))


def _midnight(day: date) -> datetime:
    return hours.at_new_york(day, time.min).astimezone(UTC)


def _stock(con_id: int, symbol: str) -> Instrument:
    return Instrument(
        con_id=con_id,
        symbol=symbol,
        sec_type="STK",
        expiry=None,
        strike=None,
        right="",
        multiplier=1,
        exchange="SMART",
        primary_exchange="NASDAQ",
        currency="USD",
        local_symbol=symbol,
        trading_class=symbol,
        market_rule_id=STOCK_RULE,
        min_tick=RULES[STOCK_RULE][0][1],
        long_name=symbol,
    )
