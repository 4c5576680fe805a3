from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from actors.broker_items import BOOK_MESSAGES
from domain.commands import CancelOrder, ModifyOrder, SubmitOrders
from domain.events import LossLimitReached, OrdersRefused, Resynchronised
from domain.ids import Epoch
from domain.order_specs import OrderSpec
from domain.pacing import PacingLimits
from tests.actors.broker_scene import OCO, Scene, a_family, a_question, an_exit
from tests.actors.stage import Stage
from tests.builders import NOW, a_book

LOST, KEPT_STREAMS, APART = 1100, 1102, 2110


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return Scene(stage)


def refs_of(*orders: OrderSpec) -> tuple[str, ...]:
    return tuple(order.ref for order in orders)


def refusals(scene: Scene) -> list[tuple[tuple[str, ...], str]]:
    return [(refused.refs, refused.reason) for refused in scene.oco.of(OrdersRefused)]


def test_a_bracket_is_placed_in_its_order(stage: Stage, scene: Scene) -> None:
    scene.open()

    scene.tell(scene.submit(*a_family()))

    assert scene.placed == list(refs_of(*a_family()))
    assert [line["ref"] for line in stage.log.named("order_placement")] == scene.placed


def test_what_a_retired_life_says_is_refused_and_nothing_of_it_placed(stage: Stage, scene: Scene) -> None:
    scene.open()
    old = stage.directory.epoch(OCO)
    stage.directory.advance_epoch(OCO)

    scene.tell(scene.submit(*a_family(), epoch=old), scene.submit(an_exit(), opens=False, epoch=old))

    assert scene.placed == []
    assert [refs for refs, _ in refusals(scene)] == [refs_of(*a_family()), refs_of(an_exit())]
    assert all("retired" in reason for _, reason in refusals(scene))


