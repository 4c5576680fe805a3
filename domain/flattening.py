"""When a position is closed because the session ends: unless it may be held, or its contract ends with the session."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from domain.trading_day import Calendar, flattens_at

LEAD: Final = timedelta(minutes=1)  # Selling takes a few tries; the minutes say when it is done, not begun.


@dataclass(frozen=True, slots=True, kw_only=True)
class FlattenRule:
    """The rule: everything is closed so many minutes before the session's real close, early closes included."""

    calendar: Calendar
    before_close_minutes: float
    hold_overnight: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlattenPlan:
    """When to close, None for not in this session; and when to think again. Aware UTC."""

    close_at: datetime | None
    review_at: datetime | None


def flatten_plan(rule: FlattenRule, expiry: date, now: datetime) -> FlattenPlan:
    """Return when a contract of this expiry is closed, seen from now; what ends with the session always is."""
    session = rule.calendar.current_or_next(now)
    if session is None:
        return FlattenPlan(close_at=None, review_at=None)
    last = rule.calendar.is_last_session_before(expiry, session)
    due = flattens_at(session, rule.before_close_minutes) - LEAD
    close_at = due if last or not rule.hold_overnight else None
    return FlattenPlan(close_at=close_at, review_at=session.closes_at)
