"""Brackets as each client sees them, under each of the three things a partly filled parent may do with its children."""

from dataclasses import dataclass

import pytest

from simgateway.config import ChildrenOnPartial
from tests.conformance.stage import CALL, Line, Stage

CALL_ID = int(CALL["con_id"])
NEVER = (100_000.0, 100_000.0)
POLICIES = pytest.mark.parametrize("policy", list(ChildrenOnPartial), ids=str)


@dataclass(frozen=True)
class Bracket:
    """The ids of a bracket's orders."""

    entry: int
    target: int
    stop: int


def bracket(line: Line, quantity: int = 1, limit: float = 1.1) -> Bracket:
    """Place an entry with its target and its stop; the last one lets all go."""
    entry = line.place(CALL, action="BUY", quantity=quantity, type="LMT", limit=limit, transmit=False)
    child = {"action": "SELL", "quantity": quantity, "tif": "GTC", "parent": entry}
    target = line.place(CALL, type="LMT", limit=1.5, transmit=False, **child)
    stop = line.place(CALL, type="STP LMT", trigger=0.8, limit=0.78, transmit=True, **child)
    return Bracket(entry, target, stop)


def partly(stage: Stage, policy: ChildrenOnPartial) -> tuple[Line, Bracket]:
    """Return a bracket of four whose entry has filled one; nothing more will by itself."""
    stage.gateway(children_on_partial=policy, refill_seconds=NEVER)
    stage.show(CALL_ID, "1.00", "1.10", size=1)
    line = stage.line()
    placed = bracket(line, quantity=4)
    line.until("fill", order=placed.entry, cumulative=1.0)
    return line, placed


@POLICIES
def test_children_wait_for_their_parent(stage: Stage, policy: ChildrenOnPartial) -> None:
    stage.gateway(children_on_partial=policy)
    line = stage.line()

    placed = bracket(line, limit=0.9)

    line.until_status(placed.entry, "Submitted")
    assert line.until_status(placed.target, "PreSubmitted")["parent"] == placed.entry
    assert line.until_status(placed.stop, "PreSubmitted")["parent"] == placed.entry


@POLICIES
def test_children_work_when_the_parent_has_filled(stage: Stage, policy: ChildrenOnPartial) -> None:
    stage.gateway(children_on_partial=policy)
    line = stage.line()

    placed = bracket(line)

    line.until_status(placed.entry, "Filled")
    line.until_status(placed.target, "Submitted")
    assert line.statuses(placed.stop) == ["PreSubmitted"]


@POLICIES
def test_a_filled_target_cancels_the_stop(stage: Stage, policy: ChildrenOnPartial) -> None:
    stage.gateway(children_on_partial=policy)
    line = stage.line()
    placed = bracket(line)
    line.until_status(placed.target, "Submitted")

    stage.show(CALL_ID, "1.55", "1.60")

    assert line.until_status(placed.target, "Filled")["average"] == 1.5
    assert line.until_status(placed.stop, "Cancelled")["filled"] == 0.0
    line.until("error", id=placed.stop, code=202)
    assert line.until("commission", count=2)["realized"] == 38.0  # 150 - 1 for 110 + 1
    assert line.life(placed.entry) == ["PreSubmitted", "Filled"]
    assert line.life(placed.target) == ["PreSubmitted", "Submitted", "Filled"]
    assert line.life(placed.stop) == ["PreSubmitted", "Cancelled", 202]


@POLICIES
def test_a_filled_stop_cancels_the_target(stage: Stage, policy: ChildrenOnPartial) -> None:
    stage.gateway(children_on_partial=policy)
    line = stage.line()
    placed = bracket(line)
    line.until_status(placed.target, "Submitted")

    stage.move(line, CALL, ("0.79", "0.80"), ("0.78", "0.79"))

    assert line.until_status(placed.stop, "Filled")["average"] == 0.78
    assert line.until_status(placed.target, "Cancelled")["filled"] == 0.0
    line.until("error", id=placed.target, code=202)
    assert line.until("commission", count=2)["realized"] == -34.0  # 78 - 1 for 110 + 1
    assert line.life(placed.stop) == ["PreSubmitted", "Submitted", "Filled"]
    assert line.life(placed.target) == ["PreSubmitted", "Submitted", "Cancelled", 202]


@POLICIES
def test_a_cancelled_parent_takes_its_children_along(stage: Stage, policy: ChildrenOnPartial) -> None:
    stage.gateway(children_on_partial=policy)
    line = stage.line()
    placed = bracket(line, limit=0.9)
    line.until_status(placed.stop, "PreSubmitted")

    line.do("cancel", id=placed.entry)

    for order in (placed.entry, placed.target, placed.stop):
        assert line.until_status(order, "Cancelled")
        line.until("error", id=order, code=202)
    assert line.life(placed.entry) == ["PreSubmitted", "Submitted", "Cancelled", 202]
    assert line.life(placed.target) == line.life(placed.stop) == ["PreSubmitted", "Cancelled", 202]


