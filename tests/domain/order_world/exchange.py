"""A broker and its exchange as a pure value: what it holds, and what it says when something happens to that.

Beside ``tests.domain.toy_broker`` it knows two things more: a family rests untransmitted until its last order arrives,
and its exits never sell more than their parent brought in. It says everything; who loses or repeats it is the world.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from domain.ids import Leg, OrderRef, split_ref
from domain.order_specs import OrderKind, OrderSpec
from domain.reports import (
    BookReport,
    BrokerStatus,
    ExecutionReport,
    HoldingsReport,
    OpenOrderReport,
    OrderEffect,
    OrderReport,
    Side,
)
from tests.builders import a_book, a_fee, a_fill, a_glance, a_position, a_status, an_error, an_open_order

_B = BrokerStatus
ENDED: Final = frozenset({_B.FILLED, _B.CANCELLED, _B.INACTIVE})
CHILDREN: Final = ("armed_at_first_fill", "armed_when_complete", "cancelled_with_remainder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How this broker treats the children of a partly filled parent, and whether it tells of completed orders."""

    children: str = "armed_at_first_fill"
    tells_completed: bool = True
    blocks_overfills: bool = True  # A change that crossed a fill of its group is cut to what is left (types 1, 2).
    entry_price: Decimal | None = None  # What the entry fills at; its limit where None.


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """An order as the broker holds it. ``fills`` are quantity and price; an untransmitted one has no status."""

    spec: OrderSpec
    status: BrokerStatus | None
    fills: tuple[tuple[int, Decimal], ...] = ()

    @property
    def filled(self) -> int:
        """Return how much of it has executed."""
        return sum(quantity for quantity, _ in self.fills)

    @property
    def remaining(self) -> int:
        """Return how much of it could still execute."""
        return 0 if self.status in ENDED else self.spec.quantity - self.filled


Exchange = tuple[Resting, ...]
Said = tuple[Exchange, tuple[OrderReport, ...]]


def of_ref(exchange: Exchange, ref: OrderRef | None) -> Resting | None:
    """Return the order with this ref."""
    return next((order for order in exchange if order.spec.ref == ref), None)


def held(exchange: Exchange) -> int:
    """Return the position that all executions add up to."""
    return sum(order.filled if order.spec.side is Side.BUY else -order.filled for order in exchange)


def parent_of(exchange: Exchange, order: Resting) -> Resting | None:
    """Return the order that this one hangs on."""
    return of_ref(exchange, order.spec.parent) if order.spec.parent else None


def armed(exchange: Exchange, order: Resting, rules: Rules) -> bool:
    """Return whether an order could execute now."""
    parent = parent_of(exchange, order)
    if order.status is None or order.status in ENDED:
        return False
    if parent is None or parent.status is _B.FILLED:
        return True
    if parent.status in ENDED:
        return parent.filled > 0
    return rules.children == "armed_at_first_fill" and parent.filled > 0


def sellable(exchange: Exchange, rules: Rules) -> int:
    """Return what the working exits could sell together, a linked family counting once at its largest."""
    families: dict[str, int] = {}
    for order in exchange:
        if order.spec.side is Side.SELL and armed(exchange, order, rules):
            key = order.spec.oca_group or str(order.spec.parent or order.spec.ref)
            most = min(order.remaining, held(exchange)) if order.spec.parent else order.remaining
            families[key] = max(families.get(key, 0), most)
    return sum(families.values())


def protected(exchange: Exchange, rules: Rules) -> bool:
    """Return whether what is held could be stopped out by what works: a stop, or a plain exit."""
    entering = any(order.spec.side is Side.BUY and order.remaining for order in exchange)
    wanted = 1 if entering else held(exchange)
    return held(exchange) <= 0 or any(
        order.remaining >= wanted and leg_of(order)[0] in (Leg.STOP, Leg.EXIT) and armed(exchange, order, rules)
        for order in exchange
    )


def leg_of(order: Resting) -> tuple[Leg, int]:
    """Return an order's leg and number."""
    parts = split_ref(order.spec.ref)
    assert parts is not None, f"{order.spec.ref} is a ref of ours"
    return parts[1], parts[2]


# What arrives there


def placed(exchange: Exchange, spec: OrderSpec, *, refused: bool = False) -> Said:
    """Take an order; the last of a family makes all of it work. A child without its parent is refused."""
    assert of_ref(exchange, spec.ref) is None, f"{spec.ref} was sent twice"
    desk = _Desk((*exchange, Resting(spec=spec, status=None)))
    parent = of_ref(exchange, spec.parent) if spec.parent else None
    orphaned = spec.parent and (parent is None or parent.status in ENDED)
    if spec.transmit and not orphaned:
        for each in desk.family(spec.ref):
            desk.transmit(each)
    if refused or orphaned:
        desk.refuse(spec.ref)
    return desk.said()


