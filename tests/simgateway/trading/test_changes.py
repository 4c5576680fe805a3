"""Changing orders and cancelling them: while they travel, partly filled, done, in every kind and back."""

from decimal import Decimal

import pytest

from simgateway.protocol.wire import Fields
from tests.simgateway.fake_market import CALL_ID, STOCK_ID
from tests.simgateway.rig import Rig


def _rest(rig: Rig, quantity: int = 1, limit: str = "0.90") -> None:
    rig.client.order(1, "BUY", quantity, "LMT", lmt=limit)
    rig.wait()


def _open(rig: Rig) -> dict[int, tuple[int, int, str]]:
    return {row.order_id: (row.quantity, row.filled, row.order_type) for row in rig.gateway.books().open_orders}


def _shares(frames: list[Fields]) -> list[str]:
    return [row[19] for row in frames if row[0] == "11"]


def test_a_change_reaches_an_order_that_still_travels() -> None:
    rig = Rig(delay_ms=(1000, 1000))
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.90")
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.80")

    rig.wait(10)

    assert [row.limit for row in rig.gateway.books().open_orders] == [Decimal("0.80")]


def test_a_cancel_reaches_an_order_that_still_travels() -> None:
    rig = Rig(delay_ms=(1000, 1000))
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.90")

    rig.client.send(4, 1, 1, "")

    assert rig.statuses(rig.wait(10), 1)[-1] == "Cancelled"


def test_a_change_that_crosses_the_last_fill_is_104() -> None:
    rig = Rig(delay_ms=(2000, 2000))
    rig.client.order(1, "BUY", 1, "LMT", lmt="1.05")
    rig.wait(10)

    rig.client.order(1, "BUY", 1, "LMT", lmt="0.90")
    rig.market.show(CALL_ID, "1.00", "1.02")

    frames = rig.wait(10)
    assert (rig.statuses(frames, 1)[-1], rig.errors(frames)) == ("Filled", [("1", "104")])


def test_a_size_below_what_has_filled_leaves_the_order_filled() -> None:
    rig = Rig()
    rig.market.show(CALL_ID, "1.00", "1.10", 3)
    _rest(rig, 5, "1.10")

    rig.client.order(1, "BUY", 2, "LMT", lmt="1.10")

    frames = rig.wait()
    (status,) = [row for row in frames if row[0] == "3"]
    assert status[2:5] == ("Filled", "3", "0")


def test_a_partly_filled_order_grows_by_what_was_asked() -> None:
    rig = Rig()
    rig.market.show(CALL_ID, "1.00", "1.10", 3)
    _rest(rig, 5, "1.10")

    rig.client.order(1, "BUY", 8, "LMT", lmt="1.10")
    rig.wait()

    assert _open(rig) == {1: (8, 3, "LMT")}


def test_a_buy_cannot_grow_beyond_the_funds_and_stays_as_it_was() -> None:
    rig = Rig(start_cash=Decimal(200))
    _rest(rig)

    rig.client.order(1, "BUY", 3, "LMT", lmt="0.90")

    frames = rig.wait()
    assert (rig.errors(frames), _open(rig)) == ([("1", "201")], {1: (1, 0, "LMT")})


def test_a_buys_price_cannot_rise_beyond_the_funds() -> None:
    rig = Rig(start_cash=Decimal(100))
    _rest(rig)

    rig.client.order(1, "BUY", 1, "LMT", lmt="1.05")

    assert rig.errors(rig.wait()) == [("1", "201")]


def test_a_sale_cannot_grow_beyond_the_position() -> None:
    rig = Rig()
    rig.buy(2)
    rig.client.order(2, "SELL", 2, "LMT", lmt="1.50")
    rig.wait()

    rig.client.order(2, "SELL", 3, "LMT", lmt="1.50")

    assert rig.errors(rig.wait()) == [("2", "201")]


def test_a_limit_order_becomes_a_stop_and_a_limit_order_again() -> None:
    rig = Rig()
    rig.buy()
    rig.client.order(2, "SELL", 1, "LMT", lmt="1.50")
    rig.wait()

    rig.client.order(2, "SELL", 1, "STP LMT", lmt="0.70", aux="0.80")
    as_stop = rig.wait()
    nothing = rig.quote("1.55", "1.60")
    rig.client.order(2, "SELL", 1, "LMT", lmt="1.50")
    back = rig.wait()

    assert (rig.statuses(as_stop, 2), rig.statuses(nothing, 2)) == (["PreSubmitted"], [])
    assert rig.statuses(back, 2)[-1] == "Filled"


