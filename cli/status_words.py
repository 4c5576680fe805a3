"""How a bot is, in words: of what it left in its status file, for the terminal and for whoever asks from afar."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from cli.status_file import SUFFIX
from domain.errors import ConfigError

MISSED_MAX: Final = 5  # So many of its turns to write may a file miss before it is stale.
FIELDS: Final = ("pid", "mode", "started_at", "written_at", "every_seconds", "ended", "breaker", "tree")


class Said(NamedTuple):
    """One line, and how it looks where there are colours."""

    text: str
    style: str = ""


def age_of(status: dict[str, Any], now: datetime) -> tuple[float, bool]:
    """Return how long ago it was written, seconds, and whether that is too long for a bot that runs."""
    age = (now - datetime.fromisoformat(status["written_at"])).total_seconds()
    return age, status["ended"] is None and age > MISSED_MAX * status["every_seconds"]


def words(status: dict[str, Any], age_seconds: float, *, stale: bool) -> Iterator[Said]:
    """Yield a line on the process; while it lives its breaker, who halted it, and what is not its own."""
    yield _head(status, age_seconds, stale=stale)
    if not status["ended"]:
        yield _breaker(status)
        yield from _control(status)
        yield from _foreign(status)


def newest(folder: Path) -> dict[str, Any]:
    """Return what the latest process wrote. Raises ConfigError."""
    # A link to nothing: what it led to was in memory, and the machine was started anew since.
    found = [read(path) for path in sorted(folder.glob(f"*{SUFFIX}")) if path.exists()]
    if not found:
        raise ConfigError(
            f"no bot has left its status in {folder}; start ./bot trade, or name the settings that it runs by with "
            "--settings, or its state folder with --state"
        )
    return max(found, key=lambda status: str(status["written_at"]))


def read(path: Path) -> dict[str, Any]:
    """Return what one process wrote. Raises ConfigError, and OSError for a file that cannot be read."""
    try:
        status = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(status, dict) and all(name in status for name in FIELDS):
            datetime.fromisoformat(status["written_at"])
            return status
    except (ValueError, TypeError):
        pass  # said below
    raise ConfigError(f"{path}: this is no status file of this version; remove it")


def rows(row: dict[str, Any], depth: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield an actor of the tree and all under it, each with how deep it stands."""
    yield depth, row
    for child in row["children"]:
        yield from rows(child, depth + 1)


def _head(status: dict[str, Any], age_seconds: float, *, stale: bool) -> Said:
    who, when = f"bot {status['pid']} ({status['mode']})", _duration(age_seconds)
    ended = status["ended"]
    if ended:
        return Said(f"{who} ended {when} ago, exit code {ended['exit_code']}: {ended['reason']}", "bold red")
    if stale:
        return Said(f"{who} STALE: no word for {when}; it hangs, or was killed. What it last said:", "bold red")
    up = datetime.fromisoformat(status["written_at"]) - datetime.fromisoformat(status["started_at"])
    return Said(f"{who} up for {_duration(up.total_seconds() + age_seconds)}, seen {when} ago", "bold")


def _breaker(status: dict[str, Any]) -> Said:
    breaker = status["breaker"]
    if breaker is None:
        return Said("breaker: down, so nothing new is opened", "red")
    if breaker["state"] == "closed":
        return Said(f"breaker: closed, {breaker['failures']} failures in a row")
    since = datetime.fromisoformat(breaker["since"]) if breaker["since"] else None
    return Said(f"breaker: {breaker['state']} since {since:%H:%M:%S} UTC: {breaker['reason']}", "red")


def _control(status: dict[str, Any]) -> Iterator[Said]:
    """Say who halted it, since when, and how that ends."""
    control = status.get("control")
    if not control or control["state"] == "running":
        return
    since = datetime.fromisoformat(control["since"]) if control["since"] else None
    ends = "it is a halt when all is closed" if control["state"] == "flattening" else "./bot resume ends it"
    yield Said(f"{control['state']} by {control['by']} since {since:%Y-%m-%d %H:%M:%S} UTC; {ends}", "bold red")


def _foreign(status: dict[str, Any]) -> Iterator[Said]:
    """Say what is not the bot's, each with the commands that settle it."""
    foreign = status.get("foreign") or {"unsettled": (), "ignored": ()}
    for thing in foreign["unsettled"]:
        number, adopts = thing["con_id"], "" if thing["perm_id"] else f"./bot adopt {thing['con_id']} or "
        what = f"{thing['text']}, not by the bot; no entry in {thing['symbol']} before {adopts}./bot ignore {number}"
        yield Said(what, "bold yellow")
    for thing in foreign["ignored"]:
        yield Said(f"{thing['text']}, left to its owner", "dim")


def failure(row: dict[str, Any]) -> Said:
    """Return what an actor last died of."""
    last = row["last_failure"]
    return Said(f"{row['actor']}, life {last['epoch']}, at {last['message']}: {last['cause']}", "yellow")


def _duration(seconds: float) -> str:
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min" if minutes else f"{rest} s"
