"""What a newcomer sees first: the demo's day."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.demo import demo_plan
from cli.result import DayResult
from tests.house import CHECKOUT
from tests.scenarios.days import CENT, Ran, ran, wanted

UNTIL = "10:10"
RISK_LIMITS = {
    "max_entries_per_day",
    "max_open_positions",
    "max_consecutive_losses",
    "max_contracts_per_order",
    "max_risk_pct_per_trade",
    "daily_loss_limit",
    "loss_budget",
}
PROMISED = {
    "symbols", "cycles", "cycles_completed", "entries", "exits", "denied", "pnl", "fees", "gateway_pnl",
    "positions_open_at_end", "unguarded_max_seconds", "restarts", "invariants", "trading_day", "wall_seconds", "trace",
}  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Run the whole day, as ``./bot demo`` runs it."""
    return ran(demo_plan(wanted(tmp_path_factory.mktemp("demo"))))


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> DayResult:
    """Run the day's beginning."""
    return ran(demo_plan(wanted(tmp_path_factory.mktemp("morning"), until=UNTIL))).result


def test_the_day_is_finished_and_flat(demo: Ran) -> None:
    result = demo.result

    assert result.trading_day == {"date": "2026-03-11", "open": "09:30", "close": "16:00"}
    assert result.cycles_completed == result.cycles == 130
    assert result.positions_open_at_end == 0
    assert result.restarts == 0


def test_the_day_shows_entries_and_both_kinds_of_exit(demo: Ran) -> None:
    result = demo.result

    assert result.entries >= 5
    assert result.exits == result.entries
    assert {"target", "stop"} <= result.exits_by.keys()


def test_the_day_shows_a_partial_fill(demo: Ran) -> None:
    assert demo.result.partial_fills >= 1


def test_the_day_shows_a_denial_by_a_risk_limit(demo: Ran) -> None:
    assert RISK_LIMITS & demo.result.denied_by.keys()


def test_our_profit_is_the_gateways_to_the_cent(demo: Ran) -> None:
    result = demo.result

    assert result.pnl.quantize(CENT) == result.gateway_pnl.quantize(CENT)
    assert result.fees > 0


def test_the_gateways_log_was_checked_and_nothing_was_violated(demo: Ran) -> None:
    assert demo.result.violations == []
    assert demo.result.invariants["violated"] == 0
    assert demo.result.invariants["checked"] >= 1000


def test_no_actor_failed_and_every_line_is_in_the_catalogue(demo: Ran) -> None:
    found = demo.events("actor_failed", "actor_gave_up", "catalogue_violation", "library_message", "mail_dropped")

    assert found == []


def test_the_same_seed_leaves_the_same_trace(morning: DayResult, tmp_path: Path) -> None:
    again = ran(demo_plan(wanted(tmp_path, until=UNTIL))).result

    assert morning.entries > 0
    assert again.trace == morning.trace


def test_another_seed_leaves_another_trace(morning: DayResult, tmp_path: Path) -> None:
    other = ran(demo_plan(wanted(tmp_path, until=UNTIL, seed=8))).result

    assert other.trace != morning.trace


def test_the_command_line_ends_with_one_json_object_and_the_same_trace(morning: DayResult, tmp_path: Path) -> None:
    command = [sys.executable, "run.py", "demo", "--json", "--until", UNTIL, "--set", f"paths.runs_dir={tmp_path}"]
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Asia/Kathmandu"}

    done = subprocess.run(  # noqa: S603 - our own command line
        command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    assert told.keys() >= PROMISED
    assert told["trace"] == morning.trace
    assert told["pnl"] == float(morning.pnl)
