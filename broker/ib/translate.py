"""Between the library's types and ours; none of theirs goes further than this file's callers."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from broker.ib.library import Contract, Order
from domain.contracts import Contract as OurContract
from domain.contracts import Right, Underlying
from domain.ids import ConId, ExecId, Generation, OrderId, OrderRef, PermId, Symbol
from domain.order_specs import OrderKind, OrderSpec
from domain.prices import as_money, as_price
from domain.reports import (
    BrokerStatus,
    CommissionReport,
    ExecutionReport,
    OpenOrderReport,
    OrderStatusReport,
    PositionReport,
    Side,
)

SMART: Final = "SMART"
USD: Final = "USD"
STOCK: Final = "STK"
OPTION: Final = "OPT"
RIGHTS: Final = frozenset(right.value for right in Right)
SIDES: Final = {"BUY": Side.BUY, "BOT": Side.BUY, "SELL": Side.SELL, "SLD": Side.SELL, "SSHORT": Side.SELL}
# IB's default for options waits for two consecutive asks, which a wide market never shows: docs/adr/0006.
TRIGGER_ON_MIDPOINT: Final = 8
OCA_REDUCE_WITH_BLOCK: Final = 2  # What a part of one exit leaves stays guarded by the other: docs/adr/0011.
FIRST_REVISION: Final = "01"
ID_STOPS: Final = 2  # Full stops in an execution's id before the one of its revision.


def expiry_text(expiry: date) -> str:
    """Return a day as the broker writes it: 20260109."""
    return expiry.strftime("%Y%m%d")


def read_expiry(text: str) -> date | None:
    """Return the exchange's calendar day from 20260109, with or without a time behind it."""
    try:
        return datetime.strptime(text[:8], "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def strike_of(number: float) -> Decimal:
    """Return a strike in USD: 750, not 750.0."""
    return Decimal(repr(float(number))).normalize() + Decimal(0)


def library_contract(contract: OurContract) -> Any:
    """Return the library's form of a contract of ours, routed SMART."""
    if isinstance(contract, Underlying):
        return stock_query(contract.symbol, contract.con_id, contract.primary_exchange)
    return Contract(
        secType=OPTION,
        conId=int(contract.con_id),
        symbol=str(contract.symbol),
        lastTradeDateOrContractMonth=expiry_text(contract.expiry),
        strike=float(contract.strike),
        right=contract.right.value,
        multiplier=str(contract.multiplier),
        exchange=SMART,
        currency=USD,
        tradingClass=contract.trading_class,
    )


def stock_query(symbol: Symbol, con_id: int = 0, primary_exchange: str = "") -> Any:
    """Return a stock to ask about, in USD, routed SMART."""
    return Contract(
        secType=STOCK,
        conId=int(con_id),
        symbol=str(symbol),
        exchange=SMART,
        primaryExchange=primary_exchange,
        currency=USD,
    )


def listed_query(symbol: Symbol, trading_class: str, expiry: date, right: Right) -> Any:
    """Return a query for every strike of one expiry and right: the strike is left open."""
    return Contract(
        secType=OPTION,
        symbol=str(symbol),
        lastTradeDateOrContractMonth=expiry_text(expiry),
        strike=0.0,
        right=right.value,
        multiplier="100",
        exchange=SMART,
        currency=USD,
        tradingClass=trading_class,
    )


def library_order(spec: OrderSpec, account: str, parent_id: int) -> Any:
    """Return a fresh order of the library's: a used one would carry its id into the next submission."""
    order = Order(
        action=spec.side.value,
        totalQuantity=spec.quantity,
        orderType=spec.kind.value,
        tif=spec.tif.value,
        orderRef=str(spec.ref),
        account=account,
        parentId=parent_id,
        transmit=spec.transmit,
        outsideRth=False,
        eTradeOnly=False,
        firmQuoteOnly=False,
    )
    if spec.oca_group:
        order.ocaGroup, order.ocaType = spec.oca_group, OCA_REDUCE_WITH_BLOCK
    if spec.kind is not OrderKind.MARKET:
        order.lmtPrice = float(spec.limit or 0)
    if spec.kind is OrderKind.STOP_LIMIT:
        order.auxPrice = float(spec.trigger or 0)
        order.triggerMethod = TRIGGER_ON_MIDPOINT
    return order


def order_problem(spec: OrderSpec) -> str | None:
    """Return why an order cannot be sent; the library would write NaN on the wire without a word."""
    needed = {
        OrderKind.MARKET: (),
        OrderKind.LIMIT: (spec.limit,),
        OrderKind.STOP_LIMIT: (spec.limit, spec.trigger),
    }[spec.kind]
    if any(as_price(price) is None for price in needed):
        return "a price is missing or is none"
    if spec.quantity <= 0 or spec.contract.con_id <= 0:
        return "the quantity or the contract is none"
    return None


def read_status(text: str) -> BrokerStatus:
    """Return the broker's word for an order's state; a new word is UNKNOWN."""
    try:
        return BrokerStatus(text)
    except ValueError:
        return BrokerStatus.UNKNOWN


def read_ref(text: str) -> OrderRef | None:
    """Return the order ref, None where the broker sent none."""
    return OrderRef(text) if text else None


def status_report(
    generation: Generation, at: datetime, ref: OrderRef | None, fields: Sequence[Any]
) -> OrderStatusReport:
    """Return message 3 as a report; ``fields`` as the library decoded them, the order id first."""
    order_id, status, filled, remaining, average, perm_id = fields[:6]
    return OrderStatusReport(
        generation=generation,
        at=at,
        order_id=OrderId(order_id),
        perm_id=PermId(perm_id),
        ref=ref,
        status=read_status(status),
        filled=int(filled),
        remaining=int(remaining),
        average_price=as_price(average),
    )


def open_order_report(
    generation: Generation, at: datetime, contract: Any, order: Any, *, status: str, filled: int
) -> OpenOrderReport | None:
    """Return message 5 or 101 as a report; None for a side that is neither of ours (combinations)."""
    side = SIDES.get(order.action)
    if side is None:
        return None
    return OpenOrderReport(
        generation=generation,
        at=at,
        order_id=OrderId(order.orderId),
        perm_id=PermId(order.permId),
        client_id=order.clientId,
        ref=read_ref(order.orderRef),
        con_id=ConId(contract.conId),
        symbol=Symbol(contract.symbol),
        side=side,
        quantity=int(order.totalQuantity),
        filled=filled,
        order_type=order.orderType,
        limit=as_price(order.lmtPrice),
        trigger=as_price(order.auxPrice),
        parent_id=OrderId(order.parentId),
        oca_group=order.ocaGroup,
        status=read_status(status),
    )


def original_id(exec_id: str) -> ExecId:
    """Return the id under which an execution was first told: a correction is the same fill, and counts no second time.

    The broker: a correction's id differs from the original's in the digits after the last full stop alone; the first
    are 01.
    """
    head, _, _ = exec_id.rpartition(".")
    return ExecId(f"{head}.{FIRST_REVISION}" if _has_revision(exec_id) else exec_id)


def revision_of(exec_id: str) -> int:
    """Return how often an execution was told: 1 for the first time, more for each correction."""
    return int(exec_id.rpartition(".")[2]) if _has_revision(exec_id) else int(FIRST_REVISION)


def _has_revision(exec_id: str) -> bool:
    head, _, revision = exec_id.rpartition(".")
    return head.count(".") == ID_STOPS and len(revision) == len(FIRST_REVISION) and revision.isdecimal()


def execution_report(generation: Generation, at: datetime, contract: Any, execution: Any) -> ExecutionReport | None:
    """Return message 11 as a report; None where the price or the side is none.

    What is exercised or assigned leaves the account at a price of 0, and so does what expires.
    """
    price, side = as_money(execution.price), SIDES.get(execution.side)
    if price is None or price < 0 or side is None:
        return None
    return ExecutionReport(
        generation=generation,
        at=at,
        executed_at=execution.time.astimezone(UTC),
        exec_id=original_id(execution.execId),
        revision=revision_of(execution.execId),
        order_id=OrderId(execution.orderId),
        perm_id=PermId(execution.permId),
        ref=read_ref(execution.orderRef),
        con_id=ConId(contract.conId),
        symbol=Symbol(contract.symbol),
        side=side,
        quantity=int(execution.shares),
        price=price,
        multiplier=read_multiplier(contract.multiplier),
    )


def read_multiplier(text: str) -> int:
    """Return how many shares one contract is; 1 for a stock, whose field is empty."""
    return int(float(text)) if text else 1


def commission_report(
    generation: Generation, at: datetime, ref: OrderRef | None, report: Any
) -> CommissionReport | None:
    """Return message 59 as a report; None where the broker has no value yet."""
    fees = as_money(report.commission)
    if fees is None:
        return None
    return CommissionReport(generation=generation, at=at, exec_id=original_id(report.execId), ref=ref, fees=fees)


def position_report(
    generation: Generation, at: datetime, contract: Any, quantity: float, cost: float
) -> PositionReport:
    """Return message 61 as a report."""
    is_option = contract.secType == OPTION and contract.right[:1] in RIGHTS
    return PositionReport(
        generation=generation,
        at=at,
        con_id=ConId(contract.conId),
        symbol=Symbol(contract.symbol),
        sec_type=contract.secType,
        quantity=int(quantity),
        average_cost=as_money(cost) or Decimal(0),
        expiry=read_expiry(contract.lastTradeDateOrContractMonth) if is_option else None,
        strike=as_price(contract.strike) if is_option else None,
        right=Right(contract.right[:1]) if is_option else None,
        trading_class=contract.tradingClass,
    )