@POLICIES
def test_a_partly_filled_parent_arms_its_children_as_chosen(stage: Stage, policy: ChildrenOnPartial) -> None:
    line, placed = partly(stage, policy)
    is_late = policy is ChildrenOnPartial.ARMED_WHEN_COMPLETE

    stage.show(CALL_ID, "1.55", "1.60", size=1)

    if is_late:
        stage.move(line, CALL, ("1.56", "1.61"))
        assert "Submitted" not in line.statuses(placed.target)
    else:
        assert line.until("fill", order=placed.target)["shares"] == 1.0


@POLICIES
def test_cancelling_the_rest_of_a_parent_leaves_what_was_chosen(stage: Stage, policy: ChildrenOnPartial) -> None:
    line, placed = partly(stage, policy)

    line.do("cancel", id=placed.entry)

    assert line.until_status(placed.entry, "Cancelled")["filled"] == 1.0
    if policy is ChildrenOnPartial.CANCELLED_WITH_REMAINDER:
        assert line.until_status(placed.stop, "Cancelled")
        assert line.until_status(placed.target, "Cancelled")
    else:
        assert line.until("order", order=placed.target, quantity=1.0)
        assert line.until("order", order=placed.stop, quantity=1.0)


@POLICIES
def test_a_bracket_is_found_again_after_a_reconnection(stage: Stage, policy: ChildrenOnPartial) -> None:
    stage.gateway(children_on_partial=policy)
    line = stage.line(4)
    placed = bracket(line)
    line.until_status(placed.target, "Submitted")
    stage.hang_up(line)

    again = stage.line(4)
    again.do("open_orders")

    assert again.until("order", order=placed.target)["type"] == "LMT"
    assert again.until("order", order=placed.stop)["trigger"] == 0.8


@POLICIES
def test_a_child_may_be_changed_while_it_works(stage: Stage, policy: ChildrenOnPartial) -> None:
    stage.gateway(children_on_partial=policy)
    line = stage.line()
    placed = bracket(line)
    line.until_status(placed.target, "Submitted")

    line.place(CALL, id=placed.target, action="SELL", type="LMT", limit=1.3, tif="GTC", parent=0)
    line.until("order", order=placed.target, limit=1.3)
    stage.show(CALL_ID, "1.35", "1.40")

    assert line.until_status(placed.target, "Filled")["average"] == 1.3
    assert line.until_status(placed.stop, "Cancelled")


@POLICIES
def test_changing_a_child_that_still_names_its_filled_parent_is_135(stage: Stage, policy: ChildrenOnPartial) -> None:
    stage.gateway(children_on_partial=policy)
    line = stage.line()
    placed = bracket(line)
    line.until_status(placed.target, "Submitted")

    line.place(CALL, id=placed.target, action="SELL", type="LMT", limit=1.3, tif="GTC", parent=placed.entry)

    assert line.until("error", id=placed.target)["code"] == 135
    before = len(line.all("orders_end"))
    line.do("open_orders")
    line.until("orders_end", count=before + 1)
    told = [row for row in line.all("order", order=placed.target) if row["limit"] == 1.5]
    assert told[-1]["quantity"] == 1.0  # It works on as it was.


@POLICIES
def test_a_child_of_a_parent_that_is_not_there_is_135(stage: Stage, policy: ChildrenOnPartial) -> None:
    stage.gateway(children_on_partial=policy)
    line = stage.line()

    order = line.place(CALL, action="SELL", type="LMT", limit=1.5, parent=4711)

    assert line.until("error", id=order)["code"] == 135


@POLICIES
def test_a_parent_that_fills_in_parts_to_its_end_has_exits_for_all_of_it(
    stage: Stage, policy: ChildrenOnPartial
) -> None:
    line, placed = partly(stage, policy)

    stage.show(CALL_ID, "1.01", "1.10", size=3)
    line.until_status(placed.entry, "Filled")
    line.until_status(placed.target, "Submitted")
    stage.show(CALL_ID, "1.55", "1.60", size=10)

    end = line.until_status(placed.target, "Filled")
    line.until("error", id=placed.stop, code=202)
    assert (end["filled"], end["average"]) == (4.0, 1.5)
    assert line.life(placed.stop) == ["PreSubmitted", "Cancelled", 202]
    assert stage.host.call(lambda gateway: gateway.books().positions) == ()


@POLICIES
def test_the_stop_of_a_partly_filled_parent_closes_what_it_may(stage: Stage, policy: ChildrenOnPartial) -> None:
    line, placed = partly(stage, policy)
    is_late = policy is ChildrenOnPartial.ARMED_WHEN_COMPLETE

    stage.move(line, CALL, ("0.78", "0.80"), ("0.78", "0.79"), ("0.78", "0.80"))

    if is_late:
        assert line.until("fill", order=placed.entry, count=2)  # The entry takes the fallen ask; its stop is not armed.
        return
    assert line.until("fill", order=placed.stop)["price"] == 0.78
