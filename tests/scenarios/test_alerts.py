"""Alerts of the runbook that no other scenario raises: over the wire and in virtual time, each from its cause."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from actors.runtime.faults.model import ActorFault
from actors.runtime.faults.model import Chance as ActorChance
from domain.commands import FlattenBracket
from domain.events import ClosedBy
from domain.trading_day import NEW_YORK
from simgateway.market.base import Instrument
from tests.scenarios.bad_days import STRIKES, Life, often, struck, wavering
from tests.scenarios.test_daily_loss import a_day, lost
from tests.simulation.short_days import DAY

QUIET: Final = ("risk.cooldown_minutes=390",)


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(DAY.year, DAY.month, DAY.day, hour, minute, second, tzinfo=NEW_YORK)


def kinds(life: Life) -> list[str]:
    return [kind for kind, _ in life.alerts.told]


def text_of(life: Life, kind: str) -> str:
    (text,) = [text for each, text in life.alerts.told if each == kind]
    return text


def test_a_day_to_its_end_is_told_with_its_entry_its_exit_and_its_sum(tmp_path: Path) -> None:
    with Life.of(tmp_path, begins=at(15, 20, 40), sets=QUIET) as life:
        life.run_until(at(16, 0, 10))

        assert kinds(life) == ["entry", "exit", "end_of_day"]
        assert "closed by flattened" in text_of(life, "exit")
        (pnl,) = {row["pnl"] for row in life.events("position_closed")}
        assert f"{DAY}: 1 entries, P&L {pnl:.2f} USD" in text_of(life, "end_of_day")


def test_without_a_gateway_at_nine_a_human_is_called_before_the_open(tmp_path: Path) -> None:
    with Life.of(tmp_path, begins=at(8, 50)) as life:
        life.strike(struck("restart", seconds=3600))
        life.run_until(at(9, 0, 10))

        assert kinds(life) == ["disconnected", "not_ready"]


def test_a_broker_that_refuses_each_exit_is_told_in_seconds(tmp_path: Path) -> None:
    with Life.of(tmp_path, sets=QUIET) as life:
        life.run_until(STRIKES)
        life.strike(often(1.0, "reject", "placeOrder", code=201, lasts=15))
        for order in life.gateway.books().open_orders:
            life.host.run(_cancelled(life, order.perm_id))
        life.run_for(12)

        assert "unguarded" in kinds(life)


async def _cancelled(life: Life, perm_id: int) -> None:
    life.gateway.desk.cancel_by_hand(perm_id)


def test_a_guard_that_can_not_be_started_is_told(tmp_path: Path) -> None:
    with Life.of(tmp_path, fallible=True, sets=QUIET) as life:
        life.injector.add(ActorFault(kind="fail_start", actor="oco:*", when=ActorChance(1.0)))
        life.run_until(STRIKES)

        assert "has no guard" in text_of(life, "oco_dead")


def test_an_exit_that_begins_without_any_bid_is_told(tmp_path: Path) -> None:
    gone: list[bool] = []

    def prices(instrument: Instrument, now: datetime) -> tuple[str, str] | None:
        return None if gone else wavering(instrument, now)

    with Life.of(tmp_path, prices=prices, sets=QUIET) as life:
        life.run_until(STRIKES)
        (bracket,) = life.brackets()
        gone.append(True)
        life.run_for(10)
        life.tell(f"oco:{bracket.plan.intent}", FlattenBracket(why=ClosedBy.FLATTENED))
        life.run_for(20)

        assert "no bid at all" in text_of(life, "no_bid")


def test_a_guard_whose_quote_stays_silent_is_told(tmp_path: Path) -> None:
    with Life.of(tmp_path, sets=QUIET) as life:
        life.run_until(STRIKES)
        for message in ("tickPrice", "tickSize", "tickString", "tickOptionComputation", "tickGeneric"):
            life.strike(often(1.0, "mute", message, lasts=300))
        life.run_for(240)

        assert "no quote for its guard" in text_of(life, "stream_silent")


def test_a_symbol_that_holds_a_position_and_gets_no_bars_is_told(tmp_path: Path) -> None:
    sets = ("historical.timeout=30", "historical.retry_delays_seconds=[0]", "historical.cache_max_age_seconds=0")
    with Life.of(tmp_path, sets=(*QUIET, *sets)) as life:
        life.run_until(STRIKES)
        life.strike(often(1.0, "mute", "historicalData", lasts=900))
        life.run_for(timedelta(minutes=6).total_seconds())

        assert "no data for 3 cycles while a position is open" in text_of(life, "data_lost")
        assert "breaker" in kinds(life)


def test_a_guard_for_which_no_quote_is_left_is_told(tmp_path: Path) -> None:
    sets = ("limits.subscriptions_warn=1", "limits.subscriptions_skip=1", "schedule.max_concurrent_symbols=2")
    with Life.of(tmp_path, symbols=("SPY", "QQQ"), sets=(*QUIET, *sets)) as life:
        life.run_until(STRIKES)

        assert len(life.true().positions) == 2
        assert "no quotes for its guard, 1 contracts stream already" in text_of(life, "subscriptions")


def test_the_days_loss_limit_is_told_once(tmp_path: Path) -> None:
    with a_day(tmp_path) as life:
        lost(life)
        life.run_for(120)

        assert "no entry until the next trading day" in text_of(life, "loss_limit")
