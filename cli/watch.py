"""``./bot watch``: a live view made from the log alone. Where nobody looks, it is printed once."""

import sys
import threading
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.text import Text

from actors.runtime.clock import WallClock
from cli.log_place import log_place
from domain.errors import ConfigError
from domain.ports import Clock
from domain.trading_day import NEW_YORK, new_york_midnight
from ops.reading.files import NAME, LogFile, log_files
from ops.reading.follow import Follower
from ops.reading.rows import Reader, Row, Wanted
from ops.watching.board import Board
from ops.watching.screen import COLUMNS_MIN, LINES_MIN, screen

LOOK_SECONDS: Final = 0.5
LAST_ROWS: Final = 200
GUARDED: Final = frozenset({"guard_quote", "oco_adopted"})


class Watch:
    """A board that is kept up to date. ``news`` is cheap to call while nothing happens."""

    def __init__(self, place: Path) -> None:
        files = log_files(place)
        self.board = Board()
        self._follower = Follower(files[-1].path)
        self._follower.start_at_end()
        self._seen: deque[Row] = deque(maxlen=LAST_ROWS)  # Lines written between the two beginnings come twice.
        self._catch_up(files)

    def _catch_up(self, files: list[LogFile]) -> None:
        reader = Reader(files)
        last = reader.last_moment()
        if last is None:
            return
        today = new_york_midnight(last)
        self._look_back(reader, today)
        for row in reader.rows(Wanted(since=today)):
            self.board.take(row)
            self._seen.append(row)

    def _look_back(self, reader: Reader, today: datetime) -> None:
        """Read what was bought on earlier days and is guarded today; an intent begins with its day."""
        guarded = {str(row.get("intent")) for row in reader.rows(Wanted(events=GUARDED, since=today))}
        held = tuple(intent for intent in guarded if _day_of(intent) < today)
        if held:
            for row in reader.rows(Wanted(naming=held, since=min(map(_day_of, held)), until=today)):
                self.board.remember(row)

    def news(self) -> bool:
        """Take what was written since; return whether there was any."""
        found = False
        for row in self._follower.rows():
            if row not in self._seen:
                self.board.take(row)
                found = True
        self._seen.clear()
        return found

    def close(self) -> None:
        """Let go of the log."""
        self._follower.close()


def _day_of(intent: str) -> datetime:
    """Return the midnight at which an intent's day began; the end of time for another text."""
    try:
        return datetime.strptime(intent[:6], "%y%m%d").replace(tzinfo=NEW_YORK)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)


def run_watch(log: Path | None, *, once: bool, clock: Clock | None = None) -> int:
    """Show the board until interrupted; return the exit code. Raises ConfigError."""
    clock = clock or WallClock()
    console = Console(file=sys.stdout, highlight=False)
    watch = Watch(_place(log))
    try:
        if once or not console.is_terminal:
            console.print(_drawn(watch, clock, console), crop=False, soft_wrap=True)
            return 0
        _live(watch, clock, console)
    except KeyboardInterrupt:
        return 0
    finally:
        watch.close()
    return 0


def _place(log: Path | None) -> Path:
    """Return where the log is. A bot that was never started has none. Raises ConfigError."""
    place = log_place(log)
    if not place.exists():
        raise ConfigError(f"{place}: no such folder; start ./bot trade, or name the folder of {NAME} with --log")
    return place


def _live(watch: Watch, clock: Clock, console: Console) -> None:
    if _is_small(console):
        raise ConfigError(f"the terminal is smaller than {COLUMNS_MIN} x {LINES_MIN}; make it larger, or use --once")
    pause = threading.Event()
    shown = (console.size, _drawn(watch, clock, console))
    live = Live(shown[1], console=console, screen=True, auto_refresh=False)
    try:
        live.start(refresh=True)  # Inside: whoever leaves during the first frame wants the terminal back as well.
        while not pause.wait(LOOK_SECONDS):
            watch.news()
            drawn = (console.size, _drawn(watch, clock, console))
            if drawn != shown:  # The line may be a slow one.
                live.update(drawn[1], refresh=True)
                shown = drawn
    finally:
        live.stop()


def _is_small(console: Console) -> bool:
    return console.width < COLUMNS_MIN or console.height < LINES_MIN


def _drawn(watch: Watch, clock: Clock, console: Console) -> Text:
    drawn = screen(watch.board, clock.now(), console.width, console.height)
    if not (console.is_terminal and _is_small(console)):
        return drawn
    note = Text(f"smaller than {COLUMNS_MIN} x {LINES_MIN}: cut off", style="reverse")
    note.truncate(console.width, pad=True)
    return Text("\n", no_wrap=True, end="").join([*drawn.split("\n")[: console.height - 1], note])
