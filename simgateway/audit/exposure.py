"""How much the working exits of a contract could sell together."""

from collections.abc import Callable, Iterable

from simgateway.audit.book import Book, Order
from simgateway.audit.notices import OrderKey

Group = tuple[str, OrderKey | str]


def could_sell(book: Book, con_id: int, counts: Callable[[Order], bool]) -> int:
    """Return what the exits for which `counts` holds could sell together.

    An OCA group, or the children of one parent, counts once, at its largest; the children of a parent that has not
    filled count nothing, those of a partly filled one no more than it brought in. What one of a group sells is off the
    others, though a client that was away then is never told.
    """
    groups: dict[Group, list[Order]] = {}
    for order in book.of(con_id):
        if not order.is_entry:
            groups.setdefault(_group_of(order), []).append(order)
    return sum(_largest(book, members, counts) for members in groups.values())


def _group_of(order: Order) -> Group:
    if order.parent is not None:
        return ("parent", order.parent)
    if order.sent.oca_group:
        return ("oca", order.sent.oca_group)
    return ("alone", order.sent.key)


def _largest(book: Book, members: Iterable[Order], counts: Callable[[Order], bool]) -> int:
    members = list(members)
    largest = max((order.remaining for order in members if counts(order)), default=0)
    parent = book.orders.get(members[0].parent) if members[0].parent is not None else None
    most = max(order.sent.quantity for order in members) if parent is None else parent.filled
    sold = sum(order.filled for order in members)
    return min(largest, max(0, most - sold))
