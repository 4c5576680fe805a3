"""The table of exit codes is what the runbook has, what every command's help ends with, and what commands end with."""

import importlib
import re
from pathlib import Path
from typing import Final

import pytest
import typer

from cli.completion import commands_of
from cli.exit_codes import EXIT_CODES, SCRIPT, rows_of
from cli.main import app, main
from tests.house import CHECKOUT

COMMANDS: Final = tuple(each.path for each in commands_of(typer.main.get_command(app)) if each.path)
SERVED_BY_ANOTHER: Final = {"gateway"}  # Its help is the simulated gateway's.
GROUPS: Final = {"config"}
ENDINGS: Final = (
    ("trade", "cli.trade", ("OK", "GAVE_UP")),
    ("trade", "cli.stopping", ("STOPPED_UNCLEAN",)),
    ("trade", "cli.watchdog", ("HUNG",)),
    ("status", "cli.status", ("RUNNING", "NOT_RUNNING")),
    ("halt", "cli.control", ("DONE", "NOT_DONE")),
    ("flatten", "cli.control", ("DONE", "NOT_DONE", "NOT_RUNNING")),
    ("adopt", "cli.settle", ("DONE", "NOT_DONE", "NOT_RUNNING", "WRONG_CALL")),
    ("alert-test", "cli.alert_test", ("ALL_TAKEN", "NOT_ALL")),
    ("wait-clock", "cli.wait_clock", ("SYNCHRONISED", "NOT_SYNCHRONISED")),
    ("validate", "cli.validate", ("HOLDS", "FAILS")),
    ("bench", "cli.bench", ("DONE", "FELL")),
    ("simulate", "cli.simulate", ("OK", "INVARIANT_BROKEN")),
    ("demo", "cli.show", ("OK", "INVARIANT_BROKEN")),
    ("demo", "cli.day_progress", ("STOPPED",)),
    ("report", "cli.main", ("BAD_INPUT", "INTERRUPTED")),
)


def codes_of(command: str) -> list[int]:
    return [row.code for row in rows_of(command)]


def ended(*words: object) -> int:
    """Return the exit code."""
    with pytest.raises(SystemExit) as raised:
        main([*map(str, words)])
    return int(raised.value.code or 0)


def test_the_runbook_has_the_table() -> None:
    text = (CHECKOUT / "docs" / "runbook.md").read_text(encoding="utf-8")

    rows = [
        f"| {row.code} | {', '.join(f'`{each}`' for each in row.commands) or 'all others'} | {row.means} |"
        for row in EXIT_CODES
    ]

    assert re.findall(r"^\| \d+ \|.*$", text, re.MULTILINE) == rows


def test_the_table_names_no_command_that_does_not_exist() -> None:
    assert {name for row in EXIT_CODES for name in row.commands} - {SCRIPT} <= {*COMMANDS}


@pytest.mark.parametrize("command", [each for each in COMMANDS if each not in SERVED_BY_ANOTHER | GROUPS])
def test_the_help_of_a_command_ends_with_its_codes(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "4000")

    code = ended(*command.split(), "--help")

    said = capsys.readouterr().out.rpartition("Exit codes: ")[2]
    assert code == 0
    assert [int(number) for number in re.findall(r"(?:^|; )(\d+) ", said)] == codes_of(command)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_code_has_one_meaning_for_each_command(command: str) -> None:
    assert len(codes_of(command)) == len({*codes_of(command)})
    assert {0, 2, 130} <= {*codes_of(command)}


@pytest.mark.parametrize("command", ["demo", "replay", "simulate"])
def test_a_day_that_is_simulated_has_no_codes_of_a_bot_that_trades(command: str) -> None:
    said = " ".join(row.means for row in rows_of(command))

    assert [word for word in ("another's state", "gateway", "tradable", "differs", "running") if word in said] == []


def test_the_gateways_help_calls_it_as_it_was_called(capsys: pytest.CaptureFixture[str]) -> None:
    ended("gateway", "--help")

    assert capsys.readouterr().out.startswith("usage: ./bot gateway [")


def test_the_help_of_all_says_them_in_short(capsys: pytest.CaptureFixture[str]) -> None:
    ended("--help")

    said = " ".join(capsys.readouterr().out.split()).rpartition("Exit codes: ")[2]
    assert {int(number) for number in re.findall(r"(?:^|; )(\d+) ", said)} == {row.code for row in EXIT_CODES}


@pytest.mark.parametrize(("command", "module", "names"), ENDINGS)
def test_what_a_command_can_end_with_is_in_the_table(command: str, module: str, names: tuple[str, ...]) -> None:
    found = importlib.import_module(module)

    assert {getattr(found, name) for name in names} <= {*codes_of(command)}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("config", "diff"), 0),
        (("config", "diff", "--set", "risk.stop_loss_pct=0.3"), 1),
        (("config", "check", "--set", "risk.stop_loss=0.3"), 2),
        (("status", "--state", "."), 2),
        (("halt", "--state", "."), 1),
        (("flatten", "--state", "."), 2),
        (("resume", "--state", "none"), 2),
        (("report", "--log", "."), 2),
        (("status", "--nonsense"), 2),
        (("nonsense",), 2),
        (("config",), 2),
        ((), 0),
    ],
)
def test_commands_end_so(
    words: tuple[str, ...],
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)

    assert ended(*words) == code

    said = capsys.readouterr()
    assert len(said.err.splitlines()) == (1 if code == 2 or words[:1] == ("halt",) else 0)
