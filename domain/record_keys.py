"""What a record tells, once: two of one key say the same, and the second is a repetition."""

from collections.abc import Hashable

from domain.bracket_reopened import BracketReopened
from domain.events import (
    BracketClosed,
    BracketPlanned,
    ExitNumbered,
    FeesCharged,
    FillCorrected,
    Journaled,
    LegFilled,
)


def key_of(record: Journaled) -> Hashable:
    """Return what makes a record one of its kind in its stream.

    A plan is told once of an intent, an end or a new beginning once of each of its lives, an execution once by its id,
    however late the second teller heard of it, and each correction of it once by its number; fees that come to another
    amount are a correction, and news. Any other record repeats only its equal.
    """
    match record:
        case BracketPlanned():
            return BracketPlanned, record.plan.intent
        case BracketClosed():
            return BracketClosed, record.intent, record.life
        case BracketReopened():
            return BracketReopened, record.intent, record.life
        case LegFilled():
            return LegFilled, record.exec_id
        case FillCorrected():
            return FillCorrected, record.fill.exec_id, record.fill.revision
        case FeesCharged():
            return FeesCharged, record.exec_id, record.fees
        case ExitNumbered():
            return ExitNumbered, record.leg, record.number
        case _:
            return record
