"""A symbol's days in a row: each begins where the one before ended, made when somebody asks."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from math import exp
from typing import Final

from simgateway.market.calendars import Hours, RegularHours
from simgateway.market.characters import Script
from simgateway.market.hours import NEW_YORK, at_new_york
from simgateway.market.money import UNITS_PER_USD
from simgateway.market.paths import DayPath, at_level, whole_cents
from simgateway.market.profiles import Profile
from simgateway.market.rows import DAY_SECONDS, MINUTE_SECONDS, Row
from simgateway.market.shapes import Shape, Span, draw_bridge, draw_gap, draw_shape

_PATHS_KEPT: Final = 3
_SHAPES_KEPT: Final = 40
_JOINED_KEPT: Final = 600
_LONGEST_WALK_SESSIONS: Final = 1300
_HOUR_MINUTES: Final = 60


class DaySequence:
    """The sessions of one symbol, made by `_make_paths` when somebody asks; the newest few are kept."""

    def __init__(self, hours: Hours) -> None:
        self._hours = hours
        self._paths: OrderedDict[date, tuple[DayPath, ...]] = OrderedDict()
        self._closes: dict[date, int] = {}
        self._joined: dict[tuple[date, int], tuple[Row, ...]] = {}

    def path(self, day: date) -> DayPath | None:
        """Return the session of a New York date; None when the exchange is closed or the date is years away."""
        paths = self.paths(day)
        return paths[len(paths) // 2] if paths else None

    def paths(self, day: date) -> tuple[DayPath, ...]:
        """Return the session of a date, with longer hours: between early and late trading; empty when there is none."""
        known = self._paths.get(day)
        if known is not None:
            self._paths.move_to_end(day)
            return known
        made = self._paths[day] = self._make_paths(day)
        if len(self._paths) > _PATHS_KEPT:
            self._paths.popitem(last=False)
        return made

    def close(self, day: date) -> int | None:
        """Return the close of a date's session, in ten-thousandths of a dollar."""
        if day not in self._closes:
            path = self.path(day)
            if path is None:
                return None
            self._closes[day] = path.closes[-1]
        return self._closes[day]

    def day_before(self, day: date) -> date:
        """Return the newest trading day before a date."""
        return next(self._hours.sessions_from(day - timedelta(days=1), -1))

    def close_before(self, day: date) -> int | None:
        """Return the close of the session before this date, in ten-thousandths of a dollar."""
        return self.close(self.day_before(day))

    def rows(self, day: date, seconds: int) -> tuple[Row, ...]:
        """Return a whole session's rows of this length; empty when there is none. Kept when longer than minutes."""
        known = self._joined.get((day, seconds))
        if known is not None:
            return known
        path = self.path(day)
        if path is None:
            return ()
        if seconds <= MINUTE_SECONDS:
            return tuple(path.row(minute) for minute in range(path.minutes) if path.volumes[minute])
        cuts = (0, *_cuts(path, day, seconds), path.minutes)
        spans = (path.span(first, last) for first, last in pairwise(cuts))
        if len(self._joined) >= _JOINED_KEPT:
            self._joined.clear()
        self._joined[day, seconds] = joined = tuple(row for row in spans if row is not None)
        return joined

    def prepare_after(self, day: date) -> None:
        """Make the session after this date now, where that takes time."""

    def _make_paths(self, day: date) -> tuple[DayPath, ...]:
        raise NotImplementedError


