"""The commands, against sockets of bots that answer, refuse, are silent, or died."""

import json
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from actors.control import ControlActor
from actors.runtime.clock import WallClock
from actors.runtime.context import Context
from actors.runtime.directory import Directory
from actors.runtime.hosts import ThreadHost
from actors.runtime.observer import NullObserver
from cli import control
from cli.control_server import LINE_BYTES_MAX, SUFFIX, ControlServer, listening
from cli.main import main
from domain.bracket_gone import WriteOff, WrittenOff
from domain.commands import AppendRecords, RecordsAppended
from domain.control import Control, ControlState
from domain.errors import ConfigError
from domain.others import ForeignAnswer, SettleForeign
from ops.control_switch import ControlSwitch
from ops.memory_log import MemoryLog
from tests.actors.stage import Extra

BOT: Final = f"paper-DU1234567{SUFFIX}"
KEPT: Final = {"state": "halted", "changed": True, "journaled": True, "brackets": 2, "refused": ""}


@contextmanager
def bot_that_says(folder: Path, answer: dict[str, Any] | None, name: str = BOT) -> Iterator[list[bytes]]:
    """Answer every line with this, or, with None, hang up; give the lines."""
    heard: list[bytes] = []
    with listening(folder / name) as opened:
        opened.setblocking(True)  # noqa: FBT003 - it takes no keyword

        def serve() -> None:
            while True:
                line, _ = opened.accept()
                with line:
                    heard.append(line.makefile("rb").readline())
                    if heard[-1] == b"over\n":
                        return
                    if answer is not None:
                        line.sendall(json.dumps(answer).encode() + b"\n")

        thread = threading.Thread(target=serve)
        thread.start()
        yield heard
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(str(folder / name))
            last.sendall(b"over\n")
        thread.join()


def ran(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[object, str]:
    """Return exit code and what was said, which is one line for each bot."""
    with pytest.raises(SystemExit) as ended:
        main([*map(str, arguments)])
    said = capsys.readouterr()
    return ended.value.code, (said.out + said.err).strip()


def dead_socket(folder: Path) -> Path:
    """Leave a socket behind as a killed process does."""
    path = folder / BOT
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))
    return path


@pytest.mark.parametrize("order", ["halt", "resume", "flatten"])
def test_an_order_reaches_the_bot_and_its_answer_is_one_line(
    order: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with bot_that_says(tmp_path, KEPT) as heard:
        code, said = ran(capsys, order, "--state", tmp_path)

    assert json.loads(heard[0]) == {"order": order}
    assert (code, said) == (0, "bot: paper-DU***567: halted; 2 open brackets guarded on")
    assert not (tmp_path / "HALT").exists()


def test_for_machines_there_is_what_each_bot_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with bot_that_says(tmp_path, KEPT):
        code, said = ran(capsys, "halt", "--state", tmp_path, "--json")

    found = json.loads(said.splitlines()[-1])
    assert (code, found) == (0, {"order": "halt", "exit_code": 0, "bots": [{"paper-DU***567": KEPT}]})


def test_every_bot_of_the_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with ExitStack() as stack:
        heard = [stack.enter_context(bot_that_says(tmp_path, KEPT, f"{mode}-DU1{SUFFIX}")) for mode in ("a", "b")]
        code, said = ran(capsys, "halt", "--state", tmp_path)

    assert (code, len(said.splitlines())) == (0, 2)
    assert all(heard)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"error": "nobody takes orders: it died"}, "halt refused: nobody takes orders: it died"),
        ({**KEPT, "refused": "everything is being closed"}, "halt refused: everything is being closed"),
        ({**KEPT, "journaled": False}, "not on disk yet, so that a restart would forget it"),
        (None, "runs, but does not answer"),
    ],
)
def test_a_halt_that_is_not_sure_leaves_the_file_and_exit_code_1(
    answer: dict[str, Any] | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with bot_that_says(tmp_path, answer):
        code, line = ran(capsys, "halt", "--state", tmp_path)

    assert code == 1
    assert said in line
    assert "HALT is left" in line
    assert (tmp_path / "HALT").exists()


def test_a_bot_that_is_silent_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    with listening(tmp_path / BOT):
        reply = control.asked(tmp_path / BOT, {"order": "halt"}, seconds=0.05)

    assert reply is not None
    assert reply.said is None


@pytest.mark.parametrize("died", [True, False])
def test_without_a_running_bot_a_halt_holds_from_the_next_start_on(
    died: bool,  # noqa: FBT001 - a column of the table
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if died:
        dead_socket(tmp_path)

    code, said = ran(capsys, "halt", "--state", tmp_path)

    assert (code, len(said.splitlines())) == (1, 1)
    assert said.startswith(f"bot: no bot is running in {tmp_path}; ")
    assert ControlSwitch(tmp_path, Control()).forbids()


def test_without_a_running_bot_a_resume_takes_the_file_away_and_says_what_it_cannot(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "HALT").touch()

    code, said = ran(capsys, "resume", "--state", tmp_path)

    assert code == 2
    assert "HALT is removed" in said
    assert "a halt in the journal lasts" in said
    assert not (tmp_path / "HALT").exists()


def test_without_a_running_bot_nothing_can_be_flattened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = ran(capsys, "flatten", "--state", tmp_path)

    assert (code, said) == (2, f"bot: no bot is running in {tmp_path}")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_none_is_named_and_nothing_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = ran(capsys, "halt", "--state", tmp_path / "stat")

    assert code == 2
    assert "stat is no folder" in said
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_left_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "HALT").symlink_to(tmp_path / "gone" / "HALT")

    code, said = ran(capsys, "halt", "--state", tmp_path)

    assert code == 2
    assert "HALT: No such file or directory" in said


def test_the_socket_is_its_owners_alone_replaces_a_dead_one_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = dead_socket(tmp_path)

    with listening(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_ISSOCK(path.stat().st_mode)

    assert not path.exists()


def test_a_path_too_long_for_a_socket_is_refused_with_the_setting(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigError, match=r"paths\.state_dir: .* too long for a socket"),
        listening(tmp_path / ("x" * 100)),
    ):
        pass


def test_a_folder_in_which_no_socket_can_be_made_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"choose another paths\.state_dir"), listening(tmp_path / "gone" / BOT):
        pass


