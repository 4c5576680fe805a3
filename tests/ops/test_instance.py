import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from domain.errors import StoreError
from ops.instance import STATE_LOCK, lock_account, lock_client, lock_state
from tests.house import CHECKOUT

LOCKS: dict[str, Callable[[Path], IO[str]]] = {
    "account": lambda folder: lock_account("DU1234567", folder),
    "client id": lambda folder: lock_client("127.0.0.1", 4002, 7, folder),
    "state": lock_state,
}
SAYS = {
    "account": "this account is traded by another bot on this machine already",
    "client id": "another bot on this machine uses client id 7 at .* or set broker.client_id to another number",
    "state": "another bot has its state in .* or set paths.state_dir to another folder",
}
HOLDS = """
import sys, time
from pathlib import Path
from ops.instance import lock_state
with lock_state(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("name", LOCKS)
def test_a_second_bot_is_refused_and_told_who_the_first_is(name: str, tmp_path: Path) -> None:
    with LOCKS[name](tmp_path), pytest.raises(StoreError, match=SAYS[name]) as caught:
        LOCKS[name](tmp_path)

    assert f"process {os.getpid()}, " in str(caught.value)
    assert "DU1234567" not in str(caught.value)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_ends_with_its_holder(name: str, tmp_path: Path) -> None:
    LOCKS[name](tmp_path).close()

    with LOCKS[name](tmp_path) as held:
        assert "DU1234567" not in held.name


def test_a_process_that_is_killed_leaves_the_folder_to_the_next(tmp_path: Path) -> None:
    with subprocess.Popen(  # noqa: S603 - our own code, in a process that can be killed
        [sys.executable, "-c", HOLDS, str(tmp_path)], cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as first:  # fmt: skip
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        with pytest.raises(StoreError, match=f"process {first.pid}, "):
            lock_state(tmp_path)
        first.send_signal(signal.SIGKILL)
        first.wait()

    lock_state(tmp_path).close()


def test_another_account_client_id_or_gateway_is_another_matter(tmp_path: Path) -> None:
    with (
        lock_account("DU1234567", tmp_path),
        lock_account("DU7654321", tmp_path),
        lock_client("gateway", 4002, 7, tmp_path),
        lock_client("gateway", 4002, 8, tmp_path),
        lock_client("gateway", 4001, 7, tmp_path),
        lock_client("127.0.0.1", 4002, 7, tmp_path),
    ):
        assert len(list(tmp_path.iterdir())) == 6


def test_this_machine_has_one_name(tmp_path: Path) -> None:
    with (
        lock_client("localhost", 4002, 7, tmp_path),
        pytest.raises(StoreError, match=r"client id 7 at 127\.0\.0\.1:4002"),
    ):
        lock_client("127.0.0.1", 4002, 7, tmp_path)


def test_a_state_folder_is_made_and_one_that_cannot_be_is_named(tmp_path: Path) -> None:
    lock_state(tmp_path / "new" / "state").close()
    (tmp_path / "file").write_text("a file stands here")

    with pytest.raises(StoreError, match=r"file: File exists; make it writable .* paths\.state_dir"):
        lock_state(tmp_path / "file")

    assert (tmp_path / "new" / "state" / STATE_LOCK).exists()
