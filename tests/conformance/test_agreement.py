"""What an account costs and holds, told in seven ways that must agree to the cent; commissions by IBKR Pro's tiers."""

from decimal import Decimal
from typing import Any

import pytest

from simgateway.config import ShareCommission
from tests.conformance.stage import ACCOUNT, CALL, PUT, STOCK, Line, Stage
from tests.simgateway.fake_market import CALL_ID, PUT_ID, STOCK_ID

TAGS = "NetLiquidation,TotalCashValue,AvailableFunds,GrossPositionValue,$LEDGER:USD"


def traded(stage: Stage) -> Line:
    """Return a client that has bought three contracts and sold some again, at prices that have moved since."""
    line = stage.line()
    line.buy(3, CALL)
    line.buy(2, PUT)
    line.buy(100, STOCK)
    stage.show(CALL_ID, "1.30", "1.40")
    stage.show(PUT_ID, "0.70", "0.80")
    stage.pass_time(10)
    sale = line.place(CALL, action="SELL", quantity=1)
    line.until_status(sale, "Filled")
    line.until("commission", exec_id=line.until("fill", order=sale)["exec_id"])
    stage.pass_time(10)
    return line


def summary(line: Line) -> dict[str, Decimal]:
    """Return the account's summary by tag."""
    asked = line.ask("summary", tags=TAGS)
    line.until("summary_end", asked=asked)
    rows = line.all("summary", asked=asked)
    return {row["tag"]: Decimal(row["value"]) for row in rows if row["tag"] != "Currency"}


def dollars(value: float) -> Decimal:
    """Return a client's number as money."""
    return Decimal(str(value)).quantize(Decimal("0.01"))


def test_the_account_is_told_alike_in_every_way(stage: Stage) -> None:
    line = traded(stage)
    line.do("updates", on=True, account=ACCOUNT)
    line.until("account_end", account=ACCOUNT)
    multi = line.ask("multi", account=ACCOUNT)
    line.until("multi_end", asked=multi)
    line.until("value", tag="RealizedPnL", currency="USD", value="18.35")  # 130 - 1 for a third of 330 + 1.95

    told = summary(line)
    values = {row["tag"]: row["value"] for row in line.all("value") if row["currency"] == "USD"}
    again = {row["tag"]: row["value"] for row in line.all("multi", asked=multi) if row["currency"] == "USD"}
    for tag, value in told.items():
        assert Decimal(values[tag]) == Decimal(again[tag]) == value, tag
    books = stage.host.call(lambda gateway: gateway.books())
    assert (told["NetLiquidation"], told["TotalCashValue"]) == (books.net_liquidation, books.cash)
    assert told["RealizedPnL"] + told["UnrealizedPnL"] == told["NetLiquidation"] - 100000


def test_positions_and_profits_sum_up_to_the_account(stage: Stage) -> None:
    line = traded(stage)
    line.do("updates", on=True, account=ACCOUNT)
    line.until("account_end", account=ACCOUNT)
    line.do("positions")
    line.until("positions_end")
    whole = line.ask("pnl", account=ACCOUNT)
    single = {con_id: line.ask("pnl_single", account=ACCOUNT, con_id=con_id) for con_id in (CALL_ID, PUT_ID, STOCK_ID)}
    pnl = line.until("pnl", asked=whole)
    parts = {con_id: line.until("pnl_single", asked=asked) for con_id, asked in single.items()}

    told = summary(line)
    lines = {con_id: line.all("portfolio", con_id=con_id)[-1] for con_id in single}
    held = {con_id: line.all("position", con_id=con_id)[-1] for con_id in single}
    assert {con_id: row["quantity"] for con_id, row in held.items()} == {CALL_ID: 2.0, PUT_ID: 2.0, STOCK_ID: 100.0}
    for con_id, part in parts.items():
        assert part["quantity"] == held[con_id]["quantity"] == lines[con_id]["quantity"]
        assert held[con_id]["average"] == pytest.approx(lines[con_id]["average"], abs=1e-6)
        assert (part["value"], part["unrealized"]) == (lines[con_id]["value"], lines[con_id]["unrealized"])
        assert (part["realized"] or 0.0) == lines[con_id]["realized"]
    assert sum(dollars(part["unrealized"]) for part in parts.values()) == dollars(pnl["unrealized"])
    assert sum(dollars(part["daily"]) for part in parts.values()) == dollars(pnl["daily"])
    assert dollars(pnl["unrealized"]) == told["UnrealizedPnL"]
    assert dollars(pnl["realized"]) == told["RealizedPnL"]
    assert told["TotalCashValue"] + sum(dollars(row["value"]) for row in lines.values()) == told["NetLiquidation"]
    assert dollars(pnl["daily"]) == told["NetLiquidation"] - 100000


