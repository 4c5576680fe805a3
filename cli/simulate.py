"""``./bot simulate``: many short sessions, each drawn from a seed, and nothing must ever be violated."""

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from actors.runtime.clock import WallClock
from cli.processes import workers_for
from cli.show import INVARIANT_BROKEN, OK
from cli.simulation.coverage import all_rows
from cli.simulation.outcome import Outcome
from cli.simulation.pool import Task, run_all
from cli.simulation.script import Level
from cli.simulation.session import calendar_in
from cli.simulation.shrinking import shrunken
from cli.simulation.summing import Sums
from config.load import load_fixed
from domain.errors import ConfigError
from domain.trading_day import Calendar

SEEDS_MOST: Final = 1_000_000
SHRUNKEN_MOST: Final = 3
"""So many failing seeds are told in full; of the others the command line must do."""
_RANGE: Final = re.compile(r"(\d{1,12})(?:\.\.(\d{1,12}))?", re.ASCII)
_NUMBERS: Final = re.compile(r"\d{1,4}(,\d{1,4})*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line asked for, as it was typed."""

    seeds: str
    faults: str
    only: str | None
    workers: int | None
    wire: bool
    as_json: bool
    verbose: bool


class Tick(Protocol):
    """Notes that one more seed is done."""

    def __call__(self, sums: Sums) -> None:
        """Show it."""
        ...


def run_simulate(wanted: Wanted) -> int:
    """Live through all seeds and say what came of them; return the exit code, 1 when anything was violated."""
    seeds, level, only = _seeds(wanted.seeds), _level(wanted.faults), _only(wanted.only)
    workers = workers_for(wanted.workers, len(seeds))
    calendar = calendar_in(load_fixed({}).paths.runs_dir / "calendar")
    clock = WallClock()
    began = clock.monotonic()
    sums, failed = Sums(all_rows()), []
    tasks = [Task(seed=seed, level=level, only=only, calendar=calendar, wire=wanted.wire) for seed in seeds]
    with _progress(f"simulate, faults {level}", len(tasks)) as tick:
        for task, outcome in zip(tasks, run_all(tasks, workers), strict=True):
            sums.add(outcome)
            tick(sums)
            if outcome.violations:
                failed.append((task, outcome))
    seconds = clock.monotonic() - began
    _tell(failed, calendar)
    if wanted.as_json:
        print(sums.as_json(seconds, uncovered=wanted.verbose))
    else:
        print(*sums.as_text(seconds, uncovered=wanted.verbose), sep="\n")
    return INVARIANT_BROKEN if failed else OK


def _tell(failed: Iterable[tuple[Task, Outcome]], calendar: Calendar) -> None:
    """Say of each failing seed how it is repeated, and of the first ones what it takes and what happened last."""
    for place, (task, found) in enumerate(failed):
        script, outcome = task.script, found
        if place < SHRUNKEN_MOST:
            script, outcome = shrunken(script, outcome, calendar)
            for line in (*outcome.newest, *script.told()):
                print(line, file=sys.stderr)
        for violation in outcome.violations:
            print(f"seed {task.seed} violated {violation}", file=sys.stderr)
        print(f"seed {task.seed} again: {script.command}", file=sys.stderr)


@contextmanager
def _progress(title: str, total: int) -> Iterator[Tick]:
    """Show a bar on a terminal; elsewhere nothing."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failing]} failing"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal, refresh_per_second=4) as bars:
        bar = bars.add_task(title, total=total, failing=0)

        def tick(sums: Sums) -> None:
            bars.update(bar, completed=sums.seeds, failing=len(sums.failing))

        yield tick


def _seeds(text: str) -> range:
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        raise ConfigError(f"--seeds {text}: give A..B, such as 1..100, or one number")
    first, last = int(found[1]), int(found[2] or found[1])
    if first > last:
        raise ConfigError(f"--seeds {text}: the first is above the last; did you mean {last}..{first}?")
    if last - first >= SEEDS_MOST:
        raise ConfigError(f"--seeds {text}: that is {last - first + 1} seeds; give at most {SEEDS_MOST} at once")
    return range(first, last + 1)


def _level(text: str) -> Level:
    try:
        return Level(text)
    except ValueError:
        raise ConfigError(f"--faults {text}: choose one of {', '.join(Level)}") from None


def _only(text: str | None) -> frozenset[int] | None:
    if text is None:
        return None
    if not _NUMBERS.fullmatch(text):
        raise ConfigError(f"--only {text}: give numbers of a seed's faults, such as 2,5, or 0 for none")
    return frozenset(int(number) for number in text.split(","))
