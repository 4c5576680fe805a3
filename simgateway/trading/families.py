"""What an order's fill or end does to others: children of a parent, siblings, OCA groups."""

from simgateway.config import ChildrenOnPartial
from simgateway.trading.exchange import Exchange
from simgateway.trading.orders import Order, Stage
from simgateway.trading.registry import Registry


class Families:
    """Hears fills and ends from the exchange; all of it happens at the exchange, so without delay."""

    def __init__(self, policy: ChildrenOnPartial, registry: Registry, exchange: Exchange) -> None:
        self._policy = policy
        self._registry = registry
        self._exchange = exchange
        exchange.after_fill.append(self.on_fill)
        exchange.after_end.append(self.on_end)

    def on_fill(self, order: Order, shares: int) -> None:
        """Arm the children of a parent that filled; shrink or cancel the siblings and the group of one that did."""
        if order.is_parent:
            if not order.is_open or self._policy is not ChildrenOnPartial.ARMED_WHEN_COMPLETE:
                self._arm(order)
            return
        siblings = self._registry.siblings(order)
        for sibling in siblings:
            self._exchange.reduce(sibling, shares)
        for other in self._registry.group(order):
            if other not in siblings:
                self._meet_group(order, other, shares)

    def on_end(self, order: Order) -> None:
        """Settle what becomes of the children of a parent that ended without filling wholly."""
        children = self._registry.children(order)
        if order.filled == 0 or self._policy is ChildrenOnPartial.CANCELLED_WITH_REMAINDER:
            for child in children:
                self._exchange.cancel(child, "parent order cancelled")
            return
        self._shrink(order, children)
        self._arm(order)

    def arrive(self, child: Order) -> None:
        """Take a child that has reached the exchange: it waits for its parent, or works when that has filled."""
        parent = self._registry.parent(child)
        child.stage = Stage.WAITING
        if parent is not None and (parent.filled or not parent.is_open):
            self.on_fill(parent, 0)

    def _arm(self, parent: Order) -> None:
        for child in self._registry.children(parent):
            if child.stage is Stage.WAITING:
                self._exchange.activate(child)
            else:
                self._exchange.rework(child)

    def _shrink(self, parent: Order, children: list[Order]) -> None:
        """Give children no more than the parent brought in."""
        sold = sum(row.filled for row in self._registry.family(parent) if row.is_child)
        for child in children:
            surplus = child.remaining - (parent.filled - sold)
            if surplus > 0:
                self._exchange.reduce(child, surplus)

    def _meet_group(self, order: Order, other: Order, shares: int) -> None:
        """Cancel another order of the group, or take the filled share of it off: type 1, or 2 and 3."""
        if not order.is_open or order.ticket.oca_type not in {2, 3}:
            self._exchange.cancel(other, "OCA group filled")
            return
        before = order.remaining + shares
        off = -(-other.remaining * shares // before)  # rounded up: the group must never fill more than one of them
        self._exchange.reduce(other, off)
