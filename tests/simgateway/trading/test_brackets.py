"""Brackets and OCA groups by their messages; what a partly filled parent does with its children is drawn three ways."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from simgateway.config import ChildrenOnPartial
from simgateway.protocol.wire import Fields
from tests.simgateway.fake_market import CALL_ID, PUT_ID, STOCK_ID
from tests.simgateway.rig import Rig

ENTRY, TARGET, STOP = 1, 2, 3
RigOf = Callable[..., Rig]


@pytest.fixture(params=list(ChildrenOnPartial), ids=str)
def policy(request: pytest.FixtureRequest) -> ChildrenOnPartial:
    """Run a test under each of the three policies."""
    chosen: ChildrenOnPartial = request.param
    return chosen


@pytest.fixture
def rig_of(policy: ChildrenOnPartial) -> RigOf:
    """Return what makes a rig under the test's policy."""
    return lambda **changes: Rig(children_on_partial=policy, **changes)


def _place_bracket(rig: Rig, quantity: int = 1, limit: str = "1.10", **last: object) -> list[Fields]:
    """Place an entry, its target and its stop, the last one transmitting."""
    rig.client.order(ENTRY, "BUY", quantity, "LMT", lmt=limit, transmit=0)
    rig.client.order(TARGET, "SELL", quantity, "LMT", lmt="1.50", tif="GTC", transmit=0, parent=ENTRY)
    stop: dict[str, object] = {"lmt": "0.78", "aux": "0.80", "tif": "GTC", "parent": ENTRY} | last
    rig.client.order(STOP, "SELL", quantity, "STP LMT", **stop)
    return rig.wait()


def _open_sizes(rig: Rig) -> dict[int, int]:
    return {row.order_id: row.quantity - row.filled for row in rig.gateway.books().open_orders}


def test_nothing_of_a_family_is_worked_before_the_transmitting_order(rig_of: RigOf) -> None:
    rig = rig_of()
    rig.wait()

    frames = _place_bracket(rig, transmit=0)

    assert [row for row in frames if row[0] in {"3", "5"}] == []
    assert rig.gateway.books().positions == ()


def test_children_wait_for_their_parent(rig_of: RigOf) -> None:
    rig = rig_of()
    frames = _place_bracket(rig, limit="0.90")

    risen = rig.quote("1.60", "1.70")

    assert rig.statuses(frames, ENTRY)[-1] == "Submitted"
    assert (rig.statuses(frames, TARGET), rig.statuses(frames, STOP)) == (["PreSubmitted"], ["PreSubmitted"])
    assert risen == []


def test_children_work_when_the_parent_has_filled(rig_of: RigOf) -> None:
    rig = rig_of()

    frames = _place_bracket(rig)

    assert rig.statuses(frames, ENTRY)[-1] == "Filled"
    assert (rig.statuses(frames, TARGET)[-1], rig.statuses(frames, STOP)[-1]) == ("Submitted", "PreSubmitted")


def test_one_exits_fill_cancels_the_other(rig_of: RigOf) -> None:
    rig = rig_of()
    _place_bracket(rig)

    frames = rig.quote("1.55", "1.60")

    assert (rig.statuses(frames, TARGET)[-1], rig.statuses(frames, STOP)) == ("Filled", ["Cancelled"])
    assert rig.gateway.books().positions == ()


def test_a_partly_filled_exit_shrinks_the_other(rig_of: RigOf) -> None:
    rig = rig_of()
    _place_bracket(rig, 5)

    rig.quote("1.55", "1.60", 2)

    assert _open_sizes(rig) == {TARGET: 3, STOP: 3}


def test_cancelling_an_unfilled_parent_cancels_its_children(rig_of: RigOf) -> None:
    rig = rig_of()
    _place_bracket(rig, limit="0.90")

    rig.client.send(4, 1, ENTRY, "")

    frames = rig.wait()
    assert [rig.statuses(frames, number) for number in (ENTRY, TARGET, STOP)] == [["Cancelled"]] * 3


def test_cancelling_one_child_leaves_the_other(rig_of: RigOf) -> None:
    rig = rig_of()
    _place_bracket(rig)

    rig.client.send(4, 1, TARGET, "")
    rig.wait()

    assert _open_sizes(rig) == {STOP: 1}


