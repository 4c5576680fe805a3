"""How long the dry run remembers: as long as a broker repeats, so that a run of months stays small."""

from collections.abc import MutableMapping
from datetime import date, timedelta
from typing import Final

from broker.dry_run_matching import PaperOrder
from domain.ids import ConId, OrderRef
from domain.quotes import Quote
from domain.reports import CommissionReport, ExecutionReport
from domain.trading_day import new_york

KEPT_FOR: Final = timedelta(days=7)


def forget_orders(
    orders: MutableMapping[OrderRef, PaperOrder], fills: MutableMapping[OrderRef, int], day: date
) -> None:
    """Let go of orders that ended, placed more than a week before this New York day; not of a live child's parent."""
    needed = {order.spec.parent for order in orders.values() if order.live}
    for ref, order in list(orders.items()):
        if not order.live and ref not in needed and new_york(order.placed_at).date() < day - KEPT_FOR:
            del orders[ref]
            fills.pop(ref, None)


def forget_told(
    executions: list[ExecutionReport],
    commissions: list[CommissionReport],
    quotes: MutableMapping[ConId, Quote],
    day: date,
) -> None:
    """Let go of executions of more than a week before this New York day, of what they cost, and of older quotes."""
    since = day - KEPT_FOR
    executions[:] = [one for one in executions if new_york(one.executed_at).date() >= since]
    kept = {one.exec_id for one in executions}
    commissions[:] = [one for one in commissions if one.exec_id in kept]
    for con_id in [con_id for con_id, quote in quotes.items() if new_york(quote.at).date() < since]:
        del quotes[con_id]
