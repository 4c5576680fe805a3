"""``./bot report``: a day, or several, from the log alone: on the terminal, as one HTML file, as tables."""

import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console

from cli.log_place import log_place
from config.load import CHECKOUT
from domain.errors import ConfigError
from domain.trading_day import NEW_YORK, new_york
from ops.reading.files import log_files
from ops.reading.rows import Reader
from ops.report.facts import Facts, facts_of
from ops.report.page import page
from ops.report.parquet import MissingExtraError, find_pyarrow, write_parquet
from ops.report.tables import write_tables
from ops.report.terminal import report


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line asked for; days are New York's, None where none was named."""

    day: str | None = None
    first: str | None = None
    last: str | None = None
    html: Path | None = None
    csv: Path | None = None
    parquet: Path | None = None
    extra: Path = CHECKOUT / ".venv-parquet"
    log: Path | None = None


def run_report(asked: Asked) -> int:
    """Write what was asked for and show the report; return the exit code. Raises ConfigError, OSError."""
    if asked.parquet is not None:
        _see_pyarrow(asked.extra)  # Before anything is read or written.
    reader = Reader(log_files(log_place(asked.log)))
    first, last = _days(asked, reader)
    facts = facts_of(reader, _midnight(first), _midnight(last + timedelta(days=1)))
    if not facts.days:
        raise ConfigError(
            f"the log has nothing of {first} to {last}; choose other days, or name another log with --log"
        )
    console = Console(file=sys.stdout, highlight=False)
    console.print(report(facts, console.width))
    for path in _written(asked, facts):
        print(f"bot: wrote {path}", file=sys.stderr)
    return 0


def _written(asked: Asked, facts: Facts) -> list[Path]:
    written = []
    if asked.html is not None:
        asked.html.write_text(page(facts), encoding="utf-8")
        written.append(asked.html)
    if asked.csv is not None:
        written.extend(write_tables(facts, asked.csv))
    if asked.parquet is not None:
        written.extend(write_parquet(facts, asked.parquet))
    return written


def _see_pyarrow(folder: Path) -> None:
    """See that the extra is there. Raises ConfigError with the command that puts it there."""
    try:
        find_pyarrow(folder)
    except MissingExtraError as error:
        python, lock = sys.executable, CHECKOUT / "requirements-parquet.lock"
        pip = f"{python} -m pip install" if find_spec("pip") else f"uv pip install --python {python}"
        raise ConfigError(
            f"--parquet needs pyarrow, which {error}; run {pip} --upgrade --target {folder} --require-hashes -r {lock}"
        ) from None


def _days(asked: Asked, reader: Reader) -> tuple[date, date]:
    """Return the first and the last day; without any, the log's last one."""
    if asked.day is not None and (asked.first is not None or asked.last is not None):
        raise ConfigError("--day goes with neither --from nor --to; give the one or the others")
    if asked.day is not None:
        day = _day("--day", asked.day)
        return day, day
    moment = reader.last_moment()
    if moment is None:
        raise ConfigError("the log has no line yet; start ./bot trade, or name another log with --log")
    newest = new_york(moment).date()
    last = _day("--to", asked.last) if asked.last is not None else newest
    first = _day("--from", asked.first) if asked.first is not None else last
    if first > last:
        raise ConfigError(f"--from {first} is after --to {last}; exchange them")
    return first, last


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{option} {text}: not a day; write YYYY-MM-DD, such as 2026-03-11") from None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), NEW_YORK).astimezone(UTC)
