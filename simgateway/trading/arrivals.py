"""What becomes of orders, changes and cancels when they reach the exchange."""

from dataclasses import replace
from typing import Final

from simgateway.data.pulse import Pulse
from simgateway.protocol.tickets import OrderTicket
from simgateway.trading.account import Ledger
from simgateway.trading.exchange import Exchange
from simgateway.trading.families import Families
from simgateway.trading.orders import Order, Stage, Status
from simgateway.trading.refusals import Refusal
from simgateway.trading.registry import Registry
from simgateway.trading.reporter import Reporter
from simgateway.trading.rules import check_count, check_market, check_short

_EXPIRED: Final = "Order rejected - reason:The contract has expired and is not traded any more"


class Arrivals:
    """Judges by what holds on arrival: in the travelling time orders fill, parents go and funds are spent."""

    def __init__(
        self,
        *,
        pulse: Pulse,
        registry: Registry,
        ledger: Ledger,
        exchange: Exchange,
        families: Families,
        reporter: Reporter,
    ) -> None:
        self._pulse = pulse
        self._registry = registry
        self._ledger = ledger
        self._exchange = exchange
        self._families = families
        self._reporter = reporter
        families.admit = self._admit

    def take(self, orders: list[Order]) -> None:
        """Take new orders: each works, waits for its parent or is rejected."""
        for order in orders:
            if order.stage is not Stage.TRAVELLING:
                continue
            if self._exchange.is_over(order.instrument):
                self._exchange.reject(order, 201, _EXPIRED)
                continue
            refusal = check_count(order, self._registry) if order.is_child else self._check(order)
            if refusal is not None:
                self._exchange.reject(order, refusal.code, refusal.text)
            elif order.is_child:
                self._families.arrive(order)
            else:
                self._exchange.activate(order)

    def change(self, order: Order, ticket: OrderTicket) -> None:
        """Change an order, or tell why not; then it stays as it was."""
        refusal = self._why_not(order, ticket)
        if refusal is not None:
            self._reporter.noted(order, refusal.code, refusal.text)
        elif ticket.parent_id and not order.family:
            order.change(ticket)
            parent = self._registry.find(order.client_id, ticket.parent_id)
            if parent is not None:
                self._families.attach(order, parent)
            self._exchange.amend(order)
        elif not ticket.parent_id and order.stage is Stage.WAITING:
            self._detach(order, ticket)
        else:
            order.change(ticket)
            self._keep_to_its_part(order)
            self._exchange.amend(order)

    def cancel(self, order: Order) -> None:
        """Cancel an order, unless it is done by now."""
        if order.is_open:
            self._exchange.cancel(order, "")
        else:
            self.too_late(order)

    def cancel_all(self) -> None:
        """Cancel whatever is open: also what is held at the gateway and what has not arrived."""
        for order in self._registry.open():
            self._exchange.cancel(order, "")

    def too_late(self, order: Order) -> None:
        """Tell that an order is done and cannot be cancelled."""
        text = f"OrderId {order.order_id} that needs to be cancelled cannot be cancelled, state: {order.status.value}."
        self._reporter.noted(order, 10148, text)

    def _admit(self, child: Order) -> Refusal | None:
        """Return why a child may not work when its turn comes: an exit only when what it closes was sold meanwhile."""
        if not self._registry.is_exit(child):
            return self._check(child)
        return check_short(child, self._registry.workable(child), self._registry, self._ledger)

    def _check(self, order: Order) -> Refusal | None:
        return check_market(order, self._registry, self._ledger, self._pulse.quote)

    def _why_not(self, order: Order, ticket: OrderTicket) -> Refusal | None:
        if not order.is_open:
            is_filled = order.status is Status.FILLED
            text = "Cannot modify a filled order." if is_filled else f"Can't find order with id = {order.order_id}"
            return Refusal(104 if is_filled else 135, text)
        if ticket.parent_id:
            return why_no_parent(order, ticket.parent_id, self._registry)
        return self._check_more(order, ticket) if order.stage is Stage.WORKING else None

    def _check_more(self, order: Order, ticket: OrderTicket) -> Refusal | None:
        """Return why a working order may not ask for more: a greater size, or a buy at another price."""
        after = replace(order)
        after.change(ticket)
        self._keep_to_its_part(after)
        costs_more = ticket.is_buy and (after.limit, after.stop) != (order.limit, order.stop)
        return self._check(after) if after.remaining > order.remaining or costs_more else None

    def _keep_to_its_part(self, order: Order) -> None:
        """Give an exit whose parent is complete no more than is left for it."""
        parent = self._registry.parent(order)
        if parent is not None and not parent.is_open and self._registry.is_exit(order):
            order.quantity = min(order.quantity, order.filled + max(1, self._registry.room(order)))

    def _detach(self, child: Order, ticket: OrderTicket) -> None:
        """Let a child work that waits for a parent: on its own when that has not filled, else as its exit."""
        parent = self._registry.parent(child)
        if parent is not None and not parent.filled:
            self._registry.leave(child)
            refusal = self._check(child)
            if refusal is not None:
                self._registry.join(child, parent)
                self._reporter.noted(child, refusal.code, refusal.text)
                return
        child.change(ticket)
        self._exchange.activate(child)


def why_no_parent(order: Order, parent_id: int, registry: Registry) -> Refusal | None:
    """Return why an order cannot be, or stay, a child of the order its client names."""
    parent = registry.find(order.client_id, parent_id)
    if parent is None or not parent.is_open:
        return Refusal(135, f"Can't find order with id = {parent_id}")
    stays = order.family and order.family == parent.family
    if parent is order or order.is_parent or (order.family and not stays):
        return Refusal(10341, "Parent order id cannot be modified")
    return None
