from dataclasses import replace
from decimal import Decimal

from domain.events import FeesCharged, FillCorrected, LegFilled
from domain.foreign import correction, leg_filled
from domain.ids import ExecId, OrderRef
from domain.ledger import Ledger, apply
from tests.builders import INTENT, NOW, a_fee, a_fill, ref


def test_an_execution_with_our_ref_is_our_fill_and_its_fee_ours() -> None:
    fill = leg_filled(a_fill("E", 2, "2.00"))
    fee = leg_filled(replace(a_fee("x"), ref=ref("E")))

    assert isinstance(fill, LegFilled)
    assert isinstance(fee, FeesCharged)


def test_a_claim_corrects_what_was_counted_when_its_revision_is_newer() -> None:
    report = a_fill("E", 2, "2.00", exec_id="x")
    counted, newer = leg_filled(report), leg_filled(replace(report, price=Decimal("2.05"), revision=2))
    assert isinstance(counted, LegFilled)
    assert isinstance(newer, LegFilled)
    ledger = apply(Ledger(), counted)

    assert correction(ledger, newer, NOW) == FillCorrected(at=NOW, fill=newer)
    assert correction(ledger, counted, NOW) is None
    assert correction(Ledger(), newer, NOW) is None
    assert correction(ledger, FeesCharged(at=NOW, intent=INTENT, exec_id=ExecId("x"), fees=Decimal(1)), NOW) is None


def test_what_carries_no_ref_of_ours_is_not_our_fill() -> None:
    assert leg_filled(replace(a_fill("E", 2, "2.00"), ref=None)) is None
    assert leg_filled(replace(a_fill("E", 2, "2.00"), ref=OrderRef("by hand"))) is None
