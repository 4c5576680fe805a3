"""Valid by default; one word changes one thing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from domain.brackets import Bracket, BracketPolicy
from domain.contracts import OptionContract, PriceGrid, PriceStep, Right
from domain.events import BracketPlan
from domain.ids import ConId, ExecId, Generation, IntentId, OrderId, OrderRef, PermId, Symbol
from domain.quotes import Quote
from domain.reports import (
    BookReport,
    BrokerStatus,
    CommissionReport,
    ExecutionReport,
    HoldingsReport,
    OpenOrderReport,
    OrderEffect,
    OrderErrorReport,
    OrderStatusReport,
    PositionReport,
    Side,
)

NOW = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)
GENERATION = Generation(1)
NICKEL_DIME = PriceGrid(
    steps=(
        PriceStep(low_edge=Decimal(0), increment=Decimal("0.05")),
        PriceStep(low_edge=Decimal(3), increment=Decimal("0.10")),
    )
)
PENNY = PriceGrid(steps=(PriceStep(low_edge=Decimal(0), increment=Decimal("0.01")),))
INTENT = IntentId("260105GOOG150000")


def a_contract(**changes: Any) -> OptionContract:
    contract = OptionContract(
        con_id=ConId(101),
        symbol=Symbol("GOOG"),
        expiry=date(2026, 1, 9),
        strike=Decimal(750),
        right=Right.CALL,
        multiplier=100,
        trading_class="GOOG",
        grid=PENNY,
    )
    return replace(contract, **changes)


def a_plan(**changes: Any) -> BracketPlan:
    plan = BracketPlan(
        intent=INTENT,
        contract=a_contract(),
        quantity=2,
        entry_limit=Decimal("2.02"),
        target_limit=Decimal("3.03"),
        stop_trigger=Decimal("1.61"),
        stop_limit=Decimal("1.57"),
        take_profit_fraction=Decimal("0.5"),
        stop_loss_fraction=Decimal("0.2"),
        stop_limit_buffer_fraction=Decimal("0.02"),
        spread=Decimal("0.02"),
        native=True,
        strategy="scalp",
        confidence=0.7,
        decided_at=NOW,
        quote_at=NOW,
    )
    return replace(plan, **changes)


def a_bracket(*, policy: BracketPolicy | None = None, **plan_changes: Any) -> Bracket:
    return Bracket(plan=a_plan(**plan_changes), policy=policy or BracketPolicy())


def ref(leg: str = "E", number: int = 0) -> OrderRef:
    return OrderRef(f"{INTENT}.{leg}.{number}")


def a_status(leg: str, status: BrokerStatus, *, filled: int = 0, number: int = 0) -> OrderStatusReport:
    return OrderStatusReport(
        generation=GENERATION,
        at=NOW,
        order_id=OrderId(1),
        perm_id=PermId(1),
        ref=ref(leg, number),
        status=status,
        filled=filled,
        remaining=0,
        average_price=None,
    )


def a_fill(leg: str, quantity: int, price: str, *, number: int = 0, exec_id: str = "") -> ExecutionReport:
    return ExecutionReport(
        generation=GENERATION,
        at=NOW,
        executed_at=NOW,
        exec_id=ExecId(exec_id or f"{leg}.{number}.{quantity}.{price}"),
        order_id=OrderId(1),
        perm_id=PermId(1),
        ref=ref(leg, number),
        con_id=ConId(101),
        symbol=Symbol("GOOG"),
        side=Side.BUY if leg == "E" else Side.SELL,
        quantity=quantity,
        price=Decimal(price),
        multiplier=100,
    )


def a_fee(exec_id: str, fees: str = "1.00") -> CommissionReport:
    return CommissionReport(generation=GENERATION, at=NOW, exec_id=ExecId(exec_id), ref=None, fees=Decimal(fees))


def an_error(leg: str, effect: OrderEffect, *, code: int = 201, number: int = 0) -> OrderErrorReport:
    return OrderErrorReport(
        generation=GENERATION, at=NOW, order_id=OrderId(1), ref=ref(leg, number), code=code, text="", effect=effect
    )


def an_open_order(leg: str, status: BrokerStatus, *, number: int = 0, **changes: Any) -> OpenOrderReport:
    report = OpenOrderReport(
        generation=GENERATION,
        at=NOW,
        order_id=OrderId(1),
        perm_id=PermId(1),
        client_id=1,
        ref=ref(leg, number),
        con_id=ConId(101),
        symbol=Symbol("GOOG"),
        side=Side.BUY if leg == "E" else Side.SELL,
        quantity=2,
        filled=0,
        order_type="STP LMT" if leg == "S" else "LMT",
        limit=None,
        trigger=None,
        parent_id=OrderId(0),
        oca_group="",
        status=status,
    )
    return replace(report, **changes)


def a_book(**changes: Any) -> BookReport:
    book = BookReport(
        generation=GENERATION,
        at=NOW,
        asked_at=NOW,
        positions=(),
        open_orders=(),
        executions=(),
        commissions=(),
        completed=(),
    )
    return replace(book, **changes)


def a_glance(**changes: Any) -> HoldingsReport:
    glance = HoldingsReport(generation=GENERATION, at=NOW, asked_at=NOW, positions=(), open_orders=())
    return replace(glance, **changes)


def a_position(quantity: int, *, con_id: int = 101, symbol: str = "GOOG") -> PositionReport:
    return PositionReport(
        generation=GENERATION,
        at=NOW,
        con_id=ConId(con_id),
        symbol=Symbol(symbol),
        sec_type="OPT",
        quantity=quantity,
        average_cost=Decimal(1),
    )


def a_quote(bid: str | None = "2.00", ask: str | None = "2.02", *, seconds: float = 0, **changes: Any) -> Quote:
    quote = Quote(
        con_id=ConId(101),
        bid=Decimal(bid) if bid is not None else None,
        ask=Decimal(ask) if ask is not None else None,
        bid_size=10,
        ask_size=10,
        last=None,
        close=None,
        volume=500,
        open_interest=1000,
        at=NOW + timedelta(seconds=seconds),
    )
    return replace(quote, **changes)
