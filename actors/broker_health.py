"""When to ask the gateway whether it still answers: by the clock, and sooner when a session is silent."""

from dataclasses import dataclass
from typing import Final

from actors.runtime.clock import Clock
from domain.trading_day import Calendar

LOOK_SECONDS: Final = 5.0
SILENCE_SECONDS: Final = 10.0


@dataclass(slots=True)
class Health:
    """Keeps when something was heard and asked last; monotonic seconds, on the broker's loop."""

    clock: Clock
    calendar: Calendar
    every_seconds: float
    heard_at: float = 0.0
    asked_at: float = 0.0

    def heard(self) -> None:
        """Take note of a report: the gateway lives."""
        self.heard_at = self.clock.monotonic()

    def due(self) -> bool:
        """Return whether to ask now, and count it as asked."""
        now = self.clock.monotonic()
        silent = self.in_session and now - max(self.heard_at, self.asked_at) >= SILENCE_SECONDS
        is_due = silent or now - self.asked_at >= self.every_seconds
        if is_due:
            self.asked_at = now
        return is_due

    @property
    def in_session(self) -> bool:
        """Return whether the regular session is open, when silence of everything is no ordinary thing."""
        now = self.clock.now()
        session = self.calendar.current_or_next(now)
        return session is not None and session.opens_at <= now < session.closes_at
