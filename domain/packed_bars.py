"""Bars that nobody looks at now, in a fifth of their room: seven numbers each, one array for all."""

from array import array
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from domain.bars import Bar

FIELDS: Final = ("start", "seconds", "open", "high", "low", "close", "volume")
_NEW: Final[Any] = object.__new__
# A frozen bar is set by its slots: a thousand symbols' bars are unpacked in every cycle, and this takes half the time.
_SET: Final[tuple[Any, ...]] = tuple(Bar.__dict__[name].__set__ for name in FIELDS)


def packed(bars: Iterable[Bar]) -> "array[float]":
    """Return the numbers of these bars; `start` as seconds since 1970, exact for bars that begin on a second."""
    return array(
        "d",
        [
            number
            for bar in bars
            for number in (bar.start.timestamp(), bar.seconds, bar.open, bar.high, bar.low, bar.close, bar.volume)
        ],
    )


def unpacked(numbers: Iterable[float]) -> tuple[Bar, ...]:
    """Return the bars, equal to those that were packed."""
    new, at = _NEW, datetime.fromtimestamp
    set_start, set_seconds, set_open, set_high, set_low, set_close, set_volume = _SET
    rest = iter(numbers)
    found = []
    for start, seconds, opened, high, low, close, volume in zip(*[rest] * len(FIELDS), strict=True):
        bar = new(Bar)
        set_start(bar, at(start, UTC))
        set_seconds(bar, int(seconds))
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
        self._packed: array[float] | None = None

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
