"""Kills the bot at every point of its days: `python -m bench.crash_everywhere [--days 1,2,3,4] [--from 1] [--json]`.

The points are before and after each journal write and each order message (place, change, cancel), and in each write
between what is kept beside the state file and its commit. Each is died at: the process is gone, three seconds later
another is started on its state, and the day goes on over the wire. At the end the gateway's own log is audited, and
both sides' books are laid side by side:

    no intent sent twice                          no position without its exits for over 3 + 5 s
    no position oversold                          fills, fees and holdings equal to the cent

It prints the points, the violations with the point of each, and the seconds it took; it returns 1 when there was one.
"""

import argparse
import json
import logging
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cli.simulation.mortal_day import Lived, Point
from cli.simulation.session import calendar_in
from domain.trading_day import Calendar
from tests.scenarios.deaths import DAYS, PARTS, Day

BAR_WIDTH: Final = 40


def lived_on_disk(day: Day, calendar: Calendar, dies_at: int = 0) -> Lived:
    """Live through a day, its journal in a file that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        return day.lived(calendar, dies_at, Path(folder))


def deaths(day: Day, points: Sequence[Point], calendar: Calendar) -> Iterator[tuple[Point, Lived]]:
    """Give each point with the day on which it was died at."""
    began = time.perf_counter()
    for count, point in enumerate(points, 1):
        yield point, lived_on_disk(day, calendar, point.number)
        show(count, len(points), time.perf_counter() - began)


def show(count: int, total: int, seconds: float) -> None:
    """Draw how far it is; into a file, now and then."""
    if sys.stderr.isatty():
        done = BAR_WIDTH * count // total
        left = seconds / count * (total - count)
        line = f"\r[{'#' * done}{'.' * (BAR_WIDTH - done)}] {count}/{total} points, {left:.0f} s left "
        print(line, end="\n" if count == total else "", file=sys.stderr, flush=True)
    elif count % 50 == 0:
        print(f"  {count}/{total} points", file=sys.stderr, flush=True)


def died(day: Day, first: int, calendar: Calendar) -> dict[str, object]:
    """Die at all points of a day from this one on; print each violation, return the figures."""
    began = time.perf_counter()
    whole = lived_on_disk(day, calendar)
    points = whole.points[first - 1 :]
    print(f"{day}: {whole.brackets} brackets, {len(whole.points)} points", flush=True)
    broken = [f"without a death: {text}" for text in whole.problems]
    bare = 0.0
    for point, lived in deaths(day, points, calendar):
        bare = max(bare, lived.bare_seconds_most)
        broken += [f"{point}: {text}" for text in lived.problems]
        if lived.points[-1] != point:
            broken.append(f"{point}: the day came to {lived.points[-1]} instead")
        if lived.problems:
            print(f"  {broken[-1]}", flush=True)
    seconds = round(time.perf_counter() - began, 1)
    print(f"  {len(points)} deaths, {len(broken)} violations, longest without exits {bare:.1f} s, took {seconds} s")
    return {
        "day": day.name,
        "brackets": whole.brackets,
        "deaths": len(points),
        "violations": broken,
        "bare_seconds_most": bare,
        "seconds": seconds,
    }


def main() -> int:
    """Die, print, and return 1 when anything was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", default=",".join(str(number) for number in range(1, len(PARTS) + 1)))
    parser.add_argument("--from", dest="first", type=int, default=1, help="the point to begin at")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    logging.getLogger("ib_insync").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        calendar = calendar_in(Path(folder))
        rows = [died(DAYS[int(number) - 1], options.first, calendar) for number in options.days.split(",")]
    if options.json:
        print(json.dumps(rows))
    return 1 if any(row["violations"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
