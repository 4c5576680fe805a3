"""A hung loop ends the process, with its stacks left behind and the service manager no longer told that all is well."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.systemd import Systemd
from tests.house import CHECKOUT

PATIENCE_SECONDS = 30.0


@contextmanager
def manager(folder: Path) -> Iterator[socket.socket]:
    """Listen as a service manager does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as inlet:
        inlet.bind(str(folder / "notify"))
        inlet.settimeout(PATIENCE_SECONDS)
        yield inlet


@contextmanager
def child(folder: Path, how: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "tests.cli.hung_child", str(folder), how],
        cwd=CHECKOUT,
        env={**os.environ, "NOTIFY_SOCKET": str(folder / "notify")},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def rest_of(inlet: socket.socket) -> list[bytes]:
    """Return what was said that nobody has listened to yet."""
    inlet.setblocking(False)  # noqa: FBT003 - it takes no keyword
    said: list[bytes] = []
    while True:
        try:
            said.append(inlet.recv(100))
        except BlockingIOError:
            return said


@pytest.mark.parametrize("how", ["sleep", "spin"])
def test_a_hung_loop_ends_the_process_with_its_stacks_left_behind(tmp_path: Path, how: str) -> None:
    with manager(tmp_path) as inlet, child(tmp_path, how) as process:
        fed = [inlet.recv(100) for _ in range(4)]
        assert process.stdin is not None
        process.stdin.write("now\n")
        process.stdin.flush()
        code = process.wait(PATIENCE_SECONDS)
        after = rest_of(inlet)

    log = [json.loads(line) for line in (tmp_path / "bot.jsonl").read_text().splitlines()]
    (stacks,) = tmp_path.glob("hung-*.txt")
    assert (code, fed) == (70, [b"WATCHDOG=1"] * 4)
    assert len(after) <= 4  # What was said before the line came, never through the whole wait for the deadline.
    assert [line["event"] for line in log] == ["loop_hung", "shutdown"]
    assert (log[0]["thread"], log[0]["level"], log[0]["file"]) == ("core", "CRITICAL", str(stacks))
    assert log[1]["exit_code"] == 70
    assert "in receive" in stacks.read_text()
    assert "hung_child.py" in log[0]["stack"]
    assert " is core" in log[0]["stack"]


def test_one_that_holds_the_interpreter_is_ended_by_what_does_not_need_it(tmp_path: Path) -> None:
    with manager(tmp_path), child(tmp_path, "hold") as process:
        _, said = process.communicate("now\n", PATIENCE_SECONDS)

    assert process.returncode == 1
    assert "hung_child.py" in said


def test_a_process_whose_loops_turn_is_left_alone(tmp_path: Path) -> None:
    with manager(tmp_path) as inlet, child(tmp_path, "sleep") as process:
        fed = [inlet.recv(100) for _ in range(12)]  # three times the deadline
        _, said = process.communicate("", PATIENCE_SECONDS)

    assert (process.returncode, said, set(fed)) == (0, "", {b"WATCHDOG=1"})
    assert list(tmp_path.glob("hung-*")) == []


def test_a_socket_in_the_abstract_namespace_is_found(tmp_path: Path) -> None:
    name = f"stopward-{os.getpid()}-{tmp_path.name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as inlet:
        inlet.bind(f"\0{name}")
        inlet.settimeout(PATIENCE_SECONDS)

        Systemd(f"@{name}").tell("READY=1")

        assert inlet.recv(100) == b"READY=1"


@pytest.mark.parametrize("address", [None, "", "/nowhere/at/all"])
def test_where_nobody_listens_nothing_happens(address: str | None) -> None:
    Systemd(address).tell("READY=1")
