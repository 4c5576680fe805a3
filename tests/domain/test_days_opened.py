from datetime import date

import pytest

from domain.days_opened import behind_finding, day_used, last_opened
from domain.denials import DenialRule
from domain.events import Journaled
from tests.domain.ledger_builders import DAY, NEXT_DAY, a_reservation, an_opening

LATER_DAY = date(2026, 1, 8)


@pytest.mark.parametrize(
    ("records", "last"),
    [
        ((), None),
        ((a_reservation(),), None),
        ((an_opening(day=DAY), an_opening(day=NEXT_DAY)), NEXT_DAY),
        ((an_opening(day=NEXT_DAY), an_opening(day=DAY)), NEXT_DAY),
    ],
)
def test_the_last_day_opened_is_the_latest_one_in_whatever_order_they_were_written(
    records: tuple[Journaled, ...], last: date | None
) -> None:
    assert last_opened(records) == last


@pytest.mark.parametrize(
    ("by_clock", "last", "used"),
    [(DAY, None, DAY), (DAY, DAY, DAY), (NEXT_DAY, DAY, NEXT_DAY), (DAY, NEXT_DAY, NEXT_DAY)],
)
def test_the_ledger_is_never_that_of_a_day_before_the_last_one_opened(
    by_clock: date, last: date | None, used: date
) -> None:
    assert day_used(by_clock, last) == used


@pytest.mark.parametrize(("by_clock", "last"), [(DAY, None), (DAY, DAY), (LATER_DAY, NEXT_DAY)])
def test_a_clock_that_has_reached_the_last_day_opened_speaks_against_nothing(by_clock: date, last: date | None) -> None:
    assert behind_finding(by_clock, last) is None


def test_a_clock_before_the_last_day_opened_speaks_against_every_entry_and_names_both_days() -> None:
    finding = behind_finding(DAY, NEXT_DAY)

    assert finding is not None
    assert finding.rule is DenialRule.CLOCK_BEHIND
    assert DAY.isoformat() in finding.found
    assert NEXT_DAY.isoformat() in finding.limit
