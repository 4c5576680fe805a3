import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import pytest

from domain.errors import StoreError
from ops.instance import STATE_LOCK, lock_account, lock_client, lock_state, look_at_state, shared_folders
from tests.house import CHECKOUT

LOCKS: dict[str, Callable[[Path], ExitStack | IO[str]]] = {
    "account": lambda folder: lock_account("DU1234567", (folder,)),
    "client id": lambda folder: lock_client("127.0.0.1", 4002, 7, (folder,)),
    "state": lock_state,
}
SAYS = {
    "account": "this account is traded by another bot on this machine already",
    "client id": "another bot on this machine uses client id 7 at .*; stop it first; a bot for another account needs a "
    "broker.client_id of its own$",
    "state": "another bot has its state in .*; stop it first; a bot for another account needs a "
    "paths.state_dir of its own$",
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


def test_whether_a_state_is_anothers_can_be_seen_without_making_it(tmp_path: Path) -> None:
    look_at_state(tmp_path / "none")
    with lock_state(tmp_path), pytest.raises(StoreError, match=SAYS["state"]) as caught:
        look_at_state(tmp_path)
    look_at_state(tmp_path)

    assert f"process {os.getpid()}, " in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == [STATE_LOCK]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_ends_with_its_holder(name: str, tmp_path: Path) -> None:
    LOCKS[name](tmp_path).close()

    with LOCKS[name](tmp_path):
        assert not [path for path in tmp_path.iterdir() if "DU1234567" in path.name]


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
        lock_account("DU1234567", (tmp_path,)),
        lock_account("DU7654321", (tmp_path,)),
        lock_client("gateway", 4002, 7, (tmp_path,)),
        lock_client("gateway", 4002, 8, (tmp_path,)),
        lock_client("gateway", 4001, 7, (tmp_path,)),
        lock_client("127.0.0.1", 4002, 7, (tmp_path,)),
    ):
        assert len(list(tmp_path.iterdir())) == 6


def test_two_that_share_one_folder_of_several_see_each_other(tmp_path: Path) -> None:
    shared, first, second = (tmp_path / name for name in ("shared", "first", "second"))
    for folder in (shared, first, second):
        folder.mkdir()

    with (
        lock_account("DU1234567", (shared, first)),
        pytest.raises(StoreError, match="this account is traded by another bot on this machine already"),
    ):
        lock_account("DU1234567", (second, shared))

    with lock_account("DU1234567", (second,)):  # Nothing stays held after a refusal.
        pass


def test_a_folder_that_lets_nobody_write_is_done_without_unless_it_is_the_only_one(tmp_path: Path) -> None:
    gone = tmp_path / "gone"

    with (
        lock_client("gateway", 4002, 7, (gone, tmp_path)),
        pytest.raises(StoreError, match="uses client id 7"),
    ):
        lock_client("gateway", 4002, 7, (tmp_path,))

    with pytest.raises(StoreError, match=r"gone.*: No such file or directory"):
        lock_client("gateway", 4002, 7, (gone,))


@pytest.mark.parametrize("below", [".", "new", "new/state"])
def test_a_state_folder_that_could_be_made_is_left_to_be_made(below: str, tmp_path: Path) -> None:
    look_at_state(tmp_path / below)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", ["file", "file/state", "file/new/state"])
def test_a_state_folder_that_cannot_be_made_is_seen_without_trying(below: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file stands here")

    with pytest.raises(StoreError, match=rf"{below}: Not a directory; make it writable .* paths\.state_dir"):
        look_at_state(tmp_path / below)


def test_bots_of_this_machine_look_in_more_than_a_folder_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    folders = shared_folders()

    assert tmp_path in folders
    assert folders[-1] == Path(tempfile.gettempdir())


def test_a_shared_folder_that_not_even_may_be_looked_for_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/" + "n" * 5000)  # No permission shows alike; root has them all.

    assert Path(tempfile.gettempdir()) in shared_folders()


def test_this_machine_has_one_name(tmp_path: Path) -> None:
    with (
        lock_client("localhost", 4002, 7, (tmp_path,)),
        pytest.raises(StoreError, match=r"client id 7 at 127\.0\.0\.1:4002"),
    ):
        lock_client("127.0.0.1", 4002, 7, (tmp_path,))


def test_a_state_folder_is_made_and_one_that_cannot_be_is_named(tmp_path: Path) -> None:
    lock_state(tmp_path / "new" / "state").close()
    (tmp_path / "file").write_text("a file stands here")

    with pytest.raises(StoreError, match=r"file: File exists; make it writable .* paths\.state_dir"):
        lock_state(tmp_path / "file")

    assert (tmp_path / "new" / "state" / STATE_LOCK).exists()
