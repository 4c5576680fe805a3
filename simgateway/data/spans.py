"""Bar sizes and durations of history requests, what IB refuses of them, and the span of time they mean.

The texts are the gateway's own, as clients' users report them: bar sizes in wboayue/rust-ibapi pull request 245, years
in ib-api-reloaded/ib_async issue 229, "invalid step" in wrighter/ib-scripts issue 1.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from simgateway.protocol.text import new_york_day

Hours = Callable[[date], tuple[datetime, datetime] | None]
"""When a New York date trades, in UTC; None when it does not."""

DAY_SECONDS: Final = 86400
WEEK_SECONDS: Final = 7 * DAY_SECONDS
MONTH_SECONDS: Final = 30 * DAY_SECONDS
"""What stands for a bar of a calendar month."""

BAR_SECONDS: Final[Mapping[str, int]] = {
    "1 secs": 1,
    "5 secs": 5,
    "10 secs": 10,
    "15 secs": 15,
    "30 secs": 30,
    "1 min": 60,
    "2 mins": 120,
    "3 mins": 180,
    "5 mins": 300,
    "10 mins": 600,
    "15 mins": 900,
    "20 mins": 1200,
    "30 mins": 1800,
    "1 hour": 3600,
    "2 hours": 7200,
    "3 hours": 10800,
    "4 hours": 14400,
    "8 hours": 28800,
    "1 day": DAY_SECONDS,
    "1 week": WEEK_SECONDS,
    "1 month": MONTH_SECONDS,
    "1W": WEEK_SECONDS,
    "1M": MONTH_SECONDS,
}
"""The legal spellings; `60 mins` is not one of them. The last two are how the gateway's own error names them."""

BAD_BAR_SIZE: Final = (
    "Historical data bar size setting is invalid. Legal ones are: 1 secs, 5 secs, 10 secs, 15 secs, 30 secs, 1 min, "
    "2 mins, 3 mins, 5 mins, 10 mins, 15 mins, 20 mins, 30 mins, 1 hour, 2 hours, 3 hours, 4 hours, 8 hours, 1 day, "
    "1W, 1M"
)
_BAD_FORMAT: Final = (
    "When specifying a unit, historical data request duration format is integer{SPACE}unit (S|D|W|M|Y)."
)
_BAD_DURATION: Final = "Historical data requested duration is invalid."
_TOO_LONG: Final[Mapping[str, tuple[int, str]]] = {
    "S": (DAY_SECONDS, "Historical data request for greater than 86400 seconds rejected."),
    "D": (365, "Historical data requests for durations longer than 365 days must be made in years."),
    "W": (52, "Historical data request for durations longer than 52 weeks must be made in years."),
    "M": (12, "Historical data request for durations longer than 12 months must be made in years."),
    "Y": (100, _BAD_DURATION),
}
_SHORTEST_SECONDS: Final = 30
_SECONDS_IN: Final[Mapping[str, int]] = {
    "S": 1,
    "D": DAY_SECONDS,
    "W": WEEK_SECONDS,
    "M": MONTH_SECONDS,
    "Y": 365 * DAY_SECONDS,
}
_SESSIONS_IN: Final[Mapping[str, int]] = {"D": 1, "W": 5, "M": 21, "Y": 252}

_FINEST: Final = ((1800, 1), (3600, 5), (14400, 10), (28800, 30))
"""The smallest bar in seconds for a duration of up to so many: IB's page on historical data limitations, step sizes.

Its rows of a day and more are a guideline that IB itself does not keep (a minute for five days is answered), so they
are not here; bars under a minute over more than a day are refused.
"""
_MINUTE: Final = 60
_MOST_BARS: Final = 25_000
_SESSION_SECONDS: Final = 23_400
_BACK_DAYS_MOST: Final = 45_000


class BadSpanError(Exception):
    """Error 321: a duration that is none; the text is for the client."""


class BadStepError(Exception):
    """Error 162: bars that do not go with the duration; the text is for the client."""


@dataclass(frozen=True, slots=True)
class Duration:
    """How far back: `unit` is S, D, W, M or Y."""

    count: int
    unit: str

    @property
    def seconds(self) -> int:
        """Return the length in seconds of calendar time."""
        return self.count * _SECONDS_IN[self.unit]

    @property
    def sessions(self) -> int:
        """Return how many sessions it is long, at least one."""
        return self.count * _SESSIONS_IN[self.unit] if self.unit != "S" else 1


def read_duration(text: str) -> Duration:
    """Return the duration of a request, a plain number being seconds; BadSpanError when it is none or too long."""
    if not text:
        raise BadSpanError("Historical data request duration not specified.")
    count, space, unit = text.partition(" ")
    unit = unit.upper() if space else "S"
    if not (count.isascii() and count.isdigit()) or unit not in _SECONDS_IN:
        raise BadSpanError(_BAD_FORMAT)
    if len(count) > 9 or int(count) < (_SHORTEST_SECONDS if unit == "S" else 1):
        raise BadSpanError(_BAD_DURATION)
    longest, why = _TOO_LONG[unit]
    if int(count) > longest:
        raise BadSpanError(why)
    return Duration(int(count), unit)


def check_step(duration: Duration, seconds: int) -> None:
    """Raise BadStepError when bars of so many seconds are too small or too large for a duration, or too many."""
    finest = next((step for longest, step in _FINEST if duration.seconds <= longest), _MINUTE)
    if seconds > duration.seconds or (seconds < _MINUTE and seconds < finest):
        raise BadStepError(f"invalid step: {seconds}")
    if duration.unit != "S" and duration.sessions * _SESSION_SECONDS // seconds > _MOST_BARS:
        raise BadStepError("Time length exceed max.")


def start_of(hours: Hours, end: datetime, duration: Duration, oldest: datetime) -> datetime:
    """Return where a span of `duration` that ends at `end` begins, not before `oldest`; all aware UTC.

    Seconds count back through the hours of trading, days and longer units count sessions, the one of `end` included.
    """
    first = new_york_day(oldest)
    if duration.unit == "S":
        return _back_seconds(hours, end, duration.count, first)
    return _back_sessions(hours, end, duration.sessions, first)


def _back_seconds(hours: Hours, end: datetime, seconds: int, first: date) -> datetime:
    left = timedelta(seconds=seconds)
    opened = end
    day = new_york_day(end)
    for _ in range(30):
        span = hours(day) if day >= first else None
        day -= timedelta(days=1)
        if span is None or span[0] >= end:
            continue
        opened, closed = span[0], min(span[1], end)
        if closed - opened >= left:
            return closed - left
        left -= closed - opened
    return opened


def _back_sessions(hours: Hours, end: datetime, count: int, first: date) -> datetime:
    opened = end
    day = new_york_day(end)
    for _ in range(_BACK_DAYS_MOST):
        span = hours(day) if day >= first else None
        if span is not None and span[0] < end:
            opened = span[0]
            count -= 1
        if count == 0 or day < first:
            break
        day -= timedelta(days=1)
    return opened
