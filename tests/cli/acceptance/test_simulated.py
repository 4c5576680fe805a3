"""Small runs of every phase in virtual time; and that what breaks inside of one shows in its table."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cli.acceptance.phases import PHASES, Phase
from cli.acceptance.rows import Row, rows_of
from cli.acceptance.simulated import run_simulated
from cli.validate import simulated_settings

DEAF = """
[[fault]]
kind = "mute"
message = "historicalData"
after = 0
"""
SHORT_RESET = """
[[fault]]
kind = "connectivity"
at = 10:47:00
seconds = 5
restored = 1102

[[fault]]
kind = "connectivity"
at = 10:52:00
seconds = 5
restored = 1101

[[fault]]
kind = "restart"
at = 10:57:00
seconds = 10
"""


def _nothing(_: datetime) -> None:
    """Show no progress."""


def rows(phase: Phase, folder: Path) -> dict[str, Row]:
    found = run_simulated(phase, simulated_settings(phase, ()), 7, folder, _nothing)
    return {row.what: row for row in rows_of(phase, found)}


def small(name: str, **changed: Any) -> Phase:
    return replace(PHASES[name], **changed)


@pytest.mark.parametrize(
    "phase",
    [
        small("1"),
        small("2"),
        small("3", symbols=("SPY",), cycles=2, interval_seconds=60),
        small("4", symbols=("SPY",), hours=0.8, interval_seconds=300, scenario=SHORT_RESET),
        small("5", symbols=("SPY", "QQQ"), hours=0.75),
        small("stress", symbols=("S0000", "S0001", "S0002"), cycles=2, interval_seconds=60),
    ],
    ids=lambda phase: phase.name,
)
def test_a_small_run_of_each_phase_holds(phase: Phase, tmp_path: Path) -> None:
    found = rows(phase, tmp_path)

    assert [row for row in found.values() if not row.ok] == []


def test_a_gateway_that_gives_no_bars_fails_the_run(tmp_path: Path) -> None:
    found = rows(small("3", symbols=("SPY",), cycles=3, interval_seconds=300, scenario=DEAF), tmp_path)

    assert not found["cycles in full"].ok
    assert not found["requests timed out"].ok
    assert not found["mean response to history"].ok
    assert found["stop"].ok


def test_a_night_in_which_nothing_went_wrong_does_not_count_as_one_survived(tmp_path: Path) -> None:
    found = rows(small("4", symbols=("SPY",), hours=0.25, interval_seconds=300, scenario=""), tmp_path)

    assert [what for what, row in found.items() if not row.ok] == ["went through"]
