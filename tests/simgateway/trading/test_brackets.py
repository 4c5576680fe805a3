"""Brackets and OCA groups by their messages."""

from decimal import Decimal
from typing import Any

import pytest

from simgateway.config import ChildrenOnPartial
from simgateway.protocol.wire import Fields
from tests.simgateway.fake_market import CALL_ID
from tests.simgateway.rig import Rig

ENTRY, TARGET, STOP = 1, 2, 3


def _place_bracket(rig: Rig, quantity: int = 1, limit: str = "1.10", **last: object) -> list[Fields]:
    """Place an entry, its target and its stop, the last one transmitting."""
    rig.client.order(ENTRY, "BUY", quantity, "LMT", lmt=limit, transmit=0)
    rig.client.order(TARGET, "SELL", quantity, "LMT", lmt="1.50", tif="GTC", transmit=0, parent=ENTRY)
    stop: dict[str, object] = {"lmt": "0.78", "aux": "0.80", "tif": "GTC", "parent": ENTRY} | last
    rig.client.order(STOP, "SELL", quantity, "STP LMT", **stop)
    return rig.wait()


def _open_sizes(rig: Rig) -> dict[int, int]:
    return {row.order_id: row.quantity - row.filled for row in rig.gateway.books().open_orders}


def test_nothing_of_a_family_is_worked_before_the_transmitting_order() -> None:
    rig = Rig()
    rig.wait()

    frames = _place_bracket(rig, transmit=0)

    assert [row for row in frames if row[0] in {"3", "5"}] == []
    assert rig.gateway.books().positions == ()


def test_children_wait_for_their_parent() -> None:
    rig = Rig()
    frames = _place_bracket(rig, limit="0.90")

    risen = rig.quote("1.60", "1.70")

    assert rig.statuses(frames, ENTRY)[-1] == "Submitted"
    assert (rig.statuses(frames, TARGET), rig.statuses(frames, STOP)) == (["PreSubmitted"], ["PreSubmitted"])
    assert risen == []


def test_children_work_when_the_parent_has_filled() -> None:
    rig = Rig()

    frames = _place_bracket(rig)

    assert rig.statuses(frames, ENTRY)[-1] == "Filled"
    assert (rig.statuses(frames, TARGET)[-1], rig.statuses(frames, STOP)[-1]) == ("Submitted", "PreSubmitted")


def test_one_exits_fill_cancels_the_other() -> None:
    rig = Rig()
    _place_bracket(rig)

    frames = rig.quote("1.55", "1.60")

    assert (rig.statuses(frames, TARGET)[-1], rig.statuses(frames, STOP)) == ("Filled", ["Cancelled"])
    assert rig.gateway.books().positions == ()


def test_a_partly_filled_exit_shrinks_the_other() -> None:
    rig = Rig()
    _place_bracket(rig, 5)

    rig.quote("1.55", "1.60", 2)

    assert _open_sizes(rig) == {TARGET: 3, STOP: 3}


def test_cancelling_an_unfilled_parent_cancels_its_children() -> None:
    rig = Rig()
    _place_bracket(rig, limit="0.90")

    rig.client.send(4, 1, ENTRY, "")

    frames = rig.wait()
    assert [rig.statuses(frames, number) for number in (ENTRY, TARGET, STOP)] == [["Cancelled"]] * 3


def test_cancelling_one_child_leaves_the_other() -> None:
    rig = Rig()
    _place_bracket(rig)

    rig.client.send(4, 1, TARGET, "")
    rig.wait()

    assert _open_sizes(rig) == {STOP: 1}


@pytest.mark.parametrize(
    ("policy", "partly", "after_cancel"),
    [
        (ChildrenOnPartial.ARMED_AT_FIRST_FILL, "Submitted", {TARGET: 2, STOP: 2}),
        (ChildrenOnPartial.ARMED_WHEN_COMPLETE, "PreSubmitted", {TARGET: 2, STOP: 2}),
        (ChildrenOnPartial.CANCELLED_WITH_REMAINDER, "Submitted", {}),
    ],
)
def test_children_of_a_partly_filled_parent_follow_the_policy(
    policy: ChildrenOnPartial, partly: str, after_cancel: dict[int, int]
) -> None:
    rig = Rig(children_on_partial=policy)
    rig.market.show(CALL_ID, "1.00", "1.10", 2)
    frames = _place_bracket(rig, 5)
    rig.quote("1.00", "1.20", 2)

    rig.client.send(4, 1, ENTRY, "")
    rig.wait()

    assert rig.statuses(frames, TARGET)[-1] == partly
    assert _open_sizes(rig) == after_cancel


def test_an_armed_child_sells_no_more_than_its_parent_has_bought() -> None:
    rig = Rig()
    rig.market.show(CALL_ID, "1.00", "1.10", 2)
    _place_bracket(rig, 5)

    frames = rig.quote("1.60", "1.70", 50)

    assert [row[19] for row in frames if row[0] == "11"] == ["2"]
    assert rig.gateway.books().positions == ()


def test_changing_a_child_whose_parent_is_gone_needs_parent_id_0() -> None:
    rig = Rig()
    _place_bracket(rig)

    rig.client.order(STOP, "SELL", 1, "STP LMT", lmt="0.83", aux="0.85", tif="GTC", parent=ENTRY)
    refused = rig.wait()
    rig.client.order(STOP, "SELL", 1, "STP LMT", lmt="0.83", aux="0.85", tif="GTC", parent=0)
    rig.wait()

    assert rig.errors(refused) == [(str(STOP), "135")]
    assert {row.order_id: str(row.trigger) for row in rig.gateway.books().open_orders}[STOP] == "0.85"


def test_a_detached_child_still_cancels_its_sibling() -> None:
    rig = Rig()
    _place_bracket(rig)
    rig.client.order(STOP, "SELL", 1, "LMT", lmt="0.90", tif="GTC", parent=0)

    frames = rig.wait()

    assert (rig.statuses(frames, STOP)[-1], rig.statuses(frames, TARGET)) == ("Filled", ["Cancelled"])


def test_a_rejected_parent_takes_its_children_along() -> None:
    rig = Rig(start_cash=Decimal(100))

    frames = _place_bracket(rig)

    assert (str(ENTRY), "201") in rig.errors(frames)
    assert [rig.statuses(frames, number)[-1] for number in (ENTRY, TARGET, STOP)] == [
        "Inactive",
        "Cancelled",
        "Cancelled",
    ]


def test_a_day_child_dies_at_the_close_and_leaves_the_position_bare() -> None:
    rig = Rig()
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
def test_a_partial_fill_in_an_oca_group_cancels_or_reduces_by_its_type(kind: int, left: dict[int, int]) -> None:
    rig = Rig()
    _place_group(rig, kind)

    rig.quote("1.55", "1.60", 1)

    assert _open_sizes(rig) == left


@pytest.mark.parametrize("kind", [1, 2, 3])
def test_a_whole_fill_in_an_oca_group_cancels_the_rest(kind: int) -> None:
    rig = Rig()
    _place_group(rig, kind)

    rig.quote("1.55", "1.60", 10)

    assert _open_sizes(rig) == {}
    assert rig.gateway.books().positions == ()
