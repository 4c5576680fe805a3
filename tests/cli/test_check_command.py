"""``./bot check`` as it is called, against ``python -m simgateway`` in a process of its own with a scenario file."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from actors.runtime.clock import ScaledClock
from cli.check import Asked, run_check
from cli.main import main
from tests.house import CHECKOUT

QUICK = "delay_ms = [0, 2]\nhistory_ms = [1, 5]\nsnapshot_end_ms = [300, 400]\n"


@contextmanager
def serving(folder: Path, *arguments: str, scenario: str = "") -> Iterator[dict[str, Any]]:
    """Run a gateway with this scenario, give its ready line, and see that it got no order by its frame log."""
    path, log = folder / "day.toml", folder / "frames.jsonl"
    path.write_text(f"[gateway]\n{QUICK}{scenario}")
    command = [sys.executable, "-m", "simgateway", "--port", "0", "--symbols", "SPY", "--scenario", str(path)]
    command += ["--log", str(log), *arguments]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            process.wait(30)
    names = {json.loads(line).get("name") for line in log.read_text().splitlines()}
    assert "reqAccountSummary" in names
    assert not names & {"placeOrder", "cancelOrder", "reqGlobalCancel", "exerciseOptions"}


def called(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Run the command line; return exit code, stdout and stderr."""
    with pytest.raises(SystemExit) as ended:
        main(["check", "--host", "127.0.0.1", "--timeout", "10", *map(str, arguments)])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_a_good_gateway_is_tradable_by_table_and_by_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with serving(tmp_path) as ready:
        people = called(capsys, "--port", ready["port"], "--client-id", 5)
        programs = called(capsys, "--port", ready["port"], "--client-id", 6, "--symbol", "spy", "--json")

    assert (people[0], people[2], programs[0], programs[2]) == (0, "", 0, "")
    assert people[1].splitlines()[-1].startswith(f"127.0.0.1:{ready['port']} is tradable (")
    assert "->" not in people[1]
    said = json.loads(programs[1])
    assert (said["tradable"], said["symbol"], said["port"]) == (True, "SPY", ready["port"])
    assert said["events"][0]["client_id"] == 6


def test_a_gateway_with_two_faults_shows_both_and_what_to_do(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    faults = 'read_only = true\nrefused_data = [["OPT", 10090]]\n[[fault]]\nkind = "clock_skew"\nseconds = 60\n'

    with serving(tmp_path, scenario=faults) as ready:
        code, said, _ = called(capsys, "--port", ready["port"])

    flat = " ".join(said.split())
    assert code == 1
    assert "is not tradable: 3 of 11 failed" in flat
    assert "untick Read-Only API" in flat
    assert "code 10090" in flat
    assert "OPRA" in flat
    assert "by NTP" in flat


@pytest.mark.parametrize("refused", ["", 'refused_data = [["OPT", 354]]\n'])
def test_before_the_open_quotes_are_unknown_and_refusals_are_not(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, refused: str
) -> None:
    with serving(tmp_path, "--date", "2025-11-12", "--start", "08:00", scenario=refused) as ready:
        clock = ScaledClock(datetime.fromisoformat(ready["start"]), 1.0, ready["anchor_monotonic"])
        asked = Asked(host="127.0.0.1", port=ready["port"], timeout_seconds=10.0, as_json=True)
        code = run_check(asked, clock)

    said = json.loads(capsys.readouterr().out)
    verdicts = {event["event"]: event["verdict"] for event in said["events"] if event["verdict"] != "ok"}
    expected = {"stock_snapshot": "unknown", "option_snapshot": "failed" if refused else "unknown"}
    assert (code, said["tradable"], verdicts) == (1 if refused else 0, not refused, expected)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--symbol", "SP$"), "bot: --symbol: 'SP$' is no symbol"),
        (("--port", "99999"), "bot: --port: 99999 must be less than or equal to 65535"),
        (("--port", "http"), "'--port'"),
        (("--client-id", "0"), "bot: --client-id: 0 must be greater than or equal to 1"),
        (("--timeout", "0"), "'--timeout'"),
        (("--timeout", "nan"), "'--timeout'"),
        (("--settings", "none.yaml"), "none.yaml: no such file"),
        (("--set", "broker.prot=4002"), "unknown key; did you mean"),
        (("now",), "unexpected extra argument"),
    ],
)
def test_a_wrong_call_is_one_line_and_code_two(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], expected: str
) -> None:
    code, out, err = called(capsys, *arguments)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert expected in err
