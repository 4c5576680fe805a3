"""When to ask again: after a failed request, after failed cycles; and how old an answer may be that still serves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from domain.bars import Bar
from domain.denials import DenialRule, EntryDenied
from domain.ids import Symbol

RETRY_DELAYS_SECONDS: Final = (0.0, 5.0, 15.0)
CACHE_MAX_AGE_SECONDS: Final = 300
HOURLY_BAR_SECONDS: Final = 3600
ENTRY_MAX_BAR_AGE_SECONDS: Final = 120
ENTRY_MAX_HOURLY_BAR_AGE_SECONDS: Final = 600
FAILED_CYCLES_MAX: Final = 3
FIRST_SKIP_CYCLES: Final = 2
LONGEST_SKIP_CYCLES: Final = 16


def ask_again(failures: int, delays_seconds: Sequence[float] = RETRY_DELAYS_SECONDS) -> float | None:
    """Return after how many seconds to ask again once so many tries failed, at least one; None when all are used up.

    Three delays are four tries. Whoever gets None tells the breaker, once for all of them.
    """
    return delays_seconds[failures - 1] if failures <= len(delays_seconds) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolBackoff:
    """How many cycles of a symbol failed in a row, and how many of the next it still sits out."""

    failures: int = 0
    skips_left: int = 0

    @property
    def backing_off(self) -> bool:
        """Return whether it sits out at least the next cycle."""
        return self.skips_left > 0


def cycle_failed(backoff: SymbolBackoff) -> SymbolBackoff:
    """Return the back-off after a failed cycle: from the third in a row on it sits out 2, then 4, 8, 16 cycles."""
    failures = backoff.failures + 1
    beyond = failures - FAILED_CYCLES_MAX
    skips = 0 if beyond < 0 else min(LONGEST_SKIP_CYCLES, FIRST_SKIP_CYCLES * 2 ** min(beyond, 10))
    return SymbolBackoff(failures=failures, skips_left=skips)


def cycle_succeeded(_backoff: SymbolBackoff) -> SymbolBackoff:
    """Return the back-off after a cycle that had its data: none."""
    return SymbolBackoff()


def cycle_due(backoff: SymbolBackoff) -> tuple[SymbolBackoff, bool]:
    """Return whether the symbol takes part in the cycle now due; one of its skips is used up if not."""
    if not backoff.backing_off:
        return backoff, True
    return replace(backoff, skips_left=backoff.skips_left - 1), False


def cache_serves(fetched_at: datetime, now: datetime, max_age_seconds: float = CACHE_MAX_AGE_SECONDS) -> bool:
    """Return whether bars fetched then are young enough to stand in for an answer that did not come."""
    return (now - fetched_at).total_seconds() < max_age_seconds


def bar_age_limit(
    bar_seconds: int,
    minute_limit_seconds: int = ENTRY_MAX_BAR_AGE_SECONDS,
    hour_limit_seconds: int = ENTRY_MAX_HOURLY_BAR_AGE_SECONDS,
) -> int:
    """Return how long ago the newest completed bar may have ended for an entry: longer for hourly bars."""
    return hour_limit_seconds if bar_seconds >= HOURLY_BAR_SECONDS else minute_limit_seconds


def entry_on_bars(
    symbol: Symbol,
    newest: Bar | None,
    now: datetime,
    minute_limit_seconds: int = ENTRY_MAX_BAR_AGE_SECONDS,
    hour_limit_seconds: int = ENTRY_MAX_HOURLY_BAR_AGE_SECONDS,
) -> EntryDenied | None:
    """Return the denial of an entry on bars whose newest completed one is too old, forming or missing; else None."""
    limit = (
        minute_limit_seconds
        if newest is None
        else bar_age_limit(newest.seconds, minute_limit_seconds, hour_limit_seconds)
    )
    age = None if newest is None else (now - newest.end).total_seconds()
    if age is not None and 0 <= age <= limit:
        return None
    found = "no bar" if age is None else f"ended {age:.0f} seconds ago"
    return EntryDenied(at=now, symbol=symbol, rule=DenialRule.STALE_BAR, found=found, limit=f"{limit} seconds")
