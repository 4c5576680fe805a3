import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from cli.simulation import session
from cli.simulation.drawing import drawn_script
from cli.simulation.outcome import Outcome
from cli.simulation.pool import Task, run_all
from cli.simulation.script import Level, Script
from cli.simulation.session import calendar_in
from cli.simulation.shrinking import shrunken
from cli.simulation.summing import Sums
from cli.simulation.trail import LINES_KEPT
from domain.trading_day import Calendar
from tests.house import CHECKOUT

LEVEL = Level.ALL
EVENT = re.compile(r"\d\d:\d\d:\d\d\.\d{6} [a-z_]+: ")


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> Calendar:
    return calendar_in(tmp_path_factory.mktemp("calendar"))


def simulated(*arguments: str, hash_seed: str = "0") -> tuple[int, dict[str, Any], str]:
    """Return exit code, last line and stderr of a process of its own."""
    command = [sys.executable, "run.py", "simulate", "--json", *arguments]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(  # noqa: S603 - our own command line
        command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False
    )
    lines = done.stdout.splitlines()
    return done.returncode, json.loads(lines[-1]) if lines else {}, done.stderr


def test_the_last_line_sums_up_what_the_seeds_came_to() -> None:
    code, row, said = simulated("--seeds", "1..2", "--faults", "light", "--workers", "1", "--verbose")

    assert code == 0
    assert (row["seeds"], row["days"], row["violated"], row["failing_seeds"]) == (2, 2, 0, [])
    assert row["fills"] > 0
    assert row["seeds_with_fill"] == 2
    assert row["seeds_per_second"] > 0
    assert row["transitions_covered"] + len(row["uncovered"]) == row["transitions"]
    assert said == ""


def test_two_processes_under_another_hash_seed_find_what_one_finds_here(calendar: Calendar, tmp_path: Path) -> None:
    tasks = [Task(seed=seed, level=LEVEL, only=None, calendar=calendar) for seed in (4, 5)]
    script = tmp_path / "traces.py"
    script.write_text(
        "from pathlib import Path\n"
        "from cli.simulation.pool import Task, run_all\n"
        "from cli.simulation.script import Level\n"
        "from cli.simulation.session import calendar_in\n"
        "if __name__ == '__main__':\n"
        f"    calendar = calendar_in(Path({str(tmp_path)!r}))\n"
        f"    tasks = [Task(seed=s, level=Level.ALL, only=None, calendar=calendar) for s in (4, 5)]\n"
        "    print(*(outcome.trace for outcome in run_all(tasks, 2)))\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": str(CHECKOUT)}
    elsewhere = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, str(script)], env=environment, capture_output=True, text=True, check=True
    )

    assert elsewhere.stdout.split() == [outcome.trace for outcome in run_all(tasks, 1)]


def test_the_last_line_has_one_hash_over_all_traces_in_their_order() -> None:
    def summed(*traces: str) -> str:
        sums = Sums(frozenset())
        for seed, trace in enumerate(traces, 1):
            sums.add(_outcome(seed, trace))
        return str(json.loads(sums.as_json(1.0, uncovered=False))["trace"])

    assert summed("a", "b") == summed("a", "b")
    assert len({summed("a", "b"), summed("b", "a"), summed("a", "c"), summed("a")}) == 4


def _outcome(seed: int, trace: str) -> Outcome:
    return Outcome(seed=seed, violations=(), fills=0, lives=0, fired={}, rows=frozenset(), trace=trace, checked=1)


def _fails_with(*numbers: int) -> Any:
    def run(script: Script, calendar: Calendar) -> Outcome:
        del calendar
        held = set(numbers) <= {one.number for one in script.mishaps}
        return Outcome(
            seed=script.seed, violations=("2: bare",) if held else (), fills=0, lives=0, fired={}, rows=frozenset(),
            trace="", checked=1,
        )  # fmt: skip

    return run


def test_a_failing_script_shrinks_to_the_faults_it_takes(calendar: Calendar, monkeypatch: pytest.MonkeyPatch) -> None:
    script = next(one for one in map(_drawn, range(1, 100)) if len(one.mishaps) >= 4)
    run = _fails_with(2, 4)
    monkeypatch.setattr("cli.simulation.shrinking.run_script", run)

    shorter, outcome = shrunken(script, run(script, calendar), calendar)

    assert [one.number for one in shorter.mishaps] == [2, 4]
    assert outcome.violations == ("2: bare",)


def _drawn(seed: int) -> Script:
    return drawn_script(seed, LEVEL)


def test_a_failing_seed_says_what_was_violated_and_how_it_is_repeated(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "audited", _broken_audit)

    with pytest.raises(SystemExit) as ended:
        main(["simulate", "--seeds", "3", "--faults", "light", "--json", "--workers", "1"])

    out, err = capsys.readouterr()
    assert ended.value.code == 1
    assert json.loads(out)["failing_seeds"] == [3]
    assert "seed 3 again: ./bot simulate --seeds 3..3 --faults light --only 0" in err
    assert "no audit today" in err
    events = [line for line in err.splitlines() if EVENT.match(line)]
    assert len(events) == LINES_KEPT
    assert "seed 3 from " in err


def _broken_audit(*_: object) -> None:
    raise ValueError("no audit today")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--seeds", "5..2"), "--seeds 5..2: the first is above the last; did you mean 2..5?"),
        (("--seeds", "one"), "--seeds one: give A..B, such as 1..100, or one number"),
        (("--seeds", "1..2000000"), "--seeds 1..2000000: that is 2000000 seeds; give at most 1000000 at once"),
        (("--seeds", "1", "--faults", "some"), "--faults some: choose one of none, light, all"),
        (("--seeds", "1", "--only", "x"), "--only x: give numbers of a seed's faults, such as 2,5, or 0 for none"),
        (("--seeds", "1", "--workers", "0"), "--workers 0: give a number from 1 to 64"),
        ((), "Missing option '--seeds'"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    arguments: tuple[str, ...], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["simulate", *arguments])

    out, err = capsys.readouterr()
    assert ended.value.code == 2
    assert out == ""
    assert len(err.splitlines()) == 1
    assert complaint in err
