from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from actors.brackets import BracketsActor, oco_name
from actors.late_news import AGAIN_SECONDS, SOON_SECONDS
from actors.runtime.supervisor import ChildSpec, Restart, Supervisor
from domain.bracket_reopened import BracketReopened
from domain.commands import RequestBook, SendAlert
from domain.events import BracketPlan, BracketPlanned, ClosedBy, Resynchronised
from domain.ids import IntentId, OrderRef
from domain.reports import BookReport, BrokerStatus, Failure, RequestFailed
from tests.actors.oco_scene import STREAM
from tests.actors.stage import Extra, Stage
from tests.builders import GENERATION, INTENT, NOW, a_book, a_fill, a_plan, a_status, an_open_order
from tests.domain.ledger_builders import a_closing, a_reopening, bought, later

OCO = oco_name(INTENT)
FILL = a_fill("E", 2, "2.02", exec_id="in")
ENDED = a_closing(closed_by=ClosedBy.ENTRY_EXPIRED, quantity=0, pnl="0")
FAILED = RequestFailed(failure=Failure.TIMED_OUT)
S = BrokerStatus


class Scene:
    """A bracket that was closed, and who looks after it, between extras; no guard lives."""

    def __init__(self, stage: Stage, book: BookReport | RequestFailed = FAILED) -> None:
        self.stage = stage
        self.broker = stage.cast("broker", {RequestBook: book})
        self.risk, self.symbol, self.alerts = (stage.cast(name) for name in ("risk", "symbol:GOOG", "alerts"))
        stage.journal()
        stage.store.append(STREAM, [BracketPlanned(at=NOW, plan=a_plan()), ENDED])
        stage.launch(Supervisor, "ocos")
        self.open()
        self.tell(connected())  # So that nothing is left to ask from its start.

    def open(self) -> BracketsActor:
        return self.stage.launch(
            lambda context: BracketsActor(context, oco_spec=self._spec, log=self.stage.log), "brackets"
        )

    def _spec(self, intent: IntentId, plan: BracketPlan | None) -> ChildSpec:
        assert plan is None, "it is on disk"
        return ChildSpec(
            name=oco_name(intent),
            factory=lambda context: Extra(context, {}),
            host=self.stage.host,
            restart=Restart.TRANSIENT,
        )

    def tell(self, message: Any) -> None:
        self.stage.tell("brackets", message)

    @property
    def is_guarded(self) -> bool:
        return self.stage.directory.address(OCO).is_alive

    @property
    def reopenings(self) -> list[Any]:
        return [record for record in self.stage.store.streams[STREAM] if isinstance(record, BracketReopened)]


def connected(**book: Any) -> Resynchronised:
    return Resynchronised(at=later(9), generation=GENERATION, book=a_book(**book))


def works(**changes: Any) -> BookReport:
    return a_book(asked_at=later(1), open_orders=(an_open_order("E", S.SUBMITTED, **changes),))


@pytest.mark.parametrize("news", [FILL, connected(executions=(FILL,))], ids=["told", "told by a new connection"])
def test_a_fill_of_a_closed_bracket_has_it_opened_again_and_guarded(stage: Stage, news: Any) -> None:
    scene = Scene(stage)

    scene.tell(news)

    (again,) = scene.reopenings
    assert (again.life, again.reason) == (1, f"in of {INTENT}.E.0 was never counted")
    assert scene.is_guarded
    assert scene.risk.of(BracketReopened) == scene.symbol.of(BracketReopened) == [again]
    assert [alert.kind for alert in scene.alerts.of(SendAlert)] == ["reopened"]
    assert [line["intent"] for line in stage.log.named("bracket_reopened")] == [INTENT]


def test_a_fill_that_is_in_the_journal_opens_nothing_and_is_asked_about_once(stage: Stage) -> None:
    scene = Scene(stage)
    counted = bought(2, "2.02")
    stage.store.append(STREAM, [counted])
    repeated = replace(FILL, exec_id=counted.exec_id)

    scene.tell(repeated)
    stage.store.unreadable = "disk gone"
    scene.tell(repeated)
    scene.tell(connected(executions=(repeated,)))
    stage.run_for(2 * AGAIN_SECONDS)

    assert scene.reopenings == []
    assert scene.broker.heard == []
    assert not scene.is_guarded


