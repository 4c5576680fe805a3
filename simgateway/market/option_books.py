"""One synthetic option: its quote at any step of a day, its trades, and its minutes."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from simgateway.market.base import Quote
from simgateway.market.characters import EASE
from simgateway.market.money import UNITS_PER_USD, usd
from simgateway.market.option_quotes import (
    Slice,
    Terms,
    daily_volume,
    on_grid,
    open_interest,
    sides,
    sizes,
    values,
)
from simgateway.market.paths import STEP_SECONDS, STEPS_PER_MINUTE, DayPath
from simgateway.market.rows import MINUTE_SECONDS
from simgateway.market.underlyings import Spot, Underlying

_NO_DAY: Final = -1


class Top(NamedTuple):
    """Bid and ask in one step in ten-thousandths of a dollar, 0 where there is none."""

    bid: int
    ask: int


class Deal(NamedTuple):
    """The trades of one step: its number in the session, the price in ten-thousandths of a dollar, contracts."""

    number: int
    price: int
    size: int


class OptionBook:
    """Quotes one option. What holds for a whole day is worked out once; `ends` of its terms is when it expires."""

    def __init__(self, underlying: Underlying, terms: Terms) -> None:
        self._underlying = underlying
        self._terms = terms
        self._open_interest = open_interest(underlying.profile, terms)
        self._day = _NO_DAY
        self._daily = 0.0
        self._close: Decimal | None = None
        self._traded = (0, 0)

    @property
    def ends(self) -> int:
        """Return when the option expires, in seconds since 1970."""
        return self._terms.ends

    def quote(self, day: date, spot: Spot) -> Quote:
        """Return the book at a moment of a New York date."""
        self._begin(day, spot.path)
        common = self._underlying.slice(spot, self._terms.ends)
        distance = common.distance(self._terms.strike)
        fair = common.fair(self._terms, distance)
        volume = self._volume(spot.path, spot.number)
        last = self._last(spot.path, spot.number, volume, fair)
        if spot.is_halted:
            return Quote(None, None, 0, 0, last, self._close, volume, self._open_interest)
        bid, ask = sides(self._terms, fair, distance, spot.at, spot.strain)
        bid_size, ask_size = sizes(self._terms.con_id, distance, spot.at, spot.strain)
        return Quote(
            bid=usd(bid) if bid else None,
            ask=usd(ask) if ask else None,
            bid_size=bid_size if bid else 0,
            ask_size=ask_size if ask else 0,
            last=last,
            close=self._close,
            volume=volume,
            open_interest=self._open_interest,
        )

    def deals(self, day: date, path: DayPath, first: int, last: int) -> Iterator[Deal]:
        """Give the trades of a session's steps from `first` to before `last`."""
        self._begin(day, path)
        share, volume = self._daily / max(1, path.volume_before[-1]), self._volume(path, first - 1)
        for minute, begun, ended in _minutes(first, last):
            before, traded, fairs = path.volume_before[minute], path.volumes[minute], None
            for second in range(begun, ended):
                now = int(share * (before + traded * (second + 1) // STEPS_PER_MINUTE))
                if now > volume:
                    fairs = fairs or self._values(path, minute)
                    price = on_grid(self._terms, fairs[second][0])
                    yield Deal(minute * STEPS_PER_MINUTE + second, price, now - volume)
                    volume = now

    def tops(self, day: date, path: DayPath, first: int, last: int) -> Iterator[Top | None]:
        """Give bid and ask of a session's steps from `first` to before `last`; None while trading is halted."""
        self._begin(day, path)
        for minute, begun, ended in _minutes(first, last):
            opened = path.opened + minute * MINUTE_SECONDS
            if self._underlying.is_halted(opened):
                yield from [None] * (ended - begun)
                continue
            strain, values_of_minute = self._underlying.strain(path, opened), self._values(path, minute)
            for second in range(begun, ended):
                fair, distance = values_of_minute[second]
                yield Top(*sides(self._terms, fair, distance, opened + second * STEP_SECONDS, strain))

    def _values(self, path: DayPath, minute: int) -> list[tuple[float, float]]:
        """Return value and distance in each step of a minute."""
        opened = path.opened + minute * MINUTE_SECONDS
        spots = [price / UNITS_PER_USD for price in path.steps(minute)]
        return values(self._underlying.profile, self._terms, opened, spots, self._underlying.strain(path, opened))

    def _begin(self, day: date, path: DayPath) -> None:
        if path.opened == self._day:
            return
        underlying, terms = self._underlying, self._terms
        self._day = path.opened
        self._traded = (0, 0)
        self._daily = daily_volume(underlying.profile, terms, path.opens[0] / UNITS_PER_USD, path.opened)
        before = underlying.close_before(day)
        self._close = None
        if before is not None:
            common = Slice(underlying.profile, terms.ends, before[0], before[1] / UNITS_PER_USD, EASE)
            self._close = usd(on_grid(terms, common.fair(terms, common.distance(terms.strike))))

    def _volume(self, path: DayPath, number: int) -> int:
        return int(self._daily / max(1, path.volume_before[-1]) * path.volume_until(number))

    def _last(self, path: DayPath, number: int, volume: int, fair: float) -> Decimal | None:
        """Return the newest trade's price: what the option was worth when the day's volume came to be what it is."""
        if volume == 0:
            return None
        if self._traded[0] != volume:
            if self._volume(path, number - 1) >= volume:
                number = bisect_left(range(number), volume, key=lambda each: self._volume(path, each))
                fair = self._fair(path, number)
            self._traded = (volume, on_grid(self._terms, fair))
        return usd(self._traded[1])

    def _fair(self, path: DayPath, number: int) -> float:
        """Return the value in the number-th step of a session."""
        minute, second = divmod(number, STEPS_PER_MINUTE)
        return self._values(path, minute)[second][0]


def _minutes(first: int, last: int) -> Iterator[tuple[int, int, int]]:
    """Give the minutes that steps from `first` to before `last` belong to, each with its first and last step."""
    for minute in range(first // STEPS_PER_MINUTE, -(-last // STEPS_PER_MINUTE)):
        begun = minute * STEPS_PER_MINUTE
        yield minute, max(0, first - begun), min(STEPS_PER_MINUTE, last - begun)
