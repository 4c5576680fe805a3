"""The conformance suite itself, as far as it can be held to something without its clients."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.clients import STAMP, ClientSetupError, Workshop
from tests.conformance.child import Child, ClientFailedError
from tests.conformance.clients import CLIENTS, ENVIRONMENTS, lock_of
from tests.conformance.drivers.vocabulary import amount, moment, plain
from tests.conformance.strictness import client_of
from tests.house import CHECKOUT

CASES = """
import pytest

@pytest.mark.parametrize("client", ["one", "two"])
def test_a_case_is_lived(client: str) -> None:
    {body}
"""
ECHO = """
import json, sys
for line in sys.stdin:
    command = json.loads(line)
    if command["do"] == "die":
        sys.exit("it hurts")
    print(json.dumps({"kind": "heard", "line": "a"}), flush=True)
    failed = {"n": command["n"], "failed": "no"}
    print(json.dumps(failed if command["do"] == "fail" else {"n": command["n"], "result": command["do"]}), flush=True)
"""
PRETENDER = """#!/bin/sh
echo "$*" >> "$0.calls"
case "$*" in
    "-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
    *broken.lock*) echo "no such package"; exit 1 ;;
esac
"""


def lived(tmp_path: Path, body: str) -> tuple[int, str]:
    """Run two small cases under the suite's plugin; return pytest's exit code and what it said."""
    (tmp_path / "test_small.py").write_text(CASES.format(body=body))
    plugin = "from tests.conformance.strictness import Strictness\n"
    hook = "def pytest_configure(config):\n    config.pluginmanager.register(Strictness())\n"
    (tmp_path / "conftest.py").write_text(plugin + hook)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", os.devnull, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    run = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 - pytest
    return run.returncode, run.stdout


def test_a_run_without_skipped_cases_passes_and_counts_by_client(tmp_path: Path) -> None:
    code, said = lived(tmp_path, "assert True")

    assert code == 0
    assert "ok     one          1 of 1 cases" in said


@pytest.mark.parametrize(
    "body", ["pytest.skip('no client here')", "pytest.xfail('known')", "pytest.importorskip('nope')"]
)
def test_a_skipped_case_fails_the_run(tmp_path: Path, body: str) -> None:
    code, said = lived(tmp_path, body)

    assert code == 1
    assert "was skipped: here that is a failure" in said


def test_a_failed_case_counts_against_its_client(tmp_path: Path) -> None:
    code, said = lived(tmp_path, "assert client == 'one'")

    assert code == 1
    assert "FAILED two          0 of 1 cases" in said


def test_the_client_of_a_case_is_its_first_parameter() -> None:
    assert client_of("tests/conformance/test_x.py::test_y[ibapi-armed-1]@ibapi") == "ibapi"
    assert client_of("tests/conformance/test_x.py::test_y") == "no client"


def test_without_the_environments_no_case_runs_and_the_way_is_named() -> None:
    environment = {name: value for name, value in os.environ.items() if name != ENVIRONMENTS}

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--collect-only", "tests/conformance"],
        env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert "run ./bot test --conformance" in run.stderr


def test_every_client_has_a_lock_and_every_lock_a_client() -> None:
    locks = set((CHECKOUT / "tests" / "conformance" / "clients").glob("*.lock"))

    assert {lock_of(client) for client in CLIENTS} == locks


def test_a_driver_is_commanded_and_overheard() -> None:
    child = Child([sys.executable, "-c", ECHO])

    assert child.do("speak") == "speak"
    assert child.wait(lambda events: len(events) == 1)
    with pytest.raises(ClientFailedError, match="fail: no"):
        child.do("fail")
    child.end()
    assert not child.is_alive


def test_a_driver_that_dies_says_what_it_died_of() -> None:
    child = Child([sys.executable, "-c", ECHO])

    with pytest.raises(ClientFailedError, match="it hurts"):
        child.do("die")
    child.end()


def test_values_are_told_in_plain_words() -> None:
    assert plain(1.7976931348623157e308) is None
    assert plain(2147483647) is None
    assert plain(float("nan")) is None
    assert (plain(2.5), plain("x"), plain({3}), amount("12.5"), amount("")) == (2.5, "x", [3], 12.5, "")


def test_an_execution_time_is_a_moment_only_with_a_zone() -> None:
    assert moment("20251112 11:30:00 US/Eastern") == moment("20251112-16:30:00") == 1762965000.0
    assert moment("20251112  11:30:00") is None


def workshop(tmp_path: Path, *locks: str) -> Workshop:
    """Return a workshop with a Python of sh that only pretends."""
    python = tmp_path / "python"
    python.write_text(PRETENDER)
    python.chmod(0o755)
    (tmp_path / "locks").mkdir()
    for name in locks:
        (tmp_path / "locks" / f"{name}.lock").write_text(f"{name}==1\n")
    return Workshop(locks=tmp_path / "locks", folder=tmp_path / "made", python=str(python))


def test_environments_are_made_once(tmp_path: Path) -> None:
    shop = workshop(tmp_path, "a", "b")

    first = shop.missing()
    shop.make(first)

    assert (first, shop.missing()) == (["a", "b"], [])
    assert "--require-hashes" in (tmp_path / "made" / "a" / "bin" / "python.calls").read_text()


def test_a_changed_lock_makes_its_environment_anew(tmp_path: Path) -> None:
    shop = workshop(tmp_path, "a", "b")
    shop.make(shop.missing())

    (tmp_path / "locks" / "b.lock").write_text("b==2\n")

    assert shop.missing() == ["b"]


def test_a_half_made_environment_is_made_anew(tmp_path: Path) -> None:
    shop = workshop(tmp_path, "a")
    shop.make(["a"])

    (tmp_path / "made" / "a" / STAMP).unlink()

    assert shop.missing() == ["a"]


def test_an_environment_that_cannot_be_made_is_named_with_the_reason(tmp_path: Path) -> None:
    shop = workshop(tmp_path, "a", "broken")

    with pytest.raises(ClientSetupError, match="broken could not be made:\nno such package"):
        shop.make(shop.missing())

    assert "broken" in shop.missing()
