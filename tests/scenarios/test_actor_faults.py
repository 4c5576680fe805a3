"""Each kind of fault at each actor, the whole bot over the wire and a position open: it is guarded to the end."""

from pathlib import Path
from typing import Any, Final

import pytest

from actors.runtime.faults.kind import Place
from actors.runtime.faults.kinds import KINDS
from actors.runtime.faults.model import ActorFault, Chance, Now, Nth, When
from domain.commands import FlattenBracket
from domain.events import ClosedBy
from tests.scenarios.bad_days import STRIKES, Life

HELD_SECONDS: Final = 130.0  # Long enough for a ping that nobody answers, and for two turns of the scheduler.
AFTER_SECONDS: Final = 70.0
FLAT_SECONDS: Final = 20.0
ONCE: Final = Nth(1)


def fault(
    kind: str, actor: str, *, when: When = ONCE, times: int | None = None, lasts: float | None = None,
    **settings: float | bool | str,
) -> ActorFault:  # fmt: skip
    return ActorFault(kind=kind, actor=actor, when=when, times=times, lasts=lasts, settings=settings)


def faults_of(kind: str, actor: str) -> tuple[ActorFault, ...]:
    """Return what is done to an actor in the scenario of this kind; a bad start needs a death before it."""
    dies = fault("crash", actor, when=Now())
    match kind:
        case "crash" | "block":
            return (fault(kind, actor, when=Now()),)
        case "fail_start" | "hang_start" | "slow_start":
            return (dies, fault(kind, actor))
        case "drop" | "delay" | "reorder" | "slow" | "late_timer":
            return (fault(kind, actor, when=Chance(0.5), lasts=60.0),)
        case "duplicate":
            return (fault(kind, actor, when=Now(), lasts=60.0),)
        case "corrupt":
            return (fault(kind, actor), dies)
        case _:
            return (fault(kind, actor),)


MOMENTS: Final = ("crash", "block", "fail_start", "hang_start", "slow_start")  # They need no mail to strike.
MAIL: Final = ("hang", "slow", "drop", "duplicate", "delay", "reorder", "fill")
TIMERS: Final = ("lose_timer", "late_timer")
ACTORS: Final = {
    "journal": (*MOMENTS, *MAIL, "corrupt"),
    "broker": (*MOMENTS, *MAIL, *TIMERS),
    "risk": (*MOMENTS, *MAIL, *TIMERS),
    "oco:*": (*MOMENTS, *MAIL),
    "symbol:SPY": (*MOMENTS, "hang", "slow", "drop", "duplicate", "fill"),
    "scheduler": (*MOMENTS, "hang", "slow", "duplicate", "fill", *TIMERS),
    "breaker": (*MOMENTS, *MAIL),
    "alerts": MOMENTS,
    "brackets": (*MOMENTS, "hang", "slow", *TIMERS),
    "ocos": MOMENTS,
}
CASES: Final = [(actor, kind) for actor, kinds in ACTORS.items() for kind in kinds]


def struck(life: Life, *faults: ActorFault) -> None:
    """Let these faults happen for a while, take them back, and let what is left of them end."""
    life.injector.add(*faults)
    life.run_for(HELD_SECONDS)
    life.injector.clear()
    life.run_for(AFTER_SECONDS)


def guarded(life: Life) -> None:
    """See that the position is held, guarded, and known for what it is."""
    assert life.phase == "ready"
    assert life.known() == life.told() == life.true()
    assert life.true().positions
    assert len(life.true().orders) == 2


def flattened(life: Life) -> None:
    """Close what is open; nothing is left of it at the gateway."""
    refs = [bracket.plan.intent for bracket in life.brackets()]
    for ref in refs:
        life.tell(f"oco:{ref}", FlattenBracket(why=ClosedBy.FLATTENED))
    life.run_for(FLAT_SECONDS)
    assert {row["intent"] for row in life.events("position_closed")} >= set(refs)
    assert not any(order.startswith(ref) for order in life.true().orders for ref in refs)


def audited(life: Life) -> None:
    """Stop; nothing was violated, nothing is left, nobody died of anything but what was put in."""
    counters = life.stop()
    assert counters.subscriptions == 0
    assert counters.broken_handlers == 0
    assert life.audited().violations == ()
    assert life.events("actor_gave_up", "catalogue_violation") == []
    assert [row for row in life.events("actor_failed") if not expected(row)] == []


def expected(row: dict[str, Any]) -> bool:
    """Tell whether an actor died of a fault that was put in."""
    return "injected" in str(row["error"]) or "was not up within" in str(row["error"])


@pytest.mark.parametrize(("actor", "kind"), CASES)
def test_whatever_goes_wrong_with_an_actor_the_position_is_guarded_to_its_end(
    actor: str, kind: str, tmp_path: Path
) -> None:
    with Life.of(tmp_path, fallible=True) as life:
        life.run_until(STRIKES)
        struck(life, *faults_of(kind, actor))
        assert kind in {row["fault"] for row in life.events("fault_injected")}
        guarded(life)
        flattened(life)
        audited(life)


@pytest.mark.parametrize("kind", ["disk_full", "read_only"])
def test_a_position_is_closed_although_nothing_can_be_written_and_the_record_follows(kind: str, tmp_path: Path) -> None:
    with Life.of(tmp_path, fallible=True) as life:
        life.run_until(STRIKES)
        life.injector.add(fault(kind, "journal", when=Now(), lasts=30.0))
        (bracket,) = life.brackets()
        life.tell(f"oco:{bracket.plan.intent}", FlattenBracket(why=ClosedBy.FLATTENED))
        life.run_for(15)
        assert life.events("store_error")
        assert life.true().positions == {}
        life.run_for(60)
        audited(life)


def test_every_kind_has_its_scenario() -> None:
    kinds = {kind for _, kind in CASES} | {"disk_full", "read_only"}

    assert kinds == set(KINDS)
    assert {KINDS[kind].place for kind in kinds} == set(Place)
