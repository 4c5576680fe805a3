"""Orders placed and cancelled in TWS itself, and who hears of them."""

from decimal import Decimal

import pytest

from simgateway.trading.by_hand import HandOrder, HandOrderError
from tests.simgateway.fake_market import CALL_ID
from tests.simgateway.rig import Rig

RESTING = HandOrder(con_id=CALL_ID, action="BUY", quantity=1, order_type="LMT", limit=Decimal("0.90"))
CLOSING = HandOrder(con_id=CALL_ID, action="SELL", quantity=1)


def test_closing_by_hand_tells_the_program_only_by_its_position() -> None:
    rig = Rig()
    rig.buy()
    rig.client.send(61, 1)
    rig.wait()

    rig.gateway.desk.place_by_hand(CLOSING)

    frames = rig.wait()
    assert {row[0] for row in frames} == {"61"}
    assert frames[-1][14] == "0"


def test_an_order_by_hand_is_seen_by_who_asks_for_all_with_order_id_0() -> None:
    rig = Rig()
    perm_id = rig.gateway.desk.place_by_hand(RESTING)
    rig.wait()

    rig.client.send(5, 1)
    own = rig.wait()
    rig.client.send(16, 1)
    everybodys = rig.wait()

    assert [row[0] for row in own] == ["53"]
    (order,) = [row for row in everybodys if row[0] == "5"]
    assert (order[1], order[24], order[25]) == ("0", "0", str(perm_id))


def test_client_0_binds_orders_by_hand_under_negative_ids_and_can_cancel_them() -> None:
    rig = Rig()
    master = rig.connect(0)
    desk = rig.gateway.desk
    desk.place_by_hand(RESTING)
    rig.wait()
    unbound = master.take()

    master.send(15, 1, 1)
    rig.wait()
    bound = master.take()
    desk.place_by_hand(RESTING)
    rig.wait()
    later = master.take()
    master.send(4, 1, -1, "")
    rig.wait()

    assert [row for row in unbound if row[0] in {"3", "5"}] == []
    assert {row[1] for row in bound if row[0] == "5"} == {"-1"}
    assert {row[1] for row in later if row[0] == "5"} == {"-2"}
    assert rig.statuses(master.take(), -1) == ["Cancelled"]


def test_binding_ends_when_it_is_asked_to() -> None:
    rig = Rig()
    master = rig.connect(0)
    master.send(15, 1, 1)
    master.send(15, 1, 0)

    rig.gateway.desk.place_by_hand(RESTING)
    rig.wait()

    assert [row for row in master.take() if row[0] in {"3", "5"}] == []


def test_only_client_0_may_bind() -> None:
    rig = Rig()
    rig.wait()

    rig.client.send(15, 1, 1)

    assert [row[2:4] for row in rig.wait() if row[0] == "4"] == [("-1", "327")]


def test_a_programs_order_can_be_cancelled_by_hand() -> None:
    rig = Rig()
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.90")
    rig.wait()
    (order,) = rig.gateway.books().open_orders

    rig.gateway.desk.cancel_by_hand(order.perm_id)

    frames = rig.wait()
    assert (rig.statuses(frames, 1), rig.errors(frames)) == (["Cancelled"], [("1", "202")])


@pytest.mark.parametrize(
    ("hand", "text"),
    [
        (HandOrder(con_id=999, action="BUY", quantity=1), "no contract"),
        (HandOrder(con_id=CALL_ID, action="BUY", quantity=0), "434"),
        (HandOrder(con_id=CALL_ID, action="BUY", quantity=1, order_type="LMT"), "321"),
    ],
)
def test_an_order_by_hand_that_cannot_be_is_refused(hand: HandOrder, text: str) -> None:
    with pytest.raises(HandOrderError, match=text):
        Rig().gateway.desk.place_by_hand(hand)


def test_an_unknown_order_cannot_be_cancelled_by_hand() -> None:
    with pytest.raises(HandOrderError, match="perm id 5"):
        Rig().gateway.desk.cancel_by_hand(5)


def test_a_fill_by_hand_is_among_the_days_executions() -> None:
    rig = Rig()
    rig.buy()
    rig.gateway.desk.place_by_hand(CLOSING)
    rig.wait()

    rig.client.send(7, 3, 9, 0, "", "", "", "", "", "")

    rows = [row for row in rig.wait() if row[0] == "11"]
    assert [(row[2], row[22]) for row in rows] == [("1", "1"), ("0", "0")]
