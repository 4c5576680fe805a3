"""``./bot bench``: take the figures, each script in a process of its own; write them down, or see whether one fell.

Exit codes: 0 done; 1 a script failed, or with ``--check`` a ratio fell more than a fifth below the one written down;
2 a name that is none. Only ratios are compared: both sides of one are measured in the same run, so that a slower
machine, or a busy one, changes little. One that fell is measured once more before it is believed.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from textwrap import wrap
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from cli.benchmarks import BENCHMARKS, Benchmark, Figure, figures_of
from config.load import CHECKOUT
from domain.errors import ConfigError

DONE, FELL = 0, 1
FALL_MAX: Final = 0.2
RECORD: Final = Path("bench/recorded.json")
PAGE, README = Path("docs/figures.md"), Path("README.md")
BEGIN, END = "<!-- bench -->", "<!-- /bench -->"
SECONDS_MAX: Final = 3600.0 * 12
LINE_CHARACTERS, LINES_MAX = 120, 2

Ran = Callable[[Benchmark, tuple[str, ...]], tuple[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What one script came to. ``command`` repeats it."""

    name: str
    command: str
    code: int
    figures: tuple[Figure, ...]
    trouble: str = ""


def run_bench(
    names: tuple[str, ...], *, check: bool, as_json: bool, checkout: Path = CHECKOUT, run: Ran | None = None
) -> int:
    """Take the figures of these names, or of all that are short; return the exit code. Raises ConfigError."""
    chosen = _chosen(names)
    record = read_record(checkout / RECORD)
    if check and not record:
        raise ConfigError(f"{RECORD}: nothing is written down yet to compare with; run ./bot bench first")
    taking = run or (lambda one, words: _run(one, words, checkout))
    console, taken, fallen = Console(stderr=True), [], []
    for number, one in enumerate(chosen, start=1):
        words = one.full if names else one.short or ()
        console.print(f"{number} of {len(chosen)}: {' '.join((one.path, *words))}", highlight=False)
        found = _taken(one, words, taking)
        if check and fell(record, found):
            console.print("   lower than before; once more", highlight=False)
            found = _better(found, _taken(one, words, taking))
        fallen += fell(record, found) if check else []
        taken.append(found)
        if found.trouble:
            console.print(f"   failed: {found.trouble}", highlight=False)
    if not check:
        _write_down(checkout, {**record, **{one.name: _rows(record, one) for one in taken if not one.trouble}})
    _show(taken, fallen, as_json=as_json)
    return FELL if fallen or any(one.trouble for one in taken) else DONE


def _chosen(names: tuple[str, ...]) -> tuple[Benchmark, ...]:
    for name in names:
        if name not in BENCHMARKS:
            raise ConfigError(f"{name} is no figure; give some of {', '.join(BENCHMARKS)}")
    return tuple(BENCHMARKS[name] for name in names) or tuple(
        one for one in BENCHMARKS.values() if one.short is not None
    )


def _run(one: Benchmark, words: tuple[str, ...], checkout: Path) -> tuple[int, str]:
    command = [sys.executable, one.path, *words, "--json"]
    ran = subprocess.run(command, cwd=checkout, stdout=subprocess.PIPE, text=True, timeout=SECONDS_MAX, check=False)  # noqa: S603 - our own scripts
    return ran.returncode, ran.stdout


def _taken(one: Benchmark, words: tuple[str, ...], run: Ran) -> Taken:
    code, said = run(one, words)
    command = " ".join(("python", one.path, *words))
    lines = said.strip().splitlines()
    try:
        figures = figures_of(one, json.loads(lines[-1]), code)
    except (IndexError, KeyError, TypeError, ValueError) as error:
        trouble = f"exit code {code}, and its last line is no object of figures ({type(error).__name__})"
        return Taken(name=one.name, command=command, code=code, figures=(), trouble=trouble)
    return Taken(name=one.name, command=command, code=code, figures=figures)


