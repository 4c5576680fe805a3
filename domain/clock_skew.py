"""How far the gateway's clock is from ours: a bot that is wrong about the time must open nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.denials import DenialRule
from domain.findings import Finding

HALF_A_SECOND: Final = timedelta(seconds=0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockCompared:
    """The gateway said its time: so far it is ahead of ours, and so far it may be. ``at``: aware, by our clock."""

    at: datetime
    skew_seconds: float
    limit_seconds: float

    @property
    def blocks(self) -> bool:
        """Return whether the difference forbids entries, in either direction."""
        return abs(self.skew_seconds) > self.limit_seconds


def compared(*, asked: datetime, answered: datetime, said: datetime, limit_seconds: float) -> ClockCompared:
    """Return the comparison; ``asked`` and ``answered`` by our clock, ``said`` by the gateway's, all aware.

    The gateway says whole seconds and speaks at some moment in between: half a second and half the way are the best
    guesses for the rest.
    """
    middle = asked + (answered - asked) / 2
    skew = (said + HALF_A_SECOND - middle).total_seconds()
    return ClockCompared(at=answered, skew_seconds=skew, limit_seconds=limit_seconds)


def clock_finding(newest: ClockCompared | None) -> Finding | None:
    """Return what speaks against an entry; clocks that were never compared do, too."""
    if newest is None:
        return Finding(rule=DenialRule.CLOCK_SKEW, found="not compared with the gateway's clock yet", limit="compared")
    if not newest.blocks:
        return None
    return Finding(
        rule=DenialRule.CLOCK_SKEW,
        found=f"the gateway's clock is {newest.skew_seconds:+.1f} s from ours",
        limit=f"{newest.limit_seconds:g} s",
    )
