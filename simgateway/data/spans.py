"""Bar sizes and durations of history requests, and the span of time they mean."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from simgateway.market.base import Market
from simgateway.protocol.text import new_york_day

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
    "1 day": 86400,
}
"""The legal spellings that are served; `60 mins` is not one of them."""

DAY_SECONDS: Final = 86400
_SESSIONS_IN: Final[Mapping[str, int]] = {"D": 1, "W": 5, "M": 21, "Y": 252}
_LONGEST_SECONDS: Final = 86400
_LONGEST_DAYS: Final = 365
_BEFORE_OPEN: Final = timedelta(hours=5, minutes=30)


class BadSpanError(Exception):
    """Error 321: a duration that is none; the text is for the client."""


def start_of(market: Market, end: datetime, duration: str, *, regular_only: bool) -> datetime:
    """Return where a span of `duration` that ends at `end` begins; both aware UTC.

    Seconds count back through regular hours, days and longer units count sessions, the one of `end` included.
    BadSpanError when the duration is none.
    """
    count, unit = _parts(duration)
    if unit == "S":
        return _back_seconds(market, end, count)
    opened = _back_sessions(market, end, count * _SESSIONS_IN[unit])
    return opened if regular_only else opened - _BEFORE_OPEN


def _parts(duration: str) -> tuple[int, str]:
    count, _, unit = duration.partition(" ")
    if not count.isdigit() or int(count) == 0 or (unit != "S" and unit not in _SESSIONS_IN):
        raise BadSpanError(f"Invalid duration: {duration}")
    if (unit == "S" and int(count) > _LONGEST_SECONDS) or (unit == "D" and int(count) > _LONGEST_DAYS):
        raise BadSpanError(f"Historical data requests for durations longer than {duration} use a longer unit")
    return int(count), unit


def _back_seconds(market: Market, end: datetime, seconds: int) -> datetime:
    left = timedelta(seconds=seconds)
    opened = end
    day = new_york_day(end)
    for back in range(30):
        hours = market.session(day - timedelta(days=back))
        if hours is None or hours[0] >= end:
            continue
        opened, closed = hours[0], min(hours[1], end)
        if closed - opened >= left:
            return closed - left
        left -= closed - opened
    return opened


def _back_sessions(market: Market, end: datetime, count: int) -> datetime:
    opened = end
    day = new_york_day(end)
    for back in range(_LONGEST_DAYS + 40):
        hours = market.session(day - timedelta(days=back))
        if hours is not None and hours[0] < end:
            opened = hours[0]
            count -= 1
            if count == 0:
                break
    return opened
