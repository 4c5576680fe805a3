"""``./bot replay --date FIRST..LAST``: every recorded day of a span, each a run of its own that begins with nothing."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from actors.runtime.clock import WallClock
from cli.demo import Wanted
from cli.folders import shown
from cli.processes import in_order, undisturbed, workers_for
from cli.replay import demand_folder, lived, parse_day, replay_plan, replay_settings, session_of
from cli.result import DayResult
from cli.show import INVARIANT_BROKEN, OK
from domain.errors import ConfigError
from simgateway.market.lean import LeanFolder

BETWEEN: Final = ".."


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A day to be replayed, in whichever process."""

    wanted: Wanted
    data: Path
    day: date
    symbols: str


def run_span(wanted: Wanted, *, data: Path, span: str, symbols: str, workers: int | None) -> int:
    """Replay each recorded day and show what they came to; return the exit code. Raises ConfigError.

    A day whose recording cannot be read ends it; days that ended before have their folders.
    """
    clock = WallClock()
    began, console, results = clock.monotonic(), Console(stderr=True), []
    tasks = tasks_of(wanted, data=data, span=span, symbols=symbols)
    console.print(f"bot: {len(tasks)} days, {tasks[0].day} to {tasks[-1].day}", highlight=False)
    for result in in_order(run_task, tasks, workers_for(workers, len(tasks))):
        results.append(result)
        console.print(f"bot: {_line(result)}", markup=False, highlight=False, soft_wrap=True)
    seconds = round(clock.monotonic() - began, 3)
    if wanted.as_json:
        print(_as_json(results, seconds))
    else:
        Console(file=sys.stdout).print(_table(results, seconds))
    for result in results:
        for violation in result.violations:
            print(f"{result.trading_day['date']} violated {violation}", file=sys.stderr)
    return INVARIANT_BROKEN if sum(result.invariants["violated"] for result in results) else OK


def tasks_of(wanted: Wanted, *, data: Path, span: str, symbols: str) -> list[Task]:
    """Return the trading days of a span that every symbol was recorded on, rising. Raises ConfigError."""
    first, last = (parse_day(text) for text in _two(span))
    if first > last:
        raise ConfigError(f"--date {span}: the first is after the last; did you mean {last}{BETWEEN}{first}?")
    settings = replay_settings(wanted, symbols)
    names, cache = settings.symbols, settings.paths.runs_dir / "calendar"
    demand_folder(data)
    folder = LeanFolder(data)
    recorded = set[date].intersection(*(set(folder.days(name)) for name in names))
    days = sorted(day for day in recorded if first <= day <= last and session_of(day, cache) is not None)
    if not days:
        raise ConfigError(f"--date {span}: {data} has no day of {', '.join(names)} in it; choose a recorded span")
    return [Task(wanted=wanted, data=data, day=day, symbols=symbols) for day in days]


def run_task(task: Task) -> DayResult:
    """Replay one day. Raises ConfigError."""
    plan = replay_plan(task.wanted, data=task.data, day=task.day.isoformat(), symbols=task.symbols)
    return undisturbed(lived, plan, _unseen)


def _two(span: str) -> Sequence[str]:
    days = span.split(BETWEEN)
    if len(days) != 2:
        raise ConfigError(f"--date {span}: give FIRST{BETWEEN}LAST, such as 2013-10-07{BETWEEN}2013-10-09")
    return days


def _unseen(now: datetime) -> None:
    """Show nothing: several days pass at once."""


def _line(result: DayResult) -> str:
    trips = f"{result.entries} bought, {result.exits} sold, {result.pnl:+.2f} USD"
    violated, folder = result.invariants["violated"], shown(Path(result.run_dir))
    return f"{result.trading_day['date']}: {trips}, {violated} violated, {folder}"


def _money(results: Sequence[DayResult]) -> tuple[Decimal, Decimal]:
    return sum((one.pnl for one in results), Decimal(0)), sum((one.fees for one in results), Decimal(0))


def _as_json(results: Sequence[DayResult], seconds: float) -> str:
    pnl, fees = _money(results)
    row = {
        "days": [json.loads(one.as_json()) for one in results],
        "entries": sum(one.entries for one in results),
        "exits": sum(one.exits for one in results),
        "pnl": float(pnl),
        "fees": float(fees),
        "invariants": {name: sum(one.invariants[name] for one in results) for name in ("checked", "violated")},
        "wall_seconds": seconds,
    }
    return json.dumps(row)


def _table(results: Sequence[DayResult], seconds: float) -> Table:
    title = f"{len(results)} days of {', '.join(results[0].symbols)}, each begun anew, in {seconds:.1f} s"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, show_footer=True)
    pnl, fees = _money(results)
    counts = (
        ("cycles", [one.cycles_completed for one in results]),
        ("bought", [one.entries for one in results]),
        ("sold", [one.exits for one in results]),
        ("open", [one.positions_open_at_end for one in results]),
        ("denied", [one.denied for one in results]),
        ("checks", [one.invariants["checked"] for one in results]),
        ("violated", [one.invariants["violated"] for one in results]),
    )
    table.add_column("day", footer="all", no_wrap=True)
    for head, numbers in counts:
        table.add_column(head, footer=str(sum(numbers)), justify="right")
    table.add_column("P&L, USD", footer=f"{pnl:+.2f}", justify="right")
    table.add_column("fees", footer=f"{fees:.2f}", justify="right")
    for number, one in enumerate(results):
        row = (str(numbers[number]) for _, numbers in counts)
        table.add_row(one.trading_day["date"], *row, f"{one.pnl:+.2f}", f"{one.fees:.2f}")
    return table