def test_fees_and_realized_profits_of_the_executions_are_the_account_s(stage: Stage) -> None:
    line = traded(stage)

    asked = line.ask("executions", filter={})
    line.until("fills_end", asked=asked)
    ids = {row["exec_id"] for row in line.all("fill", asked=asked)}
    paid = {row["exec_id"]: row for row in line.all("commission")}

    books = stage.host.call(lambda gateway: gateway.books())
    assert set(paid) == ids
    assert sum(dollars(row["amount"]) for row in paid.values()) == books.fees
    assert sum(dollars(row["realized"] or 0.0) for row in paid.values()) == books.realized


@pytest.mark.parametrize(
    ("premium", "quantity", "commission"),
    [("1.00", 10, 6.5), ("0.10", 10, 6.5), ("0.09", 10, 5.0), ("0.05", 10, 5.0), ("0.04", 10, 2.5), ("1.00", 1, 1.0)],
)
def test_options_cost_by_their_premium(stage: Stage, premium: str, quantity: int, commission: float) -> None:
    stage.gateway()
    stage.show(CALL_ID, "0.01", premium, size=100)
    line = stage.line()

    order = line.buy(quantity)

    paid = line.until("commission", exec_id=line.until("fill", order=order)["exec_id"])
    assert (paid["amount"], paid["currency"], paid["realized"]) == (commission, "USD", None)


def test_options_cost_less_after_ten_thousand_in_a_month(stage: Stage) -> None:
    stage.gateway(start_cash=Decimal(10_000_000))
    stage.show(CALL_ID, "1.00", "1.10", size=100_000)
    line = stage.line()

    orders = [line.buy(9_995), line.buy(10), line.buy(10)]

    paid = [line.until("commission", exec_id=line.until("fill", order=order)["exec_id"]) for order in orders]
    assert [row["amount"] for row in paid] == [6496.75, 5.75, 5.0]


@pytest.mark.parametrize(
    ("prices", "quantity", "commission"),
    [
        (ShareCommission.FIXED, 1000, 5.0),
        (ShareCommission.FIXED, 100, 1.0),
        (ShareCommission.TIERED, 1000, 3.5),
        (ShareCommission.TIERED, 50, 0.35),
    ],
)
def test_shares_cost_by_the_account_s_price_list(
    stage: Stage, prices: ShareCommission, quantity: int, commission: float
) -> None:
    stage.gateway(share_commission=prices)
    stage.show(STOCK_ID, "9.90", "10.00", size=5000)
    line = stage.line()

    order = line.buy(quantity, STOCK)

    assert line.until("commission", exec_id=line.until("fill", order=order)["exec_id"])["amount"] == commission


def test_an_order_in_parts_pays_its_least_once(stage: Stage) -> None:
    stage.gateway(refill_seconds=(5.0, 5.0))
    stage.show(CALL_ID, "1.00", "1.10", size=1)
    line = stage.line()

    order = line.place(CALL, action="BUY", quantity=2, type="LMT", limit=1.1)
    line.until_status(order, "Filled")
    line.until("commission", count=2)

    assert [row["amount"] for row in line.all("commission")] == [1.0, 0.3]


def test_several_clients_trade_one_account_at_once(stage: Stage) -> None:
    stage.gateway(start_cash=Decimal(1_000_000))
    stage.show(CALL_ID, "1.00", "1.10", size=1000)
    lines = [stage.line(number) for number in range(1, 6)]
    kinds: tuple[dict[str, Any], ...] = ({"type": "MKT"}, {"type": "LMT", "limit": 1.2})
    placed = [
        (line, line.place(CALL, action="BUY", quantity=size, ref=line.name, **kind))
        for size, line in enumerate(lines, start=1)
        for kind in kinds
    ]

    for line, order in placed:
        line.until_status(order, "Filled")
    for number, line in enumerate(lines, start=1):
        fills = [row for row in line.all("fill") if row["id"] is not None]
        assert {(row["client"], row["ref"]) for row in fills} == {(number, line.name)}
    asked = lines[0].ask("executions", filter={})
    lines[0].until("fills_end", asked=asked)
    assert sum(row["shares"] for row in lines[0].all("fill", asked=asked)) == 30.0
    assert stage.host.call(lambda gateway: gateway.books().positions)[0].quantity == 30
