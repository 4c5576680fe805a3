"""An account that may not go short stays long whatever takes what its open sales offer: exits, deliveries."""

from decimal import Decimal

from simgateway.config import ChildrenOnPartial
from tests.simgateway.fake_market import CLOSE, PUT_ID, STOCK_ID
from tests.simgateway.rig import Rig

ENTRY, TARGET = 1, 2
EXPIRING_PUT = 108
ACCOUNT = "DU1234567"


def positions(rig: Rig) -> dict[int, int]:
    return {row.con_id: row.quantity for row in rig.gateway.books().positions}


def with_a_half_filled_bracket() -> Rig:
    """Return a cash account that has bought 50 of 100 shares; their exit waits for the rest."""
    rig = Rig(cash_account=True, children_on_partial=ChildrenOnPartial.ARMED_WHEN_COMPLETE)
    rig.market.show(STOCK_ID, "1.00", "1.10", 50)
    rig.client.order(ENTRY, "BUY", 100, "LMT", lmt="1.10", con_id=STOCK_ID, transmit=0)
    rig.client.order(TARGET, "SELL", 100, "LMT", lmt="1.50", con_id=STOCK_ID, parent=ENTRY)
    rig.wait()
    return rig


def test_what_a_waiting_exit_will_sell_cannot_be_sold_by_another_order() -> None:
    rig = with_a_half_filled_bracket()

    rig.client.order(3, "SELL", 50, "MKT", con_id=STOCK_ID)

    assert ("3", "201") in rig.errors(rig.wait())
    rig.quote("1.00", "1.10", 50, STOCK_ID)
    rig.wait(60)
    rig.quote("1.50", "1.60", 500, STOCK_ID)
    assert positions(rig) == {}


def test_an_exit_that_comes_after_its_shares_were_sold_is_rejected() -> None:
    rig = Rig(cash_account=True)
    rig.market.show(STOCK_ID, "1.00", "1.10", 50)
    rig.client.order(ENTRY, "BUY", 100, "LMT", lmt="1.10", con_id=STOCK_ID)
    rig.wait()
    rig.client.order(3, "SELL", 50, "MKT", con_id=STOCK_ID)

    rig.client.order(4, "SELL", 100, "LMT", lmt="1.50", con_id=STOCK_ID, parent=ENTRY)

    assert ("4", "201") in rig.errors(rig.wait())
    assert positions(rig) == {}


def with_a_put(con_id: int) -> Rig:
    """Return a cash account of 100 shares, all offered by an order, and a put."""
    rig = Rig(cash_account=True)
    rig.market.show(STOCK_ID, "97.00", "97.02", 500)
    rig.buy(100, STOCK_ID, 1)
    rig.buy(1, con_id, 2)
    rig.client.order(3, "SELL", 100, "LMT", lmt="98.00", con_id=STOCK_ID, tif="GTC")
    rig.wait()
    return rig


def test_shares_that_an_order_offers_cannot_be_delivered_by_an_exercise_too() -> None:
    rig = with_a_put(PUT_ID)

    rig.client.send(21, 2, 9, PUT_ID, *("", "OPT", "", 0, "", "", "SMART", "USD", "", ""), 1, 1, ACCOUNT, 1)

    assert rig.errors(rig.wait()) == [("9", "322")]
    assert positions(rig) == {STOCK_ID: 100, PUT_ID: 1}


def test_at_its_expiry_a_put_whose_shares_are_offered_is_closed_out() -> None:
    rig = with_a_put(EXPIRING_PUT)
    rig.market.settles_at = Decimal(97)

    rig.clock.advance((CLOSE - rig.clock.now()).total_seconds() + 5)

    assert positions(rig) == {STOCK_ID: 100}
    assert rig.gateway.executions()[-1].price == Decimal(3)


def test_shares_that_nobody_offers_any_more_are_delivered() -> None:
    rig = with_a_put(PUT_ID)
    rig.client.send(4, 1, 3, "")
    rig.wait()

    rig.client.send(21, 2, 9, PUT_ID, *("", "OPT", "", 0, "", "", "SMART", "USD", "", ""), 1, 1, ACCOUNT, 1)
    rig.wait()

    assert positions(rig) == {}
