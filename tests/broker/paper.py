"""A paper ledger with its reports at hand."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from broker.dry_run import PaperLedger
from domain.ids import Generation, OrderRef
from domain.order_specs import OrderKind, OrderSpec, TimeInForce
from domain.reports import (
    BookReport,
    BrokerStatus,
    ExecutionReport,
    OrderEffect,
    OrderErrorReport,
    OrderStatusReport,
    Side,
    StreamReport,
)
from tests.broker.scripted_gateway import TestClock
from tests.builders import a_contract, a_quote

ENTRY, TARGET, STOP, EXIT = (OrderRef(f"A.{leg}.0") for leg in "ETSX")


class Paper:
    """A ledger whose reports are delivered when the test says so."""

    def __init__(self) -> None:
        self.clock = TestClock()
        self.later: list[Callable[[], None]] = []
        self.reports: list[StreamReport] = []
        self.ledger = PaperLedger(clock=self.clock, soon=self.later.append)
        self.ledger.connect(Generation(1), self.reports.append)

    def quote(self, bid: str | None = "2.00", ask: str | None = "2.02", **changes: Any) -> None:
        self.clock.advance(1)
        self.ledger.on_quote(a_quote(bid, ask, **{"at": self.clock.now(), **changes}))
        self.deliver()

    def place(self, ref: OrderRef = ENTRY, **changes: Any) -> None:
        self.ledger.place(a_spec(ref, **changes))
        self.deliver()

    def deliver(self) -> None:
        while self.later:
            self.later.pop(0)()

    def statuses(self, ref: OrderRef) -> list[BrokerStatus]:
        return [r.status for r in self.reports if isinstance(r, OrderStatusReport) and r.ref == ref]

    def fills(self) -> list[tuple[str, int, str]]:
        executions = [r for r in self.reports if isinstance(r, ExecutionReport)]
        return [(str(r.ref), r.quantity, str(r.price)) for r in executions]

    def errors(self) -> list[tuple[str, int, OrderEffect]]:
        return [(str(r.ref), r.code, r.effect) for r in self.reports if isinstance(r, OrderErrorReport)]

    def book(self) -> BookReport:
        book = asyncio.run(self.ledger.book(1))
        assert isinstance(book, BookReport)
        return book


def a_spec(ref: OrderRef = ENTRY, **changes: Any) -> OrderSpec:
    fields: dict[str, Any] = {
        "ref": ref,
        "contract": a_contract(),
        "side": Side.BUY if ref == ENTRY else Side.SELL,
        "quantity": 2,
        "kind": OrderKind.LIMIT,
        "tif": TimeInForce.DAY,
        "limit": Decimal("2.02"),
    }
    return OrderSpec(**{**fields, **changes})
