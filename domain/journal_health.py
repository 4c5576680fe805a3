"""How the disk of the journal is: a bad one stops entries, and never exits, cancels or guarding."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.denials import DenialRule
from domain.errors import StoreFault
from domain.findings import Finding

WHAT_TO_DO: Final[Mapping[StoreFault, str]] = {
    StoreFault.DISK_FULL: "make room on the disk of the state; entries go on by themselves then",
    StoreFault.READ_ONLY: "make the state writable again; entries go on by themselves then",
    StoreFault.UNAVAILABLE: "look at the disk of the state, and at who else uses it; entries go on by themselves then",
    StoreFault.CORRUPT: "stop the bot when nothing is open and put a backup in the state's place: it stays damaged",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskJournalHealth:
    """To the JournalActor → JournalHealth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalHealth:
    """What is wrong with the disk, since when (aware), in which words of its own; sound without a fault."""

    at: datetime
    fault: StoreFault | None = None
    reason: str = ""


def failed(health: JournalHealth, fault: StoreFault, reason: str, now: datetime) -> JournalHealth:
    """Return the health after a write or a read failed. What is damaged stays so; a bad record is no disk's fault."""
    if fault is StoreFault.RECORD or health.fault in {fault, StoreFault.CORRUPT}:
        return health
    since = now if health.fault is None else health.at
    return JournalHealth(at=since, fault=fault, reason=reason)


def may_recover(health: JournalHealth) -> bool:
    """Return whether it is worth trying to write; a damaged file is trusted again by a start, which reads all of it."""
    return health.fault not in {None, StoreFault.CORRUPT}


def alarm_text(health: JournalHealth) -> str:
    """Return what the operator is told of a fault."""
    assert health.fault is not None, "nobody is alarmed by a sound disk"
    what = f"the journal cannot be trusted with anything new ({health.fault}: {health.reason})"
    return f"{what}; no entry until it can, what is open stays guarded; {WHAT_TO_DO[health.fault]}"


def journal_finding(newest: JournalHealth | None) -> Finding | None:
    """Return what speaks against an entry; None is a journal that was not heard of."""
    if newest is None:
        return Finding(rule=DenialRule.JOURNAL, found="not heard of", limit="sound")
    if newest.fault is None:
        return None
    return Finding(rule=DenialRule.JOURNAL, found=f"{newest.fault} since {newest.at:%Y-%m-%d %H:%M:%S}Z", limit="sound")
