"""``./bot watch`` on a terminal while a log grows: nothing wraps or flickers, and every number is the log's."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from cli.demo import demo_plan
from domain.trading_day import NEW_YORK
from tests.scenarios.days import ran, wanted
from tests.terminal import Glass, Terminal

Row = dict[str, Any]
Numbers = dict[str, tuple[str, ...]]

TURNS: Final = (
    "connection_state", "cycle_start", "symbol_cycle", "bracket_planned", "entry_filled", "order_modify_sent",
    "guard_quote", "day_pnl", "entry_denied", "exit_filled", "position_closed",
)  # fmt: skip
DAY: Final = re.compile(r"P&L (\S+) fees (\S+)  loss (\S+) of (\S+) .{10} (\d+) entries *")
BRACKET: Final = re.compile(r"(\S+ \S+ \S+) +(\d+) +(\S+) +(\S+) +(\S+) +(\S+) +(\S+) +(\S+) +(\S+) *")
LOOK: Final = re.compile(r"(\S+) +(\d\d:\d\d:\d\d) (\S+) +(.*?)…? *")


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Return the log of a demo's first half hour."""
    day = ran(demo_plan(wanted(tmp_path_factory.mktemp("day"), until="10:00")))
    return (day.folder / "logs" / "bot.jsonl").read_bytes().splitlines(keepends=True)


class Growing:
    """A log that is still written, its last line always torn."""

    def __init__(self, path: Path, lines: list[bytes]) -> None:
        self._path, self._lines, self._written = path, lines, 0
        self.rows: list[Row] = []

    def grow(self, count: int) -> None:
        """Have so many whole lines, and half of the next."""
        whole = b"".join(self._lines[:count])
        half = self._lines[count][:40] if count < len(self._lines) else b""
        with self._path.open("ab") as file:
            file.write((whole + half)[self._written :])
        self._written = len(whole + half)
        self.rows = [json.loads(line, parse_float=Decimal) for line in self._lines[:count]]


@pytest.fixture
def log(lines: list[bytes], tmp_path: Path) -> Growing:
    """Return a log that begins with the first lines of the day."""
    growing = Growing(tmp_path / "bot.jsonl", lines)
    growing.grow(3)
    return growing


@pytest.fixture
def terminal(log: Growing, tmp_path: Path) -> Iterator[Terminal]:
    """Return a terminal of 80 x 24 that watches it."""
    assert log.rows, "there is something to watch"
    started = Terminal(["watch", "--log", str(tmp_path)], 80, 24)
    yield started
    started.close()


def turns_of(lines: list[bytes]) -> list[int]:
    """Return where to stop and look: behind the first and the last line of each kind, and at the end."""
    events = [json.loads(line)["event"] for line in lines]
    first = {events.index(event) for event in TURNS}
    last = {len(events) - 1 - events[::-1].index(event) for event in TURNS}
    return sorted({*(number + 1 for number in (first | last) if number >= 3), len(lines)})


def test_every_frame_stands_still_and_every_number_is_the_logs(
    log: Growing, terminal: Terminal, lines: list[bytes]
) -> None:
    told, shown = list[Numbers](), list[Numbers]()

    for count in turns_of(lines):
        log.grow(count)
        told.append(numbers_of(log.rows))
        shown.append(numbers_on(terminal.until(lambda text: numbers_on(text) == told[-1])))

    glass = terminal.glass
    assert shown == told
    assert sum("bracket" in name for numbers in told for name in numbers) > 10
    assert (glass.wraps, glass.scrolls, glass.clears) == (0, 0, 0)
    assert glass.frames > 10


def test_a_terminal_that_changes_its_size_is_filled_again(log: Growing, terminal: Terminal, lines: list[bytes]) -> None:
    log.grow(len(lines))
    told = numbers_of(log.rows)
    frames = {(80, 24): terminal.until(lambda text: numbers_on(text) == told)}

    for size in ((132, 43), (200, 24), (80, 60), (60, 24), (80, 15), (20, 3), (80, 24)):
        terminal.resize(*size)
        frames[size] = terminal.until(lambda _: True)

    small = {size for size in frames if "smaller than 80 x 2" in frames[size][-1]}
    assert small == {(60, 24), (80, 15), (20, 3)}
    assert all(numbers_on(frames[size]) == told for size in frames.keys() - small)
    assert (terminal.glass.wraps, terminal.glass.scrolls, terminal.glass.clears) == (0, 0, 0)


def test_who_leaves_has_the_terminal_as_it_was(terminal: Terminal) -> None:
    terminal.until(lambda _: True)

    code = terminal.interrupted()

    assert code == 0
    assert sorted(terminal.glass.switches) == ["?1049h", "?1049l", "?25h", "?25l"]


