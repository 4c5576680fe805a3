"""Margin of shares and options, what an order takes of the funds, what-ifs, short sales."""

from decimal import Decimal

import pytest

from simgateway.market.base import Instrument
from simgateway.protocol.wire import Fields
from simgateway.trading.account import Ledger
from tests.simgateway.fake_market import CALL_ID, OPEN, STOCK_ID, FakeMarket, a_quote
from tests.simgateway.rig import Rig


def _instrument(con_id: int) -> Instrument:
    instrument = FakeMarket().by_con_id(con_id)
    assert instrument is not None
    return instrument


STOCK, OPTION = _instrument(STOCK_ID), _instrument(CALL_ID)


def _holding(quantity: int, price: str, *, instrument: Instrument = STOCK, cash_account: bool = False) -> Ledger:
    ledger = Ledger(Decimal(100000), cash_account=cash_account)
    ledger.book(instrument, quantity, Decimal(price), Decimal(0))
    ledger.mark(instrument.con_id, a_quote(price, price))
    return ledger


def _money(*amounts: int) -> tuple[Decimal, ...]:
    return tuple(Decimal(amount) for amount in amounts)


@pytest.mark.parametrize(
    ("quantity", "price", "initial", "maintenance"),
    [
        (100, "100", "5000", "2500"),
        (-100, "100", "5000", "3000"),
        (-100, "12", "600", "500"),
        (-100, "6", "500", "500"),
        (-100, "4", "400", "400"),
        (-100, "2", "250", "250"),
    ],
)
def test_shares_bind_half_at_first_and_less_later(quantity: int, price: str, initial: str, maintenance: str) -> None:
    ledger = _holding(quantity, price)

    assert (ledger.initial_margin, ledger.maintenance_margin) == (Decimal(initial), Decimal(maintenance))
    assert ledger.equity_with_loan == ledger.net_liquidation == 100000
    assert ledger.available_funds == 100000 - Decimal(initial)
    assert ledger.excess_liquidity == 100000 - Decimal(maintenance)


def test_a_bought_option_is_paid_in_full_and_carries_no_loan() -> None:
    ledger = _holding(10, "2.00", instrument=OPTION)

    assert (ledger.initial_margin, ledger.equity_with_loan, ledger.net_liquidation) == _money(0, 98000, 100000)
    assert (ledger.available_funds, ledger.buying_power) == _money(98000, 196000)


def test_a_cash_account_has_no_margin_and_buys_with_settled_cash() -> None:
    ledger = _holding(100, "100", cash_account=True)
    ledger.book(STOCK, -50, Decimal(100), Decimal(0))

    assert (ledger.cash, ledger.settled_cash, ledger.available_funds) == _money(95000, 90000, 90000)
    assert (ledger.initial_margin, ledger.buying_power) == _money(0, 90000)


def test_sales_settle_on_the_next_day_of_business() -> None:
    ledger = _holding(100, "100", cash_account=True)
    ledger.book(STOCK, -100, Decimal(100), Decimal(0))

    ledger.new_day(settles=False)
    saturday = ledger.settled_cash
    ledger.new_day(settles=True)

    assert (saturday, ledger.settled_cash) == _money(90000, 100000)


def _what_if(rig: Rig, action: str, quantity: int, kind: str, **parts: object) -> list[str]:
    """Return the nine margins and the commission of a what-if."""
    rig.client.take()
    rig.client.order(50, action, quantity, kind, what_if=1, **parts)
    (row,) = [row for row in rig.wait() if row[0] == "5"]
    at = row.index("USD", 50)
    return list(row[at - 12 : at - 2])


