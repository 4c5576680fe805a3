"""Trades, changes of the book and bars of any market, found by walking from one of its changes to the next.

Right for every market and quick enough for a day; a market that can do it faster does so itself.
"""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice, pairwise
from typing import Final, Protocol, TypeVar

from simgateway.market.base import Bar, Instrument, Print, Quote
from simgateway.market.hours import at_new_york, new_york_date

_DAY_SECONDS: Final = 86_400
_FIRST_REACH: Final = timedelta(minutes=5)
_LONGEST_REACH: Final = timedelta(days=1)
_FARTHEST_BACK: Final = timedelta(days=10)
_INSTANT: Final = timedelta(microseconds=1)
_HALF: Final = Decimal("0.5")
_NOTHING: Final = Quote(None, None, 0, 0, None, None, 0, None)

Row = TypeVar("Row")
PRICES: Final = ("TRADES", "BID", "ASK", "MIDPOINT")


class Walked(Protocol):
    """What is needed of a market to walk through it."""

    def session(self, day: date) -> tuple[datetime, datetime] | None:
        """Return the regular hours of a New York date."""
        ...

    def extended_session(self, day: date) -> tuple[datetime, datetime] | None:
        """Return the hours in which shares trade."""
        ...

    def quote(self, instrument: Instrument, at: datetime) -> Quote:
        """Return the book of a moment."""
        ...

    def next_change(self, instrument: Instrument, at: datetime) -> datetime | None:
        """Return when the book next may differ."""
        ...


def prints(market: Walked, instrument: Instrument, start: datetime | None, end: datetime, most: int) -> list[Print]:
    """Return trades before `end`, rising: see `Market.prints`."""
    return _chosen(lambda first, last: _prints(market, instrument, first, last), start, end, most)


def quotes(
    market: Walked, instrument: Instrument, start: datetime | None, end: datetime, most: int
) -> list[tuple[datetime, Quote]]:
    """Return changes of the book before `end`, rising: see `Market.quotes`."""
    return _chosen(lambda first, last: _books(market, instrument, first, last), start, end, most)


def _chosen(
    give: Callable[[datetime, datetime], Iterator[Row]], start: datetime | None, end: datetime, most: int
) -> list[Row]:
    if start is not None:
        return list(islice(give(start, end), most))
    rows: deque[Row] = deque()
    last, reach = end, _FIRST_REACH
    while len(rows) < most and end - last < _FARTHEST_BACK:
        first = last - reach
        rows.extendleft(reversed(list(give(first, last))))
        last, reach = first, min(2 * reach, _LONGEST_REACH)
    return list(rows)[-most:]


def states(market: Walked, instrument: Instrument, start: datetime, end: datetime) -> Iterator[tuple[datetime, Quote]]:
    """Give the quote at `start` and at each moment before `end` when it may have changed."""
    day, last = new_york_date(start), new_york_date(end)
    while day <= last:
        at: datetime | None = max(start, at_new_york(day, time.min))
        day += timedelta(days=1)
        midnight = at_new_york(day, time.min)
        while at is not None and at < min(end, midnight):
            yield at, market.quote(instrument, at)
            at = market.next_change(instrument, at)


def _prints(market: Walked, instrument: Instrument, start: datetime, end: datetime) -> Iterator[Print]:
    day, volume = new_york_date(start), 0
    before = start - timedelta(microseconds=1)
    if new_york_date(before) == day:
        volume = market.quote(instrument, before).volume
    for at, quote in states(market, instrument, start, end):
        if new_york_date(at) != day:
            day, volume = new_york_date(at), 0
        if quote.volume > volume and quote.last is not None:
            yield Print(at, quote.last, quote.volume - volume)
        volume = quote.volume


def _books(market: Walked, instrument: Instrument, start: datetime, end: datetime) -> Iterator[tuple[datetime, Quote]]:
    known = market.quote(instrument, start - timedelta(microseconds=1))
    for at, quote in states(market, instrument, start, end):
        if _top(quote) != _top(known):
            yield at, quote
        known = quote


def _top(quote: Quote) -> tuple[Decimal | None, Decimal | None, int, int]:
    return quote.bid, quote.ask, quote.bid_size, quote.ask_size


def bars(
    market: Walked,
    instrument: Instrument,
    end: datetime,
    seconds: int,
    start: datetime,
    *,
    what: str,
    regular_only: bool,
) -> list[Bar]:
    """Return bars of one sort: see `Market.bars`."""
    if what not in PRICES:
        raise ValueError(f"{what} is no sort of bars: one of {', '.join(PRICES)}")
    made: list[Bar] = []
    day = new_york_date(start)
    while day <= new_york_date(end):
        hours = market.session(day) if regular_only else market.extended_session(day)
        if hours is not None and hours[0] < end:
            spans = _spans(day, hours[0], min(hours[1], end), seconds)
            wanted = [span for span in spans if seconds >= _DAY_SECONDS or span[0] >= start]
            made += _of_trades(market, instrument, wanted, seconds) if what == "TRADES" else ()
            made += _of_quotes(market, instrument, wanted, seconds, what) if what != "TRADES" else ()
        day += timedelta(days=1)
    return made


def _spans(day: date, opened: datetime, until: datetime, seconds: int) -> list[tuple[datetime, datetime]]:
    """Return the begin and end of each bar of a session, aligned to New York's midnight but for the first.

    The forming bar has what is at `until` too; a bar that would begin then is not given.
    """
    midnight, begun = int(at_new_york(day, time.min).timestamp()), int(opened.timestamp())
    first = midnight + ((begun - midnight) // seconds + 1) * seconds if seconds < _DAY_SECONDS else begun + 2 * seconds
    edges = [begun, *range(first, int(until.timestamp()) + seconds, seconds)]
    spans = pairwise(datetime.fromtimestamp(edge, UTC) for edge in [*edges, edges[-1] + seconds])
    return [(start, min(last, until + _INSTANT)) for start, last in spans if start < until]


def _of_trades(
    market: Walked, instrument: Instrument, spans: list[tuple[datetime, datetime]], seconds: int
) -> Iterator[Bar]:
    rows = list(_prints(market, instrument, spans[0][0], spans[-1][1])) if spans else []
    place = 0
    for first, last in spans:
        begun = place
        while place < len(rows) and rows[place].at < last:
            place += 1
        inside = rows[begun:place]
        if inside:
            prices, volume = [row.price for row in inside], sum(row.size for row in inside)
            wap = (sum((row.price * row.size for row in inside), Decimal(0)) / volume).quantize(Decimal("0.0001"))
            ends = (prices[0], max(prices), min(prices), prices[-1])
            yield Bar(first, seconds, *ends, volume, wap, len(inside))


def _of_quotes(
    market: Walked, instrument: Instrument, spans: list[tuple[datetime, datetime]], seconds: int, what: str
) -> Iterator[Bar]:
    rows = list(states(market, instrument, spans[0][0], spans[-1][1])) if spans else []
    place, held = 0, _NOTHING
    for first, last in spans:
        inside = [] if place < len(rows) and rows[place][0] <= first else [held]
        while place < len(rows) and rows[place][0] < last:
            held = rows[place][1]
            inside.append(held)
            place += 1
        prices = [price for price in (_price(quote, what) for quote in inside) if price is not None]
        if prices:
            yield Bar(first, seconds, prices[0], max(prices), min(prices), prices[-1], 0, prices[-1], 0)


def _price(quote: Quote, what: str) -> Decimal | None:
    if what == "BID":
        return quote.bid
    if what == "ASK":
        return quote.ask
    return (quote.bid + quote.ask) * _HALF if quote.bid is not None and quote.ask is not None else None
