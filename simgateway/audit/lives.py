"""Invariant 11, from the bot's own log: an actor that failed or hung was restarted or given up, and that was said."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from simgateway.audit.findings import Findings

LifeEvent = tuple[datetime, str, str]
"""When (aware), which event, which actor (empty for none)."""

_WITHIN: Final = timedelta(seconds=75)
"""A successor has 60 s to come up; one that hung at its start is followed by another after a moment."""
DEATHS: Final = frozenset({"actor_failed", "actor_hung"})
"""One that hangs is made inert as soon as that is said: it is as dead as one that failed."""
STOPPING: Final = "on_stop"
"""What an actor hangs at that was to go anyway: nobody expects a successor."""
_ANSWERS: Final = frozenset({"actor_started", "actor_restarted", "actor_gave_up"})
"""One that its supervisor took along into the next life is started there, not restarted; it lives all the same."""


def check_lives(events: Path | Iterable[LifeEvent], findings: Findings) -> None:
    """Follow deaths in a log of one JSON object a line (`ts`, `event`, `actor`), or in such events from memory.

    Of a log those that hung in their stop are left out; events from memory tell of none.

    Raises ValueError when a line is none.
    """
    failed: dict[str, datetime] = {}
    surrenders: list[datetime] = []  # A supervisor that gives up takes its children along, and says so once for all.
    newest: datetime | None = None
    for at, event, actor in _read(events) if isinstance(events, Path) else events:
        newest = at
        if event in DEATHS:
            if actor in failed and (spoken := _near(surrenders, failed[actor])) is not None:
                _expect(findings, actor, failed.pop(actor), spoken)  # Taken along, begun anew, and failed again.
            failed.setdefault(actor, newest)
        if event == "actor_gave_up":
            surrenders.append(newest)
        if event in _ANSWERS and actor in failed:
            _expect(findings, actor, failed.pop(actor), newest)
    for actor, since in failed.items():
        _expect(findings, actor, since, _near(surrenders, since))
    if newest is not None:
        findings.expect(11, newest, "", holds=True)


def _near(surrenders: Iterable[datetime], since: datetime) -> datetime | None:
    return next((at for at in surrenders if abs(at - since) <= _WITHIN), None)


def _read(path: Path) -> Iterator[LifeEvent]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row.get("event") == "actor_hung" and row.get("message") == STOPPING:
                continue
            yield datetime.fromisoformat(row["ts"]), str(row.get("event", "")), str(row.get("actor", ""))


def _expect(findings: Findings, actor: str, failed_at: datetime, answered_at: datetime | None) -> None:
    holds = answered_at is not None and abs(answered_at - failed_at) <= _WITHIN
    since = f"{actor} failed or hung at {failed_at:%H:%M:%S}"
    text = f"{since} and was neither restarted nor given up within {_WITHIN.seconds} s"
    findings.expect(11, failed_at, text, holds=holds)