class Levels(DaySequence):
    """The paths of one symbol; `anchor` is the trading day whose open has the profile's price."""

    def __init__(
        self,
        seed: int,
        symbol: str,
        profile: Profile,
        anchor: date,
        *,
        hours: Hours | None = None,
        script: Script | None = None,
    ) -> None:
        super().__init__(hours or RegularHours())
        self._seed = seed
        self._symbol = symbol
        self._profile = profile
        self._script = script
        self._opens = {anchor: profile.price}
        self._oldest = self._newest = anchor
        self._shapes: dict[date, Shape] = {}

    def close_before(self, day: date) -> int | None:
        """Return the close of the session before this date; the path of that session is not needed for it."""
        if self._hours.session(day) is None or not self._reach(day):
            return super().close_before(day)
        return whole_cents(self._opens[day] / exp(self._gap(day)) * UNITS_PER_USD)

    def prepare_after(self, day: date) -> None:
        """Make the session after this date now, so that it need not be made in the moment it begins."""
        self.paths(self._day_after(day))

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
        following = self._day_after(self._newest)
        ended = self._opens[self._newest] * exp(self._shape_total(self._newest))
        self._opens[following] = ended * exp(self._gap(following))
        self._newest = following

    def _step_back(self) -> None:
        previous = self.day_before(self._oldest)
        ended = self._opens[self._oldest] / exp(self._gap(self._oldest))
        self._opens[previous] = ended / exp(self._shape_total(previous))
        self._oldest = previous

    def _day_after(self, day: date) -> date:
        return next(self._hours.sessions_from(day + timedelta(days=1)))

    def _shape_total(self, day: date) -> float:
        """Return a day's return; the shape is kept, since its path is most likely wanted next."""
        if len(self._shapes) >= _SHAPES_KEPT:
            self._shapes.clear()
        shape = self._shapes[day] = self._shape(day)
        return shape.total

    def _shape(self, day: date) -> Shape:
        opened, closed = self._session(day)
        span = Span(
            minutes=(closed - opened) // MINUTE_SECONDS,
            before_hour=-(datetime.fromtimestamp(opened, NEW_YORK).minute) % _HOUR_MINUTES,
            minute_share=self._hours.minute_share,
            volume_share=self._hours.volume_share,
        )
        shape = draw_shape(self._seed, self._symbol, self._profile, day, span)
        return self._script.shape(shape, self._profile, day, opened) if self._script else shape

    def _session(self, day: date) -> tuple[int, int]:
        session = self._hours.session(day)
        assert session is not None, f"{day} has a level and no session"
        return int(session[0].timestamp()), int(session[1].timestamp())

    def _gap(self, day: date) -> float:
        gap = draw_gap(self._seed, self._symbol, self._profile, day)
        return self._script.gap(gap, day) if self._script else gap

    def _make_paths(self, day: date) -> tuple[DayPath, ...]:
        if self._hours.session(day) is None or not self._reach(day):
            return ()
        shape = self._shapes.pop(day, None) or self._shape(day)
        opened, closed = self._session(day)
        path = at_level(self._key(day, "steps"), shape, opened, self._opens[day])
        hours = self._hours.extended_session(day)
        if hours is None or hours == self._hours.session(day):
            return (path,)
        early, late = int(hours[0].timestamp()), int(hours[1].timestamp())
        # The night's move is spread over late and early trading, half of it each.
        gap, coming = self._gap(day) / 2, self._gap(self._day_after(day)) / 2
        before = self._thin(day, (early, opened), gap, self._opens[day] / exp(gap))
        return before, path, self._thin(day, (closed, late), coming, self._opens[day] * exp(shape.total))

    def _thin(self, day: date, ends: tuple[int, int], total: float, price: float) -> DayPath:
        key = self._key(day, f"thin/{ends[0]}")
        shape = draw_bridge(key, self._profile, (ends[1] - ends[0]) // MINUTE_SECONDS, total)
        return at_level(f"{key}/steps", shape, ends[0], price, is_thin=True)

    def _key(self, day: date, name: str) -> str:
        return f"{self._seed}/{self._symbol}/{day.isoformat()}/{name}"


def _cuts(path: DayPath, day: date, seconds: int) -> Iterable[int]:
    """Return the minutes of the session, but for its first, at which longer bars begin: see `rows.longer`."""
    if seconds >= DAY_SECONDS:
        return ()
    midnight = int(at_new_york(day, time.min).timestamp())
    first = midnight + ((path.opened - midnight) // seconds + 1) * seconds
    closed = path.opened + path.minutes * MINUTE_SECONDS
    return ((start - path.opened) // MINUTE_SECONDS for start in range(first, closed, seconds))
