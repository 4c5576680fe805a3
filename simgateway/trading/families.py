"""What an order's fill or end does to others: children of a parent, siblings, OCA groups."""

from collections.abc import Callable
from typing import Final

from simgateway.config import ChildrenOnPartial
from simgateway.trading.exchange import Exchange
from simgateway.trading.orders import Order, Stage, Status
from simgateway.trading.refusals import Refusal
from simgateway.trading.registry import Registry

_REDUCING: Final = frozenset({2, 3})


class Families:
    """Hears fills and ends from the exchange; all of it happens at the exchange, so without delay.

    The exits of a bracket (children that close in its parent's contract what the parent opens) never close more than
    the parent has brought in, however they are changed; `admit` says why a child is rejected when its turn comes.
    """

    def __init__(
        self,
        policy: ChildrenOnPartial,
        registry: Registry,
        exchange: Exchange,
    ) -> None:
        self._policy = policy
        self._registry = registry
        self._exchange = exchange
        self.admit: Callable[[Order], Refusal | None] = lambda _: None
        exchange.after_fill.append(self.on_fill)
        exchange.after_end.append(self.on_end)

    def on_fill(self, order: Order, shares: int) -> None:
        """Arm the children of a parent that filled; shrink or cancel the siblings and the group of one that did."""
        if order.is_parent:
            self._bring_in(order)
        siblings = self._registry.siblings(order)
        for sibling in siblings:
            self.fit(sibling)
        for other in self._registry.group(order):
            if other not in siblings and other.is_open:
                self._meet_group(order, other, shares)

    def on_end(self, order: Order) -> None:
        """Settle what becomes of the children of a parent that ended without filling wholly."""
        children = self._registry.children(order)
        cancels = self._policy is ChildrenOnPartial.CANCELLED_WITH_REMAINDER and order.status is not Status.FILLED
        if order.filled == 0 or cancels:
            for child in children:
                self._exchange.cancel(child, "parent order cancelled")
            return
        if order.is_parent:
            self._bring_in(order)

    def arrive(self, child: Order) -> None:
        """Take a child that has reached the exchange: it waits for its parent, or works when that has filled."""
        parent = self._registry.parent(child)
        self._exchange.hold(child)
        if parent is not None and (parent.filled or not parent.is_open):
            self._bring_in(parent)

    def fit(self, child: Order) -> None:
        """Make an exit no bigger than what is left for it of what its parent brings in."""
        surplus = child.remaining - self._registry.room(child)
        if child.is_open and surplus > 0:
            self._exchange.reduce(child, surplus)

    def attach(self, order: Order, parent: Order) -> None:
        """Make an order of its own a child: it leaves the book and waits for the parent."""
        self._registry.join(order, parent)
        self.arrive(order)

    def _bring_in(self, parent: Order) -> None:
        """Fit and arm the children of a parent that has filled something; when it is complete they get no more."""
        children = self._registry.children(parent)
        if not parent.is_open:
            for child in children:
                self.fit(child)
        if not parent.is_open or self._policy is not ChildrenOnPartial.ARMED_WHEN_COMPLETE:
            for child in children:
                self._arm(child)

    def _arm(self, child: Order) -> None:
        if child.stage is Stage.WORKING:
            self._exchange.rework(child)
        elif child.stage is Stage.WAITING:
            refusal = self.admit(child)
            if refusal is None:
                self._exchange.activate(child)
            else:
                self._exchange.reject(child, refusal.code, refusal.text)

    def _meet_group(self, order: Order, other: Order, shares: int) -> None:
        """Cancel another order of the group, or take the filled share of it off: type 1, or 2 and 3."""
        if not order.is_open or order.ticket.oca_type not in _REDUCING:
            self._exchange.cancel(other, "OCA group filled")
            return
        before = order.remaining + shares
        off = -(-other.remaining * shares // before)  # rounded up: the group must never fill more than one of them
        self._exchange.reduce(other, off)
