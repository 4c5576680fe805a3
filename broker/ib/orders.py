"""Orders out, and what the broker says about orders in. No belief is formed here: server messages become reports."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from broker.ib.book import Book
from broker.ib.contract_cache import ContractCache
from broker.ib.error_codes import order_effect
from broker.ib.line import Line
from broker.ib.translate import (
    commission_report,
    execution_report,
    library_order,
    open_order_report,
    order_problem,
    original_id,
    read_status,
    status_report,
)
from domain.errors import BrokerUnavailableError
from domain.ids import ExecId, OrderId, OrderRef
from domain.order_specs import OrderSpec
from domain.reports import BrokerStatus, OrderEffect, OrderErrorReport

# Not Inactive: it may live again, and a child without its parent's name would work at once.
CANCELLED: Final = frozenset({BrokerStatus.CANCELLED, BrokerStatus.API_CANCELLED})
DONE: Final = CANCELLED | {BrokerStatus.FILLED}
UNSET_ORDER_ID: Final = 2**31 - 1  # Executions of manual orders carry it instead of 0.
DUPLICATE_ID, UNKNOWN_ID, REJECTED = 103, 10147, 201  # The broker's codes for what is refused here already.


class Orders:
    """The ref book of one connection: which of our refs has which order id, and the traffic about them."""

    def __init__(self, line: Line, cache: ContractCache, book: Book) -> None:
        self._line = line
        self._cache = cache
        self._book = book
        self._ids: dict[OrderRef, OrderId] = {}
        self._refs: dict[OrderId, OrderRef] = {}
        self._statuses: dict[OrderId, BrokerStatus] = {}
        self._ref_of_execution: dict[ExecId, OrderRef | None] = {}

    def handlers(self) -> Mapping[str, Callable[..., object]]:
        """Return the server messages that are handled here, by the library's names."""
        return {
            "orderStatus": self._on_status,
            "openOrder": self._on_open_order,
            "execDetails": self._on_execution,
            "commissionReport": self._on_commission,
        }

    def place(self, spec: OrderSpec) -> None:
        """Write a new order to the socket. Raises BrokerUnavailableError when nothing was sent.

        What cannot be sent, a ref used before included, is answered by an error report with the broker's code for it.
        """
        self._line.demand_writable()
        problem = order_problem(spec) or self._parent_problem(spec)
        if spec.ref in self._ids:
            self._refuse(spec.ref, DUPLICATE_ID, OrderEffect.UNCERTAIN, "this ref was sent before")
        elif problem is not None:
            self._refuse(spec.ref, REJECTED, OrderEffect.REJECTED, problem)
        else:
            order_id = OrderId(self._line.new_id())
            self._remember(spec.ref, order_id)
            self._send(spec, order_id, self._living_parent(spec))

    def modify(self, spec: OrderSpec) -> None:
        """Write a changed order under its ref's id. Raises BrokerUnavailableError when nothing was sent."""
        self._line.demand_writable()
        order_id, problem = self._ids.get(spec.ref), order_problem(spec)
        if order_id is None:
            self._refuse(spec.ref, UNKNOWN_ID, OrderEffect.NOT_FOUND, "this ref has no order id here")
        elif problem is not None:
            self._refuse(spec.ref, REJECTED, OrderEffect.UNCERTAIN, problem)
        else:
            self._send(spec, order_id, self._living_parent(spec))

    def cancel(self, ref: OrderRef) -> None:
        """Write a cancel to the socket. Raises BrokerUnavailableError when nothing was sent."""
        self._line.demand_writable()
        order_id = self._ids.get(ref)
        if order_id is None:
            self._refuse(ref, UNKNOWN_ID, OrderEffect.NOT_FOUND, "this ref has no order id here")
            return
        try:
            self._line.client.cancelOrder(int(order_id))
        except ConnectionError as error:
            raise BrokerUnavailableError(f"cancel of {ref}: {error}") from error

    def owns(self, order_id: int) -> bool:
        """Return whether an error that names this number is about an order of ours."""
        return order_id in self._refs

    def on_error(self, order_id: int, code: int, text: str) -> None:
        """Report an error that names an order of ours; the library would cancel its own copy of it."""
        known = OrderId(order_id)
        self._line.sink(self._error(self._refs[known], known, code, text, order_effect(code)))

    def _send(self, spec: OrderSpec, order_id: OrderId, parent_id: int) -> None:
        order = library_order(spec, self._line.account, parent_id)
        order.orderId, order.clientId = int(order_id), self._line.config.client_id
        try:
            self._line.client.placeOrder(int(order_id), self._cache.of(spec.contract), order)
        except ConnectionError as error:
            raise BrokerUnavailableError(f"{spec.ref}: {error}") from error

    def _parent_problem(self, spec: OrderSpec) -> str | None:
        if spec.parent is None:
            return None
        parent_id = self._ids.get(spec.parent)
        if parent_id is None:
            return "its parent has no order id here"
        # A child of a filled parent works at once, as it should; one of a cancelled parent would open a short.
        return "its parent was cancelled" if self._statuses.get(parent_id) in CANCELLED else None

    def _living_parent(self, spec: OrderSpec) -> int:
        parent_id = self._ids.get(spec.parent) if spec.parent is not None else None
        if parent_id is None or self._statuses.get(parent_id) in DONE:
            return 0  # A parent that is gone must not be named: 135.
        return int(parent_id)

    def _remember(self, ref: OrderRef, order_id: OrderId) -> None:
        self._ids[ref], self._refs[order_id] = order_id, ref

    def _ref_of(self, order_id: int, client_id: int) -> OrderRef | None:
        return self._refs.get(OrderId(order_id)) if client_id == self._line.config.client_id else None

    def _refuse(self, ref: OrderRef, code: int, effect: OrderEffect, reason: str) -> None:
        report = self._error(ref, self._ids.get(ref, OrderId(0)), code, f"not sent: {reason}", effect)
        asyncio.get_running_loop().call_soon(self._line.sink, report)  # Never inside place(): as if from the wire.

    def _error(self, ref: OrderRef, order_id: OrderId, code: int, text: str, effect: OrderEffect) -> OrderErrorReport:
        return OrderErrorReport(
            generation=self._line.generation,
            at=self._line.clock.now(),
            order_id=order_id,
            ref=ref,
            code=code,
            text=text,
            effect=effect,
        )

    def _on_status(self, *fields: Any) -> None:
        order_id, client_id = OrderId(fields[0]), fields[8]
        if client_id == self._line.config.client_id:
            self._statuses[order_id] = read_status(fields[1])
        report = status_report(self._line.generation, self._line.clock.now(), self._ref_of(order_id, client_id), fields)
        self._line.client.updateReqId(order_id + 1)
        self._book.on_status(report)
        self._line.sink(report)

    def _on_open_order(self, order_id: int, contract: Any, order: Any, state: Any) -> None:
        self._line.client.updateReqId(order_id + 1)
        if order.whatIf or (order.account and order.account != self._line.account):
            return
        order.orderId = order_id
        line, filled = self._line, self._book.filled(order.permId)
        report = open_order_report(
            line.generation, line.clock.now(), contract, order, status=state.status, filled=filled
        )
        if report is None:
            return
        if report.ref is not None and order.clientId == line.config.client_id and order_id > 0:
            self._remember(report.ref, report.order_id)
            self._statuses[report.order_id] = report.status
        self._book.on_open_order(report)
        line.sink(report)

    def _on_execution(self, _request_id: int, contract: Any, execution: Any) -> None:
        if execution.acctNumber and execution.acctNumber != self._line.account:
            return
        if execution.orderId == UNSET_ORDER_ID:
            execution.orderId = 0
        report = execution_report(self._line.generation, self._line.clock.now(), contract, execution)
        if report is None:
            return
        self._ref_of_execution[report.exec_id] = report.ref
        self._book.on_execution(report)
        self._line.sink(report)

    def _on_commission(self, commission: Any) -> None:
        ref = self._ref_of_execution.get(original_id(commission.execId))
        report = commission_report(self._line.generation, self._line.clock.now(), ref, commission)
        if report is None:
            return
        self._book.on_commission(report)
        self._line.sink(report)
