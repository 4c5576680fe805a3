from decimal import Decimal
from typing import Any

import pytest

from tests.conformance.stage import CALL, PUT, STOCK, Stage
from tests.simgateway.fake_market import CLOSE, OPEN

CALL_ID = int(CALL["con_id"])


def test_a_market_order_fills_at_the_quote(stage: Stage) -> None:
    line = stage.line()

    order = line.buy(2)

    fill = line.until("fill", order=order)
    assert (fill["side"], fill["shares"], fill["price"], fill["cumulative"]) == ("BOT", 2.0, 1.1, 2.0)
    assert line.until("status", order=order, status="Filled")["average"] == 1.1
    paid = line.until("commission", exec_id=fill["exec_id"])
    assert (paid["currency"], paid["realized"]) == ("USD", None)
    assert paid["amount"] == 1.3
    assert fill["at"] is not None


def test_a_fill_is_told_before_what_it_cost(stage: Stage) -> None:
    line = stage.line()

    order = line.buy()

    kinds = [row["kind"] for row in line.everything() if row["kind"] in {"fill", "commission"}]
    assert kinds == ["fill", "commission"]
    assert line.statuses(order)[-1] == "Filled"


def test_a_limit_order_rests_until_the_market_reaches_it(stage: Stage) -> None:
    line = stage.line()
    order = line.place(CALL, action="BUY", quantity=1, type="LMT", limit=0.9, ref="rests")
    working = line.until_status(order, "Submitted")
    assert (working["filled"], working["remaining"]) == (0.0, 1.0)

    stage.show(CALL_ID, "0.80", "0.90")

    assert line.until_status(order, "Filled")["average"] == 0.9
    assert line.until("order", order=order)["ref"] == "rests"


def test_a_limit_order_fills_no_worse_than_its_limit(stage: Stage) -> None:
    line = stage.line()

    order = line.place(CALL, action="BUY", type="LMT", limit=1.5)

    assert line.until_status(order, "Filled")["average"] == 1.1


def test_a_stop_waits_for_its_trigger(stage: Stage) -> None:
    line = stage.line()
    line.buy()
    order = line.place(CALL, action="SELL", type="STP", trigger=0.8)
    assert line.until_status(order, "PreSubmitted")["filled"] == 0.0

    stage.move(line, CALL, ("0.71", "0.76"), ("0.70", "0.75"))

    assert line.until_status(order, "Filled")["average"] == 0.7
    assert "Submitted" in line.statuses(order)


def test_a_good_till_cancelled_order_is_kept(stage: Stage) -> None:
    line = stage.line()

    order = line.place(CALL, action="BUY", type="LMT", limit=0.5, tif="GTC")

    line.until_status(order, "Submitted")
    assert line.until("order", order=order)["tif"] == "GTC"


def test_a_day_order_ends_with_the_day(stage: Stage) -> None:
    stage.gateway(start=CLOSE.replace(hour=20, minute=58))
    line = stage.line()

    day = line.place(CALL, action="BUY", type="LMT", limit=0.5)
    kept = line.place(CALL, action="BUY", type="LMT", limit=0.4, tif="GTC")
    line.until_status(kept, "Submitted")

    assert line.until_status(day, "Cancelled")["filled"] == 0.0
    assert "Cancelled" not in line.statuses(kept)


def test_an_order_before_the_open_waits_with_a_warning(stage: Stage) -> None:
    stage.gateway(start=OPEN.replace(hour=14, minute=28))
    line = stage.line()

    order = line.place(CALL, action="BUY")

    assert line.until("error", id=order)["code"] == 399
    assert line.until_status(order, "PreSubmitted")
    assert line.until_status(order, "Filled")


