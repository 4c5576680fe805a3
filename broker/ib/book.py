"""Positions, open orders, executions: asked for afresh, and never half an answer taken for a whole one."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Hashable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from broker.ib.library import ExecutionFilter
from broker.ib.line import Line
from broker.ib.translate import open_order_report, position_report
from domain.ids import ConId, ExecId, OrderRef, PermId
from domain.reports import (
    BookReport,
    BrokerStatus,
    CommissionReport,
    ExecutionReport,
    Failure,
    HoldingsReport,
    OpenOrderReport,
    OrderStatusReport,
    PositionReport,
    RequestFailed,
)

T = TypeVar("T")

POSITIONS, OPEN_ORDERS, COMPLETED = "positions", "open orders", "completed orders"
ASK_AGAIN_SECONDS: Final = 2.0
AS_GOOD_AS_ASKED_SECONDS: Final = 1.0
"""Of several who look at once only the first asks; the answer tells each when its question left."""
NEVER_AFTER: Final = timedelta(seconds=60)
"""An end that is owed for longer was lost: on one socket nothing comes so late."""
ALIVE: Final = frozenset({BrokerStatus.PRE_SUBMITTED, BrokerStatus.SUBMITTED, BrokerStatus.PENDING_CANCEL})
GONE: Final = frozenset({BrokerStatus.FILLED, BrokerStatus.CANCELLED, BrokerStatus.API_CANCELLED})


class Collected(Generic[T]):
    """What came since a request without an id was sent.

    Its end may belong to an earlier request that timed out. Therefore a request throws nothing away while an end is
    still owed: whichever comes first, what was collected until then holds at least one whole answer.

    An end that was lost stays owed for as long as somebody goes on asking, since the next end is taken for it. So an
    end throws away what was last told of before the second end ahead of it: between two ends there is a whole answer,
    and two such stretches hold one even where an end was told twice.
    """

    def __init__(self) -> None:
        self.items: dict[Hashable, T] = {}
        self.asked_at: datetime | None = None  # When the oldest question left that may be answered here.
        self._owed: deque[datetime] = deque()
        self._told: set[Hashable] = set()  # Since the last end.
        self._told_before: set[Hashable] = set()  # Between the last end and the one ahead of it.

    def put(self, key: Hashable, item: T) -> None:
        """Keep what was told just now."""
        self.items[key] = item
        self._told.add(key)

    def begin(self, at: datetime) -> None:
        """Note that a request goes out."""
        while self._owed and at - self._owed[0] > NEVER_AFTER:
            self._owed.popleft()
        if not self._owed:
            self.items.clear()
            self._told, self._told_before = set(), set()
            self.asked_at = at
        self._owed.append(at)

    def end(self) -> None:
        """Note that an end came in, of the oldest question that has none: answers come in the order of questions."""
        if not self._owed:
            return
        self.asked_at = self._owed.popleft()
        self.items = {key: item for key, item in self.items.items() if key in self._told | self._told_before}
        self._told, self._told_before = set(), self._told


class Book:
    """What the account holds and what works for it, by the broker's word. On the broker's loop alone."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._turn = asyncio.Lock()
        self._positions: Collected[PositionReport] = Collected()
        self._orders: Collected[OpenOrderReport] = Collected()
        self._completed: Collected[OpenOrderReport] = Collected()
        self._executions: dict[ExecId, ExecutionReport] = {}
        self._commissions: dict[ExecId, CommissionReport] = {}
        self._filled: dict[PermId, int] = {}
        self._heard: dict[OrderRef, datetime] = {}
        self._seen: tuple[float, HoldingsReport] | None = None  # The last glance, and when it began, monotonic seconds.

    def handlers(self) -> Mapping[str, Callable[..., object]]:
        """Return the server messages that are handled here, by the library's names."""
        return {
            "position": self._on_position,
            "positionEnd": self._ended(POSITIONS, self._positions),
            "openOrderEnd": self._ended(OPEN_ORDERS, self._orders),
            "completedOrder": self._on_completed,
            "completedOrdersEnd": self._ended(COMPLETED, self._completed),
            "execDetailsEnd": self._line.requests.settle,
        }

    async def read(self, timeout_seconds: float) -> BookReport | RequestFailed:
        """Ask for everything; one book at a time. ``timeout_seconds`` limits each request. Five messages."""
        async with self._turn:
            began = self._line.clock.now()
            answers = await asyncio.gather(
                self._ask(POSITIONS, self._positions, self._line.client.reqPositions, timeout_seconds),
                self._ask_orders(timeout_seconds),
                self._ask_executions(timeout_seconds),
                self._ask_completed(),
            )
            failed = next((answer for answer in answers[:3] if isinstance(answer, RequestFailed)), None)
            return failed or self._report(began, with_completed=not isinstance(answers[3], RequestFailed))

    async def glance(self, timeout_seconds: float) -> HoldingsReport | RequestFailed:
        """Ask for positions and all open orders: two messages, or none. ``timeout_seconds`` limits each request."""
        wanted = self._line.clock.monotonic()
        async with self._turn:
            if self._seen is not None and wanted - self._seen[0] <= AS_GOOD_AS_ASKED_SECONDS:
                return self._seen[1]
            began, left = self._line.clock.now(), self._line.clock.monotonic()
            answers = await asyncio.gather(
                self._ask(POSITIONS, self._positions, self._line.client.reqPositions, timeout_seconds),
                self._ask(OPEN_ORDERS, self._orders, self._line.client.reqAllOpenOrders, timeout_seconds),
            )
            failed = next((answer for answer in answers if isinstance(answer, RequestFailed)), None)
            if failed is not None:
                return failed
            seen = HoldingsReport(
                generation=self._line.generation,
                at=self._line.clock.now(),
                asked_at=self._asked_at(began),
                positions=self._held(),
                open_orders=tuple(self._orders.items.values()),
            )
            self._seen = left, seen
            return seen

    async def _ask(
        self,
        key: str,
        collected: Collected[Any],
        request: Callable[[], None],
        timeout_seconds: float,
        *,
        later: bool = False,
    ) -> bool | RequestFailed:
        def send() -> None:
            request()
            collected.begin(self._line.clock.now())

        when = (lambda: self._line.when_room(send)) if later else send
        return await self._insist(self._line.requests.ask(key, when, timeout_seconds, key), send)

    async def _ask_orders(self, timeout_seconds: float) -> bool | RequestFailed:
        """Ask for our own orders, which binds those of an earlier connection to this one, then for everybody's."""
        client = self._line.client
        own = await self._ask(OPEN_ORDERS, self._orders, client.reqOpenOrders, timeout_seconds)
        if isinstance(own, RequestFailed):
            return own
        return await self._ask(OPEN_ORDERS, self._orders, client.reqAllOpenOrders, timeout_seconds, later=True)

    async def _ask_executions(self, timeout_seconds: float) -> bool | RequestFailed:
        try:
            request_id = self._line.new_id()
        except ConnectionError as error:
            return RequestFailed(failure=Failure.DISCONNECTED, text=f"executions: {error}")
        wanted = ExecutionFilter(acctCode=self._line.account)

        def send() -> None:
            self._line.client.reqExecutions(request_id, wanted)

        return await self._insist(self._line.requests.ask(request_id, send, timeout_seconds, "executions"), send)

    async def _insist(self, asking: Coroutine[Any, Any, Any], again: Callable[[], None]) -> bool | RequestFailed:
        """Return the answer; ask again now and then, since the end of an answer may be lost on an open connection."""
        asked = asyncio.ensure_future(asking)
        try:
            while not (await asyncio.wait({asked}, timeout=ASK_AGAIN_SECONDS))[0]:
                self._line.when_room(again)
            answer: bool | RequestFailed = asked.result()
        finally:
            asked.cancel()
        return answer

    async def _ask_completed(self) -> bool | RequestFailed:
        limit = self._line.config.completed_timeout_seconds
        return await self._ask(COMPLETED, self._completed, self._request_completed, limit)

    def _request_completed(self) -> None:
        self._line.client.reqCompletedOrders(apiOnly=False)

    def _report(self, began: datetime, *, with_completed: bool) -> BookReport:
        asked_at = self._asked_at(began)
        return BookReport(
            generation=self._line.generation,
            at=self._line.clock.now(),
            asked_at=asked_at,
            positions=self._held(),
            open_orders=tuple(self._orders.items.values()),
            executions=tuple(self._executions.values()),
            commissions=tuple(self._commissions.values()),
            completed=tuple(self._completed.items.values()) if with_completed else (),
            heard=tuple(ref for ref, at in self._heard.items() if at >= asked_at),
        )

    def _asked_at(self, began: datetime) -> datetime:
        asked = (self._positions.asked_at, self._orders.asked_at)
        return min(began, *(at for at in asked if at is not None))

    def _held(self) -> tuple[PositionReport, ...]:
        return tuple(position for position in self._positions.items.values() if position.quantity)

    def _ended(self, key: str, collected: Collected[Any]) -> Callable[..., None]:
        def handle(*_: object) -> None:
            collected.end()
            self._line.requests.settle(key)

        return handle

    def filled(self, perm_id: int) -> int:
        """Return how much of an order filled, as its last status said; message 5 does not say it."""
        return self._filled.get(PermId(perm_id), 0)

    def on_status(self, report: OrderStatusReport) -> None:
        """Keep collected open orders true while the rest of the book still comes in."""
        if not report.perm_id:
            return
        self._filled[report.perm_id] = report.filled
        if report.ref is not None:
            self._hear(report.ref, report)
        known = self._orders.items.get(report.perm_id)
        if known is not None:
            self._keep(replace(known, status=report.status, filled=report.filled))

    def _hear(self, ref: OrderRef, report: OrderStatusReport) -> None:
        """Remember that it lives: an answer whose row was lost is no sign of death."""
        if report.status in ALIVE:
            self._heard[ref] = report.at
        else:
            self._heard.pop(ref, None)

    def on_open_order(self, report: OpenOrderReport) -> None:
        """Collect an open order."""
        self._keep(report)

    def _keep(self, report: OpenOrderReport) -> None:
        key: Hashable = report.perm_id or (report.client_id, report.order_id)
        if report.status in GONE:
            self._orders.items.pop(key, None)
        else:
            self._orders.put(key, report)

    def on_execution(self, report: ExecutionReport) -> None:
        """Collect an execution, once, as it was corrected last."""
        known = self._executions.get(report.exec_id)
        if known is None or report.revision >= known.revision:
            self._executions[report.exec_id] = report

    def on_commission(self, report: CommissionReport) -> None:
        """Collect what an execution cost."""
        self._commissions[report.exec_id] = report

    def _on_position(self, account: str, contract: Any, quantity: float, cost: float) -> None:
        if account != self._line.account:
            return
        report = position_report(self._line.generation, self._line.clock.now(), contract, quantity, cost)
        self._positions.put(ConId(contract.conId), report)
        self._line.sink(report)

    def _on_completed(self, contract: Any, order: Any, state: Any) -> None:
        if order.account and order.account != self._line.account:
            return
        line, filled = self._line, int(min(order.filledQuantity, order.totalQuantity))
        report = open_order_report(
            line.generation, line.clock.now(), contract, order, status=state.status, filled=filled
        )
        if report is not None:
            self._completed.put(report.perm_id, report)
