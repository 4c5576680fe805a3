from pathlib import Path

import pytest

from cli.report import Asked, run_report
from domain.errors import ConfigError
from tests.ops.report.lines import Written


def a_log(folder: Path) -> Path:
    log = Written(folder)
    log.at(0, "cycle_start", cycle=1, symbols=1)
    log.at(1, "alert", kind="started", text="x", delivered=False)
    log.at(24 * 60, "alert", kind="started", text="x", delivered=False)
    log.facts()
    return folder


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"day": "2026-3-11"}, "--day 2026-3-11: not a day"),
        ({"first": "yesterday"}, "--from yesterday: not a day"),
        ({"last": "x"}, "--to x: not a day"),
        ({"day": "2026-03-11", "first": "2026-03-11"}, "--day goes with neither"),
        ({"first": "2026-03-12", "last": "2026-03-11"}, "is after --to"),
        ({"day": "2026-03-20"}, "the log has nothing of 2026-03-20"),
    ],
)
def test_a_wrong_question_is_answered_in_one_line(tmp_path: Path, asked: dict[str, str], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        run_report(Asked(log=a_log(tmp_path), **asked))  # type: ignore[arg-type] # texts alone


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        (Asked(), "Stopward, 2026-03-12"),
        (Asked(day="2026-03-11"), "Stopward, 2026-03-11"),
        (Asked(first="2026-03-11"), "Stopward, 2026-03-11 to 2026-03-12"),
        (Asked(first="2026-03-01", last="2026-03-11"), "Stopward, 2026-03-11"),
    ],
)
def test_without_a_day_it_is_the_last_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: Asked, title: str
) -> None:
    code = run_report(Asked(day=asked.day, first=asked.first, last=asked.last, log=a_log(tmp_path)))

    assert (code, capsys.readouterr().out.splitlines()[0].strip()) == (0, f"{title}, New York time")


def test_an_empty_log_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "bot.jsonl").write_text("")

    with pytest.raises(ConfigError, match="no line yet"):
        run_report(Asked(log=tmp_path))
