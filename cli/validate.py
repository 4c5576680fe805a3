"""``./bot validate``: an acceptance run, with its limits, what was measured, and whether each holds.

Without ``--threads``, ``--host`` or ``--port`` it runs against the simulated gateway in virtual time. Exit code 0: all
hold, 1: something does not, 2: it cannot be run like that.
"""

import json
import sys
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from cli.acceptance.evidence import Evidence
from cli.acceptance.phases import Phase, phase_of
from cli.acceptance.rows import Row, rows_of
from cli.acceptance.simulated import STARTS, run_simulated
from cli.day import ACCOUNT
from cli.demo import SPEED_MAX
from cli.folders import run_folder, shown
from cli.show import Screen
from config.load import load_fixed
from config.settings import Settings
from domain.errors import ConfigError

HOLDS, FAILS = 0, 1
SIMULATED: Final[dict[str, object]] = {"broker": {"account": ACCOUNT}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line asked for."""

    phase: str
    symbols: str | None
    interval_seconds: int | None
    hours: float | None
    sets: tuple[str, ...]
    seed: int
    threads: bool
    speed: float
    host: str | None
    port: int | None
    settings_file: Path | None
    as_json: bool

    @property
    def is_foreign(self) -> bool:
        """Return whether a gateway was named that is there already."""
        return self.host is not None or self.port is not None or self.settings_file is not None


def run_validate(wanted: Wanted) -> int:
    """Run the phase, show its table, and return the exit code. Raises ConfigError."""
    phase = phase_of(wanted.phase, wanted.symbols, wanted.interval_seconds, wanted.hours)
    if wanted.threads and wanted.is_foreign:
        raise ConfigError("--threads: it brings a gateway of its own; leave out --host, --port and --settings")
    if wanted.is_foreign:
        from cli.acceptance.threads import run_foreign  # noqa: PLC0415 - its imports are for real sockets alone

        where, evidence, run_dir = run_foreign(phase, wanted.settings_file, wanted.sets, wanted.host, wanted.port)
    else:
        where, evidence, run_dir = _simulated(phase, wanted)
    return _finished(phase, rows_of(phase, evidence), where, run_dir, as_json=wanted.as_json, evidence=evidence)


def simulated_settings(phase: Phase, sets: tuple[str, ...]) -> Settings:
    """Return the settings of a run against our own gateway. Raises ConfigError."""
    return load_fixed(SIMULATED, (*phase.overrides, *sets))


def _simulated(phase: Phase, wanted: Wanted) -> tuple[str, Evidence, Path]:
    settings = simulated_settings(phase, wanted.sets)
    if not 0 < wanted.speed <= SPEED_MAX:
        raise ConfigError(f"--speed {wanted.speed:g}: give a number above 0, at most {SPEED_MAX:g}")
    run_dir = run_folder(settings.paths.runs_dir, "validate")
    ends_at = STARTS + timedelta(hours=phase.hours)
    with Screen(as_json=wanted.as_json).progress(f"phase {phase.name}", STARTS, ends_at) as progress:
        if not wanted.threads:
            return "virtual time", run_simulated(phase, settings, wanted.seed, run_dir, progress), run_dir
        from cli.acceptance.threads import run_threads  # noqa: PLC0415 - its imports are for real sockets alone

        evidence = run_threads(phase, settings, wanted.seed, run_dir, progress, speed=wanted.speed)
        return f"threads and sockets at {wanted.speed:g} x", evidence, run_dir


def _finished(
    phase: Phase, rows: tuple[Row, ...], where: str, run_dir: Path, *, as_json: bool, evidence: Evidence
) -> int:
    holds = all(row.ok for row in rows)
    if as_json:
        about = {"phase": phase.name, "ok": holds, "where": where, "symbols": len(phase.symbols)}
        print(json.dumps({**about, "rows": [asdict(row) for row in rows], "run_dir": shown(run_dir)}))
    else:
        Console(file=sys.stdout).print(table_of(phase, rows, where))
        print(f"files {shown(run_dir)}")
    for violation in evidence.violations or ():
        print(f"violated {violation}", file=sys.stderr)
    return HOLDS if holds else FAILS


def table_of(phase: Phase, rows: tuple[Row, ...], where: str) -> Table:
    """Return the table a person reads."""
    title = f"phase {phase.name}: {phase.title}; {len(phase.symbols)} symbols, {where}"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("what", style="bold")
    table.add_column("limit")
    table.add_column("measured")
    table.add_column("verdict", no_wrap=True)
    for row in rows:
        table.add_row(row.what, row.limit, row.measured, "holds" if row.ok else "FAILS")
    return table
