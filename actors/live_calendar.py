"""The trading calendar of a process that runs for months: its sessions are exchanged, whole, while it is in use."""

from domain.kept_sessions import SessionsKnown, calendar_of
from domain.trading_day import Calendar


class LiveCalendar(Calendar):
    """A Calendar like any other to who reads it; any thread sees the old sessions or the new ones, never both.

    Only the CalendarActor calls `renew`. It equals no calendar but itself.
    """

    __slots__ = ("known",)
    known: SessionsKnown

    def __init__(self, known: SessionsKnown) -> None:
        """Begin with these. Raises ValueError for sessions that cannot be."""
        super().__init__(sessions=())
        self.renew(known)

    def renew(self, known: SessionsKnown) -> None:
        """Have these sessions from now on. Raises ValueError, and keeps the old ones, for sessions that cannot be."""
        sessions = calendar_of(known).sessions
        object.__setattr__(self, "sessions", sessions)  # Frozen for everybody else.
        object.__setattr__(self, "known", known)

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other