@contextmanager
def served(folder: Path, ledger: str = "risk") -> Iterator[tuple[Path, ControlSwitch]]:
    """Give the socket of a real server in front of a real ControlActor, and its switch; by another name no ledger."""
    clock = WallClock()
    host, directory, log = ThreadHost("system", clock), Directory(), MemoryLog(strict=True)
    switch = ControlSwitch(folder, Control())
    host.start()
    with listening(folder / BOT) as opened:

        def context(name: str) -> Context:
            epoch = directory.advance_epoch(name)
            return Context(name=name, epoch=epoch, host=host, directory=directory, observer=NullObserver())

        for name in ("broker", "alerts", "journal"):
            Extra(context(name), {AppendRecords: RecordsAppended()}).launch()
        Extra(
            context(ledger), {SettleForeign: lambda order: ForeignAnswer(done=f"{order.settle} {order.what}")}
        ).launch()
        Extra(context("brackets"), {WriteOff: lambda order: WrittenOff(done=f"{order.what} by {order.by}")}).launch()
        ControlActor(context("control"), switch=switch, log=log).launch()
        server = ControlServer(opened, directory, host)
        server.start()
        try:
            yield folder / BOT, switch
        finally:
            server.stop()
            host.stop()


def said_to(path: Path, line: bytes) -> dict[str, Any]:
    """Return the answer to one line."""
    with socket.socket(socket.AF_UNIX) as talk:
        talk.settimeout(30)
        talk.connect(str(path))
        talk.sendall(line)
        found: dict[str, Any] = json.loads(talk.makefile().readline())
    return found


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"halt\n",
        b"[]\n",
        b'{"order": "sell"}\n',
        b'{"order": "flat"}\n',
        b'{"order": ["halt"]}\n',
        b"\xff\n",
        b'{"order": "adopt"}\n',
        b'{"order": "ignore", "what": " "}\n',
        b'{"order": "ignore", "what": 7}\n',
        b'{"order": "gone"}\n',
    ],
)
def test_a_line_that_is_no_order_is_answered_with_how_to_write_one(line: bytes, tmp_path: Path) -> None:
    with served(tmp_path) as (path, switch):
        assert "write a line such as" in said_to(path, line)["error"]

        assert switch.forbids() == ""


def test_a_line_that_is_too_long_is_answered_and_the_next_one_obeyed(tmp_path: Path) -> None:
    with served(tmp_path) as (path, switch):
        assert said_to(path, b"x" * (LINE_BYTES_MAX + 1) + b"\n") == {"error": "the line is too long"}

        answer = said_to(path, b'{"order": "halt"}\n')

    assert (answer["state"], answer["changed"]) == ("halted", True)
    assert switch.control.state is ControlState.HALTED


def test_a_question_changes_nothing(tmp_path: Path) -> None:
    with served(tmp_path) as (path, switch):
        assert said_to(path, b'{"order": "ask"}\n')["state"] == "running"

        assert switch.control.moved is None


@pytest.mark.parametrize("settle", ["adopt", "ignore"])
def test_what_others_hold_is_settled_by_who_keeps_the_ledger(settle: str, tmp_path: Path) -> None:
    with served(tmp_path) as (path, _):
        answer = said_to(path, json.dumps({"order": settle, "what": "SPY"}).encode() + b"\n")

    assert answer == {"done": f"{settle} SPY", "refused": "", "unknown": False, "unsettled": [], "ignored": []}


def test_what_is_gone_is_written_off_by_who_guards_it_whoever_keeps_the_ledger(tmp_path: Path) -> None:
    with served(tmp_path, "nobody") as (path, _):
        answer = said_to(path, b'{"order": "gone", "what": "SPY"}\n')

    assert answer == {"done": "SPY by ./bot gone", "refused": "", "unknown": False}


@pytest.mark.parametrize(
    ("alive", "said"),
    [
        ("trading", "the ledger is being started again, which takes seconds; try again"),
        ("nobody", "trading has given up; stop the bot, start it and say it again: what is ours stays guarded"),
    ],
)
def test_while_nobody_keeps_the_ledger_the_one_line_says_what_to_do(alive: str, said: str, tmp_path: Path) -> None:
    with served(tmp_path, alive) as (path, _):
        answer = said_to(path, b'{"order": "adopt", "what": "SPY"}\n')

    assert said in answer["refused"]
    assert answer["done"] == ""


def test_who_hangs_up_without_a_word_leaves_the_next_one_served(tmp_path: Path) -> None:
    with served(tmp_path) as (path, _):
        with socket.socket(socket.AF_UNIX) as talk:
            talk.connect(str(path))

        assert said_to(path, b'{"order": "ask"}\n')["state"] == "running"
