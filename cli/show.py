"""What a person sees of a run: progress with the simulated time, then a table; or JSON as the last line."""

import sys
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from cli.day import DayPlan
from cli.day import Progress as Tick
from cli.day_progress import bar, day_progress
from cli.folders import shown
from cli.result import DayResult

OK, INVARIANT_BROKEN = 0, 1


class Screen:
    """Writes to stderr while running, the result to stdout."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._console = Console(stderr=True)

    def progress(self, title: str, start: datetime, end: datetime) -> AbstractContextManager[Tick]:
        """Show a bar while the time passes."""
        return bar(self._console, title, start, end)

    def day(self, title: str, plan: DayPlan) -> AbstractContextManager[Tick]:
        """Show how far the day has come, on a terminal or without one, and where a signal stopped it."""
        return day_progress(
            self._console, f"{title} {plan.session.day}, seed {plan.seed}", plan.run_dir, plan.starts_at, plan.ends_at
        )

    def finished(self, result: DayResult) -> int:
        """Show the result; return the exit code: 1 when an invariant was broken."""
        broken = result.invariants["violated"] > 0
        if self._as_json:
            print(result.as_json())
        else:
            Console(file=sys.stdout).print(summary(result))
        for violation in result.violations:
            print(f"violated {violation}", file=sys.stderr)
        return INVARIANT_BROKEN if broken else OK


def summary(result: DayResult) -> Table:
    """Return the table a person reads."""
    day = result.trading_day
    title = f"{day['date']}  {day['open']}-{day['close']} New York  {', '.join(result.symbols)}"
    table = Table(title=title, title_justify="left", show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    exits = ", ".join(f"{count} by {why}" for why, count in sorted(result.exits_by.items()))
    table.add_row("cycles", f"{result.cycles_completed} of {result.cycles} completed")
    table.add_row("entries", f"{result.entries} ({result.partial_fills} partial fills)")
    table.add_row("exits", f"{result.exits}" + (f": {exits}" if exits else ""))
    table.add_row("P&L", f"{result.pnl:+.2f} USD after {result.fees:.2f} fees (gateway: {result.gateway_pnl:+.2f})")
    table.add_row("open at the end", str(result.positions_open_at_end))
    table.add_row("longest unguarded", f"{result.unguarded_max_seconds:.3f} s")
    table.add_row("denied", str(result.denied))
    for rule, count in result.denied_by.items():
        table.add_row("", f"{count} x {rule} ({result.examples.get(rule, '')})")
    table.add_row("restarts", str(result.restarts))
    if result.gave_up:
        table.add_row("gave up", f"{', '.join(result.gave_up)}: down for the rest of the day")
    checked, violated = result.invariants["checked"], result.invariants["violated"]
    table.add_row("invariants", f"{checked} checks, {violated} violated")
    table.add_row("took", f"{result.day_seconds:.1f} s for the day, {result.wall_seconds:.1f} s in all")
    trace = result.trace or "none: threads never run twice alike"
    table.add_row("trace", f"{trace} (seed {result.seed})")
    table.add_row("files", shown(Path(result.run_dir)))
    return table
