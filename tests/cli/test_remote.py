"""What halt and status from afar do to a process, and what it answers."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from actors.control import ControlActor
from actors.runtime.clock import WallClock
from actors.runtime.context import Context
from actors.runtime.directory import Directory
from actors.runtime.hosts import ThreadHost
from actors.runtime.observer import NullObserver
from cli.control_server import ControlServer
from cli.remote import Remote, remote_of
from cli.status_file import SUFFIX
from config.load import load_fixed
from domain.commands import AppendRecords, RecordsAppended
from domain.control import HALT_FILE, Control, ControlState
from ops.control_switch import ControlSwitch
from ops.memory_log import MemoryLog
from ops.remote_control import NullRemote, RemoteControl
from tests.actors.stage import Extra
from tests.cli.test_status import NOW, a_status, halted, row
from tests.ops.clock import StillClock
from tests.ops.telegram_server import OWNER, TOKEN

STATE: Final = "paper-DU1234567.sqlite"
BOT: Final = "paper-DU***567"


@dataclass(frozen=True)
class Scene:
    """A process that takes orders, but for its tree and its gateway."""

    remote: Remote
    switch: ControlSwitch
    host: ThreadHost
    folder: Path


@contextmanager
def process(folder: Path, *, takes_orders: bool = True) -> Iterator[Scene]:
    """Give one whose ControlActor is there, or is not."""
    host, directory = ThreadHost("system", WallClock()), Directory()
    switch = ControlSwitch(folder, Control())
    host.start()

    def context(name: str) -> Context:
        epoch = directory.advance_epoch(name)
        return Context(name=name, epoch=epoch, host=host, directory=directory, observer=NullObserver())

    for name in ("broker", "alerts", "journal"):
        Extra(context(name), {AppendRecords: RecordsAppended()}).launch()
    if takes_orders:
        ControlActor(context("control"), switch=switch, log=MemoryLog()).launch()
    with socket.socket(socket.AF_UNIX) as nobody_listens_here:
        orders = ControlServer(nobody_listens_here, directory, host)
        try:
            yield Scene(Remote(orders, folder / STATE, StillClock(NOW)), switch, host, folder)
        finally:
            host.stop()


def left(folder: Path, **changes: Any) -> None:
    (folder / STATE).with_suffix(SUFFIX).write_text(json.dumps(a_status(**changes)), encoding="utf-8")


def status(folder: Path, **changes: Any) -> list[str]:
    """Return what is answered of a process that left this."""
    left(folder, **changes)
    with process(folder) as one:
        return one.remote.status().splitlines()


def test_a_halt_from_afar_turns_the_switch_and_says_by_what(tmp_path: Path) -> None:
    with process(tmp_path) as one:
        said = one.remote.halt()

        assert said == f"{BOT}: halted; 0 open brackets guarded on"
        assert one.switch.control.state is ControlState.HALTED
        assert "halted by Telegram since" in one.switch.forbids()
        assert not (tmp_path / HALT_FILE).exists()


def test_a_second_halt_changes_nothing_and_says_so(tmp_path: Path) -> None:
    with process(tmp_path) as one:
        one.remote.halt()
        since = one.switch.control.moved

        assert one.remote.halt() == f"{BOT}: halted, as before; 0 open brackets guarded on"
        assert one.switch.control.moved is since


def test_where_nobody_takes_orders_the_file_is_left_and_forbids(tmp_path: Path) -> None:
    with process(tmp_path, takes_orders=False) as one:
        said = one.remote.halt()

        assert "halt refused: nobody takes orders" in said
        assert "HALT is left" in said
        assert one.switch.forbids() != ""


def test_with_the_loop_gone_the_file_is_left_as_well(tmp_path: Path) -> None:
    with process(tmp_path) as one:
        one.host.stop()

        assert "does not answer" in one.remote.halt()
        assert one.switch.file_found()


def test_the_status_is_the_words_of_the_terminal_and_who_does_not_run(tmp_path: Path) -> None:
    said = status(tmp_path, control={**halted(), "brackets": 2})

    assert said == [
        BOT,
        "bot 4711 (paper) up for 2 h 05 min, seen 0 s ago",
        "breaker: closed, 0 failures in a row",
        "halted by ./bot halt since 2026-01-04 21:00:00 UTC; ./bot resume ends it",
        "2 open brackets",
        "risk is restarting",
    ]


def test_a_process_whose_loops_hang_is_called_stale(tmp_path: Path) -> None:
    said = status(tmp_path, written_at=(NOW - timedelta(minutes=3)).isoformat(), tree=row("root"))

    assert "STALE: no word for 3 min" in said[1]
    assert said[-1] == "nobody takes orders"


def test_without_a_status_that_is_said(tmp_path: Path) -> None:
    with process(tmp_path) as one:
        assert f"{BOT}: no status: " in one.remote.status()


def test_it_is_off_by_default_and_made_only_when_switched_on(tmp_path: Path) -> None:
    on = {"telegram_control": True, "telegram_token": TOKEN, "telegram_chat_id": OWNER}
    made = []
    with process(tmp_path) as one:
        orders = one.remote._orders
        for monitoring in ({}, on):
            settings = load_fixed({"monitoring": monitoring})
            made.append(type(remote_of(settings, MemoryLog(), StillClock(NOW), orders, tmp_path / STATE)))

    assert made == [NullRemote, RemoteControl]
