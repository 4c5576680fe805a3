"""What a start says: that it is halted, and that the process before was cut off."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from cli.beginning import Beginning, cut_off_at
from cli.news import News
from config.load import load_fixed
from domain.commands import SendAlert
from domain.events import ControlMoved
from ops.memory_log import MemoryLog
from tests.actors.stage import Stage
from tests.cli.test_status import NOW, a_status

SINCE: Final = datetime(2026, 1, 5, 14, 5, tzinfo=UTC)
STATE: Final = "paper-DU1.sqlite"
LOG: Final = "bot.jsonl"
STATUS: Final = "paper-DU1.status.json"


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.curtain()


def a_halt(state: str = "halted", by: str = "./bot flatten") -> ControlMoved:
    return ControlMoved(at=SINCE, state=state, by=by)


def said(**changes: Any) -> MemoryLog:
    log = MemoryLog()
    Beginning(**changes).log(log, version="1", mode="paper", symbols=("SPY", "QQQ"))
    return log


def left(folder: Path, **changes: Any) -> None:
    (folder / STATUS).write_text(json.dumps(a_status(**changes)))


def looked(folder: Path) -> datetime | None:
    return cut_off_at(folder / STATE, folder / LOG)


def test_a_start_while_halted_says_since_when_by_whom_and_what_ends_it() -> None:
    assert Beginning(halt=a_halt()).lines == (
        "HALTED since 2026-01-05 09:05:00 New York by ./bot flatten: opens nothing until ./bot resume",
    )


def test_a_start_while_flattening_says_that_it_still_closes() -> None:
    (line,) = Beginning(halt=a_halt("flattening")).lines

    assert line.startswith("FLATTENING since 2026-01-05 09:05:00 New York by ./bot flatten: ")
    assert line.endswith("closes what it opened, and opens nothing until it is flat and ./bot resume")


def test_a_start_like_any_other_says_nothing_more() -> None:
    log = said()

    assert Beginning().lines == ()
    assert [event for event, _ in log.events] == ["started"]
    assert log.events[0][1]["control"] == "running"


def test_the_log_has_the_halt_and_the_names_of_the_symbols() -> None:
    log = said(halt=a_halt())

    (started,) = log.named("started")
    assert (started["control"], started["symbols"], started["symbol_names"]) == ("halted", 2, ("SPY", "QQQ"))
    assert log.named("halted_at_start") == [{"state": "halted", "since": SINCE, "reason": "./bot flatten"}]


def test_a_run_that_was_cut_off_is_said_with_its_last_sign_of_life() -> None:
    assert Beginning(cut_off_at=SINCE).lines == (
        "the last run ended without its stop, as when killed; its last sign of life was 2026-01-05 09:05:00 New York",
    )
    assert said(cut_off_at=SINCE).named("unclean_end") == [{"last_seen": SINCE}]


def test_the_alert_of_the_start_says_it_too(stage: Stage) -> None:
    alerts = stage.cast("alerts")
    beginning = Beginning(halt=a_halt(by="the HALT file"))

    News(stage.directory, load_fixed({"symbols": ["SPY"]})).started(beginning.lines)
    stage.run_for(0.1)

    (alert,) = alerts.of(SendAlert)
    assert alert.text.startswith("dry_run: SPY; HALTED since 2026-01-05 09:05:00 New York by the HALT file: opens")


def test_where_nothing_ran_before_nothing_was_cut_off(tmp_path: Path) -> None:
    assert looked(tmp_path) is None


def test_the_last_sign_of_life_of_one_that_never_ended_is_its_last_status(tmp_path: Path) -> None:
    left(tmp_path)

    assert looked(tmp_path) == NOW


def test_one_that_ended_in_order_was_not_cut_off(tmp_path: Path) -> None:
    left(tmp_path, ended={"exit_code": 0, "reason": "asked to"})

    assert looked(tmp_path) is None


def test_of_a_status_that_cannot_be_read_nothing_is_claimed(tmp_path: Path) -> None:
    (tmp_path / STATUS).write_text("{}")

    assert looked(tmp_path) is None


@pytest.mark.parametrize("latest", [STATE, f"{STATE}-wal", LOG])
def test_where_the_status_went_with_the_machines_memory_the_newest_file_tells(tmp_path: Path, latest: str) -> None:
    (tmp_path / STATUS).symlink_to(tmp_path / "gone")
    os.utime(tmp_path / STATUS, (0, 0), follow_symlinks=False)
    for name in (STATE, latest):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (SINCE.timestamp() - 60 * (name != latest),) * 2)

    assert looked(tmp_path) == SINCE
