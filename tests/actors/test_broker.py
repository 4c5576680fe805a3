from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from actors.broker_lanes import Turn
from domain.clock_skew import ClockCompared
from domain.commands import AskPhase, AskTraffic, RequestAccount, RequestBars, RequestBook, SendAlert, Traffic
from domain.connection_reports import ConnectivityReport, DisconnectedReport, UnknownCodeReport
from domain.contracts import Underlying
from domain.events import ConnectionLost, OrdersRefused, Resynchronised
from domain.ids import ConId, Generation, Symbol
from domain.pacing import QUEUE_SECONDS_MAX, PacingLimits
from domain.reports import (
    AccountReport,
    BookReport,
    Failure,
    PnlReport,
    RequestFailed,
    SnapshotReport,
)
from tests.actors.broker_scene import OCO, Scene, a_family, a_question, a_watch, an_exit
from tests.actors.stage import Stage
from tests.builders import a_book, a_fill

LOST, LOST_STREAMS, KEPT_STREAMS = 1100, 1101, 1102


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return Scene(stage)


def some_bars(number: int) -> RequestBars:
    stock = Underlying(con_id=ConId(number), symbol=Symbol(f"S{number}"), primary_exchange="NYSE")
    return RequestBars(underlying=stock, bar_size="1 min", duration="3600 S", timeout_seconds=300)


def _two_questions(stage: Stage) -> list[Any]:
    return [stage.asking("broker", some_bars(number)) for number in range(2)]


def is_disconnected(answer: Any) -> bool:
    return isinstance(answer, RequestFailed) and answer.failure is Failure.DISCONNECTED


def test_the_book_is_asked_for_before_anybody_hears_that_the_broker_is_ready(stage: Stage, scene: Scene) -> None:
    scene.gateway.held.add("book")
    scene.open()
    before = (stage.ask("broker", AskPhase()), scene.readies)

    scene.gateway.release(a_book())

    assert before == ("resynchronising", [])
    assert stage.ask("broker", AskPhase()) == "ready"
    for extra in (scene.risk, scene.scheduler, scene.oco):
        assert [ready.generation for ready in extra.of(Resynchronised)] == [1]
    assert scene.gateway.port.of("watch_pnl") == [None]


def test_a_book_that_does_not_come_ends_the_connection_and_the_next_is_tried_later(stage: Stage, scene: Scene) -> None:
    scene.gateway.answers["book"] = RequestFailed(failure=Failure.TIMED_OUT)
    scene.open()
    after_one = (len(scene.gateway.ports), scene.gateway.port.connected)
    scene.gateway.answers.clear()

    stage.run_for(1.5)

    assert after_one == (1, False)
    assert [ready.generation for ready in scene.readies] == [2]


def test_requests_before_the_broker_is_ready_fail_as_values(stage: Stage, scene: Scene) -> None:
    scene.gateway.held.add("connect")
    scene.open()

    answer = stage.ask("broker", RequestAccount())

    assert is_disconnected(answer)
    assert scene.gateway.port.of("account") == []


def test_answers_are_the_ports_answers_and_counted(stage: Stage, scene: Scene) -> None:
    scene.open()

    account, book, quote = (stage.ask("broker", m) for m in (RequestAccount(), RequestBook(), a_question(1)))

    assert (type(account), type(book), type(quote)) == (AccountReport, BookReport, SnapshotReport)
    traffic = stage.ask("broker", AskTraffic())
    assert isinstance(traffic, Traffic)
    assert (traffic.requests, traffic.subscriptions, traffic.waiting) == (3, 0, {})
    assert traffic.waits_seconds == {"account": 0.0, "quote": 0.0}


def test_a_question_that_waits_too_long_for_its_turn_leaves_the_queue_unasked(stage: Stage, scene: Scene) -> None:
    scene.gateway.held.add("bars")
    scene.open(pacing=PacingLimits(history_in_flight=1))
    first, second = _two_questions(stage)

    stage.run_for(QUEUE_SECONDS_MAX + 1)

    assert not first.done()
    assert second.result() == RequestFailed(failure=Failure.TIMED_OUT, text=Turn.TIMED_OUT.value)
    assert stage.ask("broker", AskTraffic()).waiting == {}
    assert len(scene.gateway.port.of("bars")) == 1


def test_when_the_socket_closes_everyone_is_told_and_what_waits_for_a_turn_fails(stage: Stage, scene: Scene) -> None:
    scene.open()
    asked = [stage.asking("broker", a_question(number)) for number in range(100)]
    scene.gateway.held.add("quote")
    stage.run_for(0.01)

    scene.lose()
    answers = [stage.host.run(one) for one in asked[50:]]

    assert all(is_disconnected(answer) for answer in answers)
    for extra in (scene.risk, scene.scheduler, scene.oco):
        assert [lost.reason for lost in extra.of(ConnectionLost)] == ["closed"]


