from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from domain.events import (
    BracketClosed,
    BracketPlanned,
    BreakerMoved,
    ClosedBy,
    ExitNumbered,
    FeesCharged,
    FillCorrected,
    Journaled,
)
from domain.ids import ConId, ExecId, Leg, Symbol
from domain.record_keys import key_of
from tests.builders import INTENT, NOW, a_plan
from tests.domain.ledger_builders import bought

PLANNED = BracketPlanned(at=NOW, plan=a_plan())
FEES = FeesCharged(at=NOW, intent=INTENT, exec_id=ExecId("x"), fees=Decimal(1))
NUMBERED = ExitNumbered(at=NOW, intent=INTENT, leg=Leg.TARGET, number=1)
MOVED = BreakerMoved(at=NOW, state="open", reason="", failures=3)
CLOSED = BracketClosed(
    at=NOW,
    intent=INTENT,
    symbol=Symbol("GOOG"),
    con_id=ConId(1),
    closed_by=ClosedBy.STOP,
    quantity=1,
    pnl=Decimal(0),
    fees=Decimal(0),
)
CORRECTED = FillCorrected(at=NOW, fill=bought(1, "2.00", revision=2))
ONCE = (PLANNED, FEES, NUMBERED, CLOSED, bought(1, "2.00"), CORRECTED)


@pytest.mark.parametrize("record", ONCE, ids=lambda record: type(record).__name__)
def test_what_is_told_again_later_is_a_repetition(record: Journaled) -> None:
    assert key_of(replace(record, at=NOW + timedelta(seconds=5))) == key_of(record)


def test_records_of_different_kinds_or_contents_are_not_repetitions() -> None:
    others = (
        *ONCE,
        MOVED,
        replace(MOVED, at=NOW + timedelta(seconds=5)),
        replace(FEES, fees=Decimal(2)),
        replace(NUMBERED, number=2),
        FillCorrected(at=NOW, fill=bought(1, "2.00", revision=3)),
        bought(1, "2.00", exec_id="another"),
    )

    assert len({key_of(record) for record in others}) == len(others)


def test_an_equal_record_of_any_kind_is_a_repetition() -> None:
    assert key_of(replace(MOVED)) == key_of(MOVED)
