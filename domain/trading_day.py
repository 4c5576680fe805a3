"""When the market is open: sessions from a calendar handed in, early closes included; days by New York."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from domain.denials import DenialRule

NEW_YORK: Final = ZoneInfo("America/New_York")
BEFORE_OPEN: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One day's regular trading: aware UTC, open from ``opens_at`` until just before ``closes_at``.

    An early close is nothing but an earlier ``closes_at``. Raises ValueError when the times cannot be a session's.
    """

    day: date  # New York's.
    opens_at: datetime
    closes_at: datetime

    def __post_init__(self) -> None:
        if self.opens_at.utcoffset() is None or self.closes_at.utcoffset() is None:
            raise ValueError(f"the session of {self.day} has times without a zone")
        if self.opens_at >= self.closes_at:
            raise ValueError(f"the session of {self.day} closes before it opens")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Sessions by rising time. What lies behind the last one is unknown and counts as closed."""

    sessions: tuple[Session, ...]

    @classmethod
    def of(cls, sessions: Iterable[Session]) -> "Calendar":
        """Return the calendar of these sessions, in any order. Raises ValueError when two overlap or share a day."""
        ordered = tuple(sorted(sessions, key=lambda session: session.opens_at))
        for earlier, later in pairwise(ordered):
            if later.opens_at < earlier.closes_at or later.day <= earlier.day:
                raise ValueError(f"the sessions of {earlier.day} and {later.day} overlap")
        return cls(sessions=ordered)

    def session_at(self, now: datetime) -> Session | None:
        """Return the session that is open now; None when the market is closed."""
        session = self.current_or_next(now)
        return session if session is not None and session.opens_at <= now else None

    def session_of(self, day: date) -> Session | None:
        """Return this day's session; None on a holiday, at a weekend and outside the calendar."""
        place = bisect_left(self.sessions, day, key=lambda session: session.day)
        found = self.sessions[place : place + 1]
        return found[0] if found and found[0].day == day else None

    def next_session(self, now: datetime) -> Session | None:
        """Return the first session that opens later than now; None at the calendar's end."""
        place = bisect_right(self.sessions, now, key=lambda session: session.opens_at)
        return self.sessions[place] if place < len(self.sessions) else None

    def current_or_next(self, now: datetime) -> Session | None:
        """Return the session that is open now, else the next; None at the calendar's end."""
        place = bisect_right(self.sessions, now, key=lambda session: session.closes_at)
        return self.sessions[place] if place < len(self.sessions) else None

    def trading_day(self, now: datetime) -> date:
        """Return the day whose session is open or next: an evening and a weekend belong to the day that follows.

        Behind the calendar's end it is New York's date, so that a latched loss still ends some day.
        """
        session = self.current_or_next(now)
        return new_york(now).date() if session is None else session.day

    def is_last_session_before(self, expiry: date, session: Session) -> bool:
        """Return whether a contract of this expiry can be sold in no later session than this one.

        Not simply "expires today": where the expiry is no trading day, the session before it is the last.
        """
        following = self.next_session(session.opens_at)
        return expiry <= session.day or (following is not None and following.day > expiry)


def new_york(now: datetime) -> datetime:
    """Return the same moment by New York's clock, aware."""
    return now.astimezone(NEW_YORK)


def new_york_midnight(now: datetime) -> datetime:
    """Return when New York's day of this moment began, aware UTC."""
    return new_york(now).replace(hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)


def days_to_expiry(expiry: date, today: date) -> int:
    """Return calendar days from a New York day to the expiry: 0 on the day, below 0 behind it."""
    return (expiry - today).days


def expires_today(expiry: date, today: date) -> bool:
    """Return whether a contract of this expiry ends on this New York day, or has."""
    return expiry <= today


def minutes_since_open(session: Session, now: datetime) -> float:
    """Return minutes since this session opened; below 0 before."""
    return (now - session.opens_at).total_seconds() / 60


def minutes_to_close(session: Session, now: datetime) -> float:
    """Return minutes until this session's real close; below 0 after."""
    return (session.closes_at - now).total_seconds() / 60


def entry_window_problem(
    session: Session, now: datetime, *, after_open_minutes: float, before_close_minutes: float
) -> DenialRule | None:
    """Return which rule keeps entries out of this moment of the session; None inside the window.

    The window opens ``after_open_minutes`` after the open, and is over ``before_close_minutes`` before the close.
    """
    if minutes_since_open(session, now) < after_open_minutes:
        return DenialRule.AFTER_OPEN
    if minutes_to_close(session, now) <= before_close_minutes:
        return DenialRule.BEFORE_CLOSE
    return None


def flattens_at(session: Session, before_close_minutes: float) -> datetime:
    """Return when everything is to be closed: so many minutes before this session's real close, aware UTC."""
    return session.closes_at - timedelta(minutes=before_close_minutes)


def is_flatten_due(session: Session, now: datetime, before_close_minutes: float) -> bool:
    """Return whether it is time to close everything, and still possible."""
    return flattens_at(session, before_close_minutes) <= now < session.closes_at


def ready_by(session: Session) -> datetime:
    """Return when the bot is to be ready for this session at the latest, aware UTC: half an hour before it opens."""
    return session.opens_at - BEFORE_OPEN


def day_is_due(session: Session, now: datetime) -> bool:
    """Return whether it is time to take the equity that this session's loss is measured from.

    Not the evening before: the broker's daily P&L then still shows the day that ended, and would latch the next one.
    """
    return now >= session.opens_at - BEFORE_OPEN
