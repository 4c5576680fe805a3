"""The New York Stock Exchange's regular hours by rule: 09:30-16:00, holidays, early closes at 13:00.

Source of the rules: the exchange's published holidays and trading hours (Rule 7.2), as in force since 2013.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

NEW_YORK: Final = ZoneInfo("America/New_York")
OPEN: Final = time(9, 30)
CLOSE: Final = time(16, 0)
EARLY_CLOSE: Final = time(13, 0)

# Days that no rule tells: national mourning.
EXTRA_CLOSED: Final = frozenset({date(2018, 12, 5), date(2025, 1, 9)})

_MONDAY, _THURSDAY, _FRIDAY, _SATURDAY, _SUNDAY = 0, 3, 4, 5, 6


@lru_cache(maxsize=4096)
def session(day: date) -> tuple[datetime, datetime] | None:
    """Return open and close of a New York date in UTC; None when there is no trading."""
    if not is_trading_day(day):
        return None
    close = EARLY_CLOSE if closes_early(day) else CLOSE
    return at_new_york(day, OPEN), at_new_york(day, close)


def expiry_time(day: date) -> datetime:
    """Return when options of this expiry end: the close; on a day without trading it would have been 16:00."""
    opened_closed = session(day)
    return opened_closed[1] if opened_closed else at_new_york(day, CLOSE)


def at_new_york(day: date, wall: time) -> datetime:
    """Return this wall time in New York as aware UTC."""
    return datetime.combine(day, wall, tzinfo=NEW_YORK).astimezone(UTC)


def new_york_date(at: datetime) -> date:
    """Return the date in New York at an aware time."""
    return at.astimezone(NEW_YORK).date()


def new_york_date_of(second: int) -> date:
    """Return the date in New York at a time in seconds since 1970."""
    return datetime.fromtimestamp(second, NEW_YORK).date()


def is_trading_day(day: date) -> bool:
    """Return whether the exchange opens on this New York date."""
    return day.weekday() < _SATURDAY and day not in _holidays(day.year) and day not in EXTRA_CLOSED


def closes_early(day: date) -> bool:
    """Return whether the session ends at 13:00: 3 July, the day after Thanksgiving, Christmas Eve."""
    if not is_trading_day(day):
        return False
    if (day.month, day.day) in {(7, 3), (12, 24)}:
        return day.weekday() <= _THURSDAY  # On a Friday the holiday itself is kept then, or the whole day is open.
    return day == _nth(day.year, 11, _THURSDAY, 4) + timedelta(days=1)


def sessions_from(day: date, step_days: int = 1) -> Iterator[date]:
    """Yield trading days, this one included when it is one; a step of -1 goes back in time."""
    while True:
        if is_trading_day(day):
            yield day
        day += timedelta(days=step_days)


def session_before(day: date) -> date:
    """Return the newest trading day before this date."""
    return next(sessions_from(day - timedelta(days=1), -1))


def session_after(day: date) -> date:
    """Return the next trading day after this date."""
    return next(sessions_from(day + timedelta(days=1)))


@lru_cache(maxsize=256)
def _holidays(year: int) -> frozenset[date]:
    days = {
        _nth(year, 1, _MONDAY, 3),  # Martin Luther King
        _nth(year, 2, _MONDAY, 3),  # Washington
        _easter(year) - timedelta(days=2),
        _nth(year, 6, _MONDAY, 1) - timedelta(days=7),  # Memorial Day: the last Monday of May
        _observed(date(year, 7, 4)),
        _nth(year, 9, _MONDAY, 1),  # Labor Day
        _nth(year, 11, _THURSDAY, 4),
        _observed(date(year, 12, 25)),
    }
    new_year = date(year, 1, 1)
    if new_year.weekday() != _SATURDAY:  # The exchange does not close on the last day of the old year for it.
        days.add(_observed(new_year))
    if year >= 2022:
        days.add(_observed(date(year, 6, 19)))  # Juneteenth
    return frozenset(days)


def _observed(day: date) -> date:
    if day.weekday() == _SATURDAY:
        return day - timedelta(days=1)
    if day.weekday() == _SUNDAY:
        return day + timedelta(days=1)
    return day


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def third_friday(year: int, month: int) -> date:
    """Return the third Friday of a month, holiday or not."""
    return _nth(year, month, _FRIDAY, 3)


def _easter(year: int) -> date:
    """Return Easter Sunday by Gauss's method for the Gregorian calendar, valid 1900-2099."""
    a, b, c = year % 19, year % 4, year % 7
    d = (19 * a + 24) % 30
    e = (2 * b + 4 * c + 6 * d + 5) % 7
    if (d == 29 and e == 6) or (d == 28 and e == 6 and a > 10):
        e -= 7
    return date(year, 3, 22) + timedelta(days=d + e)
