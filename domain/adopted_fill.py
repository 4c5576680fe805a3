"""What stands for the purchase of a position that was adopted: it follows from the plan, and is nowhere else."""

from decimal import Decimal

from domain.events import BracketPlan, FeesCharged, LegFilled
from domain.ids import ExecId, Leg, order_ref
from domain.reports import Side


def purchase(plan: BracketPlan) -> tuple[LegFilled, FeesCharged]:
    """Return the fill by which an adopted plan begins; what it cost in fees is its owner's."""
    exec_id = ExecId(f"adopted {plan.intent}")
    fill = LegFilled(
        at=plan.decided_at,
        intent=plan.intent,
        leg=Leg.ENTRY,
        ref=order_ref(plan.intent, Leg.ENTRY, 0),
        exec_id=exec_id,
        con_id=plan.contract.con_id,
        side=Side.BUY,
        quantity=plan.quantity,
        price=plan.entry_limit,
        multiplier=plan.contract.multiplier,
    )
    return fill, FeesCharged(at=plan.decided_at, intent=plan.intent, exec_id=exec_id, fees=Decimal(0))
