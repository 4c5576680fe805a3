"""Bars: what completed, what is still forming, how two answers are merged."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

YEARS: Final = (1970, 2105)  # What packed bars can tell; nothing else was ever traded here.
SESSION_HOURS_MAX: Final = timedelta(hours=17)  # From 04:00 to 20:00 with those around the regular one.
NO_VALUE_MIN: Final = 1e300  # The broker writes the largest double, 1.797e308, where it has no value.


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


def completed(bars: Sequence[Bar], now: datetime) -> tuple[Bar, ...]:
    """Return the bars that ended by now; the forming one is dropped by its time, never by its place."""
    # Asked of every kept bar in every cycle, hence one subtraction for each length of bar instead of one for each bar.
    began_by = {seconds: now - timedelta(seconds=seconds) for seconds in {bar.seconds for bar in bars}}
    return tuple([bar for bar in bars if bar.start <= began_by[bar.seconds]])


def merged(old: Iterable[Bar], new: Iterable[Bar]) -> tuple[Bar, ...]:
    """Return both by rising start; where they overlap the newer answer wins."""
    by_start = {bar.start: bar for bar in old}
    by_start.update((bar.start, bar) for bar in new)
    return tuple(by_start[start] for start in sorted(by_start))


def recent(bars: Sequence[Bar], earlier: int) -> tuple[Bar, ...]:
    """Return the bars of the newest one's session, and so many before them: an average of a session's first minutes."""
    if not bars:
        return ()
    began = bars[-1].start - SESSION_HOURS_MAX
    place = bisect_left(bars, began, key=lambda bar: bar.start)
    return tuple(bars[max(0, place - earlier) :])


def sound(bars: Iterable[Bar]) -> tuple[Bar, ...]:
    """Return the bars whose numbers can be believed.

    The broker's "no value" (NaN, -1, 0, 1.797e308) is none, nor a year outside ``YEARS``.
    """
    return tuple([bar for bar in bars if _is_sound(bar)])


def since(bars: Iterable[Bar], start: datetime) -> tuple[Bar, ...]:
    """Return the bars that began at this moment or later."""
    return tuple(bar for bar in bars if bar.start >= start)


def newest_age_seconds(bars: Sequence[Bar], now: datetime) -> float | None:
    """Return how long ago the last of these completed bars ended; None when there is none."""
    return (now - bars[-1].end).total_seconds() if bars else None


def ended_within(bars: Sequence[Bar], now: datetime, age_seconds_max: float) -> bool:
    """Return whether the last of these completed bars is new enough to open something on."""
    age = newest_age_seconds(bars, now)
    return age is not None and 0 <= age <= age_seconds_max


def _is_sound(bar: Bar) -> bool:
    # Asked of every bar of every answer. A comparison with NaN is false, which is what is wanted.
    return (
        0 < bar.low <= bar.open <= bar.high < NO_VALUE_MIN
        and bar.low <= bar.close <= bar.high
        and 0 <= bar.volume < NO_VALUE_MIN
        and YEARS[0] <= bar.start.year <= YEARS[1]
    )
