"""``./bot status``: who of the running bot's actors fares how, or fared when it was last heard of."""

import json
import os
import sys
from pathlib import Path
from typing import Any, Final

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from actors.runtime.clock import Clock, WallClock
from cli.status_words import Said, age_of, failure, newest, rows, words
from config.load import load

RUNNING, NOT_RUNNING = 0, 1
STYLES: Final = {"running": "green", "starting": "yellow", "stopping": "yellow", "restarting": "yellow"}


def run_status(settings_file: Path | None, state_dir: Path | None, *, as_json: bool, clock: Clock | None = None) -> int:
    """Show the newest status file; return 0 for a running bot, 1 for a stale file or a bot that has ended.

    Its folder is ``state_dir``, or else paths.state_dir of the settings and the environment. Raises ConfigError when
    there is none or it cannot be read.
    """
    folder = state_dir or load(environment=os.environ, settings_file=settings_file, overrides=()).paths.state_dir
    status = newest(folder)
    age, stale = age_of(status, (clock or WallClock()).now())
    if as_json:
        print(json.dumps({**status, "age_seconds": round(age, 3), "stale": stale}))
    else:
        Console(file=sys.stdout, highlight=False).print(screen(status, age, stale=stale))
    return RUNNING if status["ended"] is None and not stale else NOT_RUNNING


def screen(status: dict[str, Any], age_seconds: float, *, stale: bool) -> Group:
    """Return what a person reads: one line on the process, the breaker, the tree, and what went wrong last."""
    actors = list(rows(status["tree"]))
    failures = [failure(row) for _, row in actors if row["last_failure"]]
    return Group(*map(_text, words(status, age_seconds, stale=stale)), _table(actors), *map(_text, failures))


def _text(said: Said) -> Text:
    return Text(said.text, style=said.style)


def _table(actors: list[tuple[int, dict[str, Any]]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("actor", no_wrap=True, overflow="ellipsis", max_width=40)
    table.add_column("state", no_wrap=True)
    for title in ("epoch", "restarts", "mail", "oldest"):
        table.add_column(title, justify="right", no_wrap=True)
    for depth, row in actors:
        state, waiting = row["state"], row["mailbox_depth"]
        table.add_row(
            "  " * depth + row["actor"],
            Text(state, style=STYLES.get(state, "bold red")),
            str(row["epoch"]),
            str(row["restarts"]),
            str(waiting),
            f"{row['oldest_mail_seconds']:.1f} s" if waiting else "",
        )
    return table
