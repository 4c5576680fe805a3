"""Trading sessions as they are kept: what a calendar library said of them, when, and for how long that serves."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from domain.trading_day import Calendar, Session, new_york

BEHIND: Final = timedelta(days=10)
AHEAD: Final = timedelta(days=400)
ENOUGH: Final = timedelta(days=300)
SHORT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTimes:
    """One session, aware UTC, as it is written; ``day`` is New York's."""

    day: date
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsKnown:
    """What the calendar library of this version said; part of ``domain.events.Journaled``. By rising time."""

    at: datetime
    version: str
    sessions: tuple[SessionTimes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsUnknown:
    """The library was asked, and said nothing."""

    reason: str


AskSessions = Callable[[date, date], Awaitable[SessionsKnown | SessionsUnknown]]
"""Asks for the sessions from one New York day to another, both included; takes a second, on nobody's loop."""


def span(now: datetime) -> tuple[date, date]:
    """Return the days that are asked for at this moment, both included."""
    today = new_york(now).date()
    return today - BEHIND, today + AHEAD


def latest(records: Iterable[object]) -> SessionsKnown | None:
    """Return what was written last; None when nothing was."""
    known = [record for record in records if isinstance(record, SessionsKnown)]
    return known[-1] if known else None


def calendar_of(known: SessionsKnown) -> Calendar:
    """Return the calendar of these sessions. Raises ValueError for sessions that cannot be."""
    return Calendar.of(
        Session(day=each.day, opens_at=each.opens_at, closes_at=each.closes_at) for each in known.sessions
    )


def reach(known: SessionsKnown, now: datetime) -> timedelta:
    """Return how far ahead the last session is; below 0 when all are over."""
    return known.sessions[-1].closes_at - now if known.sessions else timedelta.min


def serves(known: SessionsKnown, now: datetime, version: str) -> bool:
    """Return whether a process may start by these without asking: of this library, around today, and not at the end."""
    around = reach(known, now) >= SHORT and known.sessions[0].opens_at <= now
    return around and known.version == version


def is_news(known: SessionsKnown | None, found: SessionsKnown, now: datetime) -> bool:
    """Return whether what was found is worth writing: other sessions than those kept, or enough more of them."""
    if known is None or known.version != found.version or reach(known, now) < ENOUGH <= reach(found, now):
        return True
    last, first = known.sessions[-1].day, found.sessions[0].day
    kept = [each for each in known.sessions if each.day >= first]
    return kept != [each for each in found.sessions if each.day <= last]
