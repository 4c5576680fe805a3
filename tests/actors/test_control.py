from pathlib import Path
from typing import Any

import pytest

from actors.control import FIRST_SECONDS, LOOK_SECONDS, STREAM, ControlActor
from domain.commands import AskPhase, CancelEntries, FlattenBracket, SendAlert
from domain.control import AskControl, Control, ControlAnswer, ControlState, GiveOrder, Order, folded
from domain.events import BracketPlanned, ControlMoved
from ops.control_switch import ControlSwitch
from tests.actors.stage import Stage
from tests.builders import NOW, a_plan

RUNNING, HALTED, FLATTENING = ControlState.RUNNING, ControlState.HALTED, ControlState.FLATTENING


class Scene:
    """The actor with a switch, a journal and two brackets."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage = stage
        self.folder = folder
        self.switch = ControlSwitch(folder, Control())
        self.alerts, self.broker = stage.cast("alerts"), stage.cast("broker", {AskPhase: "ready"})
        self.ours = [stage.cast(name) for name in ("oco:a", "oco:b")]
        self.symbol = stage.cast("symbol:GOOG")
        stage.journal()
        self.open()

    def open(self) -> None:
        self.actor = self.stage.launch(
            lambda context: ControlActor(context, switch=self.switch, log=self.stage.log), "control"
        )

    def give(self, order: Order) -> ControlAnswer:
        answer: ControlAnswer = self.stage.ask("control", GiveOrder(order=order, by=f"./bot {order.value}"))
        return answer

    def told(self, kind: type[Any]) -> list[int]:
        return [len(one.of(kind)) for one in self.ours]

    @property
    def moves(self) -> list[str]:
        return [record.state for record in self.stage.store.read(STREAM) if isinstance(record, ControlMoved)]


def a_switch_without_a_folder(stage: Stage) -> ControlActor:
    actor = stage.launch(
        lambda context: ControlActor(context, switch=ControlSwitch(None, Control()), log=stage.log), "control"
    )
    stage.journal()
    stage.cast("broker", {AskPhase: "ready"})
    return actor


@pytest.fixture
def scene(stage: Stage, tmp_path: Path) -> Scene:
    return Scene(stage, tmp_path)


def test_a_halt_is_in_force_journaled_told_to_entries_and_acknowledged(scene: Scene) -> None:
    answer = scene.give(Order.HALT)

    assert answer == ControlAnswer(state=HALTED, changed=True, brackets=2, since=answer.since, by="./bot halt")
    assert scene.switch.forbids()
    assert scene.moves == ["halted"]
    assert scene.told(CancelEntries) == [1, 1]
    assert scene.told(FlattenBracket) == [0, 0]
    assert [alert.kind for alert in scene.alerts.of(SendAlert)] == ["control"]
    assert [line["state"] for line in scene.stage.log.named("control")] == ["halted"]


def test_without_a_state_folder_nobody_looks_for_a_file_while_the_bot_runs(stage: Stage) -> None:
    actor = a_switch_without_a_folder(stage)
    stage.host.run_for(FIRST_SECONDS + 1)
    before = actor.timers.names

    stage.ask("control", GiveOrder(order=Order.HALT, by="./bot halt"))

    assert (before, actor.timers.names) == ((), ("look",))


def test_without_a_state_folder_brackets_are_told_again_and_again_to_end_as_well(stage: Stage) -> None:
    guard = stage.cast("oco:a")
    a_switch_without_a_folder(stage)
    stage.host.run_for(FIRST_SECONDS + 1)

    stage.ask("control", GiveOrder(order=Order.FLATTEN, by="./bot flatten"))
    stage.host.run_for(2.5 * LOOK_SECONDS)

    assert len(guard.of(FlattenBracket)) == 3


def test_a_halt_given_twice_is_acknowledged_twice_and_journaled_once(scene: Scene) -> None:
    scene.give(Order.HALT)

    answer = scene.give(Order.HALT)

    assert (answer.state, answer.changed, answer.journaled) == (HALTED, False, True)
    assert scene.moves == ["halted"]


def test_a_resume_ends_a_halt_and_without_one_changes_nothing(scene: Scene) -> None:
    assert not scene.give(Order.RESUME).changed
    scene.give(Order.HALT)

    assert scene.give(Order.RESUME).state is RUNNING

    assert scene.switch.forbids() == ""
    assert scene.moves == ["halted", "running"]


def test_flattening_tells_our_brackets_and_nobody_else_again_and_again(scene: Scene) -> None:
    answer = scene.give(Order.FLATTEN)
    scene.stage.run_for(LOOK_SECONDS + 1)

    assert (answer.state, answer.brackets) == (FLATTENING, 2)
    assert scene.told(FlattenBracket) == [2, 2]
    assert scene.symbol.of(FlattenBracket) == []


def test_flattening_ends_as_a_halt_once_nothing_of_ours_is_open(scene: Scene) -> None:
    scene.stage.store.append("bracket:c", [BracketPlanned(at=NOW, plan=a_plan())])
    scene.give(Order.FLATTEN)
    for one in scene.ours:
        one.stop()
    scene.stage.run_for(LOOK_SECONDS + 1)
    assert scene.switch.control.state is FLATTENING  # The journal still knows of one.

    del scene.stage.store.streams["bracket:c"]
    scene.stage.run_for(LOOK_SECONDS + 1)

    assert scene.switch.control.state is HALTED
    assert scene.moves == ["flattening", "halted"]


def test_flattening_with_nothing_open_ends_with_the_words_of_who_ordered_it(stage: Stage) -> None:
    a_switch_without_a_folder(stage)
    alerts = stage.cast("alerts")

    stage.ask("control", GiveOrder(order=Order.FLATTEN, by="./bot flatten"))
    stage.run_for(LOOK_SECONDS + 1)

    said = "./bot flatten; nothing is open any more"
    assert [line["reason"] for line in stage.log.named("control")] == ["./bot flatten", said]
    assert [alert.text for alert in alerts.of(SendAlert)] == ["flattening by ./bot flatten", f"halted by {said}"]
    assert stage.ask("control", AskControl()).by == "./bot flatten"


def test_a_journal_that_is_silent_does_not_end_the_flattening(scene: Scene) -> None:
    scene.give(Order.FLATTEN)
    for one in scene.ours:
        one.stop()
    scene.stage.store.unreadable = "gone"
    scene.stage.expect_death("journal")

    scene.stage.run_for(3 * LOOK_SECONDS)

    assert scene.switch.control.state is FLATTENING


def test_while_flattening_a_resume_is_refused_and_the_file_left(scene: Scene) -> None:
    scene.give(Order.FLATTEN)
    (scene.folder / "HALT").touch()

    answer = scene.give(Order.RESUME)

    assert "being closed" in answer.refused
    assert (scene.folder / "HALT").exists()


def test_a_halt_file_is_found_without_any_message_and_does_as_a_halt_does(scene: Scene) -> None:
    (scene.folder / "HALT").touch()
    scene.stage.run_for(LOOK_SECONDS + 1)

    assert scene.moves == ["halted"]
    assert min(scene.told(CancelEntries)) > 0
    assert "HALT file" in scene.switch.control.forbids


def test_a_halt_by_file_outlasts_the_file_and_ends_by_a_resume_which_removes_it(scene: Scene) -> None:
    (scene.folder / "HALT").touch()
    scene.stage.run_for(LOOK_SECONDS + 1)
    assert scene.switch.control.state is HALTED

    assert scene.give(Order.RESUME).state is RUNNING

    assert not (scene.folder / "HALT").exists()
    scene.stage.run_for(LOOK_SECONDS + 1)
    assert scene.switch.control.state is RUNNING


def test_a_file_that_cannot_be_removed_refuses_the_resume_with_its_name(scene: Scene) -> None:
    scene.give(Order.HALT)
    (scene.folder / "HALT").mkdir()

    answer = scene.give(Order.RESUME)

    assert "HALT cannot be removed" in answer.refused
    assert answer.state is HALTED


def test_a_disk_that_takes_nothing_hinders_no_halt_and_the_answer_says_that_it_is_not_kept(scene: Scene) -> None:
    scene.stage.store.broken = "disk full"

    answer = scene.give(Order.HALT)
    assert (answer.state, answer.journaled) == (HALTED, False)
    assert scene.switch.forbids()

    scene.stage.store.broken = ""
    scene.stage.run_for(60)
    assert scene.moves == ["halted"]
    assert scene.give(Order.HALT).journaled


def test_a_successor_holds_to_the_order_and_journals_what_its_predecessor_could_not(scene: Scene) -> None:
    scene.stage.store.broken = "disk full"
    scene.give(Order.HALT)
    scene.actor.stop()
    scene.stage.run_for(1)
    scene.stage.store.broken = ""

    scene.open()
    scene.stage.run_for(FIRST_SECONDS + 1)

    assert scene.stage.ask("control", AskControl()).state is HALTED
    assert folded(scene.stage.store.read(STREAM)).state is HALTED


def test_a_broker_that_hangs_does_not_keep_the_answer_back(scene: Scene) -> None:
    scene.broker.stop()
    scene.stage.run_for(0.1)

    assert scene.give(Order.HALT).changed
