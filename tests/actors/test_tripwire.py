import pytest

from actors.breaker import STREAM, BreakerActor
from actors.tripwire import TripwireActor
from domain.breaker import BreakerLimits
from domain.commands import AskGate, TripBreaker
from domain.events import BreakerMoved
from tests.actors.stage import Stage

SURRENDER = TripBreaker(reason="trading gave up")


@pytest.fixture
def wired(stage: Stage) -> Stage:
    """Put up a journal and a tripwire, and nobody to trip yet."""
    stage.cast("scheduler")
    stage.cast("alerts")
    stage.journal()
    stage.launch(TripwireActor, "tripwire")
    return stage


def a_breaker(stage: Stage) -> BreakerActor:
    return stage.launch(lambda c: BreakerActor(c, limits=BreakerLimits(), log=stage.log), "breaker")


def reasons(stage: Stage) -> list[tuple[str, str]]:
    records = stage.store.streams.get(STREAM, ())
    return [(record.state, record.reason) for record in records if isinstance(record, BreakerMoved)]


def test_a_breaker_that_lives_is_tripped_and_writes_it_itself(wired: Stage) -> None:
    a_breaker(wired)

    wired.tell("tripwire", SURRENDER)

    assert wired.ask("breaker", AskGate()) is False
    assert reasons(wired) == [("open", "trading gave up")]


def test_one_that_is_down_for_good_is_open_in_the_next_process(wired: Stage) -> None:
    wired.tell("tripwire", SURRENDER)
    wired.run_for(5)
    a_breaker(wired)

    assert reasons(wired) == [("open", "trading gave up")]
    assert wired.ask("breaker", AskGate()) is False


def test_one_that_comes_back_before_the_disk_had_it_is_told(wired: Stage) -> None:
    wired.store.broken = "disk full"
    wired.tell("tripwire", SURRENDER)
    a_breaker(wired)
    before = wired.ask("breaker", AskGate())

    wired.store.broken = ""
    wired.run_for(60)

    assert (before, wired.ask("breaker", AskGate())) == (True, False)


def test_what_a_breaker_does_not_answer_is_written_for_it(wired: Stage) -> None:
    wired.cast("breaker", {TripBreaker: None})

    wired.tell("tripwire", SURRENDER)
    wired.run_for(10)

    assert reasons(wired) == [("open", "trading gave up")]