@pytest.mark.parametrize(
    ("written", "seen"),
    [("x" * 80, (0, 0, 0)), ("x" * 81, (1, 0, 0)), ("\r\n" * 24, (0, 1, 0)), ("\x1b[2J\x1b[H", (0, 0, 1))],
)
def test_the_glass_tells_a_restless_screen(written: str, seen: tuple[int, int, int]) -> None:
    glass = Glass(80, 24)

    glass.feed(written)

    assert (glass.wraps, glass.scrolls, glass.clears) == seen


def numbers_on(text: list[str]) -> Numbers:
    """Return what a frame says."""
    if len(text) < 24:
        return {}
    found: Numbers = {"last": (_clock_of(text[0]),)}
    if day := DAY.fullmatch(text[3]):
        found["day"] = day.groups()
    part = ""
    for line in text[4:]:
        if line.startswith(("open brackets ", "symbols ", "latest events")):
            part = line
        elif part.startswith("open brackets ") and (bracket := BRACKET.fullmatch(line)):
            found[f"bracket {bracket[1]}"] = bracket.groups()[1:]
        elif part.startswith("symbols ") and (look := LOOK.fullmatch(line)):
            found[f"symbol {look[1]}"] = (look[2], look[3], look[4][:40])
    return found


def _clock_of(title: str) -> str:
    found = re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", title)
    return found[0] if found else ""


def numbers_of(rows: list[Row]) -> Numbers:
    """Return what the same frame must say, read from the log by nobody's help."""
    at = datetime.fromisoformat(rows[-1]["ts"]).astimezone(NEW_YORK)
    told: Numbers = {"last": (f"{at:%Y-%m-%d %H:%M:%S}",)}
    looks: dict[str, tuple[str, str]] = {}
    for row in rows:
        if row["event"] == "day_pnl":
            money = (row["fees"], max(row["loss"], Decimal(0)), row["loss_limit"])
            told["day"] = (f"{row['pnl']:+,.2f}", *(f"{value:,.2f}" for value in money), str(row["entries"]))
        if row["event"] == "entry_denied":
            reason = f"{row.get('candidate') or ''} {row['found']} against {row['limit']}".strip()
            looks[row["symbol"]] = (row["rule"], reason)
            told[f"symbol {row['symbol']}"] = (_clock(row), row["rule"], reason[:40])
        if row["event"] == "symbol_cycle":
            known = looks.get(row["symbol"], ("", ""))
            reason = row.get("reason") or (known[1] if known[0] == row["decision"] else "")
            looks[row["symbol"]] = (row["decision"], reason)
            told[f"symbol {row['symbol']}"] = (_clock(row), row["decision"], reason[:40])
    return told | _brackets(rows)


def _brackets(rows: list[Row]) -> Numbers:
    told: Numbers = {}
    for intent in dict.fromkeys(row["intent"] for row in rows if row["event"] == "entry_filled"):
        own = [row for row in rows if row.get("intent") == intent or str(row.get("ref")).startswith(f"{intent}.")]
        bought = [row for row in own if row["event"] == "entry_filled"]
        count = sum(row["quantity"] for row in bought)
        held = count - sum(row["quantity"] for row in own if row["event"] == "exit_filled")
        if not held or any(row["event"] == "position_closed" for row in own):
            continue
        cost = sum(row["price"] * row["quantity"] for row in bought) / count
        bids = [row["bid"] for row in own if row["event"] == "guard_quote"]
        exits = {leg: _exit(own, leg) for leg in "ST"}
        numbers = [str(held), _price(cost), _price(bids[-1]) if bids else "-"]
        numbers.append(f"{_worth(own, bids[-1]):+,.2f}" if bids else "-")
        for leg in "ST":
            far = f"{(exits[leg] - bids[-1]) / bids[-1]:+.0%}" if bids and bids[-1] else "-"
            numbers += [_price(exits[leg]), far]
        told[f"bracket {bought[0]['contract']}"] = tuple(numbers)
    return told


def _exit(own: list[Row], leg: str) -> Decimal:
    (planned,) = (row for row in own if row["event"] == "bracket_planned")
    stands: Decimal = planned["trigger" if leg == "S" else "target"]
    for row in own:
        if row["event"] in {"order_placement", "order_modify_sent"} and f".{leg}." in row["ref"]:
            stands = row["price"] if leg == "T" or row["trigger"] is None else row["trigger"]
    return stands


def _worth(own: list[Row], bid: Decimal) -> Decimal:
    worth = Decimal(0)
    for row in own:
        if row["event"] == "entry_filled":
            worth += (bid - row["price"]) * row["quantity"] * row["multiplier"]
        if row["event"] == "exit_filled":
            worth += (row["price"] - bid) * row["quantity"] * row["multiplier"]
        if row["event"] == "fees_charged":
            worth -= row["fees"]
    return worth


def _clock(row: Row) -> str:
    return f"{datetime.fromisoformat(row['ts']).astimezone(NEW_YORK):%H:%M:%S}"


def _price(value: Decimal) -> str:
    short = f"{value:.4f}".rstrip("0")
    return short if len(short.split(".")[1]) >= 2 else f"{value:.2f}"
