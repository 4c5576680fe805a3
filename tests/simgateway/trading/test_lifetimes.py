"""How long orders live: time in force, good till, good after."""

from datetime import UTC, datetime, time, timedelta

import pytest

from simgateway.protocol.tickets import OrderTicket, read_ticket
from simgateway.trading.lifetimes import ends_at, wakes_at
from tests.simgateway.fake_market import CALL_ID, CLOSE, OPEN, FakeMarket
from tests.simgateway.rig import NOON, PLAIN_ORDER_FIELDS, Rig

_DAY = 86400


def _ticket(till: str = "", after: str = "", *, rth: bool = False) -> OrderTicket:
    row = [""] * PLAIN_ORDER_FIELDS
    row[0:3] = ["3", "1", str(CALL_ID)]
    row[16:22] = ["BUY", "1", "LMT", "1.00", "", "GTD" if till else "GTC"]
    row[33], row[37], row[38] = str(int(rth)), after, till
    return read_ticket(tuple(row), 176)


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("20251112 12:00:00", 17, 0),
        ("20251112 12:00:00 US/Eastern", 17, 0),
        ("20251112 12:00:00 America/Chicago", 18, 0),
        ("20251112-17:30:00", 17, 30),
        ("12:15:00", 17, 15),
        ("12:15:00 US/Central", 18, 15),
        ("12:15", 17, 15),
        ("20251112", 21, 0),
    ],
)
def test_a_good_till_text_is_read_in_its_zone(text: str, hour: int, minute: int) -> None:
    assert ends_at(_ticket(text), NOON, FakeMarket()) == datetime(2025, 11, 12, hour, minute, tzinfo=UTC)


def test_a_day_alone_ends_with_the_longer_hours_of_an_order_that_works_in_them() -> None:
    market = FakeMarket()
    market.extended = (time(4), time(20))

    assert ends_at(_ticket("20251112", rth=True), NOON, market) == datetime(2025, 11, 13, 1, 0, tzinfo=UTC)


def test_a_day_without_trading_ends_at_midnight() -> None:
    end = ends_at(_ticket("20251115"), NOON, FakeMarket())

    assert end is not None
    assert end.replace(microsecond=0) == datetime(2025, 11, 16, 4, 59, 59, tzinfo=UTC)


def test_only_a_gtd_order_ends_at_its_good_till_moment() -> None:
    assert ends_at(_ticket(after="20251112 12:00:00"), NOON, FakeMarket()) is None


@pytest.mark.parametrize("text", ["soon", "20251399", "20251112 25:00:00", "20251112 12:00:00 Atlantis", "12h"])
def test_what_is_no_moment_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        wakes_at(_ticket(after=text), NOON)
    with pytest.raises(ValueError, match=r"."):
        ends_at(_ticket(text), NOON, FakeMarket())


def _sizes(rig: Rig) -> dict[int, int]:
    return {row.order_id: row.quantity - row.filled for row in rig.gateway.books().open_orders}


def test_an_immediate_order_fills_what_it_can_and_the_rest_is_cancelled() -> None:
    rig = Rig()
    rig.market.show(CALL_ID, "1.00", "1.10", 3)

    rig.client.order(1, "BUY", 5, "LMT", lmt="1.10", tif="IOC")

    frames = rig.wait()
    assert [row[19] for row in frames if row[0] == "11"] == ["3"]
    assert rig.statuses(frames, 1) == ["PreSubmitted", "Submitted", "Cancelled"]
    assert rig.errors(frames) == [("1", "202")]


def test_an_immediate_order_that_meets_nobody_is_cancelled() -> None:
    rig = Rig()

    rig.client.order(1, "BUY", 5, "LMT", lmt="1.05", tif="IOC")

    frames = rig.wait()
    assert (rig.statuses(frames, 1)[-1], _sizes(rig)) == ("Cancelled", {})


