"""The bot as it runs for real: threads, sockets, and the gateway in a process of its own."""

import pytest

from cli.demo import demo_plan
from cli.threads_day import run_threads_day
from tests.scenarios.days import CENT, Ran, wanted

SPEED = 60.0
UNTIL = "09:36"
EAGER = (
    'symbols=["SPY"]',
    'strategies.use=["tests.simulation.eager.Eager"]',
    "schedule.interval_seconds=60",
    "options.max_spread_pct=50",
    "options.max_quote_age_seconds=60",
    "risk.no_entry_after_open_minutes=0",
)


@pytest.fixture(scope="module")
def threads(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Run the first minutes of the demo's day."""
    asked = wanted(tmp_path_factory.mktemp("threads"), *EAGER, threads=True, until=UNTIL, speed=SPEED)
    plan = demo_plan(asked)
    return Ran(result=run_threads_day(plan, lambda _: None, speed=SPEED), folder=plan.run_dir)


def test_on_threads_cycles_complete_and_orders_reach_the_gateway(threads: Ran) -> None:
    assert threads.result.cycles_completed >= 1
    assert threads.result.entries >= 1
    assert "placeOrder" in threads.frame_names("in")


def test_on_threads_the_invariants_hold(threads: Ran) -> None:
    assert threads.result.violations == []
    assert threads.result.invariants["checked"] > 0


def test_on_threads_no_actor_fails(threads: Ran) -> None:
    assert threads.events("actor_failed", "actor_gave_up", "catalogue_violation", "library_message") == []
    assert threads.result.restarts == 0


def test_on_threads_our_profit_is_the_gateways_to_the_cent(threads: Ran) -> None:
    assert threads.result.pnl.quantize(CENT) == threads.result.gateway_pnl.quantize(CENT)
