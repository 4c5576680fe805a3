"""The days on which real money was traded, as the journal counts them; part of ``domain.events.Journaled``."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveDayBegan:
    """A New York trading day on which real money is traded: its ledger was opened."""

    at: datetime
    day: date
