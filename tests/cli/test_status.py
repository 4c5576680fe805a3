"""What a running bot leaves behind, and what `./bot status` makes of it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cli.main import main
from cli.status import run_status, screen
from domain.errors import ConfigError

NOW = datetime(2026, 1, 5, 17, tzinfo=UTC)


def row(name: str, *children: dict[str, Any], **changes: Any) -> dict[str, Any]:
    given = {
        "actor": name,
        "state": "running",
        "epoch": 1,
        "restarts": 0,
        "mailbox_depth": 0,
        "oldest_mail_seconds": 0.0,
        "last_failure": None,
        "children": list(children),
    }
    return {**given, **changes}


TREE = row(
    "root",
    row("guarding", row("broker", mailbox_depth=12, oldest_mail_seconds=3.21)),
    row(
        "trading",
        row(
            "risk",
            state="restarting",
            epoch=3,
            restarts=2,
            last_failure={"epoch": 3, "message": "ReserveRisk", "cause": "KeyError: 'day'"},
        ),
    ),
)


def a_status(**changes: Any) -> dict[str, Any]:
    given = {
        "version": "0",
        "mode": "paper",
        "pid": 4711,
        "started_at": (NOW - timedelta(hours=2, minutes=5)).isoformat(),
        "written_at": NOW.isoformat(),
        "every_seconds": 2.0,
        "ended": None,
        "breaker": {"state": "closed", "failures": 0, "since": None, "reason": ""},
        "tree": TREE,
    }
    return {**given, **changes}


def left(folder: Path, name: str = "paper-DU1", **changes: Any) -> Path:
    (folder / f"{name}.status.json").write_text(json.dumps(a_status(**changes)))
    return folder


class Noon:
    """The time at which somebody looks."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


def looked(folder: Path, *, as_json: bool = False) -> int:
    return run_status(None, folder, as_json=as_json, clock=Noon())


def ran(*arguments: object) -> object:
    with pytest.raises(SystemExit) as ended:
        main([*map(str, arguments)])
    return ended.value.code


def shown(**changes: Any) -> str:
    console = Console(width=80, height=24)
    with console.capture() as captured:
        console.print(screen(a_status(**changes), 1.0, stale=False))
    return captured.get()


def test_a_running_bot_is_shown_and_the_exit_code_is_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = looked(left(tmp_path))

    said = capsys.readouterr().out
    assert code == 0
    assert "bot 4711 (paper) up for 2 h 05 min" in said
    assert "risk" in said


def test_one_that_has_not_been_heard_of_is_stale_and_the_exit_code_is_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = looked(left(tmp_path, written_at=(NOW - timedelta(minutes=3)).isoformat()))

    assert code == 1
    assert "STALE: no word for 3 min" in capsys.readouterr().out


def test_one_that_ended_says_how_and_the_exit_code_is_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = looked(left(tmp_path, ended={"exit_code": 70, "reason": "the root gave up"}))

    assert code == 1
    assert "ended 0 s ago, exit code 70: the root gave up" in capsys.readouterr().out


def halted(state: str = "halted") -> dict[str, Any]:
    return {"state": state, "by": "./bot halt", "since": (NOW - timedelta(hours=20)).isoformat()}


def said(**changes: Any) -> str:
    """Return what is shown, whatever the width."""
    return " ".join(shown(**changes).split())


def test_a_halt_is_shown_with_who_since_when_and_what_ends_it() -> None:
    assert "halted by ./bot halt since 2026-01-04 21:00:00 UTC; ./bot resume ends it" in said(control=halted())
    assert "flattening by ./bot halt" in said(control=halted("flattening"))
    assert "it is a halt when all is closed" in said(control=halted("flattening"))


@pytest.mark.parametrize("control", [None, {"state": "running", "by": "", "since": None}])
def test_what_nobody_halted_says_nothing_of_it(control: dict[str, Any] | None) -> None:
    assert "./bot resume" not in said(control=control)


def test_what_is_not_the_bots_is_shown_with_what_settles_it() -> None:
    holding = {"text": "2 SPY 2026-03-20 500P (71) held", "symbol": "SPY", "con_id": 71, "perm_id": 0}
    order = {"text": "BUY 1 QQQ (72) ordered by client 5", "symbol": "QQQ", "con_id": 72, "perm_id": 9}

    text = said(foreign={"unsettled": [holding, order], "ignored": [{**holding, "text": "9 IBM (73) held"}]})

    assert (
        "2 SPY 2026-03-20 500P (71) held, not by the bot; no entry in SPY before ./bot adopt 71 or ./bot ignore 71"
    ) in text
    assert "no entry in QQQ before ./bot ignore 72" in text
    assert "9 IBM (73) held, left to its owner" in text


