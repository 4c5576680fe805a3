"""The orders of a gateway: by the client's number, by contract, by family, by OCA group; open ones and done ones."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from simgateway.trading.orders import Execution, Order, Stage


class Registry:
    """Keeps orders in the order they came, until told to forget; ids and perm ids are never used again."""

    def __init__(self, first_perm_id: int) -> None:
        self._next_perm_id = first_perm_id
        self._orders: dict[tuple[int, int], Order] = {}
        self._open: dict[int, Order] = {}
        self._families: dict[int, list[Order]] = {}
        self._highest: dict[int, int] = {}
        self.done: list[Order] = []
        self.executions: list[Execution] = []
        self._forgotten_executions = 0

    @property
    def next_execution_number(self) -> int:
        """Return the number of the next execution, counted from 1 since the start."""
        return self._forgotten_executions + len(self.executions) + 1

    def take_perm_id(self) -> int:
        """Return a new perm id."""
        self._next_perm_id += 1
        return self._next_perm_id

    def next_order_id(self, client_id: int) -> int:
        """Return an order id above every one this client has used."""
        return self._highest.get(client_id, 0) + 1

    def note_id(self, client_id: int, order_id: int) -> None:
        """Remember that a client has used an order id."""
        self._highest[client_id] = max(self._highest.get(client_id, 0), order_id)

    def find(self, client_id: int, order_id: int) -> Order | None:
        """Return a client's order, open or done."""
        return self._orders.get((client_id, order_id))

    def add(self, order: Order) -> None:
        """Take a new order; one placed by hand has no number yet."""
        if order.order_id:
            self._orders[order.key] = order
        self._open[order.perm_id] = order
        if order.family:
            self._families.setdefault(order.family, []).append(order)

    def bind(self, order: Order, order_id: int) -> None:
        """Give an order placed by hand a number of client 0's."""
        order.ticket = replace(order.ticket, order_id=order_id)
        self._orders[order.key] = order

    def by_perm_id(self, perm_id: int) -> Order | None:
        """Return an open order."""
        return self._open.get(perm_id)

    def lead(self, parent: Order) -> None:
        """Make an order the parent of a family, if it is not yet."""
        if not parent.family:
            parent.family = parent.perm_id
            self._families[parent.perm_id] = [parent]

    def join(self, order: Order, parent: Order) -> None:
        """Make an order that is in no family a child of a parent."""
        self.lead(parent)
        order.family = parent.family
        self._families[parent.family].append(order)

    def leave(self, child: Order) -> None:
        """Take a child out of its family."""
        self._families[child.family].remove(child)
        child.family = 0

    def finish(self, order: Order) -> None:
        """Move an order to the done ones."""
        if self._open.pop(order.perm_id, None):
            self.done.append(order)

    def forget(self, before: datetime) -> None:
        """Let go of executions and done orders of before this moment (aware UTC); a bracket goes as a whole or stays.

        The numbers of forgotten orders stay used: `next_order_id` is above them.
        """
        gone = {order.perm_id for order in self.done if self._is_over(order, before)}
        for order in (order for order in self.done if order.perm_id in gone):
            self._orders.pop(order.key, None)
            self._families.pop(order.family, None)
        self.done = [order for order in self.done if order.perm_id not in gone]
        kept = [execution for execution in self.executions if execution.at >= before]
        self._forgotten_executions += len(self.executions) - len(kept)
        self.executions = kept

    def open(self) -> list[Order]:
        """Return the open orders, oldest first."""
        return list(self._open.values())

    def working(self) -> list[Order]:
        """Return the orders that have arrived and are worked, oldest first."""
        return [order for order in self._open.values() if order.stage is Stage.WORKING]

    def of_contract(self, con_id: int) -> list[Order]:
        """Return a contract's open orders, oldest first."""
        return [order for order in self._open.values() if order.instrument.con_id == con_id]

    def family(self, order: Order) -> list[Order]:
        """Return an order's bracket, itself and done ones included; empty without one."""
        return list(self._families.get(order.family, ())) if order.family else []

    def parent(self, child: Order) -> Order | None:
        """Return who leads a child's bracket, None when it is nobody's child."""
        return self._families[child.family][0] if child.is_child else None

    def siblings(self, child: Order) -> list[Order]:
        """Return the other open exits of an exit's bracket."""
        if not child.is_child or not self.is_exit(child):
            return []
        return [row for row in self.family(child) if row.is_child and row is not child and self._is_open_exit(row)]

    def children(self, parent: Order) -> list[Order]:
        """Return the open children an order leads."""
        return [row for row in self.family(parent) if row.is_child and row.is_open] if parent.is_parent else []

    def group(self, order: Order) -> list[Order]:
        """Return the other open orders of an order's OCA group."""
        name = order.ticket.oca_group
        return [row for row in self._open.values() if name and row.ticket.oca_group == name and row is not order]

    def is_exit(self, child: Order) -> bool:
        """Return whether a child closes what its parent opens."""
        parent = self.parent(child)
        return (
            parent is not None
            and parent.instrument.con_id == child.instrument.con_id
            and parent.ticket.action != child.ticket.action
        )

    def brought(self, parent: Order) -> int:
        """Return what a parent has filled and its exits have not closed."""
        return parent.filled - self._closed(parent)

    def room(self, child: Order) -> int:
        """Return how much more a child may ever fill: what its parent brings in, less what its exits have closed."""
        parent = self.parent(child)
        if parent is None or not self.is_exit(child):
            return child.remaining
        return (parent.quantity if parent.is_open else parent.filled) - self._closed(parent)

    def workable(self, order: Order) -> int:
        """Return how much of an order may fill now: of an exit, no more than its parent has brought in."""
        parent = self.parent(order)
        if parent is None or not self.is_exit(order):
            return order.remaining
        return max(0, min(order.remaining, self.brought(parent)))

    def at_exchange(self, con_id: int) -> Iterable[Order]:
        """Give a contract's orders that have arrived and are worked: not held, travelling or waiting for a parent."""
        return [order for order in self.of_contract(con_id) if order.stage is Stage.WORKING]

    def _is_over(self, order: Order, before: datetime) -> bool:
        return all(row.done_at is not None and row.done_at < before for row in (order, *self.family(order)))

    def _is_open_exit(self, row: Order) -> bool:
        return row.is_open and self.is_exit(row)

    def _closed(self, parent: Order) -> int:
        return sum(row.filled for row in self.family(parent) if row.is_child and self.is_exit(row))
