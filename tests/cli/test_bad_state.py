"""``./bot trade`` on a state that is bad, or another's: one line, exit code 2, and the state is left as it was."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.main import main
from ops.instance import lock_client, lock_state
from ops.store import SqliteStore
from tests.cli.test_bad_input import a_gateway_of
from tests.ops.test_store import AT

ACCOUNT = "DU1234567"
NOBODY_LISTENS = 1  # tcpmux: nobody has that.
NAME = f"dry_run-{ACCOUNT}.sqlite"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with a_gateway_of(ACCOUNT) as given:
        yield given


def a_state(folder: Path) -> Path:
    folder.mkdir()
    SqliteStore(folder / NAME, ACCOUNT, "dry_run", AT).close()
    return folder / NAME


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])


def text(path: Path) -> None:
    path.write_text("no database")


def newer(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'")


def refusal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, port: int, *more: str, state: Path | None = None
) -> str:
    places = {"paths.state_dir": state or tmp_path / "state", "paths.log_dir": tmp_path / "logs", "broker.port": port}
    with pytest.raises(SystemExit) as ended:
        main(["trade", *more, *(word for key, value in places.items() for word in ("--set", f"{key}={value}"))])
    said = capsys.readouterr()
    assert (ended.value.code, said.out, said.err.count("\n")) == (2, "", 1), said
    assert ACCOUNT not in said.err.replace(NAME, "")
    return said.err


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (emptied, "is empty, which this program never leaves; move it away, leaving its .kept"),
        (cut, "is damaged: "),
        (text, "is not a database; move it away, or set paths.state_dir to another folder"),
        (newer, "is of schema 99, this program knows "),
    ],
)
def test_a_state_that_cannot_be_used_is_refused_and_left_as_it_is(
    spoil: Callable[[Path], None], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, port: int
) -> None:
    path = a_state(tmp_path / "state")
    spoil(path)
    before, names = path.read_bytes(), {each.name for each in path.parent.iterdir()}

    line = refusal(capsys, tmp_path, port)

    assert f"{NAME}: {said}" in line
    assert path.read_bytes() == before
    assert {each.name for each in path.parent.iterdir()} - names == {"bot.lock"}


@pytest.mark.parametrize("more", [(), ("--wait",)])
def test_a_state_folder_that_cannot_be_made_is_refused_before_a_gateway_is_looked_for(
    more: tuple[str, ...], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("a file stands here")

    line = refusal(capsys, tmp_path, NOBODY_LISTENS, *more, state=tmp_path / "file" / "state")

    assert f"{tmp_path}/file/state: Not a directory; make it writable for this user, or set paths.state_dir" in line
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_second_bot_on_the_same_state_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, port: int
) -> None:
    with lock_state(tmp_path / "state"):
        line = refusal(capsys, tmp_path, port)

    assert "another bot has its state in" in line


def test_a_second_bot_is_told_of_the_state_before_anything_else(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, port: int
) -> None:
    with lock_state(tmp_path / "state"), lock_client("127.0.0.1", port, 17):
        line = refusal(capsys, tmp_path, port)

    assert "another bot has its state in" in line
    assert "client_id" not in line


def test_a_second_bot_with_the_same_client_id_is_refused_before_it_connects(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, port: int
) -> None:
    with lock_client("127.0.0.1", port, 17):
        line = refusal(capsys, tmp_path, port)

    assert f"another bot on this machine uses client id 17 at 127.0.0.1:{port}" in line
    assert not (tmp_path / "state").exists()
