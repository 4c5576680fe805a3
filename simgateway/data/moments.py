"""The dates and times of history requests, and what IB says to one it cannot read."""

from datetime import datetime
from typing import Final

from simgateway.protocol.text import NEW_YORK, read_moment

BAD_MOMENT: Final = (
    "The date, time, or time-zone entered is invalid. The correct format is yyyymmdd hh:mm:ss xx/xxxx where yyyymmdd "
    "and xx/xxxx are optional. E.g.: 20031126 15:59:00 US/Eastern  Note that there is a space between the date and "
    "time, and between the time and time-zone.  If no date is specified, current date is assumed. If no time-zone is "
    "specified, local time-zone is assumed(deprecated).  You can also provide yyyymmddd-hh:mm:ss time is in UTC. Note "
    "that there is a dash between the date and time in UTC notation."
)
"""Error 10314, behind the name of the field (atreyuxtrading/atreyu-backtrader-api issue 6)."""

_TIME_ALONE: Final = (len("9:30:00"), len("09:30:00"))


class BadMomentError(Exception):
    """Error 10314: neither a moment nor empty; the text is for the client."""


def moment_of(text: str, now: datetime, field: str = "End Date/Time") -> datetime | None:
    """Return the aware UTC moment of a request's field, None when it is empty; BadMomentError when it is none.

    A time alone is today's; without zone both are New York's.
    """
    if not text:
        return None
    if text.split(" ", 1)[0].count(":") == 2 and len(text.split(" ", 1)[0]) in _TIME_ALONE and "-" not in text:
        text = f"{now.astimezone(NEW_YORK):%Y%m%d} {text}"
    try:
        return read_moment(text)
    except (ValueError, OverflowError) as error:
        raise BadMomentError(f"{field}: {BAD_MOMENT}") from error
