from datetime import timedelta

import pytest

from actors.broker_streams import StreamLimits
from domain.commands import SendAlert, UnwatchQuote
from domain.ids import ConId, Generation
from domain.reports import (
    BrokerStatus,
    ExecutionReport,
    QuoteReport,
)
from tests.actors.broker_scene import OCO, Scene, a_watch
from tests.actors.stage import Stage
from tests.builders import INTENT, a_book, a_contract, a_fill, a_quote, a_status

LOST, LOST_STREAMS, KEPT_STREAMS = 1100, 1101, 1102


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return Scene(stage)


def test_two_watchers_share_a_stream_and_the_last_one_ends_it(scene: Scene) -> None:
    scene.open()

    scene.tell(a_watch(1, "oco:a"), a_watch(1, "oco:b"), UnwatchQuote(con_id=ConId(1), watcher="oco:a"))
    shared = scene.gateway.port.watched()
    scene.tell(UnwatchQuote(con_id=ConId(1), watcher="oco:a"), UnwatchQuote(con_id=ConId(1), watcher="oco:b"))

    assert shared == (1,)
    assert scene.gateway.port.watched() == ()


def test_a_contract_watched_before_the_broker_is_ready_streams_once_it_is(scene: Scene) -> None:
    scene.gateway.held.add("book")
    scene.open()

    scene.tell(a_watch())
    before = scene.gateway.port.watched()
    scene.gateway.release(a_book())

    assert before == ()
    assert scene.gateway.port.watched() == (1,)


def test_streams_above_the_limit_are_not_begun_and_many_are_warned_of(stage: Stage, scene: Scene) -> None:
    scene.open(streams=StreamLimits(warn=2, skip=3))

    scene.tell(*(a_watch(number) for number in range(1, 6)))

    assert scene.gateway.port.watched() == (1, 2, 3)
    assert [line["subscriptions"] for line in stage.log.named("subscription_limit")] == [2, 3, 3]


def test_quotes_go_to_their_watchers_and_to_the_ledger_alone(stage: Stage, scene: Scene) -> None:
    other = stage.cast("oco:b")
    scene.open()
    scene.tell(a_watch(101))
    report = QuoteReport(generation=Generation(1), quote=a_quote())

    scene.gateway.port.sink(report)
    stage.run_for(0.1)

    assert scene.oco.of(QuoteReport) == scene.risk.of(QuoteReport) == [report]
    assert other.of(QuoteReport) == []


def test_fills_go_to_their_bracket_and_to_the_ledger(stage: Stage, scene: Scene) -> None:
    bracket = stage.cast(f"oco:{INTENT}")
    scene.open()

    scene.gateway.port.sink(a_fill("E", 2, "2.02"))
    scene.gateway.port.sink(a_status("E", BrokerStatus.FILLED, filled=2))
    stage.run_for(0.1)

    assert scene.risk.of(ExecutionReport) == bracket.of(ExecutionReport) == [a_fill("E", 2, "2.02")]
    assert len(bracket.heard) == 3
    assert scene.oco.of(ExecutionReport) == []
    assert stage.witness.dead_letters == []


def test_a_guard_beyond_the_limit_streams_as_soon_as_there_is_room(scene: Scene) -> None:
    scene.open(streams=StreamLimits(warn=2, skip=2))
    scene.tell(*(a_watch(number) for number in range(1, 4)))
    before = scene.gateway.port.watched()

    scene.tell(UnwatchQuote(con_id=ConId(1), watcher=OCO))

    assert before == (1, 2)
    assert scene.gateway.port.watched() == (2, 3)


def test_one_that_waits_for_room_and_is_given_up_never_streams(scene: Scene) -> None:
    scene.open(streams=StreamLimits(warn=1, skip=1))
    scene.tell(a_watch(1), a_watch(2), UnwatchQuote(con_id=ConId(2), watcher=OCO))

    scene.tell(UnwatchQuote(con_id=ConId(1), watcher=OCO))

    assert scene.gateway.port.watched() == ()


def test_a_silent_stream_is_begun_anew_and_the_operator_told_when_that_brings_nothing(
    stage: Stage, scene: Scene
) -> None:
    scene.open()
    scene.tell(a_watch(101))
    scene.gateway.port.sink(QuoteReport(generation=Generation(1), quote=a_quote()))

    stage.run_for(80)
    once = (scene.gateway.port.of("watch"), list(scene.alerts.of(SendAlert)))
    stage.run_for(80)

    assert once == ([101, 101], [])
    assert [line["contract"] for line in stage.log.named("stream_silent")] == [a_contract().label] * 2
    assert [alert.kind for alert in scene.alerts.of(SendAlert)] == ["stream_silent"]


def test_a_quote_after_the_silence_proves_that_data_flows_again(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.tell(a_watch(101))
    stage.run_for(160)

    scene.gateway.port.sink(QuoteReport(generation=Generation(1), quote=a_quote(seconds=160)))
    stage.run_for(1)

    assert len(stage.log.named("stream_resumed")) == 1
    assert scene.gateway.port.watched() == (101,)


def test_outside_of_the_session_silence_is_ordinary(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.tell(a_watch(101))
    stage.run_until(stage.now + timedelta(hours=8))
    before = len(stage.log.named("stream_silent"))

    stage.run_for(600)

    assert len(stage.log.named("stream_silent")) == before


def test_what_says_that_an_order_without_a_guard_lives_goes_to_who_looks_after_brackets(scene: Scene) -> None:
    scene.open()
    brackets = scene.stage.cast("brackets")
    news = (a_fill("E", 1, "2.00"), a_status("E", BrokerStatus.SUBMITTED), a_status("E", BrokerStatus.CANCELLED))

    for report in news:
        scene.gateway.port.sink(report)
    scene.stage.run_for(0.1)

    assert brackets.heard == list(news[:2])
