"""The gateway's own README: what it shows runs, what it lists is there. Its clients' examples run in conformance."""

import re
from pathlib import Path

import pytest

import simgateway
from simgateway.command.parser import options_of
from simgateway.faults.scenario import read_scenario
from tests.simgateway.readme_blocks import README, blocks

pytest_plugins = ["pytester"]
LINES_MAX = 120


def test_it_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= LINES_MAX


@pytest.mark.parametrize("client", ["ib_insync", "ib_async", "ibapi"])
def test_each_client_has_an_example_of_a_few_lines(client: str) -> None:
    example = blocks()[client]

    compile(example, client, "exec")
    assert len(example.splitlines()) <= 8
    assert '"127.0.0.1", 4002' in example


def test_the_pytest_example_runs(pytester: pytest.Pytester) -> None:
    pytester.makeconftest('pytest_plugins = ["simgateway.fixture"]')
    pytester.makepyfile(blocks()["pytest"])

    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "--strict-markers")

    result.assert_outcomes(passed=1)


def test_the_scenario_is_one() -> None:
    scenario = read_scenario(blocks()["toml"], "README")

    assert [fault.kind for fault in scenario.faults] == ["mute", "restart"]


def test_the_table_of_options_is_the_command_line() -> None:
    table = [line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("| `--")]
    listed = {word for line in table for word in re.findall(r"`(--[a-z-]+)`", line.split("|")[1])}
    known = {f"--{name.replace('_', '-')}" for name in vars(options_of([]))}

    assert listed == known


def test_ready_made_days_are_all_named() -> None:
    text = README.read_text(encoding="utf-8")
    assert simgateway.__file__ is not None
    days = sorted(path.stem for path in (Path(simgateway.__file__).parent / "scenarios").glob("*.toml"))

    assert days
    assert [day for day in days if day not in text] == []
