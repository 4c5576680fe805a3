"""A symbol's days in a row: each begins where the one before ended, made when somebody asks."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import date, time
from itertools import pairwise
from math import exp
from typing import Final

from simgateway.market.hours import at_new_york, session, session_after, session_before
from simgateway.market.paths import DayPath, Shape, at_level, draw_gap, draw_shape
from simgateway.market.profiles import Profile
from simgateway.market.rows import DAY_SECONDS, MINUTE_SECONDS, Row

_PATHS_KEPT: Final = 4
_SHAPES_KEPT: Final = 40
_LONGEST_WALK_SESSIONS: Final = 1300


class Levels:
    """The paths of one symbol; `anchor` is the trading day whose open has the profile's price."""

    def __init__(self, seed: int, symbol: str, profile: Profile, anchor: date) -> None:
        self._seed = seed
        self._symbol = symbol
        self._profile = profile
        self._anchor = anchor
        self._opens = {anchor: profile.price}
        self._oldest = self._newest = anchor
        self._paths: OrderedDict[date, DayPath] = OrderedDict()
        self._shapes: dict[date, Shape] = {}
        self._joined: dict[tuple[date, int], tuple[Row, ...]] = {}

    def path(self, day: date) -> DayPath | None:
        """Return the path of a New York date; None when the exchange is closed or the date is years away."""
        known = self._paths.get(day)
        if known is not None:
            self._paths.move_to_end(day)
            return known
        if session(day) is None or not self._reach(day):
            return None
        return self._make(day)

    def close_before(self, day: date) -> int | None:
        """Return the close of the session before this date, in ten-thousandths of a dollar."""
        path = self.path(session_before(day))
        return path.closes[-1] if path else None

    def rows(self, day: date, seconds: int) -> tuple[Row, ...]:
        """Return a whole day's rows of this length; empty when there is no session. Kept when longer than minutes."""
        known = self._joined.get((day, seconds))
        if known is not None:
            return known
        path = self.path(day)
        if path is None:
            return ()
        if seconds <= MINUTE_SECONDS:
            return tuple(path.row(minute) for minute in range(path.minutes))
        cuts = (0, *_cuts(path, day, seconds), path.minutes)
        self._joined[day, seconds] = joined = tuple(path.span(first, last) for first, last in pairwise(cuts))
        return joined

    def _reach(self, day: date) -> bool:
        """Work out opening prices from the nearest known day to this one."""
        for _ in range(_LONGEST_WALK_SESSIONS):
            if day > self._newest:
                self._step_forward()
            elif day < self._oldest:
                self._step_back()
            else:
                return True
        return False

    def _step_forward(self) -> None:
        following = session_after(self._newest)
        ended = self._opens[self._newest] * exp(self._shape_total(self._newest))
        self._opens[following] = ended * exp(self._gap(following))
        self._newest = following

    def _step_back(self) -> None:
        previous = session_before(self._oldest)
        ended = self._opens[self._oldest] / exp(self._gap(self._oldest))
        self._opens[previous] = ended / exp(self._shape_total(previous))
        self._oldest = previous

    def _minutes(self, day: date) -> int:
        hours = session(day)
        return int((hours[1] - hours[0]).total_seconds()) // MINUTE_SECONDS if hours else 0

    def _shape_total(self, day: date) -> float:
        """Return a day's return; the shape is kept, since its path is most likely wanted next."""
        if len(self._shapes) >= _SHAPES_KEPT:
            self._shapes.clear()
        shape = self._shapes[day] = self._shape(day)
        return shape.total

    def _shape(self, day: date) -> Shape:
        return draw_shape(self._seed, self._symbol, self._profile, day, self._minutes(day))

    def _gap(self, day: date) -> float:
        return draw_gap(self._seed, self._symbol, self._profile, day)

    def _make(self, day: date) -> DayPath:
        hours = session(day)
        assert hours is not None, f"{day} has a level and no session"
        shape = self._shapes.pop(day, None) or self._shape(day)
        key = f"{self._seed}/{self._symbol}/{day.isoformat()}/steps"
        path = at_level(key, shape, int(hours[0].timestamp()), self._opens[day])
        self._paths[day] = path
        if len(self._paths) > _PATHS_KEPT:
            self._paths.popitem(last=False)
        return path


def _cuts(path: DayPath, day: date, seconds: int) -> Iterable[int]:
    """Return the minutes of the session, but for its first, at which longer bars begin: see `rows.longer`."""
    if seconds >= DAY_SECONDS:
        return ()
    midnight = int(at_new_york(day, time.min).timestamp())
    first = midnight + ((path.opened - midnight) // seconds + 1) * seconds
    closed = path.opened + path.minutes * MINUTE_SECONDS
    return ((start - path.opened) // MINUTE_SECONDS for start in range(first, closed, seconds))
