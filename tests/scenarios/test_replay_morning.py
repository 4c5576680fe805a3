"""A recorded morning, until eleven: two round trips, and short enough to be lived through on an emulated machine."""

import pytest

from tests.scenarios.days import CENT, Ran, held_after, market_data, replayed, wanted
from tests.scenarios.recorded import spread_of_minute

SAME_DAY = (
    "options.expiry=0dte",
    "options.max_spread_pct=40",
    "options.min_volume=0",
    "schedule.interval_seconds=60",
)


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Replay GOOG from the opening, in what expires that day."""
    return replayed(wanted(tmp_path_factory.mktemp("morning"), *SAME_DAY), "2015-12-24", "GOOG", until="11:00")


def test_a_cycle_a_minute_is_completed(morning: Ran) -> None:
    assert morning.result.cycles_completed == morning.result.cycles == 90


def test_what_was_bought_is_sold_again(morning: Ran) -> None:
    assert morning.result.entries == morning.result.exits == 2
    assert held_after(morning.fills()) == {}


def test_every_fill_lies_within_what_its_minute_had(morning: Ran) -> None:
    data = market_data()
    prices = [(fill.price, spread_of_minute(data, fill.contract, fill.at)) for fill in morning.fills()]

    assert len(prices) >= 4
    assert all(low <= price <= high for price, (low, high) in prices if low is not None and high is not None)


def test_the_mornings_profit_is_the_gateways_to_the_cent(morning: Ran) -> None:
    assert morning.result.pnl.quantize(CENT) == morning.result.gateway_pnl.quantize(CENT) != 0


def test_the_audit_of_its_frames_finds_nothing(morning: Ran) -> None:
    assert morning.result.violations == []
    assert morning.result.invariants["checked"] > 0
