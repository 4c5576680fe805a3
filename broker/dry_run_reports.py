"""The paper ledger's orders in the broker's words."""

from datetime import datetime
from decimal import Decimal

from broker.dry_run_matching import PaperOrder
from domain.ids import ExecId, Generation, OrderId, OrderRef, PermId
from domain.reports import (
    BookReport,
    CommissionReport,
    ExecutionReport,
    HoldingsReport,
    OpenOrderReport,
    OrderEffect,
    OrderErrorReport,
    OrderStatusReport,
)

PERM_ID_FIRST = 900_000_000
CLIENT_ID = 0


def perm_id(order: PaperOrder) -> PermId:
    """Return the order's perm id; it looks like none of a real broker's."""
    return PermId(PERM_ID_FIRST + order.order_id)


def status_report(order: PaperOrder, generation: Generation, at: datetime) -> OrderStatusReport:
    """Return where the order stands."""
    return OrderStatusReport(
        generation=generation,
        at=at,
        order_id=order.order_id,
        perm_id=perm_id(order),
        ref=order.spec.ref,
        status=order.status,
        filled=order.filled,
        remaining=order.spec.quantity - order.filled if order.live else 0,
        average_price=order.average_price,
    )


def open_order_report(order: PaperOrder, parent_id: OrderId, generation: Generation, at: datetime) -> OpenOrderReport:
    """Return the order as the ledger holds it."""
    spec = order.spec
    return OpenOrderReport(
        generation=generation,
        at=at,
        order_id=order.order_id,
        perm_id=perm_id(order),
        client_id=CLIENT_ID,
        ref=spec.ref,
        con_id=spec.contract.con_id,
        symbol=spec.contract.symbol,
        side=spec.side,
        quantity=spec.quantity,
        filled=order.filled,
        order_type=spec.kind.value,
        limit=spec.limit,
        trigger=spec.trigger,
        parent_id=parent_id,
        oca_group=spec.oca_group,
        status=order.status,
    )


def execution_report(
    order: PaperOrder, number: int, quantity: int, price: Decimal, *, generation: Generation, at: datetime
) -> ExecutionReport:
    """Return the number-th execution of the order's ref. Its id is unique over restarts because the ref is."""
    spec = order.spec
    return ExecutionReport(
        generation=generation,
        at=at,
        executed_at=at,
        exec_id=ExecId(f"paper.{spec.ref}.{number}"),
        order_id=order.order_id,
        perm_id=perm_id(order),
        ref=spec.ref,
        con_id=spec.contract.con_id,
        symbol=spec.contract.symbol,
        side=spec.side,
        quantity=quantity,
        price=price,
        multiplier=spec.contract.multiplier,
    )


def commission_report(execution: ExecutionReport, fees: Decimal) -> CommissionReport:
    """Return what an execution cost."""
    return CommissionReport(
        generation=execution.generation, at=execution.at, exec_id=execution.exec_id, ref=execution.ref, fees=fees
    )


def error_report(
    ref: OrderRef, order_id: OrderId, code: int, text: str, effect: OrderEffect, *, generation: Generation, at: datetime
) -> OrderErrorReport:
    """Return a refusal with the broker's code for it."""
    return OrderErrorReport(
        generation=generation, at=at, order_id=order_id, ref=ref, code=code, text=text, effect=effect
    )


def book_report(
    look: HoldingsReport,
    executions: tuple[ExecutionReport, ...],
    commissions: tuple[CommissionReport, ...],
    completed: tuple[OpenOrderReport, ...],
) -> BookReport:
    """Return the whole book: the look and the day's history."""
    return BookReport(
        generation=look.generation,
        at=look.at,
        asked_at=look.asked_at,
        positions=look.positions,
        open_orders=look.open_orders,
        executions=executions,
        commissions=commissions,
        completed=completed,
    )
