"""Which of the broker's claims are our fills, and which are not ours. What others hold is in ``domain.others``."""

from datetime import datetime

from domain.events import FeesCharged, FillCorrected, LegFilled
from domain.ids import split_ref
from domain.ledger import Ledger
from domain.reports import CommissionReport, ExecutionReport


def leg_filled(report: ExecutionReport | CommissionReport) -> LegFilled | FeesCharged | None:
    """Return our event for the broker's claim; None when it is not about an order of ours."""
    parts = split_ref(report.ref) if report.ref is not None else None
    if report.ref is None or parts is None:
        return None
    intent, leg, _ = parts
    if isinstance(report, CommissionReport):
        return FeesCharged(at=report.at, intent=intent, exec_id=report.exec_id, fees=report.fees)
    return LegFilled(
        at=report.executed_at,
        intent=intent,
        leg=leg,
        ref=report.ref,
        exec_id=report.exec_id,
        con_id=report.con_id,
        side=report.side,
        quantity=report.quantity,
        price=report.price,
        multiplier=report.multiplier,
        revision=report.revision,
    )


def correction(ledger: Ledger, event: LegFilled | FeesCharged, at: datetime) -> FillCorrected | None:
    """Return what corrects a fill that was counted; None for one that was not, or that says nothing newer."""
    known = ledger.fills.get(event.exec_id)
    if known is None or not isinstance(event, LegFilled) or event.revision <= known.revision:
        return None
    return FillCorrected(at=at, fill=event)