def test_after_a_loss_a_new_connection_is_reconciled_afresh(stage: Stage, scene: Scene) -> None:
    scene.open()

    scene.lose()
    stage.run_for(2)

    assert [ready.generation for ready in scene.readies] == [1, 2]
    assert [type(message) for message in scene.oco.heard] == [Resynchronised, ConnectionLost, Resynchronised]
    assert len(scene.gateway.ports) == 2


def test_reports_of_an_older_connection_are_not_heard(stage: Stage, scene: Scene) -> None:
    scene.open()
    old = scene.gateway.port
    scene.lose()
    stage.run_for(2)

    old.sink(PnlReport(generation=old.generation, at=stage.now, daily=None, unrealized=None, realized=None))
    old.sink(DisconnectedReport(generation=old.generation, at=stage.now, reason="late"))
    stage.run_for(0.1)

    assert scene.risk.of(PnlReport) == []
    assert stage.ask("broker", AskPhase()) == "ready"


def test_a_gateway_cut_off_from_the_broker_is_waited_for_on_the_same_socket(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.tell(a_watch())

    scene.code(LOST)
    while_lost = stage.ask("broker", RequestAccount())
    scene.code(KEPT_STREAMS)

    assert is_disconnected(while_lost)
    assert (len(scene.gateway.ports), len(scene.losses), len(scene.readies)) == (1, 1, 2)
    assert scene.gateway.port.of("watch") == [1]


def test_streams_that_were_lost_are_asked_for_again(scene: Scene) -> None:
    scene.open()
    scene.tell(a_watch(1), a_watch(2))

    scene.code(LOST)
    scene.code(LOST_STREAMS)

    assert scene.gateway.port.of("watch") == [1, 2, 1, 2]


def test_a_book_that_answers_an_older_question_is_not_believed(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.gateway.held.add("book")
    scene.code(LOST)
    scene.code(KEPT_STREAMS)
    scene.code(LOST)
    scene.code(KEPT_STREAMS)

    scene.gateway.release(a_book(executions=(a_fill("E", 2, "2.02"),)))
    after_the_first = len(scene.readies)
    scene.gateway.release(a_book())

    assert after_the_first == 1
    assert [len(ready.book.executions) for ready in scene.readies] == [0, 0]
    assert stage.ask("broker", AskPhase()) == "ready"


def test_the_book_carries_the_number_of_the_connection_it_came_by(scene: Scene) -> None:
    scene.gateway.answers["book"] = a_book(generation=Generation(77))

    scene.open()

    assert [ready.book.generation for ready in scene.readies] == [1]


def test_a_gateway_that_does_not_say_its_time_is_hung_up_on(stage: Stage, scene: Scene) -> None:
    scene.open(probe_every_seconds=15)
    first = scene.gateway.port
    scene.gateway.answers["current_time"] = RequestFailed(failure=Failure.TIMED_OUT)

    stage.run_for(15)
    scene.gateway.answers.clear()
    stage.run_for(2)

    assert not first.connected
    assert len(scene.losses) == 1
    assert [ready.generation for ready in scene.readies] == [1, 2]


def test_one_that_lost_the_broker_and_then_falls_silent_is_hung_up_on_too(stage: Stage, scene: Scene) -> None:
    scene.open(probe_every_seconds=15)
    scene.code(LOST)
    first = scene.gateway.port
    scene.gateway.answers["current_time"] = RequestFailed(failure=Failure.TIMED_OUT)

    stage.run_for(16)
    scene.gateway.answers.clear()
    stage.run_for(2)

    assert not first.connected
    assert [ready.generation for ready in scene.readies] == [1, 2]


def test_in_a_silent_session_the_gateway_is_asked_sooner_than_by_the_clock(stage: Stage, scene: Scene) -> None:
    scene.open(probe_every_seconds=300)

    stage.run_for(61)

    assert 5 <= len(scene.gateway.port.of("current_time")) <= 7


def test_outside_of_the_session_only_the_clock_counts(stage: Stage, scene: Scene) -> None:
    scene.open(probe_every_seconds=300)
    stage.run_until(stage.now + timedelta(hours=8))
    before = len(scene.gateway.port.of("current_time"))

    stage.run_for(600)

    assert len(scene.gateway.port.of("current_time")) - before == 2


def test_a_code_we_do_not_know_is_written_down_once_a_day(stage: Stage, scene: Scene) -> None:
    scene.open()
    strange = [UnknownCodeReport(generation=Generation(1), at=stage.now, code=n, text="?") for n in (9, 9, 8)]

    for report in strange:
        scene.gateway.port.sink(report)
    scene.gateway.port.sink(replace(strange[0], at=stage.now + timedelta(days=1)))

    assert [line["code"] for line in stage.log.named("unknown_code")] == [9, 8, 9]


def test_a_clock_off_by_too_much_blocks_entries_and_lets_exits_pass(stage: Stage, scene: Scene) -> None:
    scene.open(probe_every_seconds=15)
    scene.gateway.answers["current_time"] = lambda: stage.now + timedelta(seconds=10)
    stage.run_for(16)

    scene.tell(scene.submit(*a_family()), scene.submit(an_exit(), opens=False))

    assert scene.placed == [an_exit().ref]
    assert [refused.refs for refused in scene.oco.of(OrdersRefused)] == [tuple(o.ref for o in a_family())]
    assert len(stage.log.named("clock_skew")) == 1


def test_the_clocks_are_compared_as_soon_as_the_broker_is_ready_and_with_every_probe(
    stage: Stage, scene: Scene
) -> None:
    scene.open(probe_every_seconds=15)
    at_first = scene.risk.of(ClockCompared)
    stage.run_for(31)

    assert [found.blocks for found in at_first] == [False]
    assert len(scene.risk.of(ClockCompared)) >= 3


def test_before_the_clocks_were_compared_no_entry_leaves(stage: Stage, scene: Scene) -> None:
    scene.gateway.held.add("current_time")
    scene.open()

    scene.tell(scene.submit(*a_family()), scene.submit(an_exit(), opens=False))

    assert scene.placed == [an_exit().ref]
    assert "clock" in str(stage.log.named("order_refused")[0]["reason"])


def test_a_clock_that_agrees_again_lets_entries_pass_again(stage: Stage, scene: Scene) -> None:
    scene.open(probe_every_seconds=15)
    scene.gateway.answers["current_time"] = lambda: stage.now + timedelta(seconds=10)
    stage.run_for(16)
    scene.gateway.answers.clear()
    stage.run_for(15)

    scene.tell(scene.submit(*a_family()))

    assert len(scene.placed) == 3


def test_a_loss_is_told_to_the_operator_once_after_a_minute(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.gateway.answers["connect"] = RequestFailed(failure=Failure.DISCONNECTED)

    scene.lose()
    stage.run_for(50)
    early = scene.alerts.of(SendAlert)
    stage.run_for(600)

    assert early == []
    assert [alert.kind for alert in scene.alerts.of(SendAlert)] == ["disconnected"]


@pytest.mark.parametrize("end", ["crash", "fence", "stop"])
def test_whatever_ends_the_actor_the_socket_is_closed(stage: Stage, scene: Scene, end: str) -> None:
    stage.expect_death("broker")
    actor = scene.open()

    if end == "crash":
        scene.gateway.answers["account"] = lambda: 1 / 0
        stage.tell("broker", RequestAccount())
    elif end == "fence":
        actor.fence()
    else:
        actor.stop()
    stage.run_for(0.1)

    assert not scene.gateway.port.connected


def test_the_socket_is_closed_on_its_own_loop_whoever_fences(stage: Stage, scene: Scene) -> None:
    actor = scene.open()
    port = scene.gateway.port

    actor.fence()
    inside = port.connected
    stage.run_for(0.1)

    assert (inside, port.connected) == (True, False)


def test_a_connection_that_is_made_after_the_actor_was_fenced_is_closed(scene: Scene) -> None:
    scene.gateway.held.add("connect")
    actor = scene.open()

    actor.fence()
    scene.gateway.release(None)

    assert not scene.gateway.port.connected


def test_farm_codes_are_said_and_change_nothing(stage: Stage, scene: Scene) -> None:
    scene.open()

    scene.gateway.port.sink(ConnectivityReport(generation=Generation(1), at=stage.now, code=2103, text="farm broken"))

    assert stage.ask("broker", AskPhase()) == "ready"
    assert [line["code"] for line in stage.log.named("broker_message")] == [2103]


def test_pacing_holds_for_the_questions_of_the_book_too(stage: Stage, scene: Scene) -> None:
    scene.open(pacing=PacingLimits(messages_per_second=12, order_reserve=2))

    answers = [stage.asking("broker", RequestBook()) for _ in range(4)]
    began = stage.host.loop.time()
    for answer in answers:
        stage.host.run(answer)

    assert stage.host.loop.time() - began >= 1
    assert OCO in stage.directory.names()
