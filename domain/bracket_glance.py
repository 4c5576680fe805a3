"""A cheap look at the account: when a bracket wants one, and whether it agrees with what the bracket believes."""

from datetime import datetime
from typing import Final

from domain.bracket_facts import is_ours
from domain.brackets import Bracket, position
from domain.orders import LIVE
from domain.reports import HoldingsReport

EARLY_SECONDS_MAX: Final = 1.0  # Timers are not due to the microsecond.


def until_look(look_seconds: float, now: datetime) -> float:
    """Return the seconds until the next look: at whole multiples of ``look_seconds`` since 1970.

    So all brackets look at one moment, and one question answers them.
    """
    left = look_seconds - now.timestamp() % look_seconds
    return left if left > EARLY_SECONDS_MAX else left + look_seconds


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