@pytest.mark.parametrize(("seconds", "sent"), [(0.0, True), (-0.001, False)])
def test_an_entry_leaves_no_later_than_its_quote_allows(scene: Scene, seconds: float, sent: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    scene.open()
    until = scene.stage.now + timedelta(seconds=seconds)

    scene.tell(replace(scene.submit(*a_family()), valid_until=until))

    assert (scene.placed == list(refs_of(*a_family()))) is sent
    assert [reason for _, reason in refusals(scene)] == ([] if sent else ["its quote is too old by now"])


def test_what_a_retired_life_would_change_or_cancel_stays_as_it_is(stage: Stage, scene: Scene) -> None:
    scene.open()
    old = Epoch(stage.directory.epoch(OCO))
    stage.directory.advance_epoch(OCO)

    scene.tell(
        CancelOrder(sender=OCO, epoch=old, ref=an_exit().ref), ModifyOrder(sender=OCO, epoch=old, order=an_exit())
    )

    assert scene.gateway.port.of("cancel", "modify") == []
    assert len(stage.log.named("order_refused")) == 2


@pytest.mark.parametrize("opens", [True, False])
def test_before_the_broker_is_ready_nothing_is_placed(scene: Scene, opens: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    scene.gateway.held.add("book")
    scene.open()

    scene.tell(scene.submit(an_exit(), opens=opens))
    scene.gateway.release(a_book())

    assert scene.placed == []
    assert refusals(scene) == [(refs_of(an_exit()), "the broker is not ready")]


def test_the_same_ref_is_never_placed_twice_and_nobody_is_told_that_it_was_not_sent(stage: Stage, scene: Scene) -> None:
    scene.open()

    scene.tell(scene.submit(*a_family()), scene.submit(*a_family()))

    assert scene.placed == list(refs_of(*a_family()))
    assert [line["reason"] for line in stage.log.named("order_refused")] == ["sent before"]
    assert refusals(scene) == []


def test_not_even_over_a_new_connection(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.tell(scene.submit(*a_family()))
    scene.lose()
    stage.run_for(2)

    scene.tell(scene.submit(*a_family()))

    assert scene.gateway.ports[1].of("place") == []


def test_what_was_sent_is_known_for_as_long_as_its_sender_lives_and_for_a_week(stage: Stage, scene: Scene) -> None:
    scene.open()
    other, late = stage.cast("oco:b").name, timedelta(days=8)
    scene.tell(scene.submit(*a_family("a")))

    stage.clock.set_on = late
    scene.tell(scene.submit(*a_family("b"), sender=other), scene.submit(*a_family("a"), sender=other))
    while_it_lived = len(scene.placed)
    scene.oco.fence()
    scene.tell(scene.submit(*a_family("b"), sender=other), scene.submit(*a_family("c"), sender=other))
    scene.tell(scene.submit(*a_family("a"), sender=other), scene.submit(*a_family("b"), sender=other))

    assert while_it_lived == 6
    assert scene.placed[6:] == [*refs_of(*a_family("c")), *refs_of(*a_family("a"))]


def test_read_only_places_changes_and_cancels_nothing(stage: Stage, scene: Scene) -> None:
    scene.open(read_only=True)
    epoch = Epoch(stage.directory.epoch(OCO))

    scene.tell(
        scene.submit(*a_family()),
        scene.submit(an_exit(), opens=False),
        ModifyOrder(sender=OCO, epoch=epoch, order=an_exit()),
        CancelOrder(sender=OCO, epoch=epoch, ref=an_exit().ref),
    )

    assert scene.gateway.port.of("place", "modify", "cancel") == []
    assert [reason for _, reason in refusals(scene)] == ["read-only", "read-only"]


def test_orders_overtake_a_hundred_questions_that_wait(stage: Stage, scene: Scene) -> None:
    scene.open()
    asked = [stage.asking("broker", a_question(number)) for number in range(100)]
    stage.run_for(0.01)

    scene.tell(scene.submit(*a_family()))

    assert len(scene.placed) == 3
    assert len(scene.gateway.port.of("quote")) < 40  # What the reserve leaves of a second.
    for one in asked:
        stage.host.run(one)
    assert len(scene.gateway.port.of("quote")) == 100


def test_the_legs_of_each_bracket_leave_back_to_back_however_many_wait(stage: Stage, scene: Scene) -> None:
    scene.open(pacing=PacingLimits(messages_per_second=10, order_reserve=4))
    families = [a_family(str(number)) for number in range(4)]
    stage.asking("broker", a_question(1))
    stage.run_for(0.01)

    scene.tell(*(scene.submit(*family) for family in families))
    stage.run_for(5)

    sent = [one for one in scene.gateway.port.sent if one.what == "place"]
    groups = [sent[place : place + 3] for place in range(0, 12, 3)]
    assert [[one.detail for one in group] for group in groups] == [list(refs_of(*family)) for family in families]
    assert all(len({one.at for one in group}) == 1 for group in groups)
    assert len({one.at for one in sent}) > 1


def test_an_exit_overtakes_entries_that_wait(stage: Stage, scene: Scene) -> None:
    scene.open(pacing=PacingLimits(messages_per_second=8, order_reserve=2))
    families = [a_family(str(number)) for number in range(6)]

    scene.tell(*(scene.submit(*family) for family in families), scene.submit(an_exit(), opens=False))
    stage.run_for(5)

    assert len(scene.placed) == 19
    assert scene.placed.index(an_exit().ref) < 9


def test_a_cancel_and_a_change_are_sent_and_said(stage: Stage, scene: Scene) -> None:
    scene.open()
    epoch = Epoch(stage.directory.epoch(OCO))

    scene.tell(
        ModifyOrder(sender=OCO, epoch=epoch, order=an_exit()), CancelOrder(sender=OCO, epoch=epoch, ref=an_exit().ref)
    )

    assert [(one.what, one.detail) for one in scene.gateway.port.sent[-2:]] == [
        ("modify", an_exit().ref),
        ("cancel", an_exit().ref),
    ]
    assert len(stage.log.named("order_modify_sent")) == len(stage.log.named("order_cancel_sent")) == 1


def test_what_the_port_cannot_send_is_refused_and_may_be_tried_again(scene: Scene) -> None:
    scene.open()
    entry, target, stop = a_family()
    scene.gateway.unreachable = {target.ref}

    scene.tell(scene.submit(entry, target, stop))
    refused = refusals(scene)
    scene.gateway.unreachable = set()
    scene.tell(scene.submit(target, stop, opens=False))

    assert refused == [(refs_of(target, stop), "not connected")]
    assert scene.placed == list(refs_of(entry, target, stop))


def crowd(scene: Scene) -> tuple[SubmitOrders, ...]:
    """Return more brackets than leave at once, when a second has room for 12 messages, five of them the book's."""
    return tuple(scene.submit(*a_family(str(number))) for number in range(4))


@pytest.mark.parametrize("code", [LOST, APART])
def test_entries_that_wait_for_room_do_not_leave_once_the_gateway_is_cut_off(
    stage: Stage, scene: Scene, code: int
) -> None:
    scene.open(pacing=PacingLimits(messages_per_second=12, order_reserve=6))
    scene.tell(*crowd(scene))
    placed_before = len(scene.placed)

    scene.code(code)
    stage.run_for(5)

    assert 0 < placed_before < 12
    assert len(scene.placed) == placed_before
    assert len(refusals(scene)) == (12 - placed_before) // 3


def test_nor_on_the_next_connection_before_it_is_reconciled(stage: Stage, scene: Scene) -> None:
    scene.open(pacing=PacingLimits(messages_per_second=BOOK_MESSAGES + 1 + 6, order_reserve=6))
    scene.tell(*crowd(scene))
    placed_before = len(scene.placed)
    scene.gateway.held.add("book")

    scene.code(LOST)
    scene.code(KEPT_STREAMS)
    stage.run_for(5)

    assert 0 < placed_before < 12
    assert len(scene.placed) == placed_before
    assert len(scene.oco.of(Resynchronised)) == 1


def test_orders_that_wait_for_room_do_not_leave_once_their_sender_was_retired(stage: Stage, scene: Scene) -> None:
    scene.open(pacing=PacingLimits(messages_per_second=12, order_reserve=6))
    scene.tell(*crowd(scene))
    placed_before = len(scene.placed)

    stage.directory.advance_epoch(OCO)
    stage.run_for(5)

    assert len(scene.placed) == placed_before


def test_what_the_operator_forbids_does_not_leave_and_what_guards_does(scene: Scene) -> None:
    scene.open()
    scene.forbidden = "halted by ./bot halt"

    scene.tell(scene.submit(*a_family()), scene.submit(an_exit("b"), opens=False))

    assert scene.placed == list(refs_of(an_exit("b")))
    assert refusals(scene) == [(refs_of(*a_family()), "halted by ./bot halt")]


def test_no_entry_leaves_once_the_days_loss_is_reached_and_what_guards_does(scene: Scene) -> None:
    scene.open()
    scene.latch.close(LossLimitReached(at=NOW, day=NOW.date(), loss=Decimal(1600), limit=Decimal(1500)))

    scene.tell(scene.submit(*a_family()), scene.submit(an_exit("b"), opens=False))

    assert scene.placed == list(refs_of(an_exit("b")))
    assert refusals(scene) == [(refs_of(*a_family()), "the day lost 1600.00 USD of at most 1500.00")]


def test_an_entry_that_waits_for_its_turn_does_not_leave_after_a_halt(stage: Stage, scene: Scene) -> None:
    scene.open(pacing=PacingLimits(messages_per_second=10, order_reserve=0))
    for number in range(4):
        stage.directory.address("broker").tell(scene.submit(*a_family(f"e{number}")))
    stage.run_for(0.01)
    sent = len(scene.placed)
    assert 0 < sent < 12

    scene.forbidden = "halted by ./bot halt"
    stage.run_for(5)

    assert len(scene.placed) == sent
    assert {reason for _, reason in refusals(scene)} == {"halted by ./bot halt"}
