"""What a market can be asked: instruments, quotes, bars, sessions; `Market` is made by `synthetic` and `recorded`."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

PriceRule = tuple[tuple[Decimal, Decimal], ...]
"""A market rule: rows of (low edge, increment), rising; a row holds from its edge up to the next one's."""


class MarketDataError(Exception):
    """Market data that is needed is missing or unreadable: the text says what, in which file, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """One listed thing: a stock or an option contract.

    `sec_type` is "STK" or "OPT"; `right` is "C", "P" or "" for a stock, whose expiry and strike are None.
    """

    con_id: int
    symbol: str
    sec_type: str
    expiry: date | None
    strike: Decimal | None
    right: str
    multiplier: int
    exchange: str
    primary_exchange: str
    currency: str
    local_symbol: str
    trading_class: str
    market_rule_id: int
    min_tick: Decimal
    long_name: str


@dataclass(frozen=True, slots=True)
class Quote:
    """The top of the book at one moment; a missing side is None with size 0.

    `last` is today's newest trade, `close` the previous session's close, `volume` the day's so far (shares or
    contracts), `open_interest` is None where it is unknown or has no meaning.
    """

    bid: Decimal | None
    ask: Decimal | None
    bid_size: int
    ask_size: int
    last: Decimal | None
    close: Decimal | None
    volume: int
    open_interest: int | None


@dataclass(frozen=True, slots=True)
class Bar:
    """Trades of one span: `start` is aware UTC, `seconds` its length, `wap` the volume-weighted price."""

    start: datetime
    seconds: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int
    wap: Decimal
    count: int


@dataclass(frozen=True, slots=True)
class Print:
    """One trade, or the trades of one moment at one price: `at` is aware UTC, `size` shares or contracts."""

    at: datetime
    price: Decimal
    size: int


class Market(Protocol):
    """A market for one or more days; every answer is a function of its arguments alone. Times are aware UTC."""

    def symbols(self) -> tuple[str, ...]:
        """Return the underlyings, in a fixed order."""
        ...

    def day(self) -> date:
        """Return the first market day, a New York date."""
        ...

    def session(self, day: date) -> tuple[datetime, datetime] | None:
        """Return the regular hours of a New York date in UTC, early closes known; None when it is closed."""
        ...

    def extended_session(self, day: date) -> tuple[datetime, datetime] | None:
        """Return the hours of a New York date in UTC in which shares trade: 04:00-20:00 where there is such trading.

        A market without it gives the regular session; None on a day without any.
        """
        ...

    def expiry_time(self, day: date) -> datetime:
        """Return when options that expire on this New York date end, in UTC: 16:00, or an early close."""
        ...

    def is_halted(self, instrument: Instrument, at: datetime) -> bool:
        """Return whether trading in it, or in what it derives from, is halted: nobody quotes, nothing trades."""
        ...

    def first_data(self, instrument: Instrument) -> datetime:
        """Return the oldest moment that history knows of an instrument."""
        ...

    def by_con_id(self, con_id: int) -> Instrument | None:
        """Return the instrument with this number."""
        ...

    def stock(self, symbol: str) -> Instrument | None:
        """Return the underlying itself."""
        ...

    def expiries(self, symbol: str, on: date | None = None) -> tuple[date, ...]:
        """Return the expiry dates of a symbol's options, rising; empty when it has no chain.

        `on` is the New York date by which they are listed, None the first day, here and below; what is listed stays
        so, expired or not. A recording lists the same on all its days.
        """
        ...

    def strikes(self, symbol: str, on: date | None = None) -> tuple[Decimal, ...]:
        """Return all strikes of a symbol's options over all expiries, rising; empty when it has no chain."""
        ...

    def listed(
        self, symbol: str, expiry: date | None, right: str, strike: Decimal | None, on: date | None = None
    ) -> tuple[Instrument, ...]:
        """Return the option contracts that match; None or "" leaves that part open."""
        ...

    def rule(self, rule_id: int) -> PriceRule:
        """Return a market rule; empty when there is none with this number."""
        ...

    def quote(self, instrument: Instrument, at: datetime) -> Quote:
        """Return the book as it stands at this moment."""
        ...

    def next_change(self, instrument: Instrument, at: datetime) -> datetime | None:
        """Return when `quote` next may differ, later than `at`; None when never again on that day."""
        ...

    def bars(
        self,
        instrument: Instrument,
        end: datetime,
        seconds: int,
        start: datetime,
        regular_only: bool,  # noqa: FBT001 - the request on the wire has the same order
        *,
        what: str = "TRADES",
    ) -> list[Bar]:
        """Return the bars that start in [start, end), rising, the forming one up to `end` included.

        `seconds` is any length from 1 s to a day. `what` is TRADES, BID, ASK or MIDPOINT; anything else is ValueError.
        Bars are aligned to multiples of their length; a session's first one starts with the session, as IB's
        hourly bars do at 09:30 and then at 10:00. A bar without trades (without quotes on its side) is left out; bars
        of quotes have no volume and no count, their `wap` is their close.
        """
        ...

    def prints(self, instrument: Instrument, start: datetime | None, end: datetime, most: int) -> list[Print]:
        """Return trades before `end`, rising: the oldest `most` from `start` on, or without it the newest `most`."""
        ...

    def quotes(
        self, instrument: Instrument, start: datetime | None, end: datetime, most: int
    ) -> list[tuple[datetime, Quote]]:
        """Return the changes of bid, ask and their sizes before `end`, rising; chosen as in `prints`."""
        ...

    def settle_price(self, symbol: str, day: date) -> Decimal | None:
        """Return the close of that day's regular session, by which options expire; None when there was none."""
        ...
