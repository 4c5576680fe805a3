from typing import Any

import pytest

from actors.brackets import AGAIN_SECONDS, SWEEP_SECONDS, BracketsActor, oco_name
from actors.runtime.supervisor import ChildSpec, Restart, StartChild, Supervisor
from domain.commands import OpenBracket, OpenIntents, ReadOpenIntents, ReleaseRisk
from domain.events import BracketPlan, BracketPlanned
from domain.ids import IntentId
from tests.actors.stage import Extra, Stage
from tests.builders import INTENT, NOW, a_plan

OCO = oco_name(INTENT)


class StillBorn(Extra):
    """Fails its start."""

    def on_start(self) -> None:
        raise RuntimeError("not today")


class Scene:
    """Brackets over a real supervisor of extras that stand in for guards."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.plans: list[BracketPlan | None] = []
        self.fails = 0  # So many of the next starts.
        stage.journal()
        stage.launch(Supervisor, "ocos")

    def open(self) -> BracketsActor:
        return self.stage.launch(
            lambda context: BracketsActor(context, oco_spec=self._spec, log=self.stage.log), "brackets"
        )

    def plan(self, intent: IntentId = INTENT) -> None:
        """Let the journal know of an open intent."""
        self.stage.store.append(f"bracket:{intent}", [BracketPlanned(at=NOW, plan=a_plan(intent=intent))])

    def _spec(self, intent: IntentId, plan: BracketPlan | None) -> ChildSpec:
        def guard(context: Any) -> Extra:
            self.plans.append(plan)
            if self.fails:
                self.fails -= 1
                return StillBorn(context, {})
            return Extra(context, {})

        return ChildSpec(name=oco_name(intent), factory=guard, host=self.stage.host, restart=Restart.TRANSIENT)


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return Scene(stage)


def test_a_plan_is_given_a_guard_of_its_own(stage: Stage, scene: Scene) -> None:
    scene.open()

    stage.tell("brackets", OpenBracket(plan=a_plan()))

    assert scene.plans == [a_plan()]
    assert stage.directory.names("oco:") == (OCO,)


def test_what_was_open_before_it_started_is_adopted_without_a_plan(stage: Stage, scene: Scene) -> None:
    scene.plan(IntentId("a"))
    scene.plan(IntentId("b"))

    scene.open()

    assert scene.plans == [None, None]
    assert stage.directory.names("oco:") == ("oco:a", "oco:b")


def test_an_open_intent_that_lost_its_guard_gets_one_again(stage: Stage, scene: Scene) -> None:
    scene.plan()
    scene.open()
    ref = stage.directory.ref(OCO)
    assert ref is not None
    ref.stop(block=False)
    stage.run_for(0.1)
    lost = stage.directory.names("oco:")

    stage.run_for(SWEEP_SECONDS)

    assert lost == ()
    assert stage.directory.names("oco:") == (OCO,)


def test_the_sweep_leaves_those_alone_that_have_a_guard(stage: Stage, scene: Scene) -> None:
    scene.plan()
    scene.open()

    stage.run_for(60)

    assert scene.plans == [None]


def test_a_successor_finds_the_guards_alive_and_adds_none(stage: Stage, scene: Scene) -> None:
    scene.plan()
    first = scene.open()
    first.fence()

    scene.open()
    stage.run_for(2 * SWEEP_SECONDS)

    assert scene.plans == [None]


def test_a_silent_journal_stops_the_sweep_for_a_while_only(stage: Stage, scene: Scene) -> None:
    scene.open()
    stage.store.unreadable = "disk gone"
    stage.run_for(SWEEP_SECONDS + 1)
    stage.store.unreadable = ""
    scene.plan()

    stage.run_for(SWEEP_SECONDS + 1)

    assert stage.directory.names("oco:") == (OCO,)
    assert "brackets" in stage.directory.names()


def test_a_guard_that_cannot_be_started_is_said_loudly_and_tried_again(stage: Stage) -> None:
    stage.journal()
    supervisor = stage.cast("ocos", {StartChild: False})
    stage.store.append("bracket:a", [BracketPlanned(at=NOW, plan=a_plan(intent=IntentId("a")))])
    spec = ChildSpec(name="oco:a", factory=lambda context: Extra(context, {}), host=stage.host)
    alerts = stage.cast("alerts")

    stage.launch(lambda context: BracketsActor(context, oco_spec=lambda *_: spec, log=stage.log), "brackets")
    stage.run_for(SWEEP_SECONDS + 1)

    assert len(supervisor.of(StartChild)) == 2
    assert [line["intent"] for line in stage.log.named("oco_actor_dead")] == ["a", "a"]
    assert {(alert.kind, alert.level) for alert in alerts.heard} == {("oco_dead", "CRITICAL")}


def test_it_asks_the_journal_alone_for_what_is_open(stage: Stage) -> None:
    journal = stage.cast("journal")

    stage.launch(
        lambda context: BracketsActor(context, oco_spec=lambda *_: pytest.fail("nothing is open"), log=stage.log),
        "brackets",
    )

    assert [type(message) for message in journal.heard] == [ReadOpenIntents]


def test_a_new_plan_whose_guard_failed_its_first_start_is_given_to_another_and_that_is_said(
    stage: Stage, scene: Scene
) -> None:
    scene.open()
    scene.fails = 1
    stage.expect_death(OCO)

    stage.tell("brackets", OpenBracket(plan=a_plan()))
    stage.run_for(AGAIN_SECONDS)

    assert scene.plans == [a_plan(), a_plan()]
    assert stage.directory.names("oco:") == (OCO,)
    assert stage.witness.restarts == [OCO]


def test_while_a_plan_waits_for_its_guard_a_silent_journal_is_asked_again_after_a_moment(stage: Stage) -> None:
    answers = iter([OpenIntents(intents=()), None])
    journal = stage.cast("journal", {ReadOpenIntents: lambda _: next(answers, OpenIntents(intents=()))})
    stage.cast("ocos", {StartChild: False})
    spec = ChildSpec(name=OCO, factory=lambda context: Extra(context, {}), host=stage.host)
    stage.launch(lambda context: BracketsActor(context, oco_spec=lambda *_: spec, log=stage.log), "brackets")

    stage.tell("brackets", OpenBracket(plan=a_plan()))
    stage.run_for(2 * AGAIN_SECONDS)

    assert len(journal.of(ReadOpenIntents)) == 3


def test_a_new_plan_whose_guard_fails_twice_is_given_up_and_its_risk_is_free_again(stage: Stage, scene: Scene) -> None:
    listeners = [stage.cast(name) for name in ("risk", "symbol:GOOG")]
    scene.open()
    scene.fails = 2
    stage.expect_death(OCO)

    stage.tell("brackets", OpenBracket(plan=a_plan()))
    stage.run_for(3 * SWEEP_SECONDS)

    assert scene.plans == [a_plan(), a_plan()]
    assert stage.witness.surrenders == [OCO]
    assert [line["intent"] for line in stage.log.named("entry_given_up")] == [INTENT]
    assert [each.of(ReleaseRisk) for each in listeners] == [[ReleaseRisk(intent=INTENT)]] * 2


def test_a_plan_that_reached_the_journal_before_its_guard_died_is_never_given_up(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.fails = 3
    stage.expect_death(OCO)

    stage.tell("brackets", OpenBracket(plan=a_plan()))
    scene.plan()
    stage.run_for(3 * SWEEP_SECONDS)

    assert scene.plans == [a_plan(), None, None, None]
    assert stage.directory.names("oco:") == (OCO,)
    assert stage.witness.restarts == [OCO]
    assert stage.log.named("entry_given_up") == []


def test_a_plan_that_arrives_twice_has_one_guard_and_nobody_is_alarmed(stage: Stage, scene: Scene) -> None:
    scene.open()

    stage.tell("brackets", OpenBracket(plan=a_plan()), OpenBracket(plan=a_plan()))
    scene.plan()
    stage.run_for(2 * SWEEP_SECONDS)

    assert scene.plans == [a_plan()]
    assert stage.log.named("oco_actor_dead") == []
    assert stage.witness.restarts == []


def test_a_guard_that_is_long_at_its_start_is_waited_for(stage: Stage) -> None:
    stage.journal()
    supervisor = stage.cast("ocos", {StartChild: None})
    stage.cast(OCO)
    spec = ChildSpec(name=OCO, factory=lambda context: Extra(context, {}), host=stage.host)
    stage.launch(lambda context: BracketsActor(context, oco_spec=lambda *_: spec, log=stage.log), "brackets")

    stage.tell("brackets", OpenBracket(plan=a_plan()))
    stage.run_for(3 * SWEEP_SECONDS)

    assert len(supervisor.of(StartChild)) == 1
    assert stage.log.named("oco_actor_dead") == []
