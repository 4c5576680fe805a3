"""``./bot status``: who of the running bot's actors fares how, or fared when it was last heard of."""

import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from actors.runtime.clock import Clock, WallClock
from cli.status_file import SUFFIX
from config.load import load
from domain.errors import ConfigError

RUNNING, NOT_RUNNING = 0, 1
MISSED_MAX: Final = 5  # So many of its turns to write may a file miss before it is stale.
STYLES: Final = {"running": "green", "starting": "yellow", "stopping": "yellow", "restarting": "yellow"}
FIELDS: Final = ("pid", "mode", "started_at", "written_at", "every_seconds", "ended", "breaker", "tree")


def run_status(state_dir: Path | None, *, as_json: bool, clock: Clock | None = None) -> int:
    """Show the newest status file; return 0 for a running bot, 1 for a stale file or a bot that has ended.

    Raises ConfigError when there is none or it cannot be read.
    """
    folder = state_dir or load(environment=os.environ, settings_file=None, overrides=()).paths.state_dir
    status = _newest(folder)
    age = ((clock or WallClock()).now() - datetime.fromisoformat(status["written_at"])).total_seconds()
    stale = status["ended"] is None and age > MISSED_MAX * status["every_seconds"]
    if as_json:
        print(json.dumps({**status, "age_seconds": round(age, 3), "stale": stale}))
    else:
        Console(file=sys.stdout, highlight=False).print(screen(status, age, stale=stale))
    return RUNNING if status["ended"] is None and not stale else NOT_RUNNING


def _newest(folder: Path) -> dict[str, Any]:
    """Return what the latest process wrote. Raises ConfigError."""
    found = [_read(path) for path in sorted(folder.glob(f"*{SUFFIX}"))]
    if not found:
        raise ConfigError(f"no bot has left its status in {folder}; start ./bot trade, or name its folder with --state")
    return max(found, key=lambda status: str(status["written_at"]))


def _read(path: Path) -> dict[str, Any]:
    try:
        status = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(status, dict) and all(name in status for name in FIELDS):
            datetime.fromisoformat(status["written_at"])
            return status
    except (ValueError, TypeError):
        pass  # said below
    raise ConfigError(f"{path}: this is no status file of this version; remove it")


def screen(status: dict[str, Any], age_seconds: float, *, stale: bool) -> Group:
    """Return what a person reads: one line on the process, the breaker, the tree, and what went wrong last."""
    rows = list(_rows(status["tree"]))
    failures = [row for _, row in rows if row["last_failure"]]
    alive = () if status["ended"] else (_breaker(status), *_control(status), *_foreign(status))
    head = (_head(status, age_seconds, stale=stale), *alive)
    return Group(*head, _table(rows), *map(_failure, failures))


def _rows(row: dict[str, Any], depth: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
    yield depth, row
    for child in row["children"]:
        yield from _rows(child, depth + 1)


def _head(status: dict[str, Any], age_seconds: float, *, stale: bool) -> Text:
    who, when = f"bot {status['pid']} ({status['mode']})", _duration(age_seconds)
    ended = status["ended"]
    if ended:
        return Text(f"{who} ended {when} ago, exit code {ended['exit_code']}: {ended['reason']}", style="bold red")
    if stale:
        return Text(f"{who} STALE: no word for {when}; it hangs, or was killed. What it last said:", style="bold red")
    up = datetime.fromisoformat(status["written_at"]) - datetime.fromisoformat(status["started_at"])
    return Text(f"{who} up for {_duration(up.total_seconds() + age_seconds)}, seen {when} ago", style="bold")


def _breaker(status: dict[str, Any]) -> Text:
    breaker = status["breaker"]
    if breaker is None:
        return Text("breaker: down, so nothing new is opened", style="red")
    if breaker["state"] == "closed":
        return Text(f"breaker: closed, {breaker['failures']} failures in a row")
    since = datetime.fromisoformat(breaker["since"]) if breaker["since"] else None
    return Text(f"breaker: {breaker['state']} since {since:%H:%M:%S} UTC: {breaker['reason']}", style="red")


def _control(status: dict[str, Any]) -> Iterator[Text]:
    """Say who halted it, since when, and how that ends."""
    control = status.get("control")
    if not control or control["state"] == "running":
        return
    since = datetime.fromisoformat(control["since"]) if control["since"] else None
    ends = "it is a halt when all is closed" if control["state"] == "flattening" else "./bot resume ends it"
    yield Text(f"{control['state']} by {control['by']} since {since:%Y-%m-%d %H:%M:%S} UTC; {ends}", style="bold red")


def _foreign(status: dict[str, Any]) -> Iterator[Text]:
    """Say what is not the bot's, each with the commands that settle it."""
    foreign = status.get("foreign") or {"unsettled": (), "ignored": ()}
    for thing in foreign["unsettled"]:
        number, adopts = thing["con_id"], "" if thing["perm_id"] else f"./bot adopt {thing['con_id']} or "
        what = f"{thing['text']}, not by the bot; no entry in {thing['symbol']} before {adopts}./bot ignore {number}"
        yield Text(what, style="bold yellow")
    for thing in foreign["ignored"]:
        yield Text(f"{thing['text']}, left to its owner", style="dim")


def _table(rows: list[tuple[int, dict[str, Any]]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("actor", no_wrap=True, overflow="ellipsis", max_width=40)
    table.add_column("state", no_wrap=True)
    for title in ("epoch", "restarts", "mail", "oldest"):
        table.add_column(title, justify="right", no_wrap=True)
    for depth, row in rows:
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


def _failure(row: dict[str, Any]) -> Text:
    failure = row["last_failure"]
    return Text(f"{row['actor']}, life {failure['epoch']}, at {failure['message']}: {failure['cause']}", style="yellow")


def _duration(seconds: float) -> str:
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min" if minutes else f"{rest} s"