@pytest.mark.parametrize(
    ("action", "quantity", "kind", "parts", "expected"),
    [
        ("BUY", 2, "MKT", {}, ["0.00", "0.00", "-221.30", "1.30"]),
        ("BUY", 2, "LMT", {"lmt": "1.00"}, ["0.00", "0.00", "-201.30", "1.30"]),
        ("BUY", 1, "STP", {"aux": "1.50"}, ["0.00", "0.00", "-151.00", "1.00"]),
        ("BUY", 1, "STP LMT", {"aux": "1.50", "lmt": "1.60"}, ["0.00", "0.00", "-161.00", "1.00"]),
        ("BUY", 100, "MKT", {"con_id": STOCK_ID}, ["5000.50", "2500.25", "-1.00", "1.00"]),
        ("BUY", 1000, "LMT", {"con_id": STOCK_ID, "lmt": "50.00"}, ["25000.00", "12500.00", "-5.00", "5.00"]),
        ("SELL", 100, "MKT", {"con_id": STOCK_ID}, ["5000.00", "3000.00", "-1.00", "1.00"]),
    ],
)
def test_a_what_if_tells_the_margins_and_the_commission(
    action: str, quantity: int, kind: str, parts: dict[str, object], expected: list[str]
) -> None:
    rig = Rig()
    rig.market.show(STOCK_ID, "100.00", "100.01", 1000)

    margins = _what_if(rig, action, quantity, kind, **parts)

    assert [*margins[3:6], margins[9]] == expected
    before, change, after = ([Decimal(text) for text in margins[at : at + 3]] for at in (0, 3, 6))
    assert after == [old + new for old, new in zip(before, change, strict=True)]


def test_a_what_if_of_closing_sets_margin_free() -> None:
    rig = Rig()
    rig.market.show(STOCK_ID, "100.00", "100.00", 1000)
    rig.buy(100, con_id=STOCK_ID)

    margins = _what_if(rig, "SELL", 100, "MKT", con_id=STOCK_ID)

    assert margins == [
        *("5000.00", "2500.00", "99999.00"),
        *("-5000.00", "-2500.00", "-1.00"),
        *("0.00", "0.00", "99998.00"),
        "1.00",
    ]
    assert rig.gateway.books().open_orders == ()


def _refusals(rig: Rig, frames: list[Fields]) -> list[str]:
    return [code for _, code in rig.errors(frames)]


@pytest.mark.parametrize(
    ("quantity", "cash_account", "refused"),
    [(1990, False, []), (2010, False, ["201"]), (990, True, []), (1010, True, ["201"])],
)
def test_shares_can_be_bought_for_the_buying_power(quantity: int, cash_account: bool, refused: list[str]) -> None:  # noqa: FBT001 - a row of the table
    rig = Rig(cash_account=cash_account)

    rig.client.order(1, "BUY", quantity, "LMT", lmt="100.00", con_id=STOCK_ID)

    assert _refusals(rig, rig.wait()) == refused


@pytest.mark.parametrize(
    ("con_id", "cash_account", "refused"), [(STOCK_ID, False, []), (STOCK_ID, True, ["201"]), (CALL_ID, False, ["201"])]
)
def test_only_shares_in_a_margin_account_can_be_sold_short(con_id: int, cash_account: bool, refused: list[str]) -> None:  # noqa: FBT001 - a row of the table
    rig = Rig(cash_account=cash_account)
    rig.market.show(STOCK_ID, "100.00", "100.01", 1000)

    rig.client.order(1, "SELL", 5, "MKT", con_id=con_id)

    assert _refusals(rig, rig.wait()) == refused


def test_a_short_sale_beyond_the_funds_is_refused() -> None:
    rig = Rig()

    rig.client.order(1, "SELL", 2100, "LMT", lmt="100.00", con_id=STOCK_ID)

    assert _refusals(rig, rig.wait()) == ["201"]


def test_what_another_contract_has_bound_is_reckoned_by_its_own_quote() -> None:
    rig = Rig(start=OPEN, start_cash=Decimal(10000), cash_account=True)
    rig.market.show(STOCK_ID, None, "99.00", 0)
    rig.client.order(1, "BUY", 100, "MKT", con_id=STOCK_ID)
    rig.wait()

    rig.client.order(2, "BUY", 2, "LMT", lmt="1.10")

    assert rig.errors(rig.wait()) == [("2", "201")]


@pytest.mark.parametrize(("writes", "refused"), [(True, []), (False, ["201"])])
def test_options_are_sold_beyond_what_is_held_only_where_they_may_be_written(writes: bool, refused: list[str]) -> None:  # noqa: FBT001 - a row of the table
    rig = Rig(writes_options=writes)

    rig.client.order(1, "SELL", 1, "LMT", lmt="9.00", con_id=CALL_ID)

    assert _refusals(rig, rig.wait()) == refused
