from decimal import Decimal
from typing import Any

import pytest

from domain.ids import OrderRef
from domain.order_specs import OrderKind
from domain.reports import (
    BrokerStatus,
    CommissionReport,
    Side,
)
from tests.broker.paper import ENTRY, EXIT, STOP, Paper, a_spec
from tests.builders import a_quote


def test_a_buy_limit_fills_at_the_ask_and_not_at_its_limit() -> None:
    paper = Paper()

    paper.place(limit=Decimal("2.10"))
    paper.quote("2.00", "2.05")

    assert paper.fills() == [("A.E.0", 2, "2.05")]
    assert paper.statuses(ENTRY) == [BrokerStatus.SUBMITTED, BrokerStatus.FILLED]


def test_a_buy_limit_below_the_ask_rests() -> None:
    paper = Paper()

    paper.place(limit=Decimal("2.01"))
    paper.quote("2.00", "2.02")

    assert paper.fills() == []
    assert paper.statuses(ENTRY) == [BrokerStatus.SUBMITTED]


def test_a_sell_limit_fills_at_the_bid() -> None:
    paper = Paper()

    paper.place(EXIT, limit=Decimal("1.90"))
    paper.quote("1.95", "2.00")

    assert paper.fills() == [("A.X.0", 2, "1.95")]


@pytest.mark.parametrize(("ref", "price"), [(ENTRY, "2.02"), (EXIT, "2.00")])
def test_a_market_order_fills_at_the_other_side(ref: OrderRef, price: str) -> None:
    paper = Paper()

    paper.place(ref, kind=OrderKind.MARKET, limit=None)
    paper.quote("2.00", "2.02")

    assert paper.fills() == [(ref, 2, price)]


@pytest.mark.parametrize(
    "quote",
    [
        {"bid": None},
        {"bid": "2.10", "ask": "2.02"},
        {"market_data_type": 3},
        {"bid_size": 0},
        {"bid_size": None},
    ],
)
def test_no_quote_fills_nothing(quote: dict[str, Any]) -> None:
    paper = Paper()

    paper.place(EXIT, kind=OrderKind.MARKET, limit=None)
    paper.quote(**quote)

    assert paper.fills() == []


def test_a_fill_is_no_larger_than_the_quote_shows() -> None:
    paper = Paper()

    paper.place(quantity=5)
    paper.quote(ask_size=3)
    paper.quote(ask_size=4)

    assert paper.fills() == [("A.E.0", 3, "2.02"), ("A.E.0", 2, "2.02")]
    assert paper.statuses(ENTRY)[-1] is BrokerStatus.FILLED


def test_two_orders_share_what_one_quote_shows() -> None:
    paper = Paper()

    paper.place(quantity=2)
    paper.place(OrderRef("B.E.0"), side=Side.BUY, quantity=2)
    paper.quote(ask_size=3)

    assert paper.fills() == [("A.E.0", 2, "2.02"), ("B.E.0", 1, "2.02")]


def test_the_same_quote_twice_fills_once() -> None:
    paper = Paper()
    quote = a_quote(ask_size=1)

    paper.place(quantity=2)
    paper.ledger.on_quote(quote)
    paper.ledger.on_quote(quote)
    paper.deliver()

    assert paper.fills() == [("A.E.0", 1, "2.02")]


def test_an_order_fills_at_a_fresh_quote_that_was_there_before_it() -> None:
    paper = Paper()

    paper.quote()
    paper.place()

    assert paper.fills() == [("A.E.0", 2, "2.02")]


def test_an_order_does_not_fill_at_a_stale_quote() -> None:
    paper = Paper()

    paper.quote()
    paper.clock.advance(16)
    paper.place()

    assert paper.fills() == []


def test_a_stop_triggers_at_the_second_quote_in_a_row_at_its_trigger() -> None:
    paper = Paper()

    paper.place(STOP, kind=OrderKind.STOP_LIMIT, trigger=Decimal("1.60"), limit=Decimal("1.50"))
    paper.quote("1.60", "1.70")
    paper.quote("1.61", "1.70")
    paper.quote("1.60", "1.70")
    before = paper.fills()
    paper.quote("1.59", "1.70")

    assert before == []
    assert paper.fills() == [("A.S.0", 2, "1.59")]
    assert paper.statuses(STOP) == [BrokerStatus.PRE_SUBMITTED, BrokerStatus.SUBMITTED, BrokerStatus.FILLED]


def test_a_triggered_stop_below_its_limit_rests_until_it_is_changed() -> None:
    paper = Paper()
    stop = {"kind": OrderKind.STOP_LIMIT, "trigger": Decimal("1.60"), "limit": Decimal("1.50")}

    paper.place(STOP, **stop)
    paper.quote("1.40", "1.70")
    paper.quote("1.39", "1.70")
    before = paper.fills()
    paper.ledger.modify(a_spec(STOP, **{**stop, "limit": Decimal("1.39")}))
    paper.deliver()

    assert before == []
    assert paper.fills() == [("A.S.0", 2, "1.39")]


@pytest.mark.parametrize(
    ("quantity", "sizes", "fees"),
    [(1, [9], ["1.00"]), (2, [9], ["1.30"]), (3, [1, 1, 9], ["1.00", "0.30", "0.65"])],
)
def test_fees_are_so_much_a_contract_but_at_least_so_much_an_order(
    quantity: int, sizes: list[int], fees: list[str]
) -> None:
    paper = Paper()

    paper.place(quantity=quantity)
    for size in sizes:
        paper.quote(ask_size=size)

    charged = [report.fees for report in paper.reports if isinstance(report, CommissionReport)]
    assert charged == [Decimal(fee) for fee in fees]
