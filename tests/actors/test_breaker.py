import pytest

from actors.breaker import STREAM, AskBreaker, BreakerActor, BreakerReport
from domain.breaker import BreakerLimits
from domain.commands import AskGate, RecordOutcome, SendAlert, TripBreaker
from domain.events import BreakerMoved
from domain.reports import Failure
from tests.actors.stage import Extra, Stage

LATE = RecordOutcome(failure=Failure.TIMED_OUT)
ANSWERED = RecordOutcome(failure=None)


class Scene:
    """A breaker that opens after three failures and probes after 300 s."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.scheduler, self.alerts = stage.cast("scheduler"), stage.cast("alerts")
        stage.journal()
        self.breaker = self.open()

    def open(self) -> BreakerActor:
        limits = BreakerLimits(failure_threshold=3, reset_timeout_seconds=300)
        return self.stage.launch(lambda c: BreakerActor(c, limits=limits, log=self.stage.log), "breaker")

    @property
    def gate(self) -> bool:
        allowed: bool = self.stage.ask("breaker", AskGate())
        return allowed


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return Scene(stage)


def states(extra: Extra) -> list[str]:
    return [moved.state for moved in extra.of(BreakerMoved)]


def test_three_failures_in_a_row_close_the_gate_and_everyone_concerned_is_told(stage: Stage, scene: Scene) -> None:
    before = scene.gate

    stage.tell("breaker", LATE, LATE, LATE)

    assert (before, scene.gate) == (True, False)
    assert states(scene.scheduler) == ["open"]
    assert [alert.kind for alert in scene.alerts.of(SendAlert)] == ["breaker"]
    assert [type(record) for record in stage.store.streams[STREAM]] == [BreakerMoved]
    assert len(stage.log.named("circuit_breaker_open")) == 1


def test_an_answer_between_them_starts_the_count_afresh(stage: Stage, scene: Scene) -> None:
    stage.tell("breaker", LATE, LATE, ANSWERED, LATE, LATE)

    assert scene.gate


def test_after_a_while_one_probe_goes_and_its_answer_opens_the_gate(stage: Stage, scene: Scene) -> None:
    stage.tell("breaker", LATE, LATE, LATE)
    stage.run_for(301)

    probes = [scene.gate, scene.gate]
    stage.tell("breaker", ANSWERED)

    assert probes == [True, False]
    assert scene.gate
    assert states(scene.scheduler) == ["open", "half_open", "closed"]


def test_a_probe_that_fails_shuts_it_again(stage: Stage, scene: Scene) -> None:
    stage.tell("breaker", LATE, LATE, LATE)
    stage.run_for(301)
    probe = scene.gate

    stage.tell("breaker", LATE)
    stage.run_for(299)

    assert (probe, scene.gate) == (True, False)


def test_one_that_was_open_is_open_in_its_next_life(stage: Stage, scene: Scene) -> None:
    stage.tell("breaker", LATE, LATE, LATE)
    scene.breaker.fence()

    scene.open()

    assert not scene.gate


def test_one_that_was_tripped_by_hand_shuts_whatever_the_count(stage: Stage, scene: Scene) -> None:
    state = stage.ask("breaker", TripBreaker(reason="guarding gave up"))

    assert (state, scene.gate) == ("open", False)
    assert "guarding gave up" in scene.alerts.of(SendAlert)[0].text


def test_how_it_stands_can_be_asked_and_lets_nothing_through(stage: Stage, scene: Scene) -> None:
    closed = stage.ask("breaker", AskBreaker())
    opened_at = stage.now
    stage.tell("breaker", TripBreaker(reason="symbols gave up"))
    stage.run_for(301)

    reports = [stage.ask("breaker", AskBreaker()) for _ in range(2)]

    assert closed == BreakerReport(state="closed", failures=0, since=None, reason="")
    assert reports == [BreakerReport(state="open", failures=0, since=opened_at, reason="symbols gave up")] * 2
    assert scene.gate  # The probe was still to be had.


def test_why_it_is_open_is_known_to_its_next_life(stage: Stage, scene: Scene) -> None:
    stage.tell("breaker", TripBreaker(reason="symbols gave up"))
    scene.breaker.fence()

    scene.open()

    assert stage.ask("breaker", AskBreaker()).reason == "symbols gave up"


def test_without_its_past_it_does_not_open(stage: Stage) -> None:
    stage.store.unreadable = "disk gone"
    stage.expect_death("journal")
    stage.expect_death("breaker")

    Scene(stage)

    assert "breaker" not in stage.directory.names()
