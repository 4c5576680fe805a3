"""The process is killed before or after a journal write or an order message, and another is started on its state.

All points of all days are died at by `python -m bench.crash_everywhere`; here are some of each day.
"""

from pathlib import Path
from typing import Final

import pytest

from cli.simulation.death import Step
from cli.simulation.mortal_day import Lived, Point
from cli.simulation.session import calendar_in
from domain.trading_day import Calendar
from tests.scenarios.deaths import PARTS, TORN, Day

SAMPLES: Final = 5


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> Calendar:
    return calendar_in(tmp_path_factory.mktemp("calendar"))


def spread(points: tuple[Point, ...]) -> list[int]:
    """Return the numbers of some points, from the first to the last."""
    return [points[place * (len(points) - 1) // (SAMPLES - 1)].number for place in range(SAMPLES)]


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


def test_a_process_that_dies_before_a_commit_loses_nothing(calendar: Calendar, tmp_path: Path) -> None:
    def lived(number: int) -> Lived:
        folder = tmp_path / str(number)
        folder.mkdir()
        return TORN.lived(calendar, number, folder)

    commits = tuple(point for point in lived(0).points if point.step is Step.COMMIT)

    found = {number: lived(number) for number in spread(commits)}

    assert {number: one.problems for number, one in found.items() if one.problems} == {}
