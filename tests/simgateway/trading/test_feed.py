"""What clients are told of the account: updates, summaries, positions, profits; several clients at once."""

from decimal import Decimal

import pytest

from simgateway.protocol.wire import Fields
from tests.simgateway.fake_market import CALL_ID, PUT_ID, STOCK_ID
from tests.simgateway.rig import Client, Rig

ACCOUNT = "DU1234567"
UNSET = "1.7976931348623157E308"
TAGS = (
    "AccountType,NetLiquidation,TotalCashValue,SettledCash,AccruedCash,BuyingPower,EquityWithLoanValue,"
    "PreviousDayEquityWithLoanValue,GrossPositionValue,RegTEquity,RegTMargin,SMA,InitMarginReq,MaintMarginReq,"
    "AvailableFunds,ExcessLiquidity,Cushion,FullInitMarginReq,FullMaintMarginReq,FullAvailableFunds,"
    "FullExcessLiquidity,LookAheadNextChange,LookAheadInitMarginReq,LookAheadMaintMarginReq,"
    "LookAheadAvailableFunds,LookAheadExcessLiquidity,HighestSeverity,DayTradesRemaining,DayTradesRemainingT+1,"
    "DayTradesRemainingT+2,DayTradesRemainingT+3,DayTradesRemainingT+4,Leverage"
)
LEDGER_TAGS = {
    *("Currency", "CashBalance", "TotalCashBalance", "AccruedCash", "StockMarketValue", "OptionMarketValue"),
    *("FutureOptionValue", "FuturesPNL", "NetLiquidationByCurrency", "UnrealizedPnL", "RealizedPnL", "ExchangeRate"),
}


def _ask(rig: Rig, *fields: object, client: Client | None = None) -> list[Fields]:
    client = client or rig.client
    client.take()
    client.send(*fields)
    rig.clock.advance(1)
    return client.take()


def test_every_tag_of_ib_has_a_value() -> None:
    rows = [row for row in _ask(Rig(), 62, 1, 9, "All", TAGS) if row[0] == "63"]

    assert {row[4] for row in rows} == set(TAGS.split(","))
    assert len(rows) == len(TAGS.split(","))
    assert all(len(row) == 7 and row[5] for row in rows)


@pytest.mark.parametrize(
    ("tag", "currencies"), [("$LEDGER", {"BASE"}), ("$LEDGER:USD", {"USD"}), ("$LEDGER:ALL", {"BASE", "USD"})]
)
def test_the_cash_ledger_comes_in_the_currencies_asked_for(tag: str, currencies: set[str]) -> None:
    rows = [row for row in _ask(Rig(), 62, 1, 9, "All", tag) if row[0] == "63"]

    assert {row[6] for row in rows} == currencies
    assert {row[4] for row in rows} == LEDGER_TAGS


def test_a_tag_nobody_knows_is_passed_over() -> None:
    frames = _ask(Rig(), 62, 1, 9, "All", "ReqTMargin,NetLiquidation")

    assert [row[0] for row in frames] == ["63", "64"]


@pytest.mark.parametrize(("group", "tags"), [("All", "Nonsense"), ("All", ""), ("Friends", "NetLiquidation")])
def test_a_summary_of_nothing_is_error_321(group: str, tags: str) -> None:
    rig = Rig()

    assert rig.errors(_ask(rig, 62, 1, 9, group, tags)) == [("9", "321")]


def test_a_client_has_two_summaries_at_a_time() -> None:
    rig = Rig()
    other = rig.connect(2)
    for req_id in (1, 2):
        _ask(rig, 62, 1, req_id, "All", "NetLiquidation")

    third = _ask(rig, 62, 1, 3, "All", "NetLiquidation")
    others = _ask(rig, 62, 1, 3, "All", "NetLiquidation", client=other)
    _ask(rig, 63, 1, 1)
    after = _ask(rig, 62, 1, 3, "All", "NetLiquidation")

    assert rig.errors(third) == [("3", "322")]
    assert ([row[0] for row in others], [row[0] for row in after]) == (["63", "64"], ["63", "64"])


def test_a_summary_is_sent_again_when_it_has_changed_every_three_minutes() -> None:
    rig = Rig()
    _ask(rig, 62, 1, 9, "All", "TotalCashValue,AccountType")

    quiet = [row for row in rig.wait(400) if row[0] in {"63", "64"}]
    rig.buy(1)
    changed = [row for row in rig.wait(180) if row[0] in {"63", "64"}]

    assert quiet == []
    assert [row[4:6] for row in changed if row[0] == "63"] == [("TotalCashValue", "99889.00")]


@pytest.mark.parametrize(
    ("request_", "req_id"),
    [
        ((6, 2, 1, "DU9"), "-1"),
        ((76, 1, 4, "DU9", "", 0), "4"),
        ((74, 1, 5, "DU9", ""), "5"),
        ((92, 6, "DU9", ""), "6"),
        ((94, 7, "DU9", "", 1), "7"),
    ],
)
def test_an_unknown_account_is_error_321(request_: tuple[object, ...], req_id: str) -> None:
    frames = _ask(Rig(), *request_)

    assert [(row[0], row[2], row[3]) for row in frames] == [("4", req_id, "321")]


def test_every_update_client_gets_what_it_does_not_have() -> None:
    rig = Rig()
    late = rig.connect(2)
    _ask(rig, 6, 2, 1, ACCOUNT)
    rig.buy(1)
    _ask(rig, 6, 2, 1, ACCOUNT, client=late)

    rig.client.order(2, "SELL", 1, "MKT")
    rig.clock.advance(3)

    for client in (rig.client, late):
        frames = client.take()
        cash = [row[3] for row in frames if row[0] == "6" and row[2] == "TotalCashValue"]
        assert cash == ["99988.00"]
        assert [(row[13], row[18]) for row in frames if row[0] == "7"] == [("0", "-12.00")]


