"""Orders that somebody places in TWS itself, as client 0 and the others see them; and orders whose client has gone."""

from decimal import Decimal
from typing import Any

from simgateway.trading.by_hand import HandOrder
from tests.conformance.stage import CALL, PUT, Stage
from tests.simgateway.fake_market import CALL_ID, PUT_ID


def by_hand(stage: Stage, **order: Any) -> int:
    """Place an order as in TWS; return its perm id."""
    wanted = {"con_id": CALL_ID, "action": "BUY", "quantity": 1, "order_type": "LMT", "limit": Decimal("0.5"), **order}
    return stage.host.call(lambda gateway: gateway.desk.place_by_hand(HandOrder(**wanted)))


def test_client_0_that_binds_gets_a_negative_number_for_it(stage: Stage) -> None:
    line = stage.line(0)
    line.do("auto_open_orders", on=True)
    stage.until_received("reqAutoOpenOrders")

    perm = by_hand(stage)

    row = line.until("order", perm=perm)
    assert (row["order"], row["client"], row["limit"], row["action"]) == (-1, 0, 0.5, "BUY")
    assert line.until("status", order=-1, status="Submitted")["perm"] == perm


def test_client_0_may_cancel_what_it_has_bound(stage: Stage) -> None:
    line = stage.line(0)
    perm = by_hand(stage)
    line.do("auto_open_orders", on=True)
    line.until("status", order=-1, status="Submitted")

    line.do("cancel", id=-1)

    assert line.until("status", order=-1, status="Cancelled")["perm"] == perm
    assert line.until("error", id=-1, code=202)


def test_another_client_cannot_bind(stage: Stage) -> None:
    line = stage.line(3)

    line.do("auto_open_orders", on=True)

    assert line.until("error", code=327)["id"] == -1


def test_others_see_it_only_among_all_orders(stage: Stage) -> None:
    line = stage.line(3)
    perm = by_hand(stage)
    before = len(line.all("orders_end"))
    line.do("open_orders")
    line.until("orders_end", count=before + 1)
    among_own = line.all("order", perm=perm)

    line.do("all_open_orders")

    row = line.until("order", perm=perm)
    assert (row["order"], row["client"]) == (0, 0)
    assert among_own == []


def test_what_it_fills_is_told_to_client_0_alone_and_found_by_all(stage: Stage) -> None:
    zero, other = stage.line(0), stage.line(3)
    zero.do("auto_open_orders", on=True)
    stage.until_received("reqAutoOpenOrders")
    other.do("positions")
    other.until("positions_end")

    perm = by_hand(stage, order_type="MKT", limit=None)

    assert zero.until("fill", perm=perm)["client"] == 0
    assert other.until("position", con_id=CALL_ID, quantity=1.0)
    asked = other.ask("executions", filter={})
    other.until("fills_end", asked=asked)
    assert [row["perm"] for row in other.all("fill")] == [perm]
    assert not other.all("status", perm=perm)


def test_a_global_cancel_ends_it_too(stage: Stage) -> None:
    line = stage.line(0)
    line.do("auto_open_orders", on=True)
    stage.until_received("reqAutoOpenOrders")
    perm = by_hand(stage)
    line.until("status", order=-1, status="Submitted")

    line.do("cancel_all")

    assert line.until("status", perm=perm, status="Cancelled")


def test_orders_that_travel_when_their_client_goes_fill_all_the_same(stage: Stage) -> None:
    stage.gateway(speed=1.0, delay_ms=(300, 300))
    line = stage.line(4)
    number = line.place(CALL, action="BUY")
    stage.until_received("placeOrder")
    stage.hang_up(line)
    stage.pass_time(2)

    again = stage.line(4)
    asked = again.ask("executions", filter={})
    again.until("fills_end", asked=asked)

    (fill,) = again.all("fill", asked=asked)
    assert (fill["order"], fill["client"], fill["price"]) == (number, 4, 1.1)
    assert again.until("commission", exec_id=fill["exec_id"])
    assert again.until("next_id")["order"] > number


def test_an_order_that_fills_while_its_client_is_away_is_found_completed(stage: Stage) -> None:
    line = stage.line(4)
    resting = line.place(CALL, action="BUY", type="LMT", limit=0.9, tif="GTC", ref="met")
    line.until_status(resting, "Submitted")
    other = line.place(PUT, action="BUY", type="LMT", limit=0.5, tif="GTC", ref="kept")
    line.until_status(other, "Submitted")
    stage.hang_up(line)

    stage.show(CALL_ID, "0.80", "0.85")
    stage.pass_time(5)
    again = stage.line(4)
    again.do("open_orders")
    again.do("completed_orders", api_only=False)

    assert again.until("order", ref="kept")["con_id"] == PUT_ID
    assert again.until("completed", ref="met")["status"] == "Filled"
    assert not again.all("order", ref="met")


def test_an_order_held_back_is_still_in_hand_when_its_client_comes_back(stage: Stage) -> None:
    line = stage.line(4)
    held = line.place(CALL, action="BUY", type="LMT", limit=1.2, transmit=False)
    stage.until_received("placeOrder")
    stage.hang_up(line)
    stage.pass_time(5)

    again = stage.line(4)
    again.place(CALL, id=held, action="BUY", type="LMT", limit=1.2, transmit=True)

    assert again.until_status(held, "Filled")["average"] == 1.1
    assert len(again.all("fill", order=held)) == 1
