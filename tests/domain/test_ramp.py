from datetime import date, timedelta

import pytest

from domain.live_days import LiveDayBegan
from domain.ramp import Ramp, after
from tests.builders import NOW
from tests.domain.ledger_builders import an_opening

FIRST = date(2026, 1, 5)


def lived(days: int, needed: int = 30) -> Ramp:
    """Return the ramp after so many live days, with weeks without trading between them."""
    records = [LiveDayBegan(at=NOW, day=FIRST + timedelta(weeks=number)) for number in range(days)]
    return after(Ramp(days_needed=needed), (an_opening(), *records))


@pytest.mark.parametrize(("lived_before", "contracts"), [(0, 1), (1, 1), (29, 1), (30, None), (31, None)])
def test_thirty_days_are_traded_at_one_contract_and_the_next_is_not(lived_before: int, contracts: int | None) -> None:
    today = FIRST + timedelta(weeks=lived_before)

    assert lived(lived_before).contracts_most(today) == contracts


def test_the_day_itself_does_not_end_its_own_ramp_and_counts_once_however_often_it_begins() -> None:
    ramp = after(lived(1, needed=1), [LiveDayBegan(at=NOW, day=FIRST)] * 2)

    assert ramp.number(FIRST) == 1
    assert ramp.contracts_most(FIRST) == 1
    assert ramp.contracts_most(FIRST + timedelta(days=1)) is None


def test_without_days_to_ramp_nothing_is_limited() -> None:
    assert Ramp().contracts_most(FIRST) is None
