from datetime import datetime, timedelta

import pytest
from pykka._envelope import Envelope

from actors.runtime.futures import Deferred
from actors.runtime.lifecycle import Phase
from actors.runtime.mailbox import Mailbox
from domain.commands import (
    AppendRecords,
    ReadStream,
    RecordsAppended,
    ReleaseRisk,
    RequestBook,
    StreamRead,
    UnwatchQuote,
    WatchQuote,
)
from domain.events import (
    BracketPlanned,
)
from domain.ids import ConId, Leg, split_ref
from domain.order_specs import OrderSpec
from tests.actors.oco_scene import OCO, STREAM, Scene
from tests.actors.stage import Extra, Stage
from tests.builders import (
    INTENT,
    NOW,
    a_book,
    a_contract,
    a_fill,
    a_plan,
    ref,
)


def a_journal_that_waits(stage: Stage) -> tuple[Extra, Deferred]:
    acknowledged = Deferred()
    extra = stage.cast("journal", {ReadStream: StreamRead(records=()), AppendRecords: acknowledged})
    return extra, acknowledged


def leg_of(order: OrderSpec) -> Leg | None:
    parts = split_ref(order.ref)
    return None if parts is None else parts[1]


def test_nothing_is_sent_before_the_journal_has_acknowledged_the_plan(stage: Stage) -> None:
    journal, acknowledged = a_journal_that_waits(stage)
    scene = Scene(stage, journal=False)

    scene.guard(a_plan())
    stage.run_for(5)
    before = list(scene.broker.heard)
    acknowledged.set(RecordsAppended())
    stage.run_for(0.1)

    assert [type(r) for m in journal.of(AppendRecords) for r in m.records] == [BracketPlanned]
    assert before == []
    assert [order.ref for order in scene.submitted[0].orders] == [ref("E"), ref("T"), ref("S")]


def test_the_family_leaves_as_one_command_with_the_actors_own_epoch(stage: Stage) -> None:
    scene, plan = Scene(stage), a_plan(valid_until=NOW + timedelta(seconds=15))

    actor = scene.guard(plan)
    stage.run_for(0.1)

    (command,) = scene.submitted
    assert (command.sender, command.epoch, command.opens) == (OCO, actor.epoch, True)
    assert command.valid_until == plan.valid_until


def test_a_journal_that_cannot_write_means_no_order_and_a_released_reservation(stage: Stage) -> None:
    scene = Scene(stage)
    stage.store.broken = "disk full"

    scene.guard(a_plan())
    stage.run_for(1)

    assert scene.broker.heard == []
    assert [line["reason"] for line in stage.log.named("entry_given_up")] == ["disk full"]
    assert stage.directory.names("oco:") == ()
    assert scene.risk.of(ReleaseRisk) == scene.symbol.of(ReleaseRisk) == [ReleaseRisk(intent=INTENT)]
    (said,) = stage.log.named("store_error")
    assert (said["stream"], said["reason"]) == (STREAM, "disk full")


@pytest.mark.parametrize(
    "age", [{"decided_at": NOW - timedelta(seconds=31)}, {"valid_until": NOW - timedelta(seconds=1)}], ids=str
)
def test_a_plan_too_old_by_the_time_it_would_be_sent_is_given_up(stage: Stage, age: dict[str, datetime]) -> None:
    scene = Scene(stage)

    scene.guard(a_plan(**age))
    stage.run_for(1)

    assert len(stage.log.named("entry_given_up")) == 1
    assert scene.submitted == []
    assert scene.risk.of(ReleaseRisk) == scene.symbol.of(ReleaseRisk) == [ReleaseRisk(intent=INTENT)]
    assert STREAM not in stage.store.streams


def test_a_journal_that_cannot_be_read_means_no_order(stage: Stage) -> None:
    scene = Scene(stage)
    stage.store.unreadable = "disk gone"
    stage.expect_death(OCO)
    stage.expect_death("journal")

    scene.guard(a_plan())
    stage.run_for(1)

    assert scene.broker.heard == []


def test_an_intent_nobody_wrote_down_is_guarded_by_nobody(stage: Stage) -> None:
    scene = Scene(stage)
    stage.expect_death(OCO)

    actor = scene.guard(None)

    assert actor.phase is Phase.ENDED
    assert scene.broker.heard == []


def test_a_successor_asks_the_broker_for_its_book_before_anything_else(stage: Stage) -> None:
    scene = Scene(stage)
    stage.store.append(STREAM, [BracketPlanned(at=NOW, plan=a_plan())])

    scene.guard(None)
    stage.run_for(10)

    assert [type(message) for message in scene.broker.heard[:2]] == [WatchQuote, RequestBook]
    assert scene.submitted == []
    assert len(scene.broker.of(RequestBook)) > 1
    assert stage.log.named("oco_adopted") == [{"intent": INTENT, "position": 0}]


def test_a_successor_repairs_the_protection_that_the_book_misses(stage: Stage) -> None:
    scene = Scene(stage)
    stage.store.append(STREAM, [BracketPlanned(at=NOW, plan=a_plan())])
    scene.broker.answers[RequestBook] = lambda _: a_book(executions=(a_fill("E", 2, "2.02"),), asked_at=stage.now)

    scene.guard(None)
    stage.run_for(4)

    (command,) = scene.submitted
    assert [(leg_of(order), order.quantity) for order in command.orders] == [(Leg.TARGET, 2), (Leg.STOP, 2)]
    assert not command.opens
    assert len(stage.log.named("position_unguarded")) == 1


def test_a_successor_of_one_that_sold_under_a_new_number_never_uses_it_again(stage: Stage) -> None:
    scene = Scene(stage)
    scene.broker.answers[RequestBook] = lambda _: a_book(executions=(a_fill("E", 2, "2.02"),), asked_at=stage.now)
    stage.store.append(STREAM, [BracketPlanned(at=NOW, plan=a_plan())])
    first = scene.guard(None)
    stage.run_for(4)
    first.fence()

    scene.guard(None)
    stage.run_for(4)

    orders = [order for command in scene.submitted for order in command.orders]
    assert [leg_of(order) for order in orders] == [Leg.TARGET, Leg.STOP] * 2
    assert len({order.ref for order in orders}) == 4


@pytest.mark.parametrize(
    "message",
    [WatchQuote(contract=a_contract(), watcher=OCO), UnwatchQuote(con_id=ConId(101), watcher=OCO)],
    ids=lambda message: type(message).__name__,
)
def test_what_is_said_once_about_a_quote_is_taken_by_a_full_mailbox_too(message: object) -> None:
    """The last word about one was refused by a full one, and it streamed on until the night."""
    full = Mailbox(1, lambda: 0.0)
    full.put(Envelope("anything"))

    assert full.put(Envelope(message))
