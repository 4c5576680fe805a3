"""The process is killed at a journal write or an order message, or loses its power, and another is started.

All points of all days are died at by `python -m bench.crash_everywhere`; here are some of each day.
"""

from pathlib import Path
from typing import Final

import pytest

from cli.simulation.death import Side, Step
from cli.simulation.mortal_day import Death, Lived, Point
from cli.simulation.session import calendar_in
from domain.trading_day import Calendar
from tests.scenarios.deaths import LONG, PARTS, TORN, Day

SAMPLES: Final = 3


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> Calendar:
    return calendar_in(tmp_path_factory.mktemp("calendar"))


def spread(points: tuple[Point, ...]) -> list[int]:
    """Return the numbers of some points, from the first to the last."""
    return [points[place * (len(points) - 1) // (SAMPLES - 1)].number for place in range(SAMPLES)]


def on_disk(day: Day, calendar: Calendar, folder: Path, death: Death | None = None) -> Lived:
    """Live through a day with its journal in a file."""
    place = folder / f"{day} {death}"
    place.mkdir()
    return day.lived(calendar, death, place)


def test_the_day_that_is_died_on_most_has_twenty_brackets(calendar: Calendar) -> None:
    lived = LONG.lived(calendar)

    assert lived.brackets >= 20
    assert lived.closed == lived.brackets
    assert lived.problems == ()


def test_the_same_day_has_the_same_points(calendar: Calendar) -> None:
    first, second = PARTS[1].lived(calendar), PARTS[1].lived(calendar)

    assert first.points == second.points


@pytest.mark.parametrize("day", PARTS, ids=str)
def test_a_process_that_dies_loses_nothing_and_sends_nothing_twice(day: Day, calendar: Calendar) -> None:
    points = day.lived(calendar).points

    found = {number: day.lived(calendar, Death(point=number)) for number in spread(points)}

    assert {number: lived.problems for number, lived in found.items() if lived.problems} == {}
    assert [lived.points[-1] for lived in found.values()] == [points[number - 1] for number in found]


def test_a_process_that_dies_before_a_commit_loses_nothing(calendar: Calendar, tmp_path: Path) -> None:
    points = on_disk(TORN, calendar, tmp_path).points
    commits = tuple(point for point in points if point.step is Step.COMMIT)

    found = {number: on_disk(TORN, calendar, tmp_path, Death(point=number)).problems for number in spread(commits)}

    assert found == dict.fromkeys(spread(commits), ())


def test_a_disk_put_back_to_an_earlier_commit_costs_nothing(calendar: Calendar, tmp_path: Path) -> None:
    points = on_disk(TORN, calendar, tmp_path).points
    synced = [point.number for point in points if (point.step, point.side) == (Step.WRITE, Side.AFTER)]
    ends = [Death(point=synced[number - 1], commits=back) for number in (40, 80) for back in (0, number // 2)]

    found = {str(end): on_disk(TORN, calendar, tmp_path, end).problems for end in ends}

    assert found == dict.fromkeys(found, ())
