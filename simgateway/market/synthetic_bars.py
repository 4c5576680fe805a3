"""Minutes of the synthetic market as rows: trades, bids, asks or middles, of shares and of options."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Final

from simgateway.market.base import Bar
from simgateway.market.calendars import Hours
from simgateway.market.hours import new_york_date
from simgateway.market.option_minutes import OptionMinutes
from simgateway.market.paths import STEP_SECONDS, STEPS_PER_MINUTE, DayPath, made_row
from simgateway.market.rows import DAY_SECONDS, MINUTE_SECONDS, Row, bar_of, longer
from simgateway.market.share_quotes import share_sides
from simgateway.market.underlyings import Underlying

_HALF: Final = 2


class BarMaker:
    """Makes the bars of one instrument; `minutes` are the option's, None for the share itself."""

    def __init__(
        self, underlying: Underlying, minutes: OptionMinutes | None, hours: Hours, *, regular_only: bool
    ) -> None:
        self._underlying = underlying
        self._options = minutes
        self._hours = hours
        self._regular_only = regular_only or minutes is not None

    def bars(self, start: datetime, end: datetime, seconds: int, what: str) -> list[Bar]:
        """Return the bars of at least a minute that start in [start, end), the forming one included."""
        earliest = start.timestamp() if seconds < DAY_SECONDS else 0
        day, last = new_york_date(start), new_york_date(end)
        made: list[Bar] = []
        while day <= last:
            rows = self._rows(day, earliest, end.timestamp(), seconds, what)
            made += [bar_of(row, seconds) for row in rows if row.start >= earliest]
            day += timedelta(days=1)
        return made

    def _rows(self, day: date, earliest: float, end: float, seconds: int, what: str) -> Iterable[Row]:
        session = self._hours.session(day) if self._regular_only else self._hours.extended_session(day)
        if session is None or end <= session[0].timestamp():
            return ()
        levels = self._underlying.levels
        is_regular = self._regular_only or session == self._hours.session(day)
        if self._options is None and is_regular and what == "TRADES" and end >= session[1].timestamp():
            return levels.rows(day, seconds)
        path = levels.path(day) if is_regular else None
        paths = levels.paths(day) if not is_regular else (path,) if path is not None else ()
        rows = chain.from_iterable(self._minutes(day, path, earliest, end, what) for path in paths)
        return rows if seconds == MINUTE_SECONDS else longer(rows, seconds, day, int(session[0].timestamp()))

    def _minutes(self, day: date, path: DayPath, earliest: float, end: float, what: str) -> Iterator[Row]:
        first = max(0, int(earliest - path.opened) // MINUTE_SECONDS)
        steps = steps_until(path, end)
        if self._options is None:
            return share_rows(self._underlying, path, what, first=first, steps=steps)
        return self._options.rows(day, path, what, first=first, steps=steps)


def steps_until(path: DayPath, end: float) -> int:
    """Return how many steps of a path have begun by `end`, that of `end` itself included; seconds since 1970."""
    if end <= path.opened:
        return 0
    begun = int(end - path.opened) // STEP_SECONDS + 1
    if end == path.opened + (begun - 1) * STEP_SECONDS and (begun - 1) % STEPS_PER_MINUTE == 0:
        begun -= 1  # What starts at the end belongs to no bar before it.
    return min(path.steps_count, begun)


def share_rows(underlying: Underlying, path: DayPath, what: str, *, first: int, steps: int) -> Iterator[Row]:
    """Give a share's minutes from the `first` on, so many steps of the session having passed."""
    whole, left = divmod(steps, STEPS_PER_MINUTE)
    if what == "TRADES":
        yield from (path.row(minute) for minute in range(first, whole) if path.volumes[minute])
        if left and first <= whole and path.volumes[whole]:
            yield path.forming(whole, left - 1)
        return
    for minute in range(first, whole + (1 if left else 0)):
        start = path.opened + minute * MINUTE_SECONDS
        if not underlying.is_halted(start):
            seen = path.steps(minute)[:left] if minute == whole else ()
            ends = (seen[0], max(seen), min(seen), seen[-1]) if seen else path.ends(minute)
            shift = _shift(underlying, path, minute, what)
            yield made_row(start, (ends[0] + shift, ends[1] + shift, ends[2] + shift, ends[3] + shift), 0)


def _shift(underlying: Underlying, path: DayPath, minute: int, what: str) -> int:
    """Return how far a side is from the path: the same for a whole minute."""
    strain = underlying.strain(path, path.opened + minute * MINUTE_SECONDS)
    below, width = share_sides(underlying.profile, path.opens[minute], strain)
    return {"BID": -below, "ASK": width - below, "MIDPOINT": width // _HALF - below}[what]
