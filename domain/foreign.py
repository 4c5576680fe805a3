"""What in the account is not ours: seen, counted in the loss, never touched; and which claims are our fills."""

from datetime import datetime

from domain.events import FeesCharged, FillCorrected, LegFilled
from domain.ids import Symbol, split_ref
from domain.ledger import Ledger
from domain.reports import BookReport, CommissionReport, ExecutionReport


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


def foreign_symbols(book: BookReport, ledger: Ledger) -> frozenset[Symbol]:
    """Return the symbols in which somebody else holds or works something: nothing new is opened there."""
    ours = {exposure.con_id: exposure.held for exposure in ledger.exposures.values()}
    held = {p.symbol for p in book.positions if p.quantity and p.quantity != ours.get(p.con_id, 0)}
    working = {o.symbol for o in book.open_orders if o.ref is None or split_ref(o.ref) is None}
    return frozenset(held | working)