def test_a_quote_too_small_fills_in_parts(stage: Stage) -> None:
    stage.gateway(refill_seconds=(5.0, 5.0))
    stage.show(CALL_ID, "1.00", "1.10", size=2)
    line = stage.line()

    order = line.place(CALL, action="BUY", quantity=5, type="LMT", limit=1.1)

    line.until("fill", order=order, cumulative=5.0)
    assert [row["shares"] for row in line.all("fill", order=order)] == [2.0, 2.0, 1.0]
    assert line.until_status(order, "Filled")["remaining"] == 0.0
    assert len({row["exec_id"] for row in line.all("fill", order=order)}) == 3


def test_a_changed_order_works_at_its_new_price(stage: Stage) -> None:
    line = stage.line()
    order = line.place(CALL, action="BUY", type="LMT", limit=0.5)
    line.until_status(order, "Submitted")

    line.place(CALL, id=order, action="BUY", type="LMT", limit=1.2)

    assert line.until_status(order, "Filled")["average"] == 1.1
    assert line.until("order", order=order, limit=1.2)


def test_a_cancelled_order_is_told_twice_over(stage: Stage) -> None:
    line = stage.line()
    order = line.place(CALL, action="BUY", type="LMT", limit=0.5)
    line.until_status(order, "Submitted")

    line.do("cancel", id=order)

    line.until_status(order, "Cancelled")
    assert line.until("error", id=order)["code"] == 202


def test_everything_is_cancelled_at_once(stage: Stage) -> None:
    first, second = stage.line(1), stage.line(2)
    orders = [
        (line, line.place(CALL, action="BUY", type="LMT", limit=0.5)) for line in (first, second) for _ in range(2)
    ]
    for line, order in orders:
        line.until_status(order, "Submitted")

    first.do("cancel_all")

    for line, order in orders:
        line.until_status(order, "Cancelled")


def test_cancelling_what_was_never_there_is_10147(stage: Stage) -> None:
    line = stage.line()

    line.do("cancel", id=777)

    assert line.until("error", id=777)["code"] == 10147


def test_cancelling_what_has_filled_is_10148(stage: Stage) -> None:
    line = stage.line()
    order = line.buy()

    line.do("cancel", id=order)

    assert line.until("error", id=order)["code"] == 10148
    assert line.belief(order) == "Filled"


def test_an_off_grid_price_is_110_as_each_client_takes_it(stage: Stage) -> None:
    line = stage.line()

    order = line.place(CALL, action="BUY", type="LMT", limit=3.02)

    assert line.until("error", id=order)["code"] == 110
    believed = {"ib_insync": "PendingSubmit", "ib_async": "Cancelled", "ibapi_stable": None, "ibapi": None}
    assert line.belief(order) == believed[stage.client.name]


def test_an_order_beyond_the_funds_is_201(stage: Stage) -> None:
    stage.gateway(start_cash=Decimal(50))
    line = stage.line()

    order = line.place(CALL, action="BUY")

    assert line.until("error", id=order)["code"] == 201
    assert line.until_status(order, "Inactive")


def test_resting_on_both_sides_of_an_option_is_201(stage: Stage) -> None:
    line = stage.line()
    line.buy(2)
    bid = line.place(CALL, action="BUY", type="LMT", limit=0.5)
    line.until_status(bid, "Submitted")

    offer = line.place(CALL, action="SELL", type="LMT", limit=2.5)

    row = line.until("error", id=offer)
    assert row["code"] == 201
    assert "both sides" in row["text"]


def test_an_order_for_an_unknown_contract_is_200(stage: Stage) -> None:
    line = stage.line()

    order = line.place({**STOCK, "con_id": 999}, action="BUY")

    assert line.until("error", id=order)["code"] == 200


