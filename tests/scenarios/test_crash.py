"""The same recorded day, with actors killed in the middle of it."""

from decimal import Decimal

import pytest

from tests.scenarios.days import CENT, Ran, held_after, replayed, wanted
from tests.scenarios.test_replay import CHRISTMAS_EVE, SAME_DAY

CRASHES = ("symbol:GOOG@10:15", "oco:*@10:31", "risk@11:00", "broker@11:30")


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Replay GOOG in what expires that day, with four crashes."""
    return replayed(wanted(tmp_path_factory.mktemp("crash"), *SAME_DAY, crashes=CRASHES), CHRISTMAS_EVE, "GOOG")


def test_each_crash_happens_and_its_actor_lives_again(crashed: Ran) -> None:
    died = [row["actor"] for row in crashed.events("actor_failed")]
    restarted = {row["actor"] for row in crashed.events("actor_restarted")}

    assert [name.partition(":")[0] for name in died] == ["symbol", "oco", "risk", "broker"]
    assert set(died) <= restarted
    assert crashed.result.restarts >= 4


def test_the_day_goes_on_to_its_end_and_ends_flat(crashed: Ran) -> None:
    result = crashed.result

    assert result.cycles_completed > 0
    assert result.exits == result.entries >= 1
    assert result.positions_open_at_end == 0
    assert held_after(crashed.fills()) == {}


def test_no_invariant_is_violated_by_a_crash(crashed: Ran) -> None:
    assert crashed.result.violations == []
    assert crashed.result.invariants["violated"] == 0
    assert crashed.result.invariants["checked"] > 0


def test_a_dead_guards_bracket_is_adopted_with_what_it_holds(crashed: Ran) -> None:
    died = next(row for row in crashed.events("actor_failed") if row["actor"].startswith("oco:"))

    adopted = [row for row in crashed.events("oco_adopted") if row["ts"] >= died["ts"]]

    assert adopted[0]["intent"] == died["actor"].removeprefix("oco:")
    assert adopted[0]["position"] > 0
    closed = [row for row in crashed.events("position_closed") if row["intent"] == adopted[0]["intent"]]
    assert len(closed) == 1


def test_the_days_loss_is_not_forgotten_by_the_ledger_that_was_restarted(crashed: Ran) -> None:
    """The evening's sum is the restarted ledger's own; it has the losses of before the restart in it."""
    restarted = next(row for row in crashed.events("actor_restarted") if row["actor"] == "risk")
    before = [row for row in crashed.events("position_closed") if row["ts"] < restarted["ts"] and row["quantity"]]
    flow = sum((-fill.price * fill.quantity * 100 for fill in crashed.fills()), Decimal(0))

    evening = crashed.events("eod_summary")

    assert before
    assert len(evening) == 1
    assert evening[0]["entries"] == crashed.result.entries
    assert Decimal(str(evening[0]["pnl"])).quantize(CENT) == (flow - crashed.result.fees).quantize(CENT)


def test_the_profit_is_the_gateways_to_the_cent_after_all(crashed: Ran) -> None:
    result = crashed.result

    assert result.pnl.quantize(CENT) == result.gateway_pnl.quantize(CENT)
