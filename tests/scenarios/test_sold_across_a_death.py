"""Somebody sells by hand what a bracket holds, and the process is killed before, beside or after it was found out.

What was sold has to be a fill of the bracket once, on whatever side of the death it was sold: holdings, money and the
day's ledger are the gateway's to the cent, and nothing is sold that is not there.
"""

from dataclasses import replace
from typing import Final

import pytest

from cli.simulation.mortal_day import Death, Point
from cli.simulation.session import calendar_in
from domain.trading_day import Calendar
from tests.scenarios.deaths import SOLD, STARTS, Day

SAMPLES: Final = 3
FOUND_OUT_SECONDS: Final = 3.0
"""From the sale to the second answer that tells of it, less than what it really takes."""
CUT_SECONDS: Final = 6.0
"""By then the exits are cut."""


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> Calendar:
    return calendar_in(tmp_path_factory.mktemp("calendar"))


def sold_at(seconds: float) -> Day:
    """Return a day on which a part is sold so many seconds from its start, and another later."""
    return replace(SOLD, sales=((seconds, 0.5), (60.0, 1.0)))


def between(points: tuple[Point, ...], first: float, last: float) -> list[int]:
    """Return the numbers of some of the points between these seconds of the day."""
    found = [point.number for point in points if first <= (point.at - STARTS).total_seconds() <= last]
    return sorted({found[place * (len(found) - 1) // (SAMPLES - 1)] for place in range(SAMPLES)})


@pytest.mark.parametrize(
    ("sale", "first", "last"),
    [
        pytest.param(38.0, 38.0 - 1.5, 38.0, id="nobody is there when it is sold"),
        pytest.param(35.0, 35.0, 35.0 + FOUND_OUT_SECONDS, id="it was sold and not found out"),
        pytest.param(45.0, 45.0 + FOUND_OUT_SECONDS, 45.0 + CUT_SECONDS, id="it is counted and the exits are cut"),
        pytest.param(45.0, 60.0 + FOUND_OUT_SECONDS, 60.0 + CUT_SECONDS, id="the rest is sold and the bracket ends"),
    ],
)
def test_what_was_sold_by_hand_is_counted_once_across_a_death(
    sale: float, first: float, last: float, calendar: Calendar
) -> None:
    day = sold_at(sale)
    alone = day.lived(calendar)

    found = {number: day.lived(calendar, Death(point=number)) for number in between(alone.points, first, last)}

    assert alone.problems == ()
    assert {number: lived.problems for number, lived in found.items() if lived.problems} == {}
    assert len(found) == SAMPLES
    assert 0 not in {lived.sold_by_hand for lived in (alone, *found.values())}
