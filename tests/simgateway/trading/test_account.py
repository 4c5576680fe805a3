"""The ledger to the cent, and the account's messages."""

from decimal import Decimal
from random import Random

from simgateway.trading.account import Ledger
from simgateway.trading.holding import mark_of, to_cents
from tests.simgateway.fake_market import CALL_ID, CLOSE, FakeMarket, a_quote
from tests.simgateway.rig import Rig


def test_cash_and_value_always_add_up_to_what_was_made() -> None:
    market = FakeMarket()
    option = market.by_con_id(CALL_ID)
    assert option is not None
    draw = Random(5)
    ledger = Ledger(Decimal(100000), cash_account=False)

    for _ in range(500):
        price = Decimal(draw.randint(1, 500)) / 100
        ledger.book(option, draw.choice([-3, -2, -1, 1, 2, 3]), price, Decimal("0.65"))
        ledger.mark(CALL_ID, a_quote(str(price), str(price + 1)))
        assert ledger.net_liquidation - 100000 == ledger.realized + ledger.unrealized


def test_a_mark_is_the_middle_the_bid_alone_or_nothing() -> None:
    assert mark_of(a_quote("1.00", "1.10")) == Decimal("1.05")
    assert mark_of(a_quote("1.00", None)) == Decimal("1.00")
    assert mark_of(a_quote(None, "1.10")) == 0


def test_shares_with_one_side_alone_count_for_their_last_trade_within_it() -> None:
    assert mark_of(a_quote("1.00", "1.10"), is_share=True) == Decimal("1.05")
    assert mark_of(a_quote("1.00", None), is_share=True) == Decimal("1.05")
    assert mark_of(a_quote("1.08", None), is_share=True) == Decimal("1.08")
    assert mark_of(a_quote(None, "1.10"), is_share=True) == Decimal("1.05")
    assert mark_of(a_quote(None, "1.02"), is_share=True) == Decimal("1.02")


def test_no_amount_is_a_negative_0() -> None:
    assert str(to_cents(Decimal("-0.001"))) == "0.00"


def test_a_position_keeps_its_mark_when_nobody_quotes() -> None:
    rig = Rig()
    rig.buy(1)

    rig.quote(None, None)
    empty_book = rig.gateway.books().positions[0].mark
    rig.quote(None, "0.05")

    assert (empty_book, rig.gateway.books().positions[0].mark) == (Decimal("1.05"), Decimal(0))


def test_proceeds_in_a_cash_account_are_spendable_the_next_day() -> None:
    rig = Rig(cash_account=True)
    rig.buy(1)
    rig.client.order(2, "SELL", 1, "MKT")
    rig.wait()

    today = _summary(rig)
    rig.wait(24 * 3600)
    tomorrow = _summary(rig)

    assert (today["TotalCashValue"], today["SettledCash"]) == ("99988.00", "99888.00")
    assert (tomorrow["SettledCash"], tomorrow["AvailableFunds"]) == ("99988.00", "99988.00")


def _summary(rig: Rig) -> dict[str, str]:
    rig.client.send(62, 1, 9, "All", "TotalCashValue,SettledCash,AvailableFunds")
    frames = rig.wait()
    rig.client.send(63, 1, 9)
    assert frames[-1] == ("64", "1", "9")
    return {row[4]: row[5] for row in frames if row[0] == "63"}


def test_a_summary_has_the_requested_tags_alone() -> None:
    rig = Rig()
    rig.wait()

    assert set(_summary(rig)) == {"TotalCashValue", "SettledCash", "AvailableFunds"}


def test_positions_are_pushed_when_they_change_until_cancelled() -> None:
    rig = Rig()
    rig.wait()
    rig.client.send(61, 1)
    before = rig.wait()

    rig.client.order(1, "BUY", 2, "MKT")
    pushed = [row for row in rig.wait() if row[0] == "61"]
    rig.client.send(64, 1)
    rig.client.order(2, "SELL", 2, "MKT")
    after = rig.wait()

    assert before == [("62", "1")]
    assert [(len(row), row[3], row[10], row[14], row[15]) for row in pushed] == [(16, str(CALL_ID), "", "2", "110.65")]
    assert [row for row in after if row[0] == "61"] == []


def test_profit_is_pushed_when_quotes_change_and_every_few_seconds_anyway() -> None:
    rig = Rig()
    rig.client.send(92, 7, "DU1234567", "")
    rig.buy(1)

    quiet = [row for row in rig.wait(20) if row[0] == "94"]
    changed = [row for row in rig.quote("2.00", "2.10") + rig.wait(5) if row[0] == "94"]
    rig.client.send(93, 7)
    rig.wait(1)

    assert len(quiet) >= 3
    assert changed[-1] == ("94", "7", "94.00", "94.00", "0.00")
    assert [row for row in rig.wait(30) if row[0] == "94"] == []


def test_account_updates_give_everything_then_what_a_trade_changes() -> None:
    rig = Rig()
    rig.wait()
    rig.client.send(6, 2, 1, "DU1234567")
    first = rig.wait()

    rig.client.order(1, "BUY", 1, "MKT")
    frames = rig.wait()

    values = {row[2]: row[3] for row in frames if row[0] == "6"}
    assert {"NetLiquidation", "AvailableFunds", "DayTradesRemaining"} <= {row[2] for row in first if row[0] == "6"}
    assert first[-1] == ("54", "1", "DU1234567")
    assert values["TotalCashValue"] == "99889.00"
    assert [len(row) for row in frames if row[0] == "7"] == [20]


def test_a_new_day_begins_its_profit_at_0() -> None:
    rig = Rig()
    rig.buy(1)
    rig.quote("2.00", "2.10")

    rig.wait((CLOSE - rig.clock.now()).total_seconds() + 10 * 3600)
    rig.client.send(92, 7, "DU1234567", "")

    (profit,) = [row for row in rig.wait(1) if row[0] == "94"]
    assert profit[2] == "0.00"