def test_an_order_said_to_work_is_asked_about_before_its_bracket_is_opened_again(stage: Stage) -> None:
    scene = Scene(stage, works())

    scene.tell(a_status("E", S.PRE_SUBMITTED))
    scene.tell(a_status("T", S.PRE_SUBMITTED))
    before = scene.is_guarded
    stage.run_for(SOON_SECONDS + 0.5)

    assert not before
    assert len(scene.broker.heard) == 1
    assert [again.reason for again in scene.reopenings] == [f"{INTENT}.E.0 works"]
    assert scene.is_guarded


def test_an_order_that_works_no_more_when_asked_about_leaves_its_bracket_closed(stage: Stage) -> None:
    scene = Scene(stage, a_book(asked_at=later(1)))

    scene.tell(a_status("E", S.PRE_SUBMITTED))
    stage.run_for(10 * AGAIN_SECONDS)

    assert len(scene.broker.heard) == 1
    assert scene.reopenings == []


def test_a_silent_broker_is_asked_again(stage: Stage) -> None:
    scene = Scene(stage)
    scene.tell(a_status("E", S.PRE_SUBMITTED))
    stage.run_for(SOON_SECONDS + 0.5)

    scene.broker.answers[RequestBook] = works()
    stage.run_for(AGAIN_SECONDS)

    assert scene.is_guarded


def test_what_a_new_connection_settled_is_not_asked_about(stage: Stage) -> None:
    scene = Scene(stage)
    scene.tell(a_status("E", S.PRE_SUBMITTED))

    scene.tell(connected())
    stage.run_for(SOON_SECONDS + 0.5)

    assert scene.broker.heard == []


def _unreadable(stage: Stage, problem: str) -> None:
    stage.store.unreadable = problem


def _unwritable(stage: Stage, problem: str) -> None:
    stage.store.broken = problem


@pytest.mark.parametrize("hurt", [_unreadable, _unwritable])
def test_a_bracket_is_opened_again_once_the_disk_is_back(stage: Stage, hurt: Callable[[Stage, str], None]) -> None:
    scene = Scene(stage, a_book(executions=(FILL,)))
    hurt(stage, "disk gone")
    scene.tell(FILL)
    before = scene.is_guarded

    hurt(stage, "")
    stage.run_for(AGAIN_SECONDS + 1)

    assert not before
    assert scene.is_guarded
    assert len(scene.reopenings) == 1


def test_a_guard_that_lives_is_left_alone(stage: Stage) -> None:
    scene = Scene(stage, works())
    scene.tell(FILL)

    scene.tell(connected(executions=(a_fill("T", 2, "2.40", exec_id="out"),)))
    scene.tell(a_fill("T", 2, "2.40", exec_id="out"))
    stage.run_for(SOON_SECONDS + 0.5)

    assert len(scene.reopenings) == 1


def test_orders_of_others_and_of_another_state_open_nothing(stage: Stage) -> None:
    scene = Scene(stage)

    for ref in (OrderRef("elsewhere.E.0"), None):
        scene.tell(replace(FILL, ref=ref))
        scene.tell(connected(executions=(replace(FILL, ref=ref),)))

    assert stage.directory.names("oco:") == ()
    assert scene.reopenings == []


def test_a_start_after_the_connection_was_made_asks_what_it_told(stage: Stage) -> None:
    broker = stage.cast("broker", {RequestBook: FAILED})
    stage.journal()
    stage.launch(Supervisor, "ocos")
    stage.store.append(STREAM, [BracketPlanned(at=NOW, plan=a_plan()), ENDED])
    spec = ChildSpec(name=OCO, factory=lambda context: Extra(context, {}), host=stage.host, restart=Restart.TRANSIENT)
    stage.launch(lambda context: BracketsActor(context, oco_spec=lambda *_: spec, log=stage.log), "brackets")
    stage.run_for(SOON_SECONDS + 0.5)

    broker.answers[RequestBook] = a_book(executions=(FILL,))
    stage.run_for(AGAIN_SECONDS)

    assert len(broker.heard) == 2
    assert stage.directory.address(OCO).is_alive


def test_a_successor_asks_what_its_predecessor_may_have_missed(stage: Stage) -> None:
    scene = Scene(stage, a_book(executions=(FILL,)))
    first = stage.directory.ref("brackets")
    assert first is not None
    first.stop(block=False)
    stage.run_for(0.1)

    scene.open()
    stage.run_for(SOON_SECONDS + 0.5)

    assert scene.is_guarded


def test_a_bracket_may_come_to_life_more_than_once(stage: Stage) -> None:
    scene = Scene(stage)
    stage.store.append(STREAM, [a_reopening(), replace(ENDED, life=1)])

    scene.tell(FILL)

    assert [again.life for again in scene.reopenings] == [1, 2]
