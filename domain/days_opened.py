"""Which trading day it is: never an earlier one than was opened before, whatever the clock says.

A machine's clock can come back a day early, and the gateway on the same machine agrees with it. By the calendar alone
a restarted process would read the ledger of that earlier day, and forget that the loss limit was reached since.
"""

from collections.abc import Iterable
from datetime import date

from domain.denials import DenialRule
from domain.events import DayOpened, Journaled
from domain.findings import Finding


def last_opened(records: Iterable[Journaled]) -> date | None:
    """Return the latest New York trading day among these openings; None when no day was ever opened."""
    return max((record.day for record in records if isinstance(record, DayOpened)), default=None)


def day_used(by_clock: date, last: date | None) -> date:
    """Return the trading day whose ledger counts: the clock's, or the last one opened where that is later."""
    return by_clock if last is None else max(by_clock, last)


def behind_finding(by_clock: date, last: date | None) -> Finding | None:
    """Return what speaks against every entry while the clock's trading day is before one that was opened."""
    if last is None or by_clock >= last:
        return None
    return Finding(
        rule=DenialRule.CLOCK_BEHIND,
        found=f"the clock says {by_clock.isoformat()}",
        limit=f"{last.isoformat()}, opened before",
    )
