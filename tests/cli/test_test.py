import subprocess
import sys
from pathlib import Path

import pytest

from cli.test import _finish, _Running, _show_all_but_the_last_line, run_tests


def running(code: str) -> _Running:
    """Return a process that runs this, as one of the steps would be."""
    process = subprocess.Popen(  # noqa: S603 - a few words of our own
        [sys.executable, "-c", code], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return _Running("step", process, 0.0)


def test_with_arguments_the_verdict_is_that_of_pytest_alone(tmp_path: Path) -> None:
    good, bad = tmp_path / "test_good.py", tmp_path / "test_bad.py"
    good.write_text("def test_it_holds() -> None:\n    assert 1 == 1\n")
    bad.write_text("def test_it_breaks() -> None:\n    assert 1 == 2\n")

    verdicts = [run_tests(["-p", "no:cacheprovider", str(path)]) for path in (good, bad)]

    assert verdicts == [0, 1]


def test_a_step_that_failed_shows_what_it_said(capsys: pytest.CaptureFixture[str]) -> None:
    passed = _finish(running("print('the reason'); raise SystemExit(3)"))

    assert not passed
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("FAILED step")
    assert said[1] == "the reason"


def test_a_step_that_passed_says_only_that(capsys: pytest.CaptureFixture[str]) -> None:
    passed = _finish(running("print('nothing of interest')"))

    assert passed
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("ok     step")


def test_the_last_line_is_kept_for_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    step = running("print('one'); print('two'); print('3 passed'); print()")

    summary = _show_all_but_the_last_line(step)
    step.process.communicate()

    assert summary == "3 passed"
    assert capsys.readouterr().out.splitlines() == ["one", "two"]
