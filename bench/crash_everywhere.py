"""Kills the bot at every point of its days, and takes the power from it: `python -m bench.crash_everywhere`.

    [--days 1,2,3,4,5] [--power] [--points FIRST..LAST] [--rest MINUTES] [--workers 1] [--json]

The points are before and after each journal write and each order message (place, change, cancel), and in each write
between what is kept beside the state file and its commit. Each is died at: the process is gone, three seconds later
another is started on the disk as it was, and the day goes on over the wire to its evening, when everything is sold.
With `--power` the disk is put back as well: after each commit to the one before it and to none at all, and after the
last commit of the day to every earlier one. With `--rest` the evening comes so many minutes after the death at the
latest. At the end the gateway's own log is audited, and both sides' books are laid side by side:

    no intent sent twice                          no position without its exits for over 3 + 5 s
    no position oversold                          fills, fees, holdings and the day's ledger equal to the cent

The day is lived once; at each point a forked process dies (cli/simulation/forks.py), `--workers` of them at a time. It
prints the points, the violations with the point of each, and the seconds it took; it returns 1 when there was one.
The same end alone: `--points 17..17`.
"""

import argparse
import json
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cli.simulation.death import Side, Step
from cli.simulation.forks import Forks
from cli.simulation.mortal_day import Death, Lived, Point
from cli.simulation.promises import DOWN_SECONDS
from cli.simulation.session import calendar_in
from domain.trading_day import Calendar
from tests.scenarios.deaths import DAYS, Day

BAR_WIDTH: Final = 40
SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder made by tempfile in there
"""Thousands of states are written; nothing is asked of the disk's speed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be died of."""

    power: bool
    first: int
    last: int
    workers: int
    rest_minutes: int | None

    def ends(self, points: Iterable[Point]) -> Iterator[Death]:
        """Give every end of a day with these points."""
        points = tuple(points)
        last = max((point.number for point in points if synced(point)), default=0)
        commits = 0
        for point in points:
            commits += synced(point)
            if not self.first <= point.number <= self.last:
                continue
            if not self.power:
                yield Death(point=point.number)
            elif synced(point):
                back = range(commits) if point.number == last else sorted({0, commits - 1})
                yield from (Death(point=point.number, commits=number) for number in back)


def synced(point: Point) -> bool:
    """Return whether a commit was just synced there."""
    return (point.step, point.side) == (Step.WRITE, Side.AFTER)


@dataclass(kw_only=True)
class Found:
    """What came of the ends of one day."""

    day: Day
    total: int
    points: dict[int, Point]
    began: float = field(default_factory=time.perf_counter)
    died: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    bare_seconds_most: float = 0.0
    bare_at: str = ""

    def hear(self, death: Death, lived: Lived) -> None:
        """Take one end, print its violations and how far it is."""
        point = self.points[death.point]
        self.died[f"{point.side} {point.step}"] += 1
        if lived.bare_seconds_most > self.bare_seconds_most:
            self.bare_seconds_most, self.bare_at = lived.bare_seconds_most, f"{death} ({point})"
        problems = [*lived.problems, *(("it came to another point",) if lived.points[-1:] != (point,) else ())]
        for text in problems:
            self.broken.append(f"{death} ({point}): {text}")
            print(f"  {self.broken[-1]}", flush=True)
        show(self.died.total(), self.total, time.perf_counter() - self.began)

    def row(self, whole: Lived) -> dict[str, object]:
        """Return the figures."""
        return {
            "day": self.day.name,
            "brackets": whole.brackets,
            "points": len(whole.points),
            "ends": self.died.total(),
            "ends_by_kind": dict(self.died),
            "violations": self.broken,
            "bare_seconds_most": self.bare_seconds_most,
            "bare_seconds_beyond_restart": max(0.0, self.bare_seconds_most - DOWN_SECONDS),
            "bare_at": self.bare_at,
            "seconds": round(time.perf_counter() - self.began, 1),
        }


def show(count: int, total: int, seconds: float) -> None:
    """Draw how far it is; into a file, now and then."""
    if sys.stderr.isatty():
        done = BAR_WIDTH * count // total
        left = seconds / count * (total - count)
        line = f"\r[{'#' * done}{'.' * (BAR_WIDTH - done)}] {count}/{total} ends, {left:.0f} s left "
        print(line, end="\n" if count == total else "", file=sys.stderr, flush=True)
    elif count % 50 == 0:
        print(f"  {datetime.now():%H:%M:%S} {count}/{total} ends", file=sys.stderr, flush=True)  # noqa: DTZ005 - the machine's


def died(day: Day, asked: Asked, calendar: Calendar, folder: Path) -> dict[str, object]:
    """Die all ends that are asked for of a day; print each violation, return the figures."""
    (folder / "whole").mkdir()
    whole = day.lived(calendar, folder=folder / "whole")
    ends: dict[int, list[Death]] = {}
    for end in asked.ends(whole.points):
        ends.setdefault(end.point, []).append(end)
    found = Found(day=day, total=sum(map(len, ends.values())), points={point.number: point for point in whole.points})
    found.broken += [f"without a death: {text}" for text in whole.problems]
    print(f"{day}: {whole.brackets} brackets, {len(whole.points)} points, {found.total} ends", flush=True)
    forks = Forks(
        plan=lambda point, _: ends.get(point.number, ()),
        heard=found.hear,
        workers=asked.workers,
        folder=folder,
        rest_minutes=asked.rest_minutes,
    )
    if day.forked(calendar, forks).points != whole.points:
        found.broken.append("the day that was forked is another")
    row = found.row(whole)
    print(
        f"  {row['ends']} ends, {len(found.broken)} violations, longest without exits {found.bare_seconds_most:.1f} s"
        f" {found.bare_at}, took {row['seconds']} s",
        flush=True,
    )
    return row


def main() -> int:
    """Die, print, and return 1 when anything was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", default=",".join(str(number) for number in range(1, len(DAYS) + 1)))
    parser.add_argument("--power", action="store_true", help="put the disk back to earlier commits, too")
    parser.add_argument("--points", default=f"1..{sys.maxsize}", help="where to die, FIRST..LAST")
    parser.add_argument("--rest", type=int, help="let the evening come so many minutes after a death at the latest")
    parser.add_argument("--workers", type=int, default=1, help="processes at a time that live on after a death")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    first, _, last = options.points.partition("..")
    asked = Asked(
        power=options.power, first=int(first), last=int(last), workers=options.workers, rest_minutes=options.rest
    )
    logging.getLogger("ib_insync").setLevel(logging.CRITICAL)
    memory = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    rows = []
    with tempfile.TemporaryDirectory(dir=memory) as name:
        calendar = calendar_in(Path(name))
        for number in options.days.split(","):
            folder = Path(name) / f"day{number}"
            folder.mkdir()
            rows.append(died(DAYS[int(number) - 1], asked, calendar, folder))
    if options.json:
        print(json.dumps(rows))
    return 1 if any(row["violations"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
