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
)
from simgateway.market.paths import STEP_SECONDS, STEPS_PER_MINUTE, DayPath
from simgateway.market.underlyings import Spot, Underlying

_NO_DAY: Final = -1


class State(NamedTuple):
    """An option in one step: prices in ten-thousandths of a dollar, 0 where there is none; the day's contracts."""

    bid: int
    ask: int
    last: int
    volume: int


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
        volume = self._volume(spot.path, spot.number)
        last = self._last(spot, volume)
        if spot.is_halted:
            return Quote(None, None, 0, 0, usd(last) if last else None, self._close, volume, self._open_interest)
        common = self._underlying.slice(spot, self._terms.ends)
        distance = common.distance(self._terms.strike)
        bid, ask = sides(self._terms, common.fair(self._terms, distance), distance, spot.at, spot.strain)
        bid_size, ask_size = sizes(self._terms.con_id, distance, spot.at, spot.strain)
        return Quote(
            bid=usd(bid) if bid else None,
            ask=usd(ask) if ask else None,
            bid_size=bid_size if bid else 0,
            ask_size=ask_size if ask else 0,
            last=usd(last) if last else None,
            close=self._close,
            volume=volume,
            open_interest=self._open_interest,
        )

    def states(self, day: date, path: DayPath, first: int, last: int) -> Iterator[State | None]:
        """Give the steps of a session from `first` to before `last`; None while trading is halted."""
        self._begin(day, path)
        terms, underlying = self._terms, self._underlying
        volume = self._volume(path, first - 1)
        price = self._last(underlying.at_step(path, first - 1), volume) if volume else 0
        for number in range(first, last):
            minute, second = divmod(number, STEPS_PER_MINUTE)
            at = path.opened + number * STEP_SECONDS
            strain = underlying.strain(path, at)
            common = Slice(underlying.profile, terms.ends, at, path.price(minute, second) / UNITS_PER_USD, strain)
            distance = common.distance(terms.strike)
            fair = common.fair(terms, distance)
            now = self._volume(path, number)
            if now > volume:
                volume, price = now, on_grid(terms, fair)
            halted = underlying.is_halted(at)
            yield None if halted else State(*sides(terms, fair, distance, at, strain), price, volume)

    def volume(self, day: date, path: DayPath, number: int) -> int:
        """Return the day's contracts up to and with a step of a session."""
        self._begin(day, path)
        return self._volume(path, number)

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
        return int(self._daily * (path.volume_until(number) / path.volume_before[-1]))

    def _last(self, spot: Spot, volume: int) -> int:
        """Return the newest trade's price: what the option was worth when the day's volume came to be what it is."""
        if volume and self._traded[0] != volume:
            path, number = spot.path, spot.number
            if self._volume(path, number - 1) >= volume:
                number = bisect_left(range(number), volume, key=lambda each: self._volume(path, each))
                spot = self._underlying.at_step(path, number)
            common = self._underlying.slice(spot, self._terms.ends)
            fair = common.fair(self._terms, common.distance(self._terms.strike))
            self._traded = (volume, on_grid(self._terms, fair))
        return self._traded[1] if volume else 0