def test_of_a_bot_that_ended_neither_halt_nor_others_are_shown() -> None:
    text = said(control=halted(), foreign=None, ended={"exit_code": 0, "reason": "asked to"})

    assert "./bot resume" not in text


def test_of_several_bots_the_latest_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left(tmp_path, "paper-DU1", pid=1, written_at=(NOW - timedelta(days=1)).isoformat())
    left(tmp_path, "dry_run-DU1", pid=2)

    ran("status", "--state", tmp_path, "--json")

    assert json.loads(capsys.readouterr().out)["pid"] == 2


def test_a_link_into_a_memory_that_is_gone_is_as_good_as_nothing(tmp_path: Path) -> None:
    (tmp_path / "paper.status.json").symlink_to(tmp_path / "gone")

    with pytest.raises(ConfigError, match="no bot has left its status"):
        run_status(None, tmp_path, as_json=False)


def test_for_machines_there_is_the_whole_file_with_its_age(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = looked(left(tmp_path), as_json=True)

    found = json.loads(capsys.readouterr().out)
    assert (code, found["stale"], found["age_seconds"], found["tree"]) == (0, False, 0.0, TREE)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"pid": 1}', '{"written_at": "yesterday"}'])
def test_a_file_that_is_none_of_ours_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (tmp_path / "paper-DU1.status.json").write_text(text)

    code = ran("status", "--state", tmp_path)

    said = capsys.readouterr()
    assert (code, said.out, said.err.count("\n")) == (2, "", 1)
    assert "paper-DU1.status.json" in said.err


@pytest.mark.parametrize("folder", [".", "nowhere"])
def test_nothing_to_show_is_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    code = ran("status", "--state", tmp_path / folder)

    said = capsys.readouterr()
    assert (code, said.out, said.err.count("\n")) == (2, "", 1)
    assert "no bot has left its status in" in said.err
    assert list(tmp_path.iterdir()) == []


def settings_of(folder: Path) -> Path:
    """Write settings that name a state folder; return their file."""
    file = folder / "my.yaml"
    file.write_text(f"paths: {{state_dir: {folder / 'mine'}}}\n", encoding="utf-8")
    return file


def test_the_state_folder_is_found_by_a_settings_file_and_by_the_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = settings_of(tmp_path)
    (tmp_path / "mine").mkdir()
    left(tmp_path / "mine")

    ran("status", "--settings", file, "--json")
    monkeypatch.setenv("SETTINGS_FILE", str(file))
    ran("status", "--json")

    assert [json.loads(line)["pid"] for line in capsys.readouterr().out.splitlines()] == [4711, 4711]


def test_where_nothing_is_found_the_folder_is_named_and_both_ways_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = ran("status", "--settings", settings_of(tmp_path))

    assert code == 2
    assert capsys.readouterr().err == (
        f"bot: no bot has left its status in {tmp_path / 'mine'}; start ./bot trade, or name the settings that it runs "
        "by with --settings, or its state folder with --state\n"
    )


def test_the_screen_shows_the_tree_with_mail_and_what_failed_last() -> None:
    lines = [line.rstrip() for line in shown().splitlines()]

    assert lines[1] == "breaker: closed, 0 failures in a row"
    assert lines[2].split() == ["actor", "state", "epoch", "restarts", "mail", "oldest"]
    assert [line.split()[0] for line in lines[3:8]] == ["root", "guarding", "broker", "trading", "risk"]
    assert lines[5].split() == ["broker", "running", "1", "0", "12", "3.2", "s"]
    assert lines[7].split() == ["risk", "restarting", "3", "2", "0"]
    assert lines[8] == "risk, life 3, at ReserveRisk: KeyError: 'day'"


def test_an_open_breaker_is_shown_with_its_reason() -> None:
    moved = {"state": "open", "failures": 3, "since": "2026-01-05T15:00:01+00:00", "reason": "symbols gave up"}

    assert "breaker: open since 15:00:01 UTC: symbols gave up" in shown(breaker=moved)


def test_a_breaker_that_is_down_says_what_that_means() -> None:
    assert "breaker: down, so nothing new is opened" in shown(breaker=None)


def test_no_line_is_wider_than_the_terminal() -> None:
    long = row("symbol:" + "X" * 60, last_failure={"epoch": 1, "message": "M", "cause": "why " * 60})

    assert max(map(len, shown(tree=row("root", long)).splitlines())) <= 80
