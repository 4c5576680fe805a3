"""Answers about orders: open ones, completed ones, executions."""

from datetime import datetime
from typing import Final

from simgateway.market.clock import GatewayClock
from simgateway.protocol import responses
from simgateway.protocol.requests import ExecutionFilter, read_execution_filter
from simgateway.protocol.text import new_york_day, read_int, read_moment
from simgateway.protocol.wire import Fields
from simgateway.session import Session
from simgateway.trading.order_messages import (
    commission_report,
    completed_order,
    execution_details,
    open_order,
    order_status,
)
from simgateway.trading.orders import Execution, Order, Stage
from simgateway.trading.registry import Registry

_READ_ONLY: Final = "Error validating request.-'bX' : cause - The API interface is currently in Read-Only mode."


class OrderQueries:
    """Reads the registry; completed orders and executions are those of New York's day.

    With `read_only` open and completed orders are error 321 without a number and without an end, as the real gateway
    in its Read-Only mode has it: whoever waits for the end times out.
    """

    def __init__(self, registry: Registry, clock: GatewayClock, account: str, *, read_only: bool = False) -> None:
        self._read_only = read_only
        self._registry = registry
        self._clock = clock
        self._account = account

    def own(self, session: Session, fields: Fields) -> None:
        """Answer openOrders (5): the client's own."""
        del fields
        if self._read_only:
            session.send(responses.error(-1, 321, _READ_ONLY, session.version))
            return
        self._send_open(session, [row for row in self._registry.open() if row.client_id == session.client_id])

    def all(self, session: Session, fields: Fields) -> None:
        """Answer allOpenOrders (16): everybody's."""
        del fields
        self._send_open(session, self._registry.open())

    def completed(self, session: Session, fields: Fields) -> None:
        """Answer completedOrders (99)."""
        del fields
        if self._read_only:
            session.send(responses.error(-1, 321, _READ_ONLY, session.version))
            return
        today = new_york_day(self._clock.now())
        rows = [row for row in self._registry.done if row.done_at and new_york_day(row.done_at) == today]
        session.send(*(completed_order(row, session.version, self._account) for row in rows), ("102",))

    def executions(self, session: Session, fields: Fields) -> None:
        """Answer executions (7): each with its commission; the client's own, or all for client id 0 in the filter."""
        wanted = read_execution_filter(fields)
        since = read_moment(wanted.since) if wanted.since else None
        today = new_york_day(self._clock.now())
        messages: list[Fields] = []
        for row in self._registry.executions:
            if new_york_day(row.at) == today and wanted.account in {"", self._account} and _passes(row, wanted, since):
                messages.append(execution_details(wanted.req_id, row, self._account, session.version))
                messages.append(commission_report(row))
        session.send(*messages, responses.end("55", wanted.req_id))

    def next_id(self, session: Session, fields: Fields) -> None:
        """Answer reqIds (8)."""
        del fields
        session.send(responses.next_valid_id(self._registry.next_order_id(session.client_id)))

    def bind(self, session: Session, fields: Fields) -> None:
        """Take autoOpenOrders (15): there are no manual orders here to bind."""
        del session
        read_int(fields[2])

    def _send_open(self, session: Session, orders: list[Order]) -> None:
        messages: list[Fields] = []
        for order in orders:
            if order.stage is not Stage.HELD:
                messages += [open_order(order, session.version, self._account), order_status(order)]
        session.send(*messages, ("53", "1"))


def _passes(execution: Execution, wanted: ExecutionFilter, since: datetime | None) -> bool:
    side = "BUY" if execution.is_buy else "SELL"
    return (
        wanted.client_id in {0, execution.client_id}
        and wanted.symbol in {"", execution.instrument.symbol}
        and wanted.sec_type in {"", execution.instrument.sec_type}
        and wanted.exchange in {"", execution.exchange, execution.instrument.exchange}
        and wanted.side in {"", side, "BOT" if execution.is_buy else "SLD"}
        and (since is None or execution.at >= since)
    )
