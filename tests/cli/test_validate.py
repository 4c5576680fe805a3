"""The command: table, JSON, exit codes, and mistakes in one line."""

import json
from pathlib import Path

import pytest

from cli.main import main


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["validate", *arguments])
    out, err = capsys.readouterr()
    return int(str(ended.value.code)), out, err


def in_(folder: Path) -> list[str]:
    return ["--set", f"paths.runs_dir={folder}"]


def test_a_run_that_holds_ends_with_zero_and_its_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(["--phase", "1", "--json", *in_(tmp_path)], capsys)

    found = json.loads(out.splitlines()[-1])
    assert (code, found["ok"], found["phase"], found["where"]) == (0, True, "1", "virtual time")
    assert {row["what"] for row in found["rows"]} >= {"price", "strike at the money", "orders sent"}


def test_a_run_that_does_not_hold_ends_with_one_and_shows_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = said(["--phase", "4", "--hours", "0.1", "--symbols", "SPY", *in_(tmp_path)], capsys)

    assert code == 1
    assert next(line.split()[:2] for line in out.splitlines() if "FAILS" in line) == ["went", "through"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--phase", "9"], "bot: --phase 9: give one of 1, 2, 3, 4, 5, stress\n"),
        (["--phase", "1", "--speed", "0"], "bot: --speed 0: give a number above 0, at most 120\n"),
        (
            ["--phase", "1", "--threads", "--port", "1"],
            "bot: --threads: it brings a gateway of its own; leave out --host, --port and --settings\n",
        ),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_two(
    arguments: list[str], line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said([*arguments, *in_(tmp_path)], capsys)

    assert (code, out, err) == (2, "", line)
    assert list(tmp_path.iterdir()) == []
