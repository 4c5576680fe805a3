"""What faults of actors found: each by name, with what was wrong."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from actors.broker import AT_ONCE_SECONDS
from actors.runtime.faults.model import ActorFault, Nth
from tests.scenarios.bad_days import BEGINS, STRIKES, Life
from tests.scenarios.test_sold_by_hand import rising

LIVED_SECONDS: Final = 230.0
ACCOUNT: Final = "reqAccountSummary"
WATCHED: Final = timedelta(seconds=130)


def nth(number: int, kind: str, actor: str, message: str) -> ActorFault:
    return ActorFault(kind=kind, actor=actor, message=message, when=Nth(number))


@dataclass(frozen=True, slots=True)
class Silent:
    """One lost message after which an actor did nothing any more; `frame` or `event` is what it should go on doing."""

    name: str
    fault: ActorFault
    frame: str = ""
    event: str = ""

    def __str__(self) -> str:
        return self.name


SILENT: Final = (
    Silent("a lost timer ended all cycles of the day", nth(1, "lose_timer", "scheduler", "Wake"), event="cycle_start"),
    Silent("a lost timer ended the health probe", nth(1, "lose_timer", "broker", "Wake"), frame="reqCurrentTime"),
    Silent("a lost timer ended the look at the account", nth(5, "lose_timer", "risk", "Wake"), frame=ACCOUNT),
    Silent("a lost word kept trading out", nth(1, "drop", "scheduler", "Resynchronised"), event="cycle_start"),
)


def lived(life: Life, fault: ActorFault) -> None:
    life.injector.add(fault)
    life.run_for(LIVED_SECONDS)
    assert life.injector.firings


def goes_on(life: Life, found: Silent) -> bool:
    """Tell whether the actor has done what it is there for in the last minutes."""
    since = life.now - WATCHED
    sent = [frame for frame in life.sent(found.frame) if frame.at >= since]
    return bool(sent or [at for at, _ in life.seen.named(found.event) if at >= since])


@pytest.mark.parametrize("found", SILENT, ids=str)
def test_no_single_lost_message_silences_an_actor_for_good(found: Silent, tmp_path: Path) -> None:
    with Life.of(tmp_path, fallible=True) as life:
        lived(life, found.fault)
        assert goes_on(life, found)


def test_without_a_fault_all_of_it_goes_on_and_nothing_is_violated(tmp_path: Path) -> None:
    """The control: what the others look for is there when nothing is put in."""
    with Life.of(tmp_path, fallible=True) as life:
        life.run_for(LIVED_SECONDS)
        assert [found.name for found in SILENT if not goes_on(life, found)] == []
        assert life.brackets()
        assert life.events("actor_failed") == []
        life.stop()
        assert life.audited().violations == ()


def test_a_lost_timer_does_not_end_the_sweep_for_brackets_without_a_guard(tmp_path: Path) -> None:
    """The sweep is what adopts a bracket whose guard was lost with the supervisor above it."""
    with Life.of(tmp_path, fallible=True) as life:
        life.run_until(BEGINS + timedelta(seconds=80))
        lost = nth(1, "lose_timer", "brackets", "Wake")
        life.injector.add(lost, ActorFault(kind="crash", actor="ocos"))
        life.run_for(30)
        assert life.brackets()
        assert life.known() == life.true()


def test_a_journal_that_is_silent_once_costs_the_breaker_one_life_at_most(tmp_path: Path) -> None:
    """Its start was given up in the same second in which its question was: one silence was counted as two deaths."""
    with Life.of(tmp_path, fallible=True) as life:
        lived(life, nth(1, "drop", "journal", "ReadStream"))
        assert len(life.events("actor_failed")) <= 1


def test_a_bracket_whose_guard_never_came_up_is_told_of_and_no_failure_is_silent(tmp_path: Path) -> None:
    """It had sent nothing, and nobody started it again or said that it was given up."""
    assert violations(tmp_path, nth(1, "fail_start", "oco:*", "")) == []


def test_a_record_that_reaches_the_journal_twice_is_in_it_once(tmp_path: Path) -> None:
    """The same append, twice in its mailbox, wrote a fill twice."""
    twice = ActorFault(kind="duplicate", actor="journal", message="AppendRecords", lasts=LIVED_SECONDS)
    assert violations(tmp_path, twice) == []


@pytest.mark.parametrize("message", ["SubmitOrders", "WatchQuote", "ModifyOrder", "UnwatchQuote"])
def test_a_broker_that_hangs_at_what_waits_for_nobody_is_found_out_within_seconds(message: str, tmp_path: Path) -> None:
    """It had the ten minutes of a question for history: a stream went on that long after its bracket was closed."""
    up: list[bool] = []
    with Life.of(tmp_path, fallible=True, prices=rising(up)) as life:
        life.injector.add(nth(1, "hang", "broker", message))
        life.run_until(STRIKES)
        up.append(True)
        life.run_for(2 * 60)
        ((struck_at, _),) = life.seen.named("fault_injected")
        ((found_at, _),) = life.seen.named("actor_hung")
        life.stop()

        assert (found_at - struck_at).total_seconds() <= AT_ONCE_SECONDS + 1.0
        assert life.audited().violations == ()


def violations(folder: Path, fault: ActorFault) -> list[Any]:
    with Life.of(folder, fallible=True) as life:
        lived(life, fault)
        life.stop()
        return list(life.audited().violations)