@pytest.mark.parametrize(
    ("chosen", "partly", "after_cancel"),
    [
        (ChildrenOnPartial.ARMED_AT_FIRST_FILL, "Submitted", {TARGET: 2, STOP: 2}),
        (ChildrenOnPartial.ARMED_WHEN_COMPLETE, "PreSubmitted", {TARGET: 2, STOP: 2}),
        (ChildrenOnPartial.CANCELLED_WITH_REMAINDER, "Submitted", {}),
    ],
)
def test_children_of_a_partly_filled_parent_follow_the_policy(
    chosen: ChildrenOnPartial, partly: str, after_cancel: dict[int, int]
) -> None:
    rig = Rig(children_on_partial=chosen)
    rig.market.show(CALL_ID, "1.00", "1.10", 2)
    frames = _place_bracket(rig, 5)
    rig.quote("1.00", "1.20", 2)

    rig.client.send(4, 1, ENTRY, "")
    rig.wait()

    assert rig.statuses(frames, TARGET)[-1] == partly
    assert _open_sizes(rig) == after_cancel


def test_a_child_sells_no_more_than_its_parent_has_bought(rig_of: RigOf, policy: ChildrenOnPartial) -> None:
    rig = rig_of()
    rig.market.show(CALL_ID, "1.00", "1.10", 2)
    _place_bracket(rig, 5)

    frames = rig.quote("1.60", "1.70", 50)

    sold = [] if policy is ChildrenOnPartial.ARMED_WHEN_COMPLETE else ["2"]
    assert [row[19] for row in frames if row[0] == "11"] == sold
    assert sum(row.quantity for row in rig.gateway.books().positions) == (0 if sold else 2)


def test_what_the_parent_still_brings_in_is_sold_too(rig_of: RigOf) -> None:
    rig = rig_of()
    rig.market.show(CALL_ID, "1.00", "1.10", 2)
    _place_bracket(rig, 5)

    rig.quote("1.00", "1.09", 50)
    rig.quote("1.60", "1.70", 50)

    assert (_open_sizes(rig), rig.gateway.books().positions) == ({}, ())


def test_a_parent_made_as_small_as_it_has_filled_is_complete(rig_of: RigOf) -> None:
    rig = rig_of()
    rig.market.show(CALL_ID, "1.00", "1.10", 2)
    _place_bracket(rig, 5)

    rig.client.order(ENTRY, "BUY", 1, "LMT", lmt="1.10")

    frames = rig.wait()
    assert rig.statuses(frames, ENTRY)[-1] == "Filled"
    assert _open_sizes(rig) == {TARGET: 2, STOP: 2}
    assert {row.stage for row in rig.gateway.books().open_orders} == {"working"}


def test_two_targets_and_one_stop_never_sell_more_than_was_bought(rig_of: RigOf) -> None:
    rig = rig_of()
    rig.client.order(ENTRY, "BUY", 5, "LMT", lmt="1.10", transmit=0)
    rig.client.order(TARGET, "SELL", 2, "LMT", lmt="1.50", transmit=0, parent=ENTRY)
    rig.client.order(STOP, "SELL", 3, "LMT", lmt="1.70", transmit=0, parent=ENTRY)
    rig.client.order(4, "SELL", 5, "STP LMT", lmt="0.78", aux="0.80", parent=ENTRY)
    rig.wait()

    rig.quote("1.55", "1.60", 10)
    after_the_first = _open_sizes(rig)
    rig.quote("1.75", "1.80", 10)

    assert after_the_first == {STOP: 3, 4: 3}
    assert (_open_sizes(rig), rig.gateway.books().positions) == ({}, ())


def test_a_price_changed_in_ignorance_of_a_siblings_fill_keeps_the_smaller_size(rig_of: RigOf) -> None:
    rig = rig_of()
    _place_bracket(rig, 5)
    rig.quote("1.55", "1.60", 2)

    rig.client.order(STOP, "SELL", 5, "STP LMT", lmt="0.83", aux="0.85", tif="GTC", parent=0)
    rig.wait()

    assert _open_sizes(rig) == {TARGET: 3, STOP: 3}


def test_a_size_asked_for_after_a_smaller_one_is_meant_as_it_stands(rig_of: RigOf) -> None:
    rig = rig_of()
    _place_bracket(rig, 5)
    rig.quote("1.55", "1.60", 2)

    for quantity in (2, 3):
        rig.client.order(STOP, "SELL", quantity, "STP LMT", lmt="0.78", aux="0.80", tif="GTC", parent=0)
        rig.wait()

    assert _open_sizes(rig) == {TARGET: 3, STOP: 3}


def test_a_child_cannot_be_made_bigger_than_what_its_parent_left(rig_of: RigOf) -> None:
    rig = rig_of()
    rig.buy(10)
    rig.client.order(2, "BUY", 5, "LMT", lmt="1.10", transmit=0)
    rig.client.order(3, "SELL", 5, "LMT", lmt="1.50", parent=2)
    rig.wait()

    rig.client.order(3, "SELL", 9, "LMT", lmt="1.50", parent=0)
    rig.wait()
    rig.quote("1.55", "1.60", 50)

    assert [row.quantity for row in rig.gateway.books().positions] == [10]


