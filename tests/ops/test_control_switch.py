import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.control import Control, Order, given
from domain.errors import StoreError
from domain.events import ControlMoved
from ops.control_switch import ControlSwitch

AT = datetime(2026, 1, 5, 15, tzinfo=UTC)


def test_an_order_is_seen_at_once(tmp_path: Path) -> None:
    switch = ControlSwitch(tmp_path, Control())
    assert switch.forbids() == ""

    switch.turn(given(switch.control, Order.HALT, "./bot halt", AT).control)

    assert "halted by ./bot halt" in switch.forbids()


def test_a_file_forbids_entries_until_it_is_removed(tmp_path: Path) -> None:
    switch = ControlSwitch(tmp_path, Control())
    (tmp_path / "HALT").touch()
    assert switch.watches_file
    assert switch.file_found()
    assert "HALT file" in switch.forbids()

    switch.remove_file()
    switch.remove_file()

    assert switch.forbids() == ""


def test_what_halts_is_known_with_its_author_and_since_when(tmp_path: Path) -> None:
    switch = ControlSwitch(tmp_path, Control())
    assert switch.halt(AT) is None

    switch.turn(given(switch.control, Order.HALT, "./bot halt", AT).control)

    assert switch.halt(AT + timedelta(days=3)) == ControlMoved(at=AT, state="halted", by="./bot halt")


def test_a_file_halts_since_it_was_made_and_one_that_cannot_be_looked_at_since_now(tmp_path: Path) -> None:
    file = tmp_path / "HALT"
    file.touch()
    os.utime(file, (AT.timestamp(),) * 2)

    found = ControlSwitch(tmp_path, Control()).halt(AT + timedelta(days=3))
    in_doubt = ControlSwitch(file, Control()).halt(AT + timedelta(days=3))

    assert found == ControlMoved(at=AT, state="halted", by="the HALT file")
    assert in_doubt == ControlMoved(at=AT + timedelta(days=3), state="halted", by="the HALT file")


def test_without_a_folder_only_an_order_halts() -> None:
    assert ControlSwitch(None, Control()).halt(AT) is None


def test_what_cannot_be_looked_at_is_no_permission(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert ControlSwitch(tmp_path / "file", Control()).file_found()


def test_a_file_that_cannot_be_removed_is_named(tmp_path: Path) -> None:
    (tmp_path / "HALT").mkdir()

    with pytest.raises(StoreError, match="HALT cannot be removed"):
        ControlSwitch(tmp_path, Control()).remove_file()


def test_without_a_folder_there_is_no_file() -> None:
    switch = ControlSwitch(None, Control())

    switch.remove_file()

    assert not switch.file_found()
    assert not switch.watches_file