def test_updates_end_when_the_client_says_so_and_come_every_three_minutes_until_then() -> None:
    rig = Rig()
    rig.buy(1)
    _ask(rig, 6, 2, 1, ACCOUNT)
    rig.market.show(CALL_ID, "2.00", "2.10")

    round_ = [row for row in rig.wait(200) if row[0] == "7"]
    _ask(rig, 6, 2, 0, ACCOUNT)

    assert [(row[14], row[17]) for row in round_] == [("2.05", "94.00")]
    assert [row for row in rig.wait(400) if row[0] in {"6", "7", "8", "54"}] == []


def test_multi_updates_can_be_the_cash_ledger_alone() -> None:
    rig = Rig()

    full = _ask(rig, 76, 1, 4, ACCOUNT, "", 0)
    brief = _ask(rig, 76, 1, 5, ACCOUNT, "", 1)

    assert (full[-1], brief[-1]) == (("74", "1", "4"), ("74", "1", "5"))
    assert {row[5] for row in brief if row[0] == "73"} == LEDGER_TAGS | {"NetLiquidation"}
    assert {row[5] for row in full if row[0] == "73"} > LEDGER_TAGS | {"NetLiquidation", "AccountReady"}


def test_positions_by_request_are_live_until_cancelled() -> None:
    rig = Rig()
    rig.buy(1)
    first = _ask(rig, 74, 1, 5, ACCOUNT, "")

    rig.client.order(2, "SELL", 1, "MKT")
    pushed = [row for row in rig.wait() if row[0] == "71"]
    _ask(rig, 75, 1, 5)
    rig.buy(1, order_id=3)

    assert [(row[0], row[2], len(row)) for row in first] == [("71", "5", 18), ("72", "5", 3)]
    assert [(row[4], row[15], row[16], row[17]) for row in pushed] == [(str(CALL_ID), "0", "0", "")]
    assert [row for row in rig.client.take() if row[0] == "71"] == []


def test_positions_reach_every_session_that_asked() -> None:
    rig = Rig()
    other = rig.connect(2)
    _ask(rig, 61, 1)
    _ask(rig, 61, 1, client=other)

    rig.buy(1)
    rig.client.order(2, "SELL", 1, "MKT")
    rig.clock.advance(3)

    assert [row[14] for row in other.take() if row[0] == "61"] == ["1", "0"]


def _single(rig: Rig, con_id: int) -> Fields:
    (row,) = [row for row in _ask(rig, 94, 7, ACCOUNT, "", con_id) if row[0] == "95"]
    _ask(rig, 95, 7)
    return row[2:]


def test_what_was_never_held_has_no_profit() -> None:
    assert _single(Rig(), PUT_ID) == ("0", UNSET, UNSET, UNSET, "0.00")


def test_a_single_profit_is_of_the_day_and_outlives_the_position() -> None:
    rig = Rig()
    rig.buy(2)
    rig.quote("2.00", "2.10")
    held = _single(rig, CALL_ID)
    rig.client.order(2, "SELL", 2, "MKT")
    rig.wait()

    assert held == ("2", "188.70", "188.70", UNSET, "410.00")
    assert _single(rig, CALL_ID) == ("0", "177.40", UNSET, "177.40", "0.00")


def test_single_profits_of_the_day_add_up_to_the_accounts_also_on_the_second_day() -> None:
    rig = Rig()
    rig.market.show(STOCK_ID, "100.00", "100.02", 1000)
    rig.client.order(1, "SELL", 100, "MKT", con_id=STOCK_ID)
    rig.buy(3, order_id=2)
    rig.wait(20 * 3600)
    rig.client.order(3, "SELL", 1, "MKT")
    rig.client.order(4, "BUY", 150, "MKT", con_id=STOCK_ID)
    rig.wait(60)

    (whole,) = [row for row in _ask(rig, 92, 8, ACCOUNT, "") if row[0] == "94"]

    parts = [Decimal(_single(rig, con_id)[1]) for con_id in (CALL_ID, STOCK_ID)]
    assert sum(parts) == Decimal(whole[2])


def test_a_single_profit_alone_follows_the_quotes() -> None:
    rig = Rig()
    rig.buy(1)
    _ask(rig, 94, 7, ACCOUNT, "", CALL_ID)

    frames = rig.quote("2.00", "2.10") + rig.wait(5)

    assert "94.00" in {row[4] for row in frames if row[0] == "95"}


def test_family_codes_and_user_info_are_answered() -> None:
    rig = Rig()

    assert _ask(rig, 80) == [("78", "1", ACCOUNT, "")]
    assert _ask(rig, 104, 3) == [("107", "3", "")]


def test_a_gone_client_leaves_nothing_that_is_pushed() -> None:
    rig = Rig()
    for fields in (
        (6, 2, 1, ACCOUNT),
        (76, 1, 4, ACCOUNT, "", 0),
        (62, 1, 9, "All", TAGS),
        (61, 1),
        (92, 7, ACCOUNT, ""),
    ):
        rig.client.send(*fields)
    rig.client.send(94, 8, ACCOUNT, "", CALL_ID)
    rig.clock.advance(1)

    rig.client.session.abort()
    rig.clock.advance(600)

    assert rig.clock.pending() <= 1
