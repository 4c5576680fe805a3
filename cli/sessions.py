"""With which sessions a process begins: those it kept, or what the calendar library says now."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from actors.live_calendar import LiveCalendar
from domain.errors import ConfigError
from domain.kept_sessions import SessionsKnown, SessionsUnknown, latest, reach, serves, span
from domain.ports import EventLog
from ops.calendar_child import library_version

Ask = Callable[[date, date], SessionsKnown | SessionsUnknown]


def live_calendar(kept: Iterable[object], ask: Ask, now: datetime, log: EventLog) -> LiveCalendar:
    """Return the calendar to begin with; the library is asked only where what was kept does not serve.

    When that fails, the kept one goes on while it reaches. Raises ConfigError when there is none that does.
    """
    known = latest(kept)
    if known is not None and serves(known, now, library_version()):
        return LiveCalendar(known)
    found = ask(*span(now))
    if isinstance(found, SessionsKnown):
        return LiveCalendar(found)
    if known is None or reach(known, now) <= timedelta():
        what = f"the trading sessions cannot be computed: {found.reason}"
        raise ConfigError(f"{what}; remove .venv, and ./bot makes it anew")
    log.emit("calendar_failed", reason=found.reason, known_until=known.sessions[-1].day.isoformat())
    return LiveCalendar(known)
