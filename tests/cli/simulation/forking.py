"""Lives some ends of a day in forked processes and alone: `python -m tests.cli.simulation.forking FOLDER`.

Prints both as JSON, and the points of the day that was forked and of one that was not.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

from cli.simulation.forks import Forks
from cli.simulation.mortal_day import Death, Lived
from cli.simulation.session import calendar_in
from tests.scenarios.deaths import WHOLE

ENDS = tuple(Death(point=point, commits=back) for point in (60, 201) for back in (None, 5))


def main(folder: Path) -> None:
    """Live them all."""
    calendar = calendar_in(folder)
    forked: dict[Death, Lived] = {}
    forks = Forks(
        plan=lambda point, _: [end for end in ENDS if end.point == point.number],
        heard=forked.__setitem__,
        workers=2,
        folder=folder,
    )
    whole = WHOLE.forked(calendar, forks)
    alone: dict[Death, Lived] = {}
    for number, end in enumerate(ENDS):
        place = folder / f"alone {number}"
        place.mkdir()
        lived = WHOLE.lived(calendar, end, place)
        alone[end] = replace(lived, points=lived.points[-1:])
    place = folder / "whole"
    place.mkdir()
    points = [str(day.points) for day in (whole, WHOLE.lived(calendar, folder=place))]
    print(json.dumps([[str(ends[end]) for end in ENDS] for ends in (forked, alone)] + [points]))  # noqa: T201 - to who asked


if __name__ == "__main__":
    main(Path(sys.argv[1]))
