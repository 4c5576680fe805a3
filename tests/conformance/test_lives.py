"""Whole lives of orders: every state and error in its order, every price to the cent, as each client is told them."""

from datetime import time
from typing import Any

import pytest

from tests.conformance.stage import CALL, HIGH_LEVEL, STOCK, Line, Stage
from tests.simgateway.fake_market import CLOSE, OPEN, FakeMarket

CALL_ID, STOCK_ID = int(CALL["con_id"]), int(STOCK["con_id"])
DEALT = ["PreSubmitted", "Filled"]
RESTED = ["PreSubmitted", "Submitted", "Filled"]
ENDED = ["PreSubmitted", "Submitted", "Cancelled"]
CANCELLED = [*ENDED, 202]


def of_size(stage: Stage, size: int) -> Line:
    """Return a client at a gateway that shows so much and nothing more for a long time."""
    stage.gateway(refill_seconds=(100_000.0, 100_000.0))
    stage.show(CALL_ID, "1.00", "1.10", size=size)
    return stage.line()


@pytest.mark.parametrize(
    ("order", "life", "filled", "price"),
    [
        ({"type": "MKT"}, DEALT, 2.0, 1.1),
        ({"type": "LMT", "limit": 1.2}, DEALT, 2.0, 1.1),
        ({"type": "LMT", "limit": 1.1, "tif": "IOC"}, DEALT, 2.0, 1.1),
        ({"type": "LMT", "limit": 1.1, "tif": "FOK"}, DEALT, 2.0, 1.1),
        ({"type": "LMT", "limit": 0.9, "tif": "IOC"}, CANCELLED, 0.0, 0.0),
        ({"type": "LMT", "limit": 0.9, "tif": "FOK"}, CANCELLED, 0.0, 0.0),
        ({"type": "LMT", "limit": 1.1, "tif": "IOC", "quantity": 5}, CANCELLED, 3.0, 1.1),
        ({"type": "LMT", "limit": 1.1, "tif": "FOK", "quantity": 5}, CANCELLED, 0.0, 0.0),
        ({"type": "MKT", "tif": "FOK", "quantity": 5}, CANCELLED, 0.0, 0.0),
        ({"type": "MKT", "tif": "IOC", "quantity": 5}, CANCELLED, 3.0, 1.1),
    ],
    ids=lambda value: "-".join(str(each) for each in value.values()) if isinstance(value, dict) else "",
)
def test_what_deals_or_ends_at_once(
    stage: Stage, order: dict[str, Any], life: list[str | int], filled: float, price: float
) -> None:
    line = of_size(stage, 3)

    number = line.place(CALL, **{"action": "BUY", "quantity": 2, **order})

    end = line.until_status(number, str(life[-1]) if life is DEALT else "Cancelled")
    if life is CANCELLED:
        line.until("error", id=number, code=202)
    assert line.life(number) == life
    assert (end["filled"], end["average"]) == (filled, price)
    assert sum(row["shares"] for row in line.all("fill", order=number)) == filled


def test_a_good_till_date_order_ends_at_its_moment_and_not_before(stage: Stage) -> None:
    stage.gateway(speed=1.0, delay_ms=(0, 1))
    line = stage.line()
    order = line.place(CALL, action="BUY", type="LMT", limit=0.5, tif="GTD", good_till="20251112 11:31:30 US/Eastern")
    line.until_status(order, "Submitted")

    stage.pass_time(60)
    before = line.life(order)
    stage.pass_time(31)
    line.until_status(order, "Cancelled")

    assert before == ["PreSubmitted", "Submitted"]
    assert line.life(order) == ENDED
    (frame,) = [row for row in stage.frames("orderStatus") if row.fields[2] == "Cancelled"]
    assert "11:31:30" <= f"{frame.at.astimezone(OPEN.tzinfo):%H:%M:%S}".replace("16:", "11:", 1) <= "11:31:31"


def test_a_good_till_date_in_the_past_is_334(stage: Stage) -> None:
    line = stage.line()

    order = line.place(CALL, action="BUY", type="LMT", limit=0.5, tif="GTD", good_till="20251112 09:31:30 US/Eastern")

    assert line.until("error", id=order)["code"] == 334


def test_a_stop_needs_two_asks_in_a_row(stage: Stage) -> None:
    line = stage.line()
    line.buy()
    order = line.place(CALL, action="SELL", type="STP", trigger=0.8)
    line.until_status(order, "PreSubmitted")

    stage.move(line, CALL, ("0.72", "0.80"), ("0.75", "0.85"), ("0.71", "0.79"))
    once_and_once = line.life(order)
    stage.move(line, CALL, ("0.70", "0.78"))

    assert line.until_status(order, "Filled")["average"] == 0.7
    assert once_and_once == ["PreSubmitted"]
    assert line.life(order) == RESTED


