import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cli.stopping import SIGNALS, STOPPED_UNCLEAN, Stopping
from tests.house import CHECKOUT

LONG_SECONDS, SHORT_SECONDS, PATIENCE_SECONDS = 300.0, 0.1, 30.0


@contextmanager
def child(seconds_max: float) -> Iterator[subprocess.Popen[str]]:
    """Give a process that listens, and never stops of itself."""
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "tests.cli.stopping_child", str(seconds_max)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "listens\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def told(process: subprocess.Popen[str], number: signal.Signals) -> str:
    """Send the signal; return what the process says to it."""
    assert process.stdout is not None
    process.send_signal(number)
    return process.stdout.readline()


@pytest.mark.parametrize("first", SIGNALS)
@pytest.mark.parametrize("second", SIGNALS)
def test_the_first_signal_asks_and_a_second_of_either_kind_ends_the_process_at_once(
    first: signal.Signals, second: signal.Signals
) -> None:
    with child(LONG_SECONDS) as process:
        assert told(process, first) == "asked\n"
        assert process.poll() is None

        process.send_signal(second)

        assert process.wait(PATIENCE_SECONDS) == -second


def test_what_does_not_stop_in_time_is_ended_and_says_so_by_its_exit_code() -> None:
    with child(SHORT_SECONDS) as process:
        told(process, signal.SIGTERM)

        assert process.wait(PATIENCE_SECONDS) == STOPPED_UNCLEAN


def test_where_nobody_asked_everything_is_as_before() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]

    with Stopping() as stopping:
        assert [signal.getsignal(number) for number in SIGNALS] != before

    assert not stopping.asked.is_set()
    assert [signal.getsignal(number) for number in SIGNALS] == before