def test_an_options_exit_cannot_be_detached_while_its_entry_rests_on_the_other_side(rig_of: RigOf) -> None:
    rig = rig_of()
    rig.buy(1)
    rig.client.order(2, "BUY", 1, "LMT", lmt="0.90", transmit=0)
    rig.client.order(3, "SELL", 1, "LMT", lmt="1.50", parent=2)
    rig.wait()

    rig.client.order(3, "SELL", 1, "LMT", lmt="1.50", parent=0)

    assert rig.errors(rig.wait()) == [("3", "201")]
    assert {row.order_id: row.stage for row in rig.gateway.books().open_orders} == {2: "working", 3: "waiting"}


def test_a_share_order_joins_and_leaves_a_bracket(rig_of: RigOf) -> None:
    rig = rig_of()
    share = {"con_id": STOCK_ID}
    rig.market.show(STOCK_ID, "100.00", "100.02", 500)
    rig.buy(100, con_id=STOCK_ID)
    rig.client.order(2, "BUY", 100, "LMT", lmt="99.00", **share)
    rig.client.order(3, "SELL", 100, "LMT", lmt="101.00", **share)
    rig.wait()

    rig.client.order(3, "SELL", 100, "LMT", lmt="101.00", parent=2, **share)
    joined = rig.statuses(rig.wait(), 3)
    rig.client.order(3, "SELL", 100, "LMT", lmt="101.00", parent=0, **share)
    left = rig.statuses(rig.wait(), 3)

    assert (joined, left) == (["PreSubmitted"], ["Submitted"])


def test_a_child_cannot_change_its_parent(rig_of: RigOf) -> None:
    rig = rig_of()
    _place_bracket(rig, limit="0.90")
    rig.client.order(4, "BUY", 1, "LMT", lmt="0.80")
    rig.wait()

    rig.client.order(STOP, "SELL", 1, "STP LMT", lmt="0.78", aux="0.80", parent=4)

    assert rig.errors(rig.wait()) == [(str(STOP), "10341")]


def test_a_held_family_can_be_changed_before_it_is_sent(rig_of: RigOf) -> None:
    rig = rig_of()
    _place_bracket(rig, transmit=0)

    rig.client.order(ENTRY, "BUY", 2, "LMT", lmt="0.90", transmit=0)
    rig.client.order(TARGET, "SELL", 2, "LMT", lmt="1.60", tif="GTC", transmit=0, parent=ENTRY)
    rig.client.order(STOP, "SELL", 2, "STP LMT", lmt="0.58", aux="0.60", tif="GTC", parent=ENTRY)
    rig.wait()

    assert _open_sizes(rig) == {ENTRY: 2, TARGET: 2, STOP: 2}
    assert {row.stage for row in rig.gateway.books().open_orders} == {"working", "waiting"}


def test_a_held_child_detached_is_sent_alone(rig_of: RigOf) -> None:
    rig = rig_of()
    rig.buy(1, order_id=9)
    rig.client.order(10, "BUY", 1, "LMT", lmt="0.90", transmit=0)
    rig.client.order(11, "SELL", 1, "LMT", lmt="1.60", transmit=0, parent=10)

    rig.client.order(11, "SELL", 1, "LMT", lmt="1.60", parent=0)

    assert rig.statuses(rig.wait(), 11) == ["PreSubmitted", "Submitted"]
    assert {row.order_id: row.stage for row in rig.gateway.books().open_orders} == {10: "held", 11: "working"}


def test_cancelling_a_held_parent_takes_its_held_children_along(rig_of: RigOf) -> None:
    rig = rig_of()
    _place_bracket(rig, transmit=0)

    rig.client.send(4, 1, ENTRY, "")
    rig.wait()

    assert _open_sizes(rig) == {}


def test_a_global_cancel_takes_what_is_held_and_what_travels(rig_of: RigOf) -> None:
    rig = rig_of(delay_ms=(1000, 1000))
    _place_bracket(rig, transmit=0)
    rig.client.order(9, "BUY", 1, "LMT", lmt="0.90")

    rig.client.send(58, 1)
    rig.wait(10)

    assert _open_sizes(rig) == {}


def test_a_child_on_another_contract_is_checked_when_its_turn_comes(rig_of: RigOf) -> None:
    rig = rig_of(start_cash=Decimal(150))
    rig.client.order(ENTRY, "BUY", 1, "LMT", lmt="1.10", transmit=0)
    rig.client.order(TARGET, "BUY", 5, "LMT", lmt="1.10", con_id=PUT_ID, parent=ENTRY)

    frames = rig.wait()

    assert rig.errors(frames) == [(str(TARGET), "201")]
    assert rig.statuses(frames, TARGET)[-1] == "Inactive"