def test_a_stop_limit_rests_at_its_limit_and_gets_it(stage: Stage) -> None:
    line = stage.line()
    line.buy()
    order = line.place(CALL, action="SELL", type="STP LMT", trigger=0.8, limit=0.78)
    line.until_status(order, "PreSubmitted")

    stage.move(line, CALL, ("0.71", "0.76"), ("0.70", "0.75"))
    line.until_status(order, "Submitted")
    stage.show(CALL_ID, "0.79", "0.85")

    assert line.until_status(order, "Filled")["average"] == 0.78
    assert line.life(order) == RESTED


def test_a_trailing_stop_follows_up_and_never_down(stage: Stage) -> None:
    line = stage.line()
    line.buy(1, STOCK)
    order = line.place(STOCK, action="SELL", type="TRAIL", trigger=0.2, trail_stop=0.85, trigger_method=4)
    line.until_status(order, "PreSubmitted")

    stage.move(line, STOCK, ("2.00", "2.10"), ("1.95", "2.05"), ("1.86", "1.91"))
    followed = line.life(order)
    stage.move(line, STOCK, ("1.85", "1.90"))

    assert line.until_status(order, "Filled")["average"] == 1.85
    assert followed == ["PreSubmitted"]
    assert line.life(order) == RESTED
    assert line.all("order", order=order)[-1]["trail_stop"] == 1.9


def test_a_trailing_stop_by_percentage_follows_too(stage: Stage) -> None:
    line = stage.line()
    line.buy(1, STOCK)
    order = line.place(STOCK, action="SELL", type="TRAIL", trail_percent=10.0, trigger_method=4)
    line.until_status(order, "PreSubmitted")

    stage.move(line, STOCK, ("1.95", "2.00"), ("1.80", "1.81"))
    followed = line.life(order)
    stage.move(line, STOCK, ("1.75", "1.80"))

    assert line.until_status(order, "Filled")["average"] == 1.75
    assert followed == ["PreSubmitted"]


def test_a_trailing_stop_limit_carries_its_limit_along(stage: Stage) -> None:
    line = stage.line()
    line.buy(1, STOCK)
    order = line.place(
        STOCK, action="SELL", type="TRAIL LIMIT", trigger=0.2, trail_stop=0.85, limit_offset=0.05, trigger_method=4
    )
    line.until_status(order, "PreSubmitted")

    stage.move(line, STOCK, ("2.00", "2.10"), ("1.70", "1.80"))
    line.until_status(order, "Submitted")
    stage.move(line, STOCK, ("1.84", "1.90"), ("1.90", "1.95"))

    assert line.until_status(order, "Filled")["average"] == 1.85
    assert line.life(order) == RESTED


def test_parts_at_two_prices_average_exactly(stage: Stage) -> None:
    stage.gateway(refill_seconds=(100_000.0, 100_000.0))
    stage.show(CALL_ID, "1.00", "1.10", size=2)
    line = stage.line()
    order = line.place(CALL, action="BUY", quantity=3, type="LMT", limit=1.2)
    line.until("fill", order=order, cumulative=2.0)

    stage.show(CALL_ID, "1.05", "1.15", size=1)

    end = line.until_status(order, "Filled")
    fills = line.all("fill", order=order)
    assert [(row["shares"], row["price"]) for row in fills] == [(2.0, 1.1), (1.0, 1.15)]
    assert (end["average"], end["last"]) == (pytest.approx(3.35 / 3, abs=1e-8), 1.15)
    assert fills[-1]["average"] == pytest.approx(3.35 / 3, abs=1e-8)
    assert line.life(order) == RESTED


def test_changing_what_has_filled_is_104(stage: Stage) -> None:
    line = stage.line()
    order = line.buy()
    wanted = {"action": "BUY", "quantity": 1, "type": "LMT", "limit": 1.2}

    raised = line.tries("place", id=order, contract=CALL, order=wanted)

    assert line.until("error", id=order)["code"] == 104
    assert line.belief(order) == "Filled"
    assert ("AssertionError" in raised) == (stage.client.name in HIGH_LEVEL)  # They send it first, and then complain.


def early(stage: Stage) -> Line:
    """Return a client at seven in the morning of a day whose longer hours are 04:00 to 20:00."""
    market = FakeMarket()
    market.extended = (time(4), time(20))
    stage.gateway(start=OPEN.replace(hour=12, minute=0), market=market)
    return stage.line()


def test_shares_fill_outside_regular_hours_when_they_may(stage: Stage) -> None:
    line = early(stage)

    order = line.place(STOCK, action="BUY", type="LMT", limit=1.2, outside_rth=True)

    assert line.until_status(order, "Filled")["average"] == 1.1
    assert line.life(order) == DEALT
    assert line.until("order", order=order)["outside_rth"] is True