@pytest.mark.parametrize(("size", "filled", "end"), [(4, [], "Cancelled"), (5, ["5"], "Filled")])
def test_fill_or_kill_is_all_or_nothing(size: int, filled: list[str], end: str) -> None:
    rig = Rig()
    rig.market.show(CALL_ID, "1.00", "1.10", size)

    rig.client.order(1, "BUY", 5, "LMT", lmt="1.10", tif="FOK")

    frames = rig.wait()
    assert ([row[19] for row in frames if row[0] == "11"], rig.statuses(frames, 1)[-1]) == (filled, end)


def test_an_immediate_stop_waits_for_its_trigger_and_then_does_not_stay() -> None:
    rig = Rig()
    rig.buy(5)
    rig.client.order(2, "SELL", 5, "STP LMT", lmt="0.70", aux="0.80", tif="IOC")
    waiting = rig.wait(300)

    rig.quote("0.71", "0.79", 2)
    frames = rig.quote("0.71", "0.78", 2)

    assert rig.statuses(waiting, 2)[-1] == "PreSubmitted"
    assert ([row[19] for row in frames if row[0] == "11"], rig.statuses(frames, 2)[-1]) == (["2"], "Cancelled")


def test_a_good_till_date_order_ends_at_its_moment() -> None:
    rig = Rig()
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.50", tif="GTD", till="20251112 12:00:00 US/Eastern")
    rig.wait()

    before = rig.wait((datetime(2025, 11, 12, 17, tzinfo=UTC) - rig.clock.now()).total_seconds() - 1)
    after = rig.wait()

    assert (before, rig.statuses(after, 1), _sizes(rig)) == ([], ["Cancelled"], {})


def test_a_good_till_date_order_survives_the_close_of_the_days_before() -> None:
    rig = Rig()
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.50", tif="GTD", till="20251114 12:00:00")

    rig.wait(_DAY)

    assert _sizes(rig) == {1: 1}


def test_a_changed_good_till_moment_holds() -> None:
    rig = Rig()
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.50", tif="GTD", till="12:00:00")
    rig.wait()
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.50", tif="GTD", till="13:00:00")
    rig.wait(3600)

    later = _sizes(rig)
    rig.wait(3600)

    assert (later, _sizes(rig)) == ({1: 1}, {})


def test_a_waiting_childs_good_till_moment_counts_too() -> None:
    rig = Rig()
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.50", transmit=0)
    rig.client.order(2, "SELL", 1, "LMT", lmt="1.50", tif="GTD", till="12:00:00", parent=1)

    rig.wait(3600)

    assert _sizes(rig) == {1: 1}


def test_an_order_good_after_a_moment_sleeps_until_then() -> None:
    rig = Rig()
    rig.client.order(1, "BUY", 1, "MKT", after="20251112 12:00:00 US/Eastern")
    asleep = rig.wait(1700)

    awake = rig.wait(200)

    assert rig.statuses(asleep, 1) == ["PreSubmitted", "PreSubmitted"]
    assert rig.statuses(awake, 1) == ["Filled", "Filled"]


def test_a_sleeping_order_is_not_triggered() -> None:
    rig = Rig()
    rig.buy()
    rig.client.order(2, "SELL", 1, "STP", aux="0.80", after="12:00:00")
    rig.wait()

    rig.quote("0.70", "0.75")
    asleep = rig.quote("0.70", "0.74")
    rig.wait(1800)
    rig.quote("0.70", "0.73")
    awake = rig.quote("0.70", "0.72")

    assert (rig.statuses(asleep, 2), rig.statuses(awake, 2)[-1]) == ([], "Filled")


def test_good_till_cancelled_orders_are_worked_on_the_next_day() -> None:
    rig = Rig()
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.50", tif="GTC")
    rig.wait(_DAY)
    rig.market.show(CALL_ID, "0.40", "0.50")

    frames = rig.wait(_DAY)

    assert rig.statuses(frames, 1)[-1] == "Filled"
    assert OPEN + timedelta(days=1) < CLOSE + timedelta(days=1) < rig.clock.now()