def test_changing_a_child_whose_parent_is_gone_needs_parent_id_0(rig_of: RigOf) -> None:
    rig = rig_of()
    _place_bracket(rig)

    rig.client.order(STOP, "SELL", 1, "STP LMT", lmt="0.83", aux="0.85", tif="GTC", parent=ENTRY)
    refused = rig.wait()
    rig.client.order(STOP, "SELL", 1, "STP LMT", lmt="0.83", aux="0.85", tif="GTC", parent=0)
    rig.wait()

    assert rig.errors(refused) == [(str(STOP), "135")]
    assert {row.order_id: str(row.trigger) for row in rig.gateway.books().open_orders}[STOP] == "0.85"


def test_a_detached_child_still_cancels_its_sibling(rig_of: RigOf) -> None:
    rig = rig_of()
    _place_bracket(rig)
    rig.client.order(STOP, "SELL", 1, "LMT", lmt="0.90", tif="GTC", parent=0)

    frames = rig.wait()

    assert (rig.statuses(frames, STOP)[-1], rig.statuses(frames, TARGET)) == ("Filled", ["Cancelled"])


def test_a_rejected_parent_takes_its_children_along(rig_of: RigOf) -> None:
    rig = rig_of(start_cash=Decimal(100))

    frames = _place_bracket(rig)

    assert (str(ENTRY), "201") in rig.errors(frames)
    assert [rig.statuses(frames, number)[-1] for number in (ENTRY, TARGET, STOP)] == [
        "Inactive",
        "Cancelled",
        "Cancelled",
    ]


def test_a_day_child_dies_at_the_close_and_leaves_the_position_bare(rig_of: RigOf) -> None:
    rig = rig_of()
    _place_bracket(rig, tif="DAY")

    rig.wait(8 * 3600)

    assert _open_sizes(rig) == {TARGET: 1}
    assert len(rig.gateway.books().positions) == 1


def _place_group(rig: Rig, kind: int) -> None:
    rig.buy(4)
    common: dict[str, Any] = {"oca": "exits", "oca_type": kind, "tif": "GTC"}
    rig.client.order(TARGET, "SELL", 4, "LMT", lmt="1.50", **common)
    rig.client.order(STOP, "SELL", 4, "STP LMT", lmt="0.78", aux="0.80", **common)
    rig.wait()


@pytest.mark.parametrize(("kind", "left"), [(1, {TARGET: 3}), (2, {TARGET: 3, STOP: 3}), (3, {TARGET: 3, STOP: 3})])
def test_a_partial_fill_in_an_oca_group_cancels_or_reduces_by_its_type(
    rig_of: RigOf, kind: int, left: dict[int, int]
) -> None:
    rig = rig_of()
    _place_group(rig, kind)

    rig.quote("1.55", "1.60", 1)

    assert _open_sizes(rig) == left


@pytest.mark.parametrize("kind", [1, 2, 3])
def test_a_whole_fill_in_an_oca_group_cancels_the_rest(rig_of: RigOf, kind: int) -> None:
    rig = rig_of()
    _place_group(rig, kind)

    rig.quote("1.55", "1.60", 10)

    assert _open_sizes(rig) == {}
    assert rig.gateway.books().positions == ()


def test_an_oca_member_changed_in_ignorance_of_a_fill_keeps_its_smaller_size(rig_of: RigOf) -> None:
    rig = rig_of()
    _place_group(rig, 2)
    rig.quote("1.55", "1.60", 2)

    rig.client.order(STOP, "SELL", 4, "LMT", lmt="1.60", oca="exits", oca_type=2, tif="GTC")
    rig.wait()
    rig.quote("1.65", "1.70", 10)

    assert (_open_sizes(rig), rig.gateway.books().positions) == ({}, ())


def test_an_oca_group_cannot_be_changed(rig_of: RigOf) -> None:
    rig = rig_of()
    _place_group(rig, 1)

    rig.client.order(STOP, "SELL", 4, "STP LMT", lmt="0.78", aux="0.80", tif="GTC", oca="others")

    assert rig.errors(rig.wait()) == [(str(STOP), "10326")]


def test_of_two_entries_in_a_group_only_one_fills(rig_of: RigOf) -> None:
    rig = rig_of()
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.90", oca="entries", oca_type=1, transmit=0)
    rig.client.order(2, "SELL", 1, "LMT", lmt="1.50", parent=1)
    rig.client.order(3, "BUY", 1, "LMT", lmt="0.80", oca="entries", oca_type=1, con_id=PUT_ID)
    rig.wait()

    rig.quote("0.85", "0.88")

    assert _open_sizes(rig) == {2: 1}