def changed(exchange: Exchange, spec: OrderSpec, rules: Rules) -> Said:
    """Change a live order; one that is cut to what has executed is complete, and no child outgrows its parent."""
    desk = _Desk(exchange)
    order = of_ref(exchange, spec.ref)
    if order is None or order.status in ENDED or order.status is None:
        desk.error(spec.ref, OrderEffect.UNCERTAIN)
        return desk.said()
    parent, size = parent_of(exchange, order), spec.quantity
    if (parent is not None and parent.status in ENDED) or (spec.oca_group and rules.blocks_overfills):
        size = min(size, order.filled + held(exchange))
    desk.put(replace(order, spec=replace(spec, parent=order.spec.parent, quantity=size)))
    if size <= order.filled:
        desk.status(spec.ref, _B.FILLED)
        desk.meet_linked(order)
    else:
        desk.tell(spec.ref)
    return desk.said()


def cancelled(exchange: Exchange, ref: OrderRef, rules: Rules) -> Said:
    """Cancel an order; a parent takes its children along, or leaves them what it brought in."""
    desk, order = _Desk(exchange), of_ref(exchange, ref)
    if order is None:
        desk.error(ref, OrderEffect.NOT_FOUND)
    elif order.status in ENDED:
        desk.error(ref, OrderEffect.NOT_CANCELLABLE)
    else:
        desk.status(ref, _B.CANCELLED)
        desk.orphan(order, rules)
    return desk.said()


# What happens there


def triggered(exchange: Exchange, ref: OrderRef) -> Said:
    """Touch a stop: from now on it works as a limit."""
    desk = _Desk(exchange)
    desk.status(ref, _B.SUBMITTED)
    return desk.said()


def executed(exchange: Exchange, ref: OrderRef, quantity: int, rules: Rules) -> Said:
    """Execute so much of an order."""
    desk, order = _Desk(exchange), of_ref(exchange, ref)
    assert order is not None, f"{ref} rests here"
    buys = order.spec.side is Side.BUY
    price = rules.entry_price if buys and rules.entry_price else order.spec.limit or Decimal(2)
    desk.put(replace(order, fills=(*order.fills, (quantity, price))))
    desk.execution(ref)
    done = order.filled + quantity >= order.spec.quantity
    desk.status(ref, _B.FILLED if done else order.status)
    if not buys:
        desk.meet_linked(order)
    elif done or rules.children == "armed_at_first_fill":
        if done:
            desk.fit_children(ref)
        desk.arm_children(ref)
    return desk.said()


def openings(exchange: Exchange, rules: Rules) -> Iterable[tuple[Resting, int]]:
    """Return what could execute now, and how much of it at the most."""
    for order in exchange:
        if order.status is _B.SUBMITTED and armed(exchange, order, rules):
            most = min(order.remaining, held(exchange)) if order.spec.parent else order.remaining
            if most > 0:
                yield order, most


# What it answers


def book(exchange: Exchange, rules: Rules) -> BookReport:
    """Return everything it tells of: nothing of what was never transmitted."""
    told = [order for order in exchange if order.status is not None]
    return a_book(
        positions=(a_position(held(exchange)),) if held(exchange) else (),
        open_orders=tuple(_report(order) for order in told if order.status not in ENDED),
        executions=tuple(_execution(order, number) for order in told for number in range(len(order.fills))),
        commissions=tuple(
            a_fee(_execution(order, number).exec_id) for order in told for number in range(len(order.fills))
        ),
        completed=tuple(_report(order) for order in told if order.status in ENDED and rules.tells_completed),
    )


def holdings(exchange: Exchange) -> HoldingsReport:
    """Return what is held and what works."""
    return a_glance(
        positions=(a_position(held(exchange)),) if held(exchange) else (),
        open_orders=tuple(_report(order) for order in exchange if order.status and order.status not in ENDED),
    )


def _report(order: Resting) -> OpenOrderReport:
    leg, number = leg_of(order)
    assert order.status is not None, "an untransmitted order is never told of"
    return an_open_order(
        leg.value,
        order.status,
        number=number,
        quantity=order.spec.quantity,
        filled=order.filled,
        limit=order.spec.limit,
        trigger=order.spec.trigger,
        oca_group=order.spec.oca_group,
        order_type=order.spec.kind.value,
    )


