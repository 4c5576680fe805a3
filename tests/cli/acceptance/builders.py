"""Evidence of a run in which everything held; a word changes one thing."""

from datetime import timedelta
from typing import Any

from actors.runtime.clock import Clock
from cli.acceptance.evidence import Evidence, Look, Probe, Seen
from tests.builders import NOW
from tests.ops.clock import StillClock


def a_look(**changed: Any) -> Look:
    sound = {"at": NOW, "resident_mib": 90.0, "watched": 1, "in_flight": 0, "subscriptions": 1, "buffered_bytes": 0}
    return Look(**{**sound, **changed})


def what_was_seen(clock: Clock | None = None, cycles: int = 25, symbols: int = 1) -> Seen:
    seen = Seen(clock or StillClock())
    for number in range(cycles):
        seen.emit("cycle_complete", cycle=number, failed=0, skipped=0, completed=symbols, duration_seconds=1.5)
    seen.emit("historical_success", bar_size="1 min", bars=60, seconds=0.5)
    seen.moves = [(NOW, True)]
    seen.generations = {1, 2}
    seen.codes.update({1100: 2})
    seen.entered = {"one"}
    return seen


def evidence(seen: Seen | None = None, **changed: Any) -> Evidence:
    sound: dict[str, Any] = {
        "seen": seen or what_was_seen(),
        "looks": (a_look(), a_look()),
        "expected_cycles": 25,
        "began": NOW,
        "ended": NOW + timedelta(hours=4),
        "stop_clean": True,
        "ours": True,
        "one_process": False,
        "watched_left": 0,
        "guards_left": 0,
        "orders_sent": 0,
        "most_in_a_second": 45,
        "subscriptions_left": 0,
        "violations": (),
        "checks": 100,
        "probe": Probe(price=556.1, strike=556.0, nearest=556.0, strikes=7, quoted=7),
    }
    return Evidence(**{**sound, **changed})