def test_shares_wait_for_regular_hours_when_they_may_not(stage: Stage) -> None:
    line = early(stage)

    order = line.place(STOCK, action="BUY", type="LMT", limit=1.2)
    line.until("error", id=order, code=399)
    waited = line.life(order)
    stage.pass_time(2.5 * 3600)

    assert line.until_status(order, "Filled")["average"] == 1.1
    assert waited == ["PreSubmitted", 399]
    assert line.life(order) == ["PreSubmitted", 399, "Filled"]


@pytest.mark.parametrize("contract", [CALL, STOCK], ids=["option", "market order of shares"])
def test_where_longer_hours_do_not_hold_they_are_ignored_with_2109(stage: Stage, contract: dict[str, Any]) -> None:
    line = early(stage)
    kind: dict[str, Any] = {"type": "LMT", "limit": 1.2} if contract is CALL else {"type": "MKT"}

    order = line.place(contract, action="BUY", outside_rth=True, **kind)
    line.until("error", id=order, code=2109)
    line.until("error", id=order, code=399)
    stage.pass_time(2.5 * 3600)

    assert line.until_status(order, "Filled")
    assert not [row for row in line.life(order) if row == "Cancelled"]


def test_a_day_order_in_the_longer_hours_ends_with_them(stage: Stage) -> None:
    line = early(stage)
    order = line.place(STOCK, action="BUY", type="LMT", limit=0.5, outside_rth=True)
    line.until_status(order, "Submitted")

    stage.pass_time(9.5 * 3600)
    line.do("time")
    line.until("time")
    at_half_past_four = line.life(order)
    stage.pass_time(4 * 3600)

    line.until_status(order, "Cancelled")
    assert at_half_past_four == ["PreSubmitted", "Submitted"]
    assert line.life(order) == ENDED


def test_a_day_order_ends_at_the_close_without_an_error(stage: Stage) -> None:
    stage.gateway(start=CLOSE.replace(hour=20, minute=58))
    line = stage.line()
    order = line.place(CALL, action="BUY", type="LMT", limit=0.5)
    line.until_status(order, "Submitted")

    stage.pass_time(180)

    line.until_status(order, "Cancelled")
    assert line.life(order) == ENDED


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ({"type": "LMT", "limit": 0.5}, "Submitted"),
        ({"type": "STP", "trigger": 2.0}, "PreSubmitted"),
        ({"type": "STP LMT", "trigger": 2.0, "limit": 2.1}, "PreSubmitted"),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_a_cancelled_order_says_so_and_then_why(stage: Stage, kind: dict[str, Any], state: str) -> None:
    line = stage.line()
    order = line.place(CALL, action="BUY", **kind)
    line.until_status(order, state)

    line.do("cancel", id=order)
    line.until("error", id=order, code=202)

    assert line.life(order) == [*dict.fromkeys(("PreSubmitted", state)), "Cancelled", 202]
    assert line.belief(order) == "Cancelled"


def test_a_cancel_after_parts_keeps_them(stage: Stage) -> None:
    line = of_size(stage, 2)
    order = line.place(CALL, action="BUY", quantity=5, type="LMT", limit=1.1)
    line.until("fill", order=order)

    line.do("cancel", id=order)

    end = line.until_status(order, "Cancelled")
    line.until("error", id=order, code=202)
    assert (end["filled"], end["remaining"], end["average"]) == (2.0, 3.0, 1.1)
    assert line.life(order) == CANCELLED


def crossed(stage: Stage, line: Line) -> int:
    """Return a resting buy order, its gateway's time stopped: what is sent now travels longer than a quote."""
    order = line.place(CALL, action="BUY", type="LMT", limit=0.9)
    line.until_status(order, "Submitted")
    stage.host.command(do="clock", pause=True)
    return order


def fill_now(stage: Stage, message: str, count: int) -> None:
    """Let the market reach the order once the gateway has the client's message, and time go on."""
    stage.until_received(message, count)
    stage.show(CALL_ID, "0.80", "0.85")
    stage.host.command(do="clock", resume=True)


def test_a_fill_that_crosses_a_cancel_is_10148(stage: Stage) -> None:
    stage.gateway(speed=4.0, delay_ms=(600, 601), tick_seconds=0.1)
    line = stage.line()
    order = crossed(stage, line)

    line.do("cancel", id=order)
    fill_now(stage, "cancelOrder", 1)

    line.until("error", id=order, code=10148)
    assert line.until_status(order, "Filled")["average"] == 0.9
    assert line.life(order) == [*RESTED, 10148]
    assert line.belief(order) == "Filled"


def test_a_fill_that_crosses_a_change_is_104(stage: Stage) -> None:
    stage.gateway(speed=4.0, delay_ms=(600, 601), tick_seconds=0.1)
    line = stage.line()
    order = crossed(stage, line)

    line.place(CALL, id=order, action="BUY", type="LMT", limit=0.95)
    fill_now(stage, "placeOrder", 2)

    line.until("error", id=order, code=104)
    assert line.until_status(order, "Filled")["average"] == 0.9
    assert line.belief(order) == "Filled"