def test_a_triggered_stop_that_becomes_a_limit_order_and_a_stop_again_waits_anew() -> None:
    rig = Rig()
    rig.buy()
    rig.client.order(2, "SELL", 1, "STP LMT", lmt="0.70", aux="0.80")
    rig.wait()
    rig.quote("0.50", "0.60")
    rig.quote("0.49", "0.60")

    rig.client.order(2, "SELL", 1, "LMT", lmt="0.70")
    rig.wait()
    rig.client.order(2, "SELL", 1, "STP LMT", lmt="0.40", aux="0.45")

    assert rig.statuses(rig.wait(), 2) == ["PreSubmitted"]


def test_a_day_order_can_be_made_good_till_cancelled() -> None:
    rig = Rig()
    _rest(rig)

    rig.client.order(1, "BUY", 1, "LMT", lmt="0.90", tif="GTC")
    rig.wait(8 * 3600)

    assert _open(rig) == {1: (1, 0, "LMT")}


def test_a_resting_order_made_immediate_does_not_stay() -> None:
    rig = Rig()
    _rest(rig)

    rig.client.order(1, "BUY", 1, "LMT", lmt="0.90", tif="IOC")

    assert rig.statuses(rig.wait(), 1)[-1] == "Cancelled"


@pytest.mark.parametrize(
    ("action", "con_id"), [("SELL", CALL_ID), ("BUY", STOCK_ID)], ids=["another side", "another contract"]
)
def test_a_change_of_side_or_contract_is_105(action: str, con_id: int) -> None:
    rig = Rig()
    _rest(rig)

    rig.client.order(1, action, 1, "LMT", lmt="0.90", con_id=con_id)

    assert rig.errors(rig.wait()) == [("1", "105")]


def test_changing_a_filled_order_is_104_and_a_cancelled_one_103() -> None:
    rig = Rig()
    rig.buy()
    rig.client.order(2, "BUY", 1, "LMT", lmt="0.90")
    rig.wait()
    rig.client.send(4, 1, 2, "")
    rig.wait()

    rig.client.order(1, "BUY", 1, "MKT")
    rig.client.order(2, "BUY", 1, "LMT", lmt="0.80")

    assert rig.errors(rig.wait()) == [("1", "104"), ("2", "103")]


def test_two_cancels_end_an_order_once() -> None:
    rig = Rig()
    _rest(rig)

    rig.client.send(4, 1, 1, "")
    rig.client.send(4, 1, 1, "")

    frames = rig.wait()
    assert rig.statuses(frames, 1) == ["Cancelled"]
    assert rig.errors(frames) == [("1", "202"), ("1", "10148")]


def test_a_fill_that_crosses_a_cancel_of_a_partly_filled_order_counts() -> None:
    rig = Rig(delay_ms=(2000, 2000))
    rig.market.show(CALL_ID, "1.00", "1.10", 2)
    rig.client.order(1, "BUY", 5, "LMT", lmt="1.10")
    rig.wait(10)

    rig.client.send(4, 1, 1, "")
    rig.market.show(CALL_ID, "1.00", "1.09", 1)

    frames = rig.wait(10)
    assert (_shares(frames), rig.statuses(frames, 1)) == (["1"], ["Submitted", "Cancelled"])


def test_a_read_only_gateway_cancels_nothing() -> None:
    rig = Rig(read_only=True)
    rig.wait()

    rig.client.send(4, 1, 1, "")
    rig.client.send(58, 1)

    assert [row[3] for row in rig.wait() if row[0] == "4"] == ["321", "321"]


def test_a_what_if_leaves_no_trace() -> None:
    rig = Rig()
    rig.wait()
    before = rig.gateway.books()

    rig.client.order(7, "BUY", 2, "TRAIL LIMIT", aux="0.20", offset="0.05", what_if=1)
    answers = rig.wait()
    rig.client.send(8, 1, 1)
    rig.client.send(5, 1)
    rig.client.send(99, 0)

    assert [row[0] for row in answers] == ["5"]
    assert rig.wait() == [("9", "1", "1"), ("53", "1"), ("102",)]
    assert rig.gateway.books() == before


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("MKT", {}),
        ("STP", {"aux": "1.20"}),
        ("STP LMT", {"aux": "1.20", "lmt": "1.25"}),
        ("TRAIL", {"trail_pct": "5"}),
        ("LMT", {"lmt": "1.00", "tif": "GTD", "till": "20251114"}),
    ],
)
def test_whatever_can_be_placed_can_be_asked_about(kind: str, parts: dict[str, object]) -> None:
    rig = Rig()
    rig.wait()

    rig.client.order(1, "BUY", 1, kind, what_if=1, **parts)

    (answer,) = rig.wait()
    assert (answer[0], answer[15]) == ("5", kind)
