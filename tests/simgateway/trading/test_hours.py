"""Which hours orders work in: the regular ones, the longer ones of shares, halts."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from simgateway.config import Exercise
from simgateway.market.base import Instrument
from simgateway.protocol.text import NEW_YORK, new_york_day
from tests.simgateway.fake_market import CALL_ID, CLOSE, DAY, OPEN, STOCK_ID, FakeMarket
from tests.simgateway.rig import NOON, Rig

_EVENING = CLOSE + timedelta(hours=1)


class _LongMarket(FakeMarket):
    """Shares trade from 04:00 to 20:00."""

    def __init__(self) -> None:
        super().__init__()
        self.extended = (time(4), time(20))

    def next_change(self, instrument: Instrument, at: datetime) -> datetime | None:
        del instrument
        hours = self.extended_session(new_york_day(at))
        return at + timedelta(milliseconds=250) if hours and hours[0] <= at < hours[1] else None


def _rig(start: datetime = _EVENING) -> Rig:
    rig = Rig(start=start, market=_LongMarket())
    rig.market.show(STOCK_ID, "100.00", "100.02", 500)
    return rig


def _open_ids(rig: Rig) -> list[int]:
    return [row.order_id for row in rig.gateway.books().open_orders]


def test_a_share_order_that_asks_for_it_fills_outside_the_regular_hours() -> None:
    rig = _rig()
    rig.client.order(1, "BUY", 100, "LMT", lmt="100.05", con_id=STOCK_ID, rth=1)
    rig.client.order(2, "BUY", 100, "LMT", lmt="100.05", con_id=STOCK_ID)

    frames = rig.wait()

    assert (rig.statuses(frames, 1)[-1], rig.statuses(frames, 2)[-1]) == ("Filled", "PreSubmitted")
    assert rig.errors(frames) == [("2", "399")]


def test_the_notice_says_when_the_order_will_be_placed() -> None:
    rig = _rig()

    rig.client.order(1, "BUY", 1, "MKT", con_id=STOCK_ID)

    (text,) = [row[4] for row in rig.wait() if row[0] == "4" and row[3] == "399"]
    assert text.endswith("will not be placed at the exchange until 20251113 09:30:00 US/Eastern.")


@pytest.mark.parametrize(("kind", "con_id"), [("LMT", CALL_ID), ("MKT", STOCK_ID)])
def test_options_and_market_orders_ignore_the_wish_for_longer_hours(kind: str, con_id: int) -> None:
    rig = _rig()
    rig.wait()

    rig.client.order(1, "BUY", 1, kind, lmt="1.10" if kind == "LMT" else "", con_id=con_id, rth=1)

    frames = rig.wait()
    assert rig.errors(frames) == [("1", "2109"), ("1", "399")]
    assert _open_ids(rig) == [1]


def test_day_orders_end_with_the_hours_they_work_in() -> None:
    rig = _rig(NOON)
    rig.client.order(1, "BUY", 1, "LMT", lmt="90.00", con_id=STOCK_ID, rth=1)
    rig.client.order(2, "BUY", 1, "LMT", lmt="90.00", con_id=STOCK_ID)
    rig.wait()

    rig.wait((CLOSE - rig.clock.now()).total_seconds() + 5)
    at_the_close = _open_ids(rig)
    rig.wait(4 * 3600)

    assert (at_the_close, _open_ids(rig)) == ([1], [])


def test_longer_hours_begin_before_the_regular_ones() -> None:
    rig = _rig(OPEN - timedelta(hours=7))
    rig.client.order(1, "BUY", 1, "LMT", lmt="100.05", con_id=STOCK_ID, rth=1)
    night = rig.wait(3600)

    early = rig.wait(3600)

    assert (rig.statuses(night, 1)[-1], rig.statuses(early, 1)[-1]) == ("PreSubmitted", "Filled")


def test_a_stop_without_longer_hours_is_not_triggered_in_them() -> None:
    rig = _rig(NOON)
    rig.buy(100, con_id=STOCK_ID)
    rig.client.order(2, "SELL", 100, "STP", aux="99.00", method=4, con_id=STOCK_ID, tif="GTC")
    rig.wait((_EVENING - rig.clock.now()).total_seconds())

    evening = rig.quote("98.00", "98.02", con_id=STOCK_ID)
    rig.wait((OPEN + timedelta(days=1) - rig.clock.now()).total_seconds())
    rig.quote("97.00", "97.02", 500, con_id=STOCK_ID)

    assert (rig.statuses(evening, 2), _open_ids(rig)) == ([], [])


def test_the_opening_gives_a_waiting_order_the_quote_and_not_its_limit() -> None:
    rig = _rig(NOON)
    rig.client.order(1, "BUY", 1, "LMT", lmt="99.00", con_id=STOCK_ID, tif="GTC")
    rig.wait((CLOSE - rig.clock.now()).total_seconds() + 5)

    rig.market.show(STOCK_ID, "95.00", "95.02", 500)

    frames = rig.wait(18 * 3600)
    assert [row[20] for row in frames if row[0] == "11"] == ["95.02"]


@pytest.mark.parametrize("kind", ["MKT", "LMT"])
def test_nothing_fills_while_it_is_halted_and_nothing_is_refused(kind: str) -> None:
    rig = Rig()
    rig.market.halted.add("ABC")
    rig.client.order(1, "BUY", 1, kind, lmt="1.10" if kind == "LMT" else "")
    halted = rig.wait(300)

    rig.market.halted.clear()

    resumed = rig.wait(61)
    assert (rig.errors(halted), rig.statuses(halted, 1)[-1]) == ([], "Submitted")
    assert rig.statuses(resumed, 1)[-1] == "Filled"


def test_a_halted_stop_is_not_triggered() -> None:
    rig = Rig()
    rig.buy()
    rig.client.order(2, "SELL", 1, "STP", aux="0.80")
    rig.wait()
    rig.market.halted.add("ABC")

    rig.quote("0.70", "0.79")
    halted = rig.quote("0.70", "0.78")
    rig.market.halted.clear()
    rig.quote("0.70", "0.77")
    resumed = rig.quote("0.70", "0.76")

    assert (rig.statuses(halted, 2), rig.statuses(resumed, 2)[-1]) == ([], "Filled")


def test_an_order_can_be_changed_and_cancelled_while_it_is_halted() -> None:
    rig = Rig()
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.90")
    rig.wait()
    rig.market.halted.add("ABC")

    rig.client.order(1, "BUY", 1, "LMT", lmt="1.20")
    changed = rig.wait()
    rig.client.send(4, 1, 1, "")
    cancelled = rig.wait()

    assert (rig.statuses(changed, 1), rig.statuses(cancelled, 1)) == (["Submitted"], ["Cancelled"])


def test_an_immediate_order_sent_after_hours_waits_for_the_open() -> None:
    rig = _rig()
    rig.client.order(1, "BUY", 900, "LMT", lmt="100.05", tif="IOC", con_id=STOCK_ID)
    rig.wait()
    evening = _open_ids(rig)

    frames = rig.wait(18 * 3600)

    assert (evening, rig.statuses(frames, 1)[-1]) == ([1], "Cancelled")
    assert [row[19] for row in frames if row[0] == "11"] == ["500"]


class _EverOpenMarket(FakeMarket):
    """Open from midnight to midnight, every day."""

    def session(self, day: date) -> tuple[datetime, datetime] | None:
        first = datetime.combine(day, time.min, NEW_YORK)
        return first, datetime.combine(day + timedelta(days=1), time.min, NEW_YORK)


def test_orders_on_an_expiring_option_end_with_it_although_the_market_stays_open() -> None:
    rig = Rig(market=_EverOpenMarket(), exercise=Exercise.CASH)
    (expiring,) = rig.market.listed("ABC", DAY, "C", Decimal(100))
    rig.buy(con_id=expiring.con_id)
    rig.client.order(2, "SELL", 1, "LMT", lmt="1.50", tif="GTC", con_id=expiring.con_id)
    rig.client.order(3, "BUY", 1, "LMT", lmt="0.50", tif="DAY")
    rig.wait()

    rig.wait((CLOSE - rig.clock.now()).total_seconds() + 5)

    assert (_open_ids(rig), rig.gateway.books().positions) == ([3], ())


def test_an_option_that_has_ended_takes_no_order_although_the_market_stays_open() -> None:
    rig = Rig(market=_EverOpenMarket(), start=CLOSE + timedelta(hours=1))
    (expired,) = rig.market.listed("ABC", DAY, "C", Decimal(100))

    rig.client.order(1, "BUY", 1, "MKT", con_id=expired.con_id)

    assert rig.errors(rig.wait()) == [("1", "201")]
    assert rig.gateway.books().positions == ()
