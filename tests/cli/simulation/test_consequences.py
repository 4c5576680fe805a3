from datetime import timedelta

import pytest

from cli.simulation.consequences import FOLLOWS_WITHIN, Struck
from cli.simulation.trail import Trail
from tests.builders import NOW
from tests.ops.clock import StillClock

RISK_LATE = "StartFailedError: risk was not up within 60.0 s"
STORE = "StoreError: injected: database disk image is malformed"
UNANSWERED = "AskTimeoutError: no answer within 10 s: ReadStream to journal"


def struck(actor: str, kind: str = "hang_start") -> Struck:
    known = Struck()
    known.note(actor, kind, NOW)
    return known


@pytest.mark.parametrize(
    ("actor", "kind", "error"),
    [
        ("risk", "hang_start", RISK_LATE),
        ("journal", "block", RISK_LATE),
        ("journal", "hang", "StartFailedError: oco:A1 stopped before it was up"),
        ("symbol:SPY", "slow_start", "StartFailedError: symbols was not up within 60.0 s"),
        ("journal", "block", "StartFailedError: trading was not up within 60.0 s"),
        ("journal", "corrupt", STORE),
        ("journal", "drop", UNANSWERED),
    ],
)
def test_what_a_fault_leads_to_is_explained_by_it(actor: str, kind: str, error: str) -> None:
    assert struck(actor, kind).explains(error, NOW + timedelta(seconds=60))


@pytest.mark.parametrize(
    ("actor", "kind", "error"),
    [
        ("alerts", "hang_start", RISK_LATE),
        ("journal", "block", "StartFailedError: alerts was not up within 10.0 s"),
        ("symbol:SPY", "hang_start", "StartFailedError: symbol:QQQ was not up within 30 s"),
        ("symbol:SPY", "hang_start", "StartFailedError: ocos was not up within 60.0 s"),
        ("journal", "drop", STORE),
        ("risk", "drop", UNANSWERED),
        ("journal", "corrupt", "StoreError: database disk image is malformed"),
        ("risk", "crash", "KeyError: risk"),
    ],
)
def test_a_fault_explains_no_failure_of_anybody_it_did_not_concern(actor: str, kind: str, error: str) -> None:
    assert not struck(actor, kind).explains(error, NOW + timedelta(seconds=60))


def test_a_fault_of_long_ago_explains_nothing() -> None:
    assert not struck("risk").explains(RISK_LATE, NOW + FOLLOWS_WITHIN + timedelta(seconds=1))


@pytest.mark.parametrize(("late", "unexplained"), [("risk", 0), ("scheduler", 1)])
def test_a_failed_start_that_no_fault_explains_is_a_violation(late: str, unexplained: int) -> None:
    trail = Trail(StillClock(NOW))
    cause = "hang_start risk nth=1"
    trail.emit("fault_injected", fault="hang_start", actor="risk", epoch=2, message="on_start", reason=cause)
    error = f"StartFailedError: {late} was not up within 60.0 s"

    trail.emit("actor_failed", actor=late, epoch=2, message="on_start", error=error, stack="")

    assert len(trail.errors) == unexplained
