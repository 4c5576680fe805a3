"""Whether a cheap look at the account agrees with what a bracket believes."""

from domain.bracket_facts import is_ours
from domain.brackets import Bracket, position
from domain.orders import LIVE
from domain.reports import HoldingsReport


def differs(bracket: Bracket, holdings: HoldingsReport) -> bool:
    """Return whether the account shows another position, or other work of this bracket's orders, than is known here.

    A report on its way makes a difference too; the whole book that is asked for then does no harm. An order sent after
    the question is not missed.
    """
    con_id = bracket.plan.contract.con_id
    held = sum(report.quantity for report in holdings.positions if report.con_id == con_id)
    working = {
        report.ref: report.filled for report in holdings.open_orders if report.ref and is_ours(bracket, report.ref)
    }
    known = {order.ref: order.filled for order in bracket.orders if not order.done}
    due = {order.ref for order in bracket.orders if order.status in LIVE and order.sent_at < holdings.asked_at}
    return (
        held != position(bracket)
        or not due <= working.keys() <= known.keys()
        or any(filled != known[ref] for ref, filled in working.items())
    )
