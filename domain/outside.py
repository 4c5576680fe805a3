"""What others sold of ours, between a bracket's guard and the day's ledger."""

from dataclasses import dataclass
from typing import ClassVar, Final

from domain.brackets import Bracket, fill_of
from domain.events import FeesCharged, Journaled, LegFilled
from domain.ids import IntentId, Leg
from domain.ledger import Ledger
from domain.reports import PositionReport

LACKING_SECONDS: Final = 1.0
"""From a position that tells of less than is held to the question about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldOutside:
    """To the RiskActor: an execution of others sold of ours, or this is its fee. No report with a ref says so."""

    critical: ClassVar[bool] = True
    record: LegFilled | FeesCharged


def told_to_ledger(bracket: Bracket, record: Journaled) -> SoldOutside | None:
    """Return what the ledger is to be told of a record of this bracket; None for what it hears from the broker."""
    if not isinstance(record, LegFilled | FeesCharged):
        return None
    fill = fill_of(bracket, record.exec_id)
    return SoldOutside(record=record) if fill is not None and fill.leg is Leg.OUTSIDE else None


def lacking(ledger: Ledger, report: PositionReport) -> tuple[IntentId, ...]:
    """Return the intents that hold more of a contract than the broker tells: a reason to look, and no more."""
    mine = [one for one in ledger.exposures.values() if one.con_id == report.con_id and one.symbol is not None]
    held = sum(one.held for one in mine)
    return tuple(one.intent for one in mine if held > 0 and report.quantity < held)
