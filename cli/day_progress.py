"""How far a simulated day has come, on stderr: a bar on a terminal, a line an hour elsewhere; and where it stopped."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cli.day import Progress as Tick
from cli.folders import shown
from cli.stopping import SIGNALS
from domain.trading_day import new_york

STOPPED: Final = 130
HOUR: Final = timedelta(hours=1)


class StoppedError(Exception):
    """A signal asked the day to end; raised where its clock is looked at, so that everything is closed in order."""


class _Passing:
    """Where the day is, and whether a signal has asked it to end."""

    def __init__(self, start: datetime) -> None:
        self.at = start
        self._asked = False

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        """Take a signal; the next one does what it would without us."""
        self._asked = True
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)

    def reach(self, at: datetime) -> None:
        """Take the time. Raises StoppedError after a signal."""
        if self._asked:
            raise StoppedError
        self.at = at


@contextmanager
def day_progress(console: Console, title: str, folder: Path, start: datetime, end: datetime) -> Iterator[Tick]:
    """Show a day pass from ``start`` to ``end`` (aware). After SIGTERM or Ctrl-C raise SystemExit, having said where.

    On the main thread; a second signal ends the process at once.
    """
    passing = _Passing(start)
    before = {number: signal.signal(number, passing.stop) for number in SIGNALS}
    drawn = bar(console, title, start, end) if console.is_terminal else _lines(console, title, folder, start, end)
    try:
        with drawn as show:

            def tick(now: datetime) -> None:
                passing.reach(min(now, end))
                show(passing.at)

            yield tick
    except StoppedError:
        _say(console, f"stopped at {_clock(passing.at)} New York; what there is lies in {shown(folder)}")
        raise SystemExit(STOPPED) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def bar(console: Console, title: str, start: datetime, end: datetime) -> Iterator[Tick]:
    """Show a bar while the time passes from ``start`` to ``end`` (aware), with New York's time of day."""
    total = (end - start).total_seconds()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[clock]} New York"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=False, refresh_per_second=8) as bars:
        task = bars.add_task(title, total=total, clock=_clock(start))

        def tick(now: datetime) -> None:
            bars.update(task, completed=min(total, (now - start).total_seconds()), clock=_clock(min(now, end)))

        yield tick


@contextmanager
def _lines(console: Console, title: str, folder: Path, start: datetime, end: datetime) -> Iterator[Tick]:
    """Say what begins and where, and each full hour of the day that it reached."""
    hour = start.replace(minute=0, second=0, microsecond=0) + HOUR
    _say(console, f"{title}, {_clock(start)} to {_clock(end)} New York, into {shown(folder)}")

    def show(at: datetime) -> None:
        nonlocal hour
        if at >= hour:
            hour = at.replace(minute=0, second=0, microsecond=0) + HOUR
            _say(console, f"{_clock(at)} New York")

    yield show


def _clock(at: datetime) -> str:
    return f"{new_york(at):%H:%M}"


def _say(console: Console, text: str) -> None:
    console.print(f"bot: {text}", markup=False, highlight=False, soft_wrap=True)
