"""What a running bot leaves for `./bot status`: gathered on the supervisors' loop, and old when that is silent."""

import json
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from actors.breaker import AskBreaker, BreakerReport
from actors.runtime.children import ChildState, LastFailure, Standing
from actors.runtime.clock import WallClock
from actors.runtime.context import Context
from actors.runtime.directory import Directory
from actors.runtime.hosts import ThreadHost
from actors.runtime.loop_actor import LoopActor
from actors.runtime.observer import NullObserver
from cli.status_file import StatusFile, memory_folder
from cli.status_words import _foreign
from domain.contracts import Right
from domain.control import ControlAnswer, ControlState
from domain.ids import ConId, Symbol
from domain.others import Foreign, ForeignAnswer

OPENED = datetime(2026, 1, 5, 15, tzinfo=UTC)
FAILED = LastFailure(epoch=2, message="Wake", cause="ValueError: bug")


class HandClock:
    """Seconds by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return WallClock().now()

    def monotonic(self) -> float:
        return self.seconds


class Breaker(LoopActor):
    """Answers as an open one."""

    def receive(self, message: Any) -> Any:
        assert isinstance(message, AskBreaker)
        return BreakerReport(state="open", failures=3, since=OPENED, reason="timed out")


def leaf(standing: Standing) -> ChildState:
    return ChildState(
        name="risk",
        standing=standing,
        epoch=3,
        restarts=2,
        mailbox_depth=1,
        oldest_mail_seconds=0.12345,
        last_failure=FAILED,
    )


class Scene:
    """A loop on its thread, a directory, and the file."""

    def __init__(self, folder: Path, in_memory: Path | None = None) -> None:
        self.clock, self.directory = HandClock(), Directory()
        self.host = ThreadHost("system", WallClock())
        self.host.start()
        self.standing = Standing.RUNNING
        self.path = folder / "paper-DU1.status.json"
        self.file = StatusFile(
            self.path,
            tree=lambda: leaf(self.standing),
            directory=self.directory,
            host=self.host,
            clock=self.clock,
            about={"mode": "paper"},
            in_memory=in_memory,
        )

    @property
    def written(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.path.read_text())
        return found


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.host.stop()


def test_it_says_how_everyone_fares(scene: Scene) -> None:
    kept = scene.file.keep()

    tree = scene.written["tree"]
    assert kept
    assert tree == {
        "actor": "risk",
        "state": "running",
        "epoch": 3,
        "restarts": 2,
        "mailbox_depth": 1,
        "oldest_mail_seconds": 0.123,
        "last_failure": {"epoch": 2, "message": "Wake", "cause": "ValueError: bug"},
        "children": [],
    }
    assert (scene.written["mode"], scene.written["ended"], scene.written["breaker"]) == ("paper", None, None)


def test_the_breaker_is_asked(scene: Scene) -> None:
    Breaker(
        Context(name="breaker", epoch=1, host=scene.host, directory=scene.directory, observer=NullObserver())
    ).launch()

    scene.file.keep()

    expected = {"state": "open", "failures": 3, "since": "2026-01-05T15:00:00+00:00", "reason": "timed out"}
    assert scene.written["breaker"] == expected


class Answering(LoopActor):
    """Answers every question alike."""

    def __init__(self, context: Context, answer: Any) -> None:
        super().__init__(context)
        self._given = answer

    def receive(self, message: Any) -> Any:
        del message
        return self._given


def test_who_gives_orders_and_who_knows_of_others_are_asked(scene: Scene) -> None:
    theirs = Foreign(
        symbol=Symbol("SPY"),
        con_id=ConId(7),
        quantity=2,
        sec_type="OPT",
        expiry=date(2026, 3, 20),
        strike=Decimal(500),
        right=Right.PUT,
    )
    answers = {
        "control": ControlAnswer(state=ControlState.HALTED, since=OPENED, by="./bot halt"),
        "risk": ForeignAnswer(unsettled=(theirs,)),
    }
    for name, answer in answers.items():
        context = Context(name=name, epoch=1, host=scene.host, directory=scene.directory, observer=NullObserver())
        Answering(context, answer).launch()

    scene.file.keep()

    control, foreign = scene.written["control"], scene.written["foreign"]
    assert (control["state"], control["by"], control["since"]) == ("halted", "./bot halt", OPENED.isoformat())
    assert foreign["ignored"] == []
    (row,) = foreign["unsettled"]
    assert (row["text"], row["con_id"], row["expiry"]) == ("2 SPY 2026-03-20 500P (7) held", 7, "2026-03-20")
    assert [line.text for line in _foreign(scene.written)] == [
        "2 SPY 2026-03-20 500P (7) held, not by the bot; no entry in SPY before ./bot adopt 7 or ./bot ignore 7"
    ]


def test_it_is_written_now_and_then_and_whole(scene: Scene) -> None:
    scene.file.keep()
    scene.standing = Standing.STOPPING

    scene.clock.seconds = 1.0
    scene.file.keep()
    early = scene.written["tree"]["state"]
    scene.clock.seconds = 2.0
    scene.file.keep()

    assert (early, scene.written["tree"]["state"]) == ("running", "stopping")
    assert list(scene.path.parent.iterdir()) == [scene.path]


def test_while_the_loop_is_silent_nothing_is_written(scene: Scene) -> None:
    let_go = threading.Event()
    scene.file.keep()
    before = scene.path.read_text()
    scene.host.post(let_go.wait, 10)
    scene.clock.seconds = 10.0

    kept = scene.file.keep()
    let_go.set()

    assert (kept, scene.path.read_text()) == (False, before)


@pytest.fixture
def light(tmp_path: Path) -> Iterator[Scene]:
    """Return a scene whose status is in memory, its state beside it on the disk."""
    for name in ("state", "memory"):
        (tmp_path / name).mkdir()
    made = Scene(tmp_path / "state", tmp_path / "memory")
    yield made
    made.host.stop()


def test_where_there_is_a_folder_in_memory_the_disk_has_a_link_until_the_last_word(light: Scene) -> None:
    light.path.write_text("of the process before")

    light.file.keep()
    at = light.path.lstat().st_ino
    light.clock.seconds, light.standing = 2.0, Standing.STOPPING
    light.file.keep()

    assert (light.path.is_symlink(), light.path.lstat().st_ino) == (True, at)
    assert light.written["tree"]["state"] == "stopping"
    light.file.end(leaf(Standing.ENDED), 0, "asked to")
    assert (light.path.is_symlink(), light.written["ended"]["exit_code"]) == (False, 0)


def test_a_folder_in_memory_that_is_gone_costs_nothing_but_the_disks_wear(light: Scene, tmp_path: Path) -> None:
    light.file.keep()
    shutil.rmtree(tmp_path / "memory")

    light.clock.seconds = 2.0
    kept = light.file.keep()

    assert (kept, light.path.is_symlink(), light.written["mode"]) == (True, False, "paper")


@pytest.mark.parametrize(
    ("given", "folder"), [("", None), ("/run/stopward", Path("/run/stopward")), ("/run/a:/run/b", Path("/run/a"))]
)
def test_the_service_manager_says_which_folder_is_in_memory(
    given: str, folder: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNTIME_DIRECTORY", given)

    assert memory_folder() == folder


def test_the_last_word_has_the_exit_code(scene: Scene) -> None:
    scene.file.end(leaf(Standing.ENDED), 70, "the root gave up")

    assert scene.written["ended"] == {"exit_code": 70, "reason": "the root gave up"}
    assert scene.written["tree"]["state"] == "ended"