def _better(one: Taken, other: Taken) -> Taken:
    """Return the later one, each figure by the higher of both ratios."""
    before = {figure.what: figure.ratio for figure in one.figures}
    best = tuple(
        figure if figure.ratio is None else replace(figure, ratio=max(figure.ratio, before.get(figure.what) or 0.0))
        for figure in other.figures
    )
    return replace(other, figures=best)


def fell(record: Mapping[str, Any], taken: Taken) -> list[str]:
    """Return what fell more than a fifth below the ratio that is written down, in words."""
    before = {row["what"]: row["ratio"] for row in record.get(taken.name, ()) if row["ratio"] is not None}
    return [
        f"{one.what}: {one.ratio:g}, {before[one.what]:g} is written down"
        for one in taken.figures
        if one.ratio is not None and one.what in before and one.ratio < before[one.what] * (1 - FALL_MAX)
    ]


def read_record(path: Path) -> dict[str, Any]:
    """Return what is written down; nothing yet is empty. Raises ConfigError for a file that is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ConfigError(f"{path}: {error}; remove it and run ./bot bench") from error
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: it holds no object; remove it and run ./bot bench")
    return found


def _rows(record: Mapping[str, Any], taken: Taken) -> list[dict[str, Any]]:
    """Return a script's rows: those of now in the places of older ones, and of other sizes those of then."""
    rows = {row["what"]: row for row in record.get(taken.name, ())}
    rows |= {one.what: {"command": taken.command, **asdict(one)} for one in taken.figures}
    return list(rows.values())


def _write_down(checkout: Path, record: Mapping[str, Any]) -> None:
    ordered = {name: record[name] for name in BENCHMARKS if name in record}
    (checkout / RECORD).write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
    rows = [
        (row["command"], Figure(**{name: value for name, value in row.items() if name != "command"}))
        for name in ordered
        for row in ordered[name]
    ]
    _between(checkout / PAGE, page_of(rows))
    _between(checkout / README, chief_of(one for _, one in rows))


def _between(path: Path, text: str) -> None:
    """Put the text between the two marks of the page. Raises ConfigError where they are missing."""
    page = path.read_text(encoding="utf-8")
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ConfigError(f"{path}: it has no {BEGIN} and {END} to write between")
    path.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")


def page_of(rows: Iterable[tuple[str, Figure]]) -> str:
    """Return the table of all figures, in Markdown; a command is named where it changes."""
    lines, last = ["| What | Command | Figure | Aim | Ratio |", "|---|---|---|---|---|"], ""
    for command, one in rows:
        ratio = "" if one.ratio is None else f"{one.ratio:g}"
        missed = " (missed)" if one.holds is False else ""
        shown = f"`{command}`" if command != last else ""
        lines.append(f"| {one.what} | {shown} | {one.measured} | {one.aim}{missed} | {ratio} |")
        last = command
    return "\n".join(lines)


def chief_of(figures: Iterable[Figure]) -> str:
    """Return the chief ones as one paragraph, as many as the README has room for; the page has all."""
    kept: list[str] = []
    for one in figures:
        told = [*kept, f"{one.what}: {one.measured}"]
        if one.chief and len(_lines(told)) <= LINES_MAX:
            kept = told
    return "\n".join(_lines(kept))


def _lines(told: list[str]) -> list[str]:
    return wrap(f"By `./bot bench`: {'; '.join(told)}.", LINE_CHARACTERS, break_long_words=False)


def _show(taken: list[Taken], fallen: list[str], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"benchmarks": [asdict(one) for one in taken], "fallen": fallen}))
    else:
        table = Table(box=None, pad_edge=False)
        for head in ("what", "figure", "aim", "holds", "ratio"):
            table.add_column(head)
        for one in (figure for each in taken for figure in each.figures):
            holds = {None: "", True: "yes", False: "NO"}[one.holds]
            table.add_row(one.what, one.measured, one.aim, holds, "" if one.ratio is None else f"{one.ratio:g}")
        Console(file=sys.stdout).print(table)
    for each in fallen:
        print(f"fell {each}", file=sys.stderr)
