"""What is seen of a simulated day where there is no terminal, and what is said when it is stopped."""

import io
import os
import signal
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from cli.day_progress import day_progress
from tests.docs.test_two_terminals import RUN
from tests.ops.test_store import AT

START = AT.replace(hour=14, minute=25)  # 09:25 in New York's winter.
END = START + timedelta(hours=3)
SECONDS_MAX = 60


def console() -> Console:
    return Console(file=io.StringIO(), force_terminal=False, width=40)


def said_on(screen: Console) -> list[str]:
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue().splitlines()


def test_without_a_terminal_there_is_a_line_at_once_and_one_for_each_hour(tmp_path: Path) -> None:
    screen = console()

    with day_progress(screen, "demo, seed 7", tmp_path, START, END) as tick:
        at_once = said_on(screen)
        for minute in range(200):
            tick(START + timedelta(minutes=minute))

    assert at_once == [f"bot: demo, seed 7, 09:25 to 12:25 New York, into {tmp_path}"]
    assert said_on(screen)[1:] == [f"bot: {hour}:00 New York" for hour in (10, 11, 12)]


def lived_until(number: signal.Signals, screen: Console, folder: Path) -> None:
    with day_progress(screen, "demo", folder, START, END) as tick:
        tick(START + timedelta(minutes=7))
        os.kill(os.getpid(), number)
        tick(START + timedelta(minutes=8))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_a_line_that_says_where_and_how_far(number: signal.Signals, tmp_path: Path) -> None:
    screen, before = console(), signal.getsignal(number)

    with pytest.raises(SystemExit) as ended:
        lived_until(number, screen, tmp_path)

    assert ended.value.code == 130
    assert said_on(screen)[1:] == [f"bot: stopped at 09:32 New York; what there is lies in {tmp_path}"]
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("more", [(), ("--threads",)])
def test_a_demo_that_writes_into_a_file_says_what_runs_and_where_it_was_stopped(
    more: tuple[str, ...], tmp_path: Path
) -> None:
    command = [*RUN, "demo", "--set", f"paths.runs_dir={tmp_path}", *more]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as demo:  # noqa: S603 - our own program
        assert demo.stderr is not None
        first = demo.stderr.readline()
        demo.terminate()
        rest = demo.stderr.read().splitlines()
        code = demo.wait(SECONDS_MAX)

    folder = tmp_path / "demo-0001"
    assert first == f"bot: demo 2026-03-11, seed 7, 09:25 to 16:05 New York, into {folder}\n"
    assert [line for line in rest if not line.endswith(":00 New York")] == [rest[-1]]
    assert rest[-1].endswith(f" New York; what there is lies in {folder}")
    assert code == 130
