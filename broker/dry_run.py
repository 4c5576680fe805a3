"""Dry-run: orders rest in memory and fill from real quotes. No byte leaves.

The ledger answers as the broker does, by reports, never from inside a call. It outlives connections and the actor
that uses it; after a restart of the process it is rebuilt from the journal's fills.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from broker.dry_run_matching import LIVE, REJECTED, PaperFees, PaperOrder, fill_price, spec_problem, touched
from broker.dry_run_memory import forget_orders, forget_told
from broker.dry_run_positions import Holdings
from broker.dry_run_reports import (
    book_report,
    commission_report,
    error_report,
    execution_report,
    open_order_report,
    status_report,
)
from domain.contracts import OptionContract
from domain.errors import BrokerUnavailableError
from domain.events import LegFilled
from domain.ids import ConId, Generation, OrderId, OrderRef
from domain.order_specs import OrderKind, OrderSpec, TimeInForce
from domain.ports import Clock, ReportSink
from domain.quotes import Quote, age_seconds
from domain.reports import (
    BookReport,
    BrokerStatus,
    CommissionReport,
    ExecutionReport,
    HoldingsReport,
    OpenOrderReport,
    OrderEffect,
    OrderReport,
    QuoteReport,
    Side,
    StreamReport,
)
from domain.trading_day import new_york

QUOTE_AGE_SECONDS_MAX: Final = 15.0  # An order placed now may still fill at a quote this old.
DUPLICATE, FILLED_ALREADY, UNKNOWN, NOT_CANCELLABLE = 103, 104, 10147, 10148
Soon = Callable[[Callable[[], None]], object]
_S = BrokerStatus


class PaperLedger:
    """``OrderPort`` without a broker. Everything on one loop; ``soon`` runs a call there a little later."""

    def __init__(self, *, clock: Clock, soon: Soon, fees: PaperFees | None = None) -> None:
        self._clock = clock
        self._soon = soon
        self._fees = fees or PaperFees()
        self._generation = Generation(0)
        self._sink: ReportSink | None = None
        self._orders: dict[OrderRef, PaperOrder] = {}
        self._placed = OrderId(0)
        self._tidied: date | None = None
        self._fills_of: dict[OrderRef, int] = {}
        self._quotes: dict[ConId, Quote] = {}
        self._left: dict[tuple[ConId, Side], int] = {}
        self._holdings = Holdings()
        self._executions: list[ExecutionReport] = []
        self._commissions: list[CommissionReport] = []

    def connect(self, generation: Generation, sink: ReportSink) -> None:
        """Report to this sink, as this generation, from now on; what rests goes on resting."""
        self._generation, self._sink = generation, sink

    def tap(self, sink: ReportSink) -> ReportSink:
        """Return a sink that lets the ledger see the quotes that pass through."""

        def hear(report: StreamReport) -> None:
            if isinstance(report, QuoteReport):
                self.on_quote(report.quote)
            sink(report)

        return hear

    def restore(self, fills: Iterable[LegFilled], contracts: Mapping[ConId, OptionContract]) -> None:
        """Count fills of an earlier process. Its orders are gone: nothing rested outside of it."""
        for fill in fills:
            self._fills_of[fill.ref] = self._fills_of.get(fill.ref, 0) + 1
            self._holdings.book(contracts[fill.con_id], fill.side, fill.quantity, fill.price)

    def place(self, order: OrderSpec) -> None:
        """Let a new order rest. Raises BrokerUnavailableError before the first ``connect``."""
        self._demand_connected()
        problem = spec_problem(order)
        if order.ref in self._orders:
            self._refuse(order.ref, DUPLICATE, OrderEffect.UNCERTAIN, "this ref was placed before")
        elif order.parent is not None and not self._adopts(order.parent):
            self._refuse(order.ref, REJECTED, OrderEffect.REJECTED, "its parent is unknown or was cancelled")
        elif problem is not None:
            self._refuse(order.ref, problem[0], OrderEffect.REJECTED, problem[1])
        else:
            self._placed = OrderId(self._placed + 1)
            self._orders[order.ref] = PaperOrder(spec=order, order_id=self._placed, placed_at=self._clock.now())
            if order.transmit:
                self._release(order)
                self._match_fresh(order.contract.con_id)

    def modify(self, order: OrderSpec) -> None:
        """Change a resting order. Raises BrokerUnavailableError before the first ``connect``."""
        self._demand_connected()
        known, problem = self._orders.get(order.ref), spec_problem(order)
        if known is None:
            self._refuse(order.ref, UNKNOWN, OrderEffect.NOT_FOUND, "no such order")
        elif not known.live or order.quantity <= known.filled:
            self._refuse(order.ref, FILLED_ALREADY, OrderEffect.NOT_CANCELLABLE, f"its state is {known.status.value}")
        elif problem is not None:
            self._refuse(order.ref, problem[0], OrderEffect.UNCERTAIN, problem[1])
        else:
            known.touches = known.touches if order.trigger == known.spec.trigger else 0
            known.spec = order
            self._update(known, self._resting_status(known))
            self._match_fresh(order.contract.con_id)

    def cancel(self, ref: OrderRef) -> None:
        """Cancel a resting order. Raises BrokerUnavailableError before the first ``connect``."""
        self._demand_connected()
        known = self._orders.get(ref)
        if known is None:
            self._refuse(ref, UNKNOWN, OrderEffect.NOT_FOUND, "no such order")
        elif not known.live:
            self._refuse(ref, NOT_CANCELLABLE, OrderEffect.NOT_CANCELLABLE, f"its state is {known.status.value}")
        else:
            self._cancel(known)

    async def book(self, timeout_seconds: float) -> BookReport:
        """Return what the paper account holds; it never fails."""
        look = await self.holdings(timeout_seconds)
        executions = tuple(replace(report, generation=self._generation) for report in self._executions)
        commissions = tuple(replace(report, generation=self._generation) for report in self._commissions)
        return book_report(look, executions, commissions, self._open_orders(live=False))

    async def holdings(self, timeout_seconds: float) -> HoldingsReport:  # noqa: ARG002 - of the port
        """Return what the paper account holds and what rests in it; it never fails."""
        self._expire()
        now = self._clock.now()
        return HoldingsReport(
            generation=self._generation,
            at=now,
            asked_at=now,
            positions=self._holdings.reports(self._generation, now),
            open_orders=self._open_orders(live=True),
        )

    def _open_orders(self, *, live: bool) -> tuple[OpenOrderReport, ...]:
        return tuple(self._open_order(order) for order in self._orders.values() if order.live is live)

    def on_quote(self, quote: Quote) -> None:
        """Fill what a live quote fills, up to the sizes it shows; the same quote again fills nothing more."""
        known = self._quotes.get(quote.con_id)
        if quote.market_data_type != LIVE or (known is not None and quote.at < known.at) or quote == known:
            return
        self._expire()
        self._quotes[quote.con_id] = quote
        self._left[quote.con_id, Side.BUY] = quote.ask_size or 0
        self._left[quote.con_id, Side.SELL] = quote.bid_size or 0
        if known is None or quote.at > known.at:
            for order in filter(self._active, self._resting(quote.con_id)):
                before = order.triggered
                touched(order, quote)
                if order.triggered and not before:
                    self._update(order, _S.SUBMITTED)
        self._match(quote)

    def _resting(self, con_id: ConId) -> list[PaperOrder]:
        return [o for o in self._orders.values() if o.live and o.released and o.spec.contract.con_id == con_id]

    def _adopts(self, ref: OrderRef) -> bool:
        parent = self._orders.get(ref)
        return parent is not None and parent.status is not _S.CANCELLED

    def _active(self, order: PaperOrder) -> bool:
        return order.spec.parent is None or self._orders[order.spec.parent].filled > 0

    def _match_fresh(self, con_id: ConId) -> None:
        quote = self._quotes.get(con_id)
        if quote is not None and age_seconds(quote, self._clock.now()) <= QUOTE_AGE_SECONDS_MAX:
            self._match(quote)

    def _match(self, quote: Quote) -> None:
        for order in self._resting(quote.con_id):
            price, key = fill_price(order, quote), (quote.con_id, order.spec.side)
            # Asked here and not before: an earlier one's fill may have cancelled it, or woken it up.
            if price is None or not order.live or not self._active(order):
                continue
            quantity = min(self._room(order), self._left.get(key, 0))
            if quantity > 0:
                self._left[key] -= quantity
                self._fill(order, quantity, price)

    def _room(self, order: PaperOrder) -> int:
        """Return how much it may still fill: a child no more than its parent filled and its siblings left over."""
        room = order.spec.quantity - order.filled
        if order.spec.parent is None:
            return room
        family = sum(child.filled for child in self._children(order.spec.parent))
        return min(room, self._orders[order.spec.parent].filled - family)

    def _fill(self, order: PaperOrder, quantity: int, price: Decimal) -> None:
        spec = order.spec
        order.filled += quantity
        order.notional += price * quantity
        self._holdings.book(spec.contract, spec.side, quantity, price)
        number = self._fills_of[spec.ref] = self._fills_of.get(spec.ref, 0) + 1
        execution = execution_report(order, number, quantity, price, generation=self._generation, at=self._clock.now())
        self._executions.append(execution)
        self._tell(execution)
        self._update(order, _S.FILLED if order.filled >= spec.quantity else _S.SUBMITTED)
        self._charge(order, execution)
        self._meet_family(order)

    def _meet_family(self, order: PaperOrder) -> None:
        spec = order.spec
        for other in list(self._orders.values()):
            same_group = spec.oca_group and other.spec.oca_group == spec.oca_group
            if other is not order and other.live and same_group:
                self._cancel(other)
        for child in self._children(spec.ref):
            if child.live and child.released:
                self._update(child, self._resting_status(child))
        parent = self._orders.get(spec.parent) if spec.parent is not None else None
        for sibling in self._children(spec.parent) if parent is not None and not parent.live else ():
            if sibling.live and self._room(sibling) <= 0:
                self._cancel(sibling)

    def _children(self, parent: OrderRef | None) -> list[PaperOrder]:
        return [] if parent is None else [order for order in self._orders.values() if order.spec.parent == parent]

    def _release(self, last: OrderSpec) -> None:
        """Let the whole family rest: the last one of it transmits the others."""
        head = last.parent or last.ref
        for order in (self._orders[head], *self._children(head)):
            if not order.released:
                self._update(order, self._resting_status(order))

    def _resting_status(self, order: PaperOrder) -> BrokerStatus:
        waits = not self._active(order) or (order.spec.kind is OrderKind.STOP_LIMIT and not order.triggered)
        return _S.PRE_SUBMITTED if waits else _S.SUBMITTED

    def _cancel(self, order: PaperOrder) -> None:
        self._update(order, _S.CANCELLED)
        for child in self._children(order.spec.ref):
            if child.live and order.filled == 0:
                self._cancel(child)

    def _expire(self) -> None:
        today = new_york(self._clock.now()).date()
        for order in list(self._orders.values()):
            placed = new_york(order.placed_at).date()
            if order.live and (
                (order.spec.tif is TimeInForce.DAY and placed < today) or order.spec.contract.expiry < today
            ):
                self._cancel(order)
        self._holdings.settle(today)
        if self._tidied != today:
            self._tidied = today
            forget_orders(self._orders, self._fills_of, today)
            forget_told(self._executions, self._commissions, self._quotes, today)

    def _update(self, order: PaperOrder, status: BrokerStatus) -> None:
        order.status = status
        self._tell(status_report(order, self._generation, self._clock.now()))

    def _charge(self, order: PaperOrder, execution: ExecutionReport) -> None:
        fees = self._fees.due(order.filled, order.charged)
        order.charged += fees
        report = commission_report(execution, fees)
        self._commissions.append(report)
        self._tell(report)

    def _open_order(self, order: PaperOrder) -> OpenOrderReport:
        parent = self._orders.get(order.spec.parent) if order.spec.parent is not None else None
        parent_id = parent.order_id if parent is not None else OrderId(0)
        return open_order_report(order, parent_id, self._generation, self._clock.now())

    def _refuse(self, ref: OrderRef, code: int, effect: OrderEffect, reason: str) -> None:
        known = self._orders.get(ref)
        order_id = known.order_id if known is not None else OrderId(0)
        now = self._clock.now()
        self._tell(error_report(ref, order_id, code, reason, effect, generation=self._generation, at=now))

    def _demand_connected(self) -> None:
        if self._sink is None:
            raise BrokerUnavailableError("the paper ledger has nobody to report to")

    def _tell(self, report: OrderReport) -> None:
        def deliver() -> None:
            if self._sink is not None:  # Who listens by then, under the generation of then.
                self._sink(replace(report, generation=self._generation))

        self._soon(deliver)