@pytest.mark.parametrize(
    ("contract", "quantity", "initial", "maintenance", "equity", "commission"),
    [
        (CALL, 2, 0.0, 0.0, -221.3, 1.3),  # Bought options are paid in full and bind nothing.
        (STOCK, 100, 55.0, 27.5, -1.0, 1.0),  # Half and a quarter of 110.
    ],
    ids=["option", "shares"],
)
def test_what_an_order_would_cost_is_told_without_placing_it(  # noqa: PLR0917 - a row of numbers
    stage: Stage, contract: dict[str, Any], quantity: int, initial: float, maintenance: float, equity: float,
    commission: float,
) -> None:  # fmt: skip
    line = stage.line()

    line.place(contract, action="BUY", quantity=quantity, type="LMT", limit=1.1, what_if=True)

    row = line.until("order", what_if=True)
    assert (row["con_id"], row["commission"]) == (contract["con_id"], commission)
    assert (row["initial_margin"], row["initial_after"]) == (initial, initial)
    assert (row["maintenance_margin"], row["maintenance_after"]) == (maintenance, maintenance)
    assert (row["equity_before"], row["equity_change"]) == (100000.0, equity)
    assert row["equity_after"] == 100000.0 + equity
    line.do("all_open_orders")
    line.until("orders_end")
    assert not [each for each in line.all("order") if not each["what_if"]]
    assert not line.all("fill")


@pytest.mark.parametrize("kind", [1, 2, 3])
def test_a_filled_order_ends_its_group(stage: Stage, kind: int) -> None:
    line = stage.line()
    line.buy(2)
    target = line.place(CALL, action="SELL", quantity=2, type="LMT", limit=1.5, oca="pair", oca_type=kind)
    stop = line.place(CALL, action="SELL", quantity=2, type="STP", trigger=0.5, oca="pair", oca_type=kind)
    line.until_status(target, "Submitted")
    line.until_status(stop, "PreSubmitted")

    stage.show(CALL_ID, "1.55", "1.60")

    assert line.until_status(target, "Filled")["filled"] == 2.0
    assert line.until_status(stop, "Cancelled")["filled"] == 0.0


@pytest.mark.parametrize(
    ("kind", "fills", "left"),
    [(1, (1,), None), (2, (1,), 3.0), (3, (1,), 3.0), (2, (1, 2), 1.0), (3, (1, 2), 1.0), (2, (4,), None)],
)
def test_a_partly_filled_order_ends_or_shrinks_its_group(
    stage: Stage, kind: int, fills: tuple[int, ...], left: float | None
) -> None:
    stage.gateway(refill_seconds=(100_000.0, 100_000.0))
    line = stage.line()
    line.buy(4)
    target = line.place(CALL, action="SELL", quantity=4, type="LMT", limit=1.5, oca="pair", oca_type=kind)
    stop = line.place(CALL, action="SELL", quantity=4, type="STP", trigger=0.5, oca="pair", oca_type=kind)
    line.until_status(stop, "PreSubmitted")
    line.until_status(target, "Submitted")

    for done, size in enumerate(fills, start=1):
        stage.show(CALL_ID, f"1.5{4 + done}", "1.70", size=size)
        line.until("fill", order=target, count=done)

    if left is None:
        assert line.until_status(stop, "Cancelled")["filled"] == 0.0
        assert line.until("error", id=stop)["code"] == 202
    else:
        assert line.until("order", order=stop, quantity=left)
        assert line.statuses(stop) == ["PreSubmitted"]
    assert {row["price"] for row in line.all("fill", order=target)} == {1.5}


def test_a_position_is_closed_with_its_profit(stage: Stage) -> None:
    line = stage.line()
    line.buy(1, PUT)
    stage.move(line, PUT, ("2.00", "2.10"))

    order = line.place(PUT, action="SELL")

    fill = line.until("fill", order=order)
    assert fill["side"] == "SLD"
    assert fill["price"] == 2.0
    assert line.until("commission", exec_id=fill["exec_id"])["realized"] == 88.0  # 200 - 1 for 110 + 1


def test_an_order_held_back_is_not_worked_until_it_is_let_go(stage: Stage) -> None:
    line = stage.line()
    order = line.place(CALL, action="BUY", transmit=False)
    line.do("time")
    line.until("time")
    assert not line.all("fill")

    line.place(CALL, id=order, action="BUY", transmit=True)

    assert line.until_status(order, "Filled")
