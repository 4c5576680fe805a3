"""Recorded minutes as steps in time: open, high and low, close at 0, 15, 30 and 45 seconds of each minute."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from simgateway.market.base import MarketDataError
from simgateway.market.lean import Numbers
from simgateway.market.rows import Row

STEP_MILLISECONDS: Final = 15_000
_STEPS: Final = 4
_QUOTE_FIELDS: Final = 11
_TRADE_FIELDS: Final = 6

State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class Steps(Generic[State]):
    """A value that holds from its time (milliseconds since New York's midnight) until the next one's."""

    times: Sequence[int]
    states: Sequence[State]

    def at(self, milliseconds: int) -> State | None:
        """Return the state at a time; None before the first."""
        index = bisect_right(self.times, milliseconds)
        return self.states[index - 1] if index else None

    def after(self, milliseconds: int) -> int | None:
        """Return when the next state begins."""
        index = bisect_right(self.times, milliseconds)
        return self.times[index] if index < len(self.times) else None


@dataclass(frozen=True, slots=True)
class Book:
    """Bid and ask in ten-thousandths of a dollar, None when there is none; sizes as recorded."""

    bid: int | None
    ask: int | None
    bid_size: int
    ask_size: int


_EMPTY: Final = Book(None, None, 0, 0)


@dataclass(frozen=True, slots=True)
class Tape:
    """The last trade's price in ten-thousandths of a dollar and the day's volume so far."""

    last: int
    volume: int


@dataclass(frozen=True, slots=True)
class Trades:
    """The trades of one thing on one day: the tape in steps, and the minutes as rows (`start` in milliseconds)."""

    tape: Steps[Tape]
    minutes: Sequence[Row]


def read_quotes(lines: Iterable[Numbers], where: str) -> Steps[Book]:
    """Return the book's changes; a minute that repeats the one before adds nothing."""
    times: list[int] = []
    states: list[Book] = []
    for row in lines:
        if len(row) != _QUOTE_FIELDS or row[0] is None:
            raise MarketDataError(f"{where}: a quote row has {len(row)} fields instead of {_QUOTE_FIELDS}")
        for step, book in enumerate(_books(row)):
            if book != (states[-1] if states else _EMPTY):
                times.append(row[0] + step * STEP_MILLISECONDS)
                states.append(book)
    return Steps(times, states)


def _books(row: Numbers) -> list[Book]:
    bids, asks = _side(row[1:5]), _side(row[6:10])
    bid_size, ask_size = (row[5] or 0) if bids else 0, (row[10] or 0) if asks else 0
    order = _walk(asks or bids or (0, 0, 0, 0))
    books: list[Book] = []
    for pick in order:
        bid, ask = bids[pick] if bids else None, asks[pick] if asks else None
        if bid is not None and ask is not None and bid > ask:
            # Bid and ask reached these prices at different times of the minute; its end is what is known for sure.
            bid, ask = bids[3] if bids else None, asks[3] if asks else None
        books.append(Book(bid, ask, bid_size, ask_size))
    return books


def _side(prices: Numbers) -> tuple[int, int, int, int] | None:
    """Return open, high, low, close; None when the side is missing: an empty field or a price of 0."""
    first, high, low, last = prices
    if not first or not high or not low or not last:
        return None
    return first, high, low, last


def _walk(prices: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Return the order of open (0), high (1), low (2), close (3): a minute that rose is taken to have dipped first."""
    return (0, 2, 1, 3) if prices[3] >= prices[0] else (0, 1, 2, 3)


def read_trades(lines: Iterable[Numbers], where: str) -> Trades:
    """Return the tape's changes and the minutes; a quarter of a minute's volume comes with each step."""
    times: list[int] = []
    states: list[Tape] = []
    minutes: list[Row] = []
    total = 0
    for numbers in lines:
        row = _minute(numbers, where)
        minutes.append(row)
        for step, (price, share) in enumerate(walk_minute(row)):
            tape = Tape(price, total + share)
            if not states or states[-1] != tape:
                times.append(row.start + step * STEP_MILLISECONDS)
                states.append(tape)
        total += row.volume
    return Trades(Steps(times, states), minutes)


def _minute(numbers: Numbers, where: str) -> Row:
    values = [number for number in numbers if number is not None]
    if len(values) != _TRADE_FIELDS:
        raise MarketDataError(f"{where}: a trade row has {len(values)} numbers instead of {_TRADE_FIELDS}")
    start, opened, high, low, close, volume = values
    row = Row(start, opened, high, low, close, volume, value=0, trades=0)  # How many trades there were is not recorded.
    return row._replace(value=row.typical * row.volume)


def walk_minute(row: Row) -> list[tuple[int, int]]:
    """Return the price of each step of a minute and the minute's volume up to then."""
    prices = (row.open, row.high, row.low, row.close)
    return [(prices[pick], row.volume * (step + 1) // _STEPS) for step, pick in enumerate(_walk(prices))]


def forming(row: Row, milliseconds: int) -> Row:
    """Return a minute as it looks so many milliseconds after its start."""
    steps = milliseconds // STEP_MILLISECONDS + 1
    if steps >= _STEPS:
        return row  # The whole walk was seen: it touches all four prices and ends at the close.
    seen = walk_minute(row)[:steps]
    prices = [price for price, _ in seen]
    so_far = row._replace(high=max(prices), low=min(prices), close=prices[-1], volume=seen[-1][1])
    return so_far._replace(value=so_far.typical * so_far.volume)


def scan_prices(rows: Iterable[Numbers], take: Callable[[int], None]) -> None:
    """Hand over every bid and ask price of quote rows."""
    for row in rows:
        for price in (*row[1:5], *row[6:10]):
            if price:
                take(price)
