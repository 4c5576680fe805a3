"""An order comes between two looks at the quote: the look it causes fills others first, and they may take it along."""

from datetime import datetime
from decimal import Decimal

from simgateway.market.base import Instrument
from tests.simgateway.fake_market import CALL_ID, STOCK_ID, FakeMarket
from tests.simgateway.rig import Rig


class UnheardMarket(FakeMarket):
    """Its quotes change without anybody being woken, as between two looks or on a clock that runs late."""

    def next_change(self, instrument: Instrument, at: datetime) -> datetime | None:
        del instrument, at
        return None


def a_rig() -> Rig:
    return Rig(market=UnheardMarket())


def test_an_order_that_arrives_as_its_group_fills_is_cancelled_and_never_works() -> None:
    rig = a_rig()
    rig.client.order(1, "BUY", 1, "LMT", lmt="1.05", oca="pair", oca_type=1)
    rig.wait()
    rig.market.show(CALL_ID, "0.95", "1.00")

    rig.client.order(2, "BUY", 1, "LMT", lmt="1.05", oca="pair", oca_type=1)
    frames = rig.wait()

    assert rig.statuses(frames, 1)[-1] == "Filled"
    assert rig.statuses(frames, 2)[-1] == "Cancelled"
    assert sum(row.shares for row in rig.gateway.executions()) == 1


def test_a_changed_order_that_fills_by_the_look_its_change_causes_stays_filled() -> None:
    rig = a_rig()
    rig.client.order(1, "BUY", 1, "LMT", lmt="1.05")
    rig.wait()
    rig.market.show(CALL_ID, "0.95", "1.00")

    rig.client.order(1, "BUY", 1, "LMT", lmt="1.06")
    rig.wait()
    rig.client.send(4, 1, 1, "")

    (error,) = [row for row in rig.wait() if row[:4] == ("4", "2", "1", "10148")]
    assert error[4].endswith("cannot be cancelled, state: Filled.")


def test_an_order_is_watched_on_when_the_look_it_causes_ends_the_last_other_order_of_its_contract() -> None:
    rig = a_rig()
    rig.buy(con_id=STOCK_ID)
    rig.client.order(2, "SELL", 1, "LMT", lmt="1.20", con_id=STOCK_ID)
    rig.wait()
    rig.market.show(STOCK_ID, "1.30", "1.40")
    rig.client.order(3, "BUY", 1, "LMT", lmt="1.35", con_id=STOCK_ID)
    rig.wait()

    rig.market.show(STOCK_ID, "1.20", "1.30")
    rig.gateway._pulse.wake()

    assert rig.statuses(rig.wait(), 3)[-1:] == ["Filled"]
    assert [row.price for row in rig.gateway.executions()][1:] == [Decimal("1.20"), Decimal("1.35")]


def test_an_order_taken_along_leaves_no_old_quote_behind_for_the_next_one() -> None:
    rig = a_rig()
    rig.client.order(1, "BUY", 1, "LMT", lmt="1.05", oca="pair", oca_type=1)
    rig.wait()
    rig.market.show(CALL_ID, "0.95", "1.00")
    rig.client.order(2, "BUY", 1, "LMT", lmt="1.05", oca="pair", oca_type=1)
    rig.wait()
    rig.market.show(CALL_ID, "1.40", "1.50")

    rig.client.order(3, "BUY", 1, "MKT")
    rig.wait()

    assert rig.gateway.executions()[-1].price == Decimal("1.50")
