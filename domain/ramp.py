"""The first days with real money are traded at one contract an order, whatever else would allow more.

A day counts once its ledger was opened in live mode: days on which the bot was off do not end the ramp.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from domain.events import Journaled
from domain.live_days import LiveDayBegan

CONTRACTS_MOST: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramp:
    """How many days are ramped, 0 for none (and for play money); and the New York days traded live so far."""

    days_needed: int = 0
    days: frozenset[date] = field(default_factory=frozenset)

    def number(self, day: date) -> int:
        """Return which live day this is, from 1."""
        return sum(one < day for one in self.days) + 1

    def contracts_most(self, day: date) -> int | None:
        """Return the most contracts of an order on this day; None when the ramp does not limit it."""
        return CONTRACTS_MOST if self.number(day) <= self.days_needed else None


def after(ramp: Ramp, records: Iterable[Journaled]) -> Ramp:
    """Return the ramp that knows of these live days as well; records of others change nothing."""
    days = {record.day for record in records if isinstance(record, LiveDayBegan)}
    return Ramp(days_needed=ramp.days_needed, days=ramp.days | days)
