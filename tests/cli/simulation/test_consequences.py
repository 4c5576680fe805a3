from datetime import timedelta

import pytest

from actors.tree import SYMBOL_HANDLER_SECONDS
from cli.simulation.consequences import FOLLOWS_WITHIN, HANGS_WITHIN, Struck
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


@pytest.mark.parametrize(
    ("dead", "up_again", "explained"), [("journal", "", 1), ("journal", "journal", 0), ("risk", "", 0)]
)
def test_who_asks_one_that_is_dead_of_a_fault_fails_by_it_until_that_one_is_up(
    dead: str, up_again: str, explained: int
) -> None:
    trail = Trail(StillClock(NOW))
    crash = "InjectedCrashError: the script has it crash"
    trail.emit("actor_failed", actor=dead, epoch=1, message="Crash", error=crash, stack="")
    if up_again:
        trail.emit("actor_started", actor=up_again, epoch=2)

    called = "ActorDeadError: nobody is called journal"
    trail.emit("actor_failed", actor="symbol:SPY", epoch=2, message="on_start", error=called, stack="")

    assert len(trail.errors) == 1 - explained


def test_who_asks_one_that_died_of_a_bug_is_a_violation_like_that_one() -> None:
    trail = Trail(StillClock(NOW))
    for actor, error in (("journal", "KeyError: 1"), ("risk", "ActorDeadError: nobody is called journal")):
        trail.emit("actor_failed", actor=actor, epoch=1, message="Wake", error=error, stack="")

    assert len(trail.errors) == 2


@pytest.mark.parametrize(
    ("struck_first", "hangs", "unexplained"),
    [("broker", "broker", 0), ("journal", "oco:A1", 0), ("risk", "broker", 1), ("journal", "alerts", 1)],
)
def test_a_hang_that_no_fault_explains_is_a_violation(struck_first: str, hangs: str, unexplained: int) -> None:
    trail = Trail(StillClock(NOW))
    trail.emit("fault_injected", fault="hang", actor=struck_first, epoch=1, message="Wake", reason="hang Wake")

    trail.emit("actor_hung", actor=hangs, epoch=1, message="Wake", reason="Wake is not handled after 600.0 s")

    assert len(trail.errors) == unexplained


@pytest.mark.parametrize(
    ("seconds", "explained"), [(SYMBOL_HANDLER_SECONDS, True), (HANGS_WITHIN.total_seconds() + 1, False)]
)
def test_a_hang_is_found_as_late_as_the_longest_deadline(seconds: float, *, explained: bool) -> None:
    known = struck("symbol:SPY", "hang")

    assert known.explains_hang("symbol:SPY", NOW + timedelta(seconds=seconds)) is explained


def test_who_asks_one_that_hung_of_a_fault_fails_by_it() -> None:
    trail = Trail(StillClock(NOW))
    trail.emit("fault_injected", fault="hang", actor="journal", epoch=1, message="ReadStream", reason="hang journal")
    trail.emit("actor_hung", actor="journal", epoch=1, message="ReadStream", reason="ReadStream is not handled")

    called = "ActorDeadError: nobody is called journal"
    trail.emit("actor_failed", actor="symbol:SPY", epoch=2, message="on_start", error=called, stack="")

    assert trail.errors == []


@pytest.mark.parametrize(("at", "deaths"), [("Wake", ["actor_hung"]), ("on_stop", [])])
def test_one_that_hung_is_to_have_a_successor_unless_it_was_to_stop(at: str, deaths: list[str]) -> None:
    trail = Trail(StillClock(NOW))

    trail.emit("actor_hung", actor="risk", epoch=1, message=at, reason="it did not stop within 5 s")

    assert [event for _, event, _ in trail.lives] == deaths
