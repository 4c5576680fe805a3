"""The process is killed before or after a journal write or an order message, and another is started on its state.

All points of all days are died at by `python -m bench.crash_everywhere`; here are some of each day.
"""

from typing import Final

import pytest

from cli.simulation.mortal_day import Point
from cli.simulation.session import calendar_in
from domain.trading_day import Calendar
from tests.scenarios.deaths import PARTS, Day

SAMPLES: Final = 5


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> Calendar:
    return calendar_in(tmp_path_factory.mktemp("calendar"))


def spread(points: tuple[Point, ...]) -> list[int]:
    """Return the numbers of some points, from the first to the last."""
    return [1 + place * (len(points) - 1) // (SAMPLES - 1) for place in range(SAMPLES)]


def test_the_days_that_are_died_on_have_twenty_brackets(calendar: Calendar) -> None:
    lived = [day.lived(calendar) for day in PARTS]

    assert sum(one.brackets for one in lived) >= 20
    assert [one.problems for one in lived] == [()] * len(PARTS)


def test_the_same_day_has_the_same_points(calendar: Calendar) -> None:
    first, second = PARTS[1].lived(calendar), PARTS[1].lived(calendar)

    assert first.points == second.points


@pytest.mark.parametrize("day", PARTS, ids=str)
def test_a_process_that_dies_loses_nothing_and_sends_nothing_twice(day: Day, calendar: Calendar) -> None:
    points = day.lived(calendar).points

    found = {number: day.lived(calendar, number) for number in spread(points)}

    assert {number: lived.problems for number, lived in found.items() if lived.problems} == {}
    assert [lived.points[-1] for lived in found.values()] == [points[number - 1] for number in found]
