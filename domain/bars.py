"""Bars: what completed, what is still forming, how two answers are merged."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of trades. ``start`` is aware UTC, ``seconds`` its length, prices in USD, volume in shares."""

    start: datetime
    seconds: int
    open: float
    high: float
    low: float
    close: float
    volume: float

    @property
    def end(self) -> datetime:
        """Return the moment from which on the bar is complete."""
        return self.start + timedelta(seconds=self.seconds)


def completed(bars: Iterable[Bar], now: datetime) -> tuple[Bar, ...]:
    """Return the bars that ended by now; the forming one is dropped by its time, never by its place."""
    return tuple(bar for bar in bars if bar.end <= now)


def merged(old: Iterable[Bar], new: Iterable[Bar]) -> tuple[Bar, ...]:
    """Return both by rising start; where they overlap the newer answer wins."""
    by_start = {bar.start: bar for bar in old}
    by_start.update((bar.start, bar) for bar in new)
    return tuple(by_start[start] for start in sorted(by_start))
