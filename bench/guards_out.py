"""How many seeds the search needs to see that a guard is missing: each one taken out, one at a time.

    python -m bench.guards_out [--most 200] [--faults all] [--only TEXT]

Prints one line per guard: the invariant it keeps, what the bot does without it, seeds needed, and what was seen first.
Exit code 1 when a guard's absence was not seen within so many seeds. The guards are those of
``tests/simulation/guards.py``, where each is also missed on a day made for it.
"""

import argparse
import multiprocessing
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cli.simulation.pool import Task, run_task
from cli.simulation.script import Level
from cli.simulation.session import calendar_in
from domain.trading_day import Calendar
from tests.simulation.guards import GUARDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One guard to be missed; `guard`: its place among them."""

    guard: int
    most: int
    level: Level
    calendar: Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`seeds`: how many were needed, None when the guard was not missed."""

    guard: int
    seeds: int | None
    violation: str


def search(wanted: Search) -> Found:
    """Live through seeds 1, 2, ... without the guard until its own invariant is violated.

    A seed that is violated with all guards in place does not count, nor what else comes of it that the guard is gone.
    """
    guard = GUARDS[wanted.guard]
    for seed in range(1, wanted.most + 1):
        task = Task(seed=seed, level=wanted.level, only=None, calendar=wanted.calendar)
        with pytest.MonkeyPatch.context() as patch:
            guard.take_out(patch)
            outcome = run_task(task)
        own = next((each for each in outcome.violations if each.startswith(f"{guard.invariant}: ")), None)
        if own is not None and not run_task(task).violations:
            return Found(guard=wanted.guard, seeds=seed, violation=own)
    return Found(guard=wanted.guard, seeds=None, violation="")


def main(arguments: Sequence[str]) -> int:
    """Search for all guards, or those whose text is named, on all cores."""
    parser = argparse.ArgumentParser(description="seeds needed to see that a guard is missing")
    parser.add_argument("--most", type=int, default=200)
    parser.add_argument("--faults", type=Level, default=Level.ALL)
    parser.add_argument("--only", default="")
    asked = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        calendar = calendar_in(Path(folder))
    wanted = [
        Search(guard=place, most=asked.most, level=asked.faults, calendar=calendar)
        for place, guard in enumerate(GUARDS)
        if asked.only in guard.without
    ]
    missed = 0
    with ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn")) as pool:
        for found in pool.map(search, wanted):
            guard = GUARDS[found.guard]
            needed = f"{found.seeds} seeds" if found.seeds else f"not in {asked.most} seeds"
            print(
                f"{guard.invariant:2d}  {needed:20s} {guard.without}: {found.violation.splitlines()[-1:]}", flush=True
            )
            missed += found.seeds is None
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
