"""The smallest broker that can be unpleasant: it rests, fills, links, cancels, forgets, and answers late."""

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from domain.bracket_effects import AskBook, BookFailed, BracketInput, Cancel, Change, Effect, NotSent, Send
from domain.ids import OrderRef, split_ref
from domain.order_specs import OrderKind, OrderSpec
from domain.reports import (
    BookReport,
    BrokerStatus,
    CommissionReport,
    ExecutionReport,
    OpenOrderReport,
    OrderEffect,
    Side,
)
from tests.builders import a_book, a_fee, a_fill, a_status, an_error, an_open_order

DONE = frozenset({BrokerStatus.FILLED, BrokerStatus.CANCELLED, BrokerStatus.INACTIVE})
Wire = Send | Change | Cancel | AskBook


@dataclass
class Resting:
    """An order as the broker holds it."""

    spec: OrderSpec
    status: BrokerStatus
    filled: int = 0

    @property
    def remaining(self) -> int:
        return 0 if self.status in DONE else self.spec.quantity - self.filled


@dataclass
class ToyBroker:
    """Messages travel in order, each way through a queue of its own; the test decides when one arrives."""

    children: str = "armed_at_first_fill"
    groups: str = "reduced"  # By a part of one of them; or "cancelled".
    rejects_stops: bool = False
    connected: bool = True
    orders: dict[OrderRef, Resting] = field(default_factory=dict)
    outgoing: deque[tuple[Wire, datetime]] = field(default_factory=deque)
    incoming: deque[BracketInput] = field(default_factory=deque)
    executions: list[ExecutionReport] = field(default_factory=list)
    commissions: list[CommissionReport] = field(default_factory=list)
    sent_refs: list[OrderRef] = field(default_factory=list)
    position: int = 0

    # The bot's side

    def accept(self, effect: Effect, now: datetime) -> None:
        """Put what the bracket wants on the wire, or refuse when there is none."""
        if not isinstance(effect, Wire):
            return
        if self.connected:
            self.outgoing.append((effect, now))
        elif isinstance(effect, Send):
            refs = tuple(order.ref for order in effect.orders)
            self.incoming.append(NotSent(refs=refs, reason="disconnected"))
        elif isinstance(effect, AskBook):
            self.incoming.append(BookFailed(reason="disconnected"))

    def cut(self) -> None:
        """Lose the connection with everything on the wire."""
        self.connected = False
        self.outgoing.clear()
        self.incoming.clear()

    def book(self, asked_at: datetime) -> BookReport:
        """Return everything held."""
        open_orders = tuple(self._open(o) for o in self.orders.values() if o.status not in DONE)
        completed = tuple(self._open(o) for o in self.orders.values() if o.status in DONE)
        return a_book(
            asked_at=asked_at,
            open_orders=open_orders,
            executions=tuple(self.executions),
            commissions=tuple(self.commissions),
            completed=completed,
        )

    def _open(self, order: Resting) -> OpenOrderReport:
        leg, number = _leg(order.spec.ref)
        return an_open_order(
            leg,
            order.status,
            number=number,
            quantity=order.spec.quantity,
            filled=order.filled,
            limit=order.spec.limit,
            trigger=order.spec.trigger,
            oca_group=order.spec.oca_group,
            order_type=order.spec.kind.value,
        )

    # The broker's side

    def take(self) -> None:
        """Let the next message arrive at the broker."""
        if not self.outgoing:
            return
        message, sent_at = self.outgoing.popleft()
        match message:
            case Send(orders=orders):
                for spec in orders:
                    self._placed(spec)
            case Change(order=spec):
                self._changed(spec)
            case Cancel(ref=wanted):
                self._cancel(wanted)
            case AskBook():
                self.incoming.append(self.book(sent_at))

    def _placed(self, spec: OrderSpec) -> None:
        assert spec.ref not in self.orders, f"{spec.ref} was sent twice"
        self.sent_refs.append(spec.ref)
        if self.rejects_stops and spec.kind is OrderKind.STOP_LIMIT:
            self.rejects_stops = False
            self.orders[spec.ref] = Resting(spec, BrokerStatus.INACTIVE)
            self._error(spec.ref, OrderEffect.REJECTED)
            return
        held = spec.kind is OrderKind.STOP_LIMIT or spec.parent is not None
        order = Resting(spec, BrokerStatus.PRE_SUBMITTED if held else BrokerStatus.SUBMITTED)
        self.orders[spec.ref] = order
        self._say(order)

    def _changed(self, spec: OrderSpec) -> None:
        order = self.orders.get(spec.ref)
        if order is None or order.status in DONE:
            self._error(spec.ref, OrderEffect.UNCERTAIN)
            return
        order.spec = replace(spec, parent=order.spec.parent)
        self.incoming.append(self._open(order))

    def _cancel(self, wanted: OrderRef) -> None:
        order = self.orders.get(wanted)
        if order is None:
            self._error(wanted, OrderEffect.NOT_FOUND)
        elif order.status in DONE:
            self._error(wanted, OrderEffect.NOT_CANCELLABLE)
        else:
            self._end(order)
            if order.spec.side is Side.BUY:
                self._parent_gone(order)

    def _parent_gone(self, parent: Resting) -> None:
        for child in self._children(parent):
            if not parent.filled or self.children == "cancelled_with_remainder":
                self._end(child)
            else:
                self._arm(child)

    def _children(self, parent: Resting) -> list[Resting]:
        return [o for o in self.orders.values() if o.spec.parent == parent.spec.ref and o.status not in DONE]

    def _arm(self, child: Resting) -> None:
        if child.spec.kind is OrderKind.LIMIT and child.status is BrokerStatus.PRE_SUBMITTED:
            child.status = BrokerStatus.SUBMITTED
            self._say(child)

    def _end(self, order: Resting) -> None:
        order.status = BrokerStatus.CANCELLED
        self._say(order)

    def armed(self, order: Resting) -> bool:
        """Return whether an order could fill now."""
        parent = self.orders.get(order.spec.parent) if order.spec.parent else None
        if parent is None or parent.status is BrokerStatus.FILLED:
            return True
        if parent.status in DONE:
            return parent.filled > 0
        return self.children == "armed_at_first_fill" and parent.filled > 0

    def could_sell(self) -> int:
        """Return what the working exits could sell together, a linked family counting once at its largest."""
        families: dict[str, int] = {}
        for order in self.orders.values():
            if order.spec.side is Side.SELL and self.armed(order):
                key = order.spec.oca_group or str(order.spec.parent or order.spec.ref)
                # A native child never sells more than its parent bought.
                parent = self.orders.get(order.spec.parent) if order.spec.parent else None
                most = min(order.remaining, self.position) if parent is not None else order.remaining
                families[key] = max(families.get(key, 0), most)
        return sum(families.values())

    def trigger(self, wanted: OrderRef) -> None:
        """Let a stop be touched."""
        order = self.orders.get(wanted)
        if order is not None and order.status is BrokerStatus.PRE_SUBMITTED and self.armed(order):
            order.status = BrokerStatus.SUBMITTED
            self._say(order)

    def fill(self, wanted: OrderRef, quantity: int) -> None:
        """Let an order execute, if it is able to."""
        order = self.orders.get(wanted)
        if order is None or order.status is not BrokerStatus.SUBMITTED or not self.armed(order):
            return
        quantity = min(quantity, order.remaining)
        if order.spec.side is Side.SELL and order.spec.parent is not None:
            quantity = min(quantity, self.position)
        if quantity <= 0:
            return
        self._execute(order, quantity)

    def _execute(self, order: Resting, quantity: int) -> None:
        leg, number = _leg(order.spec.ref)
        order.filled += quantity
        self.position += quantity if order.spec.side is Side.BUY else -quantity
        exec_id = f"x{len(self.executions)}"
        price = str(order.spec.limit or Decimal(2))
        execution = a_fill(leg, quantity, price, number=number, exec_id=exec_id)
        fee = a_fee(exec_id)
        self.executions.append(execution)
        self.commissions.append(fee)
        if order.filled >= order.spec.quantity:
            order.status = BrokerStatus.FILLED
        self.incoming.extend((execution, fee))
        self._say(order)
        if order.spec.side is Side.BUY:
            if order.status is BrokerStatus.FILLED or self.children == "armed_at_first_fill":
                for child in self._children(order):
                    self._arm(child)
        else:
            self._linked(order)

    def _linked(self, sold: Resting) -> None:
        for other in self.orders.values():
            same_parent = sold.spec.parent is not None and other.spec.parent == sold.spec.parent
            same_group = bool(sold.spec.oca_group) and other.spec.oca_group == sold.spec.oca_group
            if other is sold or other.status in DONE or not (same_parent or same_group):
                continue
            if sold.status is BrokerStatus.FILLED or (same_group and self.groups == "cancelled"):
                self._end(other)
            else:
                other.spec = replace(other.spec, quantity=min(other.spec.quantity, other.filled + self.position))
                self.incoming.append(self._open(other))

    def _say(self, order: Resting) -> None:
        if not self.connected:
            return
        leg, number = _leg(order.spec.ref)
        self.incoming.append(a_status(leg, order.status, filled=order.filled, number=number))

    def _error(self, wanted: OrderRef, effect: OrderEffect) -> None:
        leg, number = _leg(wanted)
        self.incoming.append(an_error(leg, effect, number=number))


def _leg(wanted: OrderRef) -> tuple[str, int]:
    parts = split_ref(wanted)
    assert parts is not None
    return parts[1].value, parts[2]
