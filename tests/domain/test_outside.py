from dataclasses import replace

import pytest

from domain.brackets import with_fill
from domain.events import ExitNumbered
from domain.ids import ConId, ExecId, Leg
from domain.ledger import apply, loss
from domain.outside import SoldOutside, lacking, told_to_ledger
from tests.builders import INTENT, NOW, a_bracket, a_position
from tests.domain.ledger_builders import a_ledger, a_reservation, bought, fees, sold

OUTSIDE = sold(1, "1.50", leg=Leg.OUTSIDE, exec_id=ExecId("hand"))


def test_the_ledger_is_told_of_what_others_sold_and_of_its_fee() -> None:
    bracket = with_fill(with_fill(a_bracket(), bought(2, "2.00")), OUTSIDE)

    assert told_to_ledger(bracket, OUTSIDE) == SoldOutside(record=OUTSIDE)
    assert told_to_ledger(bracket, fees(OUTSIDE, "1.00")) == SoldOutside(record=fees(OUTSIDE, "1.00"))


def test_of_our_own_executions_it_hears_from_the_broker() -> None:
    ours = bought(2, "2.00")
    bracket = with_fill(a_bracket(), ours)
    numbered = ExitNumbered(at=NOW, intent=INTENT, leg=Leg.TARGET, number=1)

    assert [told_to_ledger(bracket, one) for one in (ours, fees(ours, "1.00"), numbered)] == [None, None, None]


def test_the_day_takes_the_loss_of_what_others_sold() -> None:
    ledger = apply(a_ledger(a_reservation(), bought(2, "2.00")), OUTSIDE)

    assert ledger.exposures[INTENT].held == 1
    assert loss(ledger, NOW).ours == 50


@pytest.mark.parametrize(("told", "con_id", "found"), [(1, 101, 1), (0, 101, 1), (2, 101, 0), (3, 101, 0), (0, 7, 0)])
def test_fewer_than_are_held_are_a_reason_to_look(told: int, con_id: int, found: int) -> None:
    ledger = a_ledger(a_reservation(), bought(2, "2.00"))

    assert lacking(ledger, a_position(told, con_id=con_id)) == (INTENT,) * found


def test_what_was_only_reserved_or_is_nobodys_lacks_nothing() -> None:
    nobodys = bought(1, "2.00", intent="LOST", con_id=ConId(7))
    ledger = a_ledger(a_reservation(), replace(nobodys))

    assert lacking(ledger, a_position(0)) == lacking(ledger, a_position(0, con_id=7)) == ()