def _execution(order: Resting, number: int) -> ExecutionReport:
    leg, numbered = leg_of(order)
    quantity, price = order.fills[number]
    return a_fill(leg.value, quantity, str(price), number=numbered, exec_id=f"{leg.value}{numbered}.{number}")


class _Desk:
    """The exchange while one thing happens to it."""

    def __init__(self, exchange: Exchange) -> None:
        self.orders = {order.spec.ref: order for order in exchange}
        self.reports: list[OrderReport] = []

    def said(self) -> Said:
        return tuple(self.orders.values()), tuple(self.reports)

    def put(self, order: Resting) -> None:
        self.orders[order.spec.ref] = order

    def family(self, ref: OrderRef) -> list[OrderRef]:
        """Return what is transmitted along with this order: its untransmitted parent and siblings."""
        parent = self.orders[ref].spec.parent
        kin = {ref, parent} if parent else {ref}
        return [
            each
            for each, order in self.orders.items()
            if order.status is None and (each in kin or (parent and order.spec.parent == parent))
        ]

    def transmit(self, ref: OrderRef) -> None:
        spec = self.orders[ref].spec
        waits = spec.kind is OrderKind.STOP_LIMIT or spec.parent is not None
        self.status(ref, _B.PRE_SUBMITTED if waits else _B.SUBMITTED)

    def status(self, ref: OrderRef, status: BrokerStatus | None) -> None:
        assert status is not None, f"{ref} was transmitted"
        self.put(replace(self.orders[ref], status=status))
        leg, number = leg_of(self.orders[ref])
        self.reports.append(a_status(leg.value, status, filled=self.orders[ref].filled, number=number))

    def refuse(self, ref: OrderRef) -> None:
        self.error(ref, OrderEffect.REJECTED)
        self.status(ref, _B.INACTIVE)

    def error(self, ref: OrderRef, effect: OrderEffect) -> None:
        parts = split_ref(ref)
        assert parts is not None, f"{ref} is a ref of ours"
        self.reports.append(an_error(parts[1].value, effect, number=parts[2]))

    def tell(self, ref: OrderRef) -> None:
        self.reports.append(_report(self.orders[ref]))

    def execution(self, ref: OrderRef) -> None:
        report = _execution(self.orders[ref], len(self.orders[ref].fills) - 1)
        self.reports.extend((report, a_fee(report.exec_id)))

    def children(self, ref: OrderRef) -> list[Resting]:
        return [o for o in self.orders.values() if o.spec.parent == ref and o.status not in ENDED]

    def orphan(self, parent: Resting, rules: Rules) -> None:
        if parent.filled and rules.children != "cancelled_with_remainder":
            self.fit_children(parent.spec.ref)
            self.arm_children(parent.spec.ref)
            return
        for child in self.children(parent.spec.ref):
            self.status(child.spec.ref, _B.CANCELLED)

    def fit(self, order: Resting, left: int) -> None:
        """Cut an exit to what is left for it; nothing left is its end."""
        size = min(order.spec.quantity, order.filled + left)
        if size == order.spec.quantity:
            return
        self.put(replace(order, spec=replace(order.spec, quantity=size)))
        if size > order.filled:
            self.tell(order.spec.ref)
        else:
            self.status(order.spec.ref, _B.CANCELLED)

    def fit_children(self, ref: OrderRef) -> None:
        """Cut each to what is left for it of what its parent, which gets no more, brought in."""
        left = held(tuple(self.orders.values()))
        for child in self.children(ref):
            self.fit(child, left)

    def arm_children(self, ref: OrderRef) -> None:
        for child in self.children(ref):
            if child.spec.kind is OrderKind.LIMIT and child.status is _B.PRE_SUBMITTED:
                self.status(child.spec.ref, _B.SUBMITTED)

    def meet_linked(self, sold: Resting) -> None:
        """Cancel the others of its family or group when it is complete; else cut them to what is left to sell."""
        now = self.orders[sold.spec.ref]
        left = held(tuple(self.orders.values()))
        entering = any(o.spec.side is Side.BUY and o.remaining for o in self.orders.values())
        for other in list(self.orders.values()):
            kin = sold.spec.parent is not None and other.spec.parent == sold.spec.parent
            group = bool(sold.spec.oca_group) and other.spec.oca_group == sold.spec.oca_group
            if other.spec.ref == sold.spec.ref or other.status in ENDED or not (kin or group):
                continue
            if now.status is _B.FILLED:
                self.status(other.spec.ref, _B.CANCELLED)
            elif not entering:
                self.fit(other, left)
        if not entering and not left and self.orders[sold.spec.ref].status not in ENDED:
            self.fit(self.orders[sold.spec.ref], left)
