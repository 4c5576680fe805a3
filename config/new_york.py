"""Times of day in New York, as people write them: HH:MM, and windows HH:MM-HH:MM that may cross midnight."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

NEW_YORK: Final = ZoneInfo("America/New_York")
_TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWindow:
    """From ``start`` up to, not including, ``end``; New York. An end before the start is the next day's."""

    start: time
    end: time

    def __contains__(self, at: time) -> bool:
        """Return whether this time of day lies inside."""
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end

    def __str__(self) -> str:
        """Return the window as it is written in settings."""
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


def parse_time(text: str) -> time:
    """Return the time of day. Raises ValueError unless it is HH:MM, 00:00 to 23:59."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a New York time HH:MM, such as 09:45")
    return time(int(found[1]), int(found[2]))


def parse_window(text: str) -> TimeWindow:
    """Return the window. Raises ValueError unless it is HH:MM-HH:MM with two different times."""
    start, dash, end = text.partition("-")
    if not dash:
        raise ValueError(f"{text!r} is not a window HH:MM-HH:MM, such as 23:45-00:45")
    window = TimeWindow(start=parse_time(start), end=parse_time(end))
    if window.start == window.end:
        raise ValueError(f"{text!r} starts where it ends")
    return window


def parse_moment(text: str) -> datetime:
    """Return aware UTC of a New York moment. Raises ValueError unless it is YYYY-MM-DD HH:MM.

    Of the hour that an autumn night has twice, the first is meant.
    """
    day, _, clock = text.strip().partition(" ")
    try:
        midnight = datetime.fromisoformat(day)
    except ValueError:
        raise ValueError(f"{text!r} is not a New York moment YYYY-MM-DD HH:MM") from None
    if len(day) != len("YYYY-MM-DD"):
        raise ValueError(f"{text!r} is not a New York moment YYYY-MM-DD HH:MM")
    return datetime.combine(midnight.date(), parse_time(clock), NEW_YORK).astimezone(UTC)
