"""Bars that nobody looks at now, in a sixth of their room: seven numbers each, two arrays for all."""

from array import array
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from domain.bars import Bar

_PRICES: Final = ("open", "high", "low", "close", "volume")
_NEW: Final[Any] = object.__new__
# A frozen bar is set by its slots: a thousand symbols' bars are unpacked in every cycle, and this takes half the time.
_SET: Final[tuple[Any, ...]] = tuple(Bar.__dict__[name].__set__ for name in ("start", "seconds", *_PRICES))


class Packed(NamedTuple):
    """48 bytes a bar: a thousand symbols' whole sessions are half a million of them."""

    times: "array[int]"  # Of each bar its start, in seconds since 1970, and its length in seconds: four bytes each.
    prices: "array[float]"  # Of each bar open, high, low, close, USD, and the volume.


def packed(bars: Iterable[Bar]) -> Packed:
    """Return the numbers of these bars, exact for bars that begin on a second.

    Raises OverflowError for a bar before 1970 or after 2105.
    """
    kept = tuple(bars)
    times = array("I", [number for bar in kept for number in (int(bar.start.timestamp()), bar.seconds)])
    prices = [number for bar in kept for number in (bar.open, bar.high, bar.low, bar.close, bar.volume)]
    return Packed(times, array("d", prices))


def unpacked(numbers: Packed) -> tuple[Bar, ...]:
    """Return the bars, equal to those that were packed."""
    new, at = _NEW, datetime.fromtimestamp
    set_start, set_seconds, set_open, set_high, set_low, set_close, set_volume = _SET
    times, prices = iter(numbers.times), iter(numbers.prices)
    found = []
    for start, seconds, opened, high, low, close, volume in zip(times, times, *[prices] * len(_PRICES), strict=True):
        bar = new(Bar)
        set_start(bar, at(start, UTC))
        set_seconds(bar, seconds)
        set_open(bar, opened)
        set_high(bar, high)
        set_low(bar, low)
        set_close(bar, close)
        set_volume(bar, volume)
        found.append(bar)
    return tuple(found)


class Shelf:
    """One series of bars. They lie there as they are, or packed once they were put to rest."""

    __slots__ = ("_bars", "_packed")

    def __init__(self) -> None:
        self._bars: tuple[Bar, ...] | None = ()
        self._packed: Packed | None = None

    @property
    def bars(self) -> tuple[Bar, ...]:
        """Return them."""
        if self._bars is None:
            assert self._packed is not None, "one of both is there"
            self._bars = unpacked(self._packed)
        return self._bars

    def put(self, bars: tuple[Bar, ...]) -> None:
        """Have these instead."""
        self._bars, self._packed = bars, None

    def rest(self) -> None:
        """Keep them packed until they are looked at."""
        if self._packed is None:
            self._packed = packed(self.bars)
        self._bars = None
