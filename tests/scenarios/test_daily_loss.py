"""The day's loss limit, over the wire: once it is reached no entry leaves until the next trading day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from actors.runtime.clock import LoopClock
from actors.runtime.faults.model import ActorFault, Now
from cli.system import System
from domain.trading_day import NEW_YORK, new_york
from ops.store import SqliteStore
from simgateway.market.base import Instrument
from simgateway.trading.by_hand import HandOrder
from tests.scenarios.bad_days import BEGINS, Life, struck, wavering
from tests.simulation.short_days import DAY

THEIRS: Final = "QQQ"  # What is held by hand there counts in the day's loss, and keeps the bot out of it alone.
FRESH: Final = ("AAPL",)  # Not traded before: no cooldown keeps it out.
COUNT: Final = 20
LOSES: Final = datetime.combine(DAY, time(10, 6), NEW_YORK)
RECOVERS: Final = datetime.combine(DAY, time(10, 9), NEW_YORK)
GAPS: Final = datetime.combine(DAY, time(10, 4), NEW_YORK)
ENDS: Final = datetime.combine(DAY, time(10, 16), NEW_YORK)
SETS: Final = ("risk.max_daily_loss_pct=0.01", "risk.max_contracts_per_order=1", "options.max_spread_pct=50")


def busy(instrument: Instrument, at: datetime) -> tuple[str, str]:
    """Quote options so that each bracket ends at its target within three minutes, and nobody buys while it does."""
    del instrument
    return ("3.20", "5.60") if new_york(at).minute % 3 == 2 else ("2.00", "2.02")


def losing(instrument: Instrument, at: datetime) -> tuple[str, str]:
    """Let what is held by hand lose three quarters of its worth for some minutes."""
    if instrument.symbol == THEIRS:
        return ("0.50", "0.52") if LOSES <= at < RECOVERS else ("2.00", "2.02")
    return busy(instrument, at)


def gapping(instrument: Instrument, at: datetime) -> tuple[str, str]:
    """Let every bid fall through stop and limit at once, and come back."""
    if at < GAPS:
        return "2.00", "2.02"
    return ("0.01", "0.02") if at < GAPS + timedelta(minutes=2) else busy(instrument, at)


@contextmanager
def a_day(folder: Path, **parts: Any) -> Iterator[Life]:
    """Give a life whose brackets come and go; at its end nothing was violated but what was bought by hand."""
    with Life.of(folder, **{"symbols": ("SPY", THEIRS), "sets": SETS, "prices": losing, **parts}) as life:
        yield life
        life.stop()
        assert life.events("actor_failed", "actor_gave_up", "catalogue_violation", "mail_dropped") == []


def entries_since(life: Life, since: datetime) -> int:
    """Return how many entries reached the gateway since then, by its clock."""
    return sum("BUY" in frame.fields and frame.at >= since for frame in life.sent("placeOrder"))


def denials(life: Life) -> set[str]:
    """Return every rule that denied an entry."""
    return {row["rule"] for row in life.events("entry_denied")}


def by_hand(life: Life, action: str) -> None:
    """Buy or sell options in TWS itself."""
    market = life.gateway._market
    chosen = market.listed(THEIRS, market.expiries(THEIRS)[1], "C", None)[0]

    async def done() -> None:
        life.gateway.desk.place_by_hand(HandOrder(con_id=chosen.con_id, action=action, quantity=COUNT))

    life.host.run(done())


def start_again(life: Life) -> None:
    """End the process where it stands, and start another on its state."""

    async def cut() -> None:
        life.host.fence_all()
        life.gateway.disconnect()

    async def started() -> None:
        life.system.start()

    life.host.run(cut())
    life._store.close()
    life._store = SqliteStore(life.state, life.account, life.settings.mode.value, BEGINS)
    life.system = System(life.settings, life._outside())
    life.host.run(started())


def set_back(life: Life, by: timedelta) -> None:
    """Set the clock of the machine that both run on back: the gateway tells the wrong time, too."""
    clock = life.host.clock
    assert isinstance(clock, LoopClock)
    clock._start -= by
    clock._last = (-1.0, clock._start)
    life.strike(struck("clock_skew", seconds=-by.total_seconds()))


def lost(life: Life) -> datetime:
    """Live until the limit is reached by what is held by hand; return a moment by which that is known."""
    life.run_for(30)
    by_hand(life, "BUY")
    life.run_until(LOSES + timedelta(seconds=30))
    assert entries_since(life, BEGINS) >= 1
    assert len(life.events("daily_loss_limit")) == 1
    return life.now


def test_on_the_same_day_without_a_loss_entries_go_on(tmp_path: Path) -> None:
    with a_day(tmp_path) as life:
        life.run_until(ENDS)

        assert entries_since(life, LOSES) >= 3
        assert life.events("daily_loss_limit") == []


def test_a_loss_that_is_not_realised_ends_the_days_entries_though_it_recovers(tmp_path: Path) -> None:
    with a_day(tmp_path) as life:
        reached = lost(life)
        life.run_until(ENDS)

        assert entries_since(life, reached) == 0
        assert "daily_loss_limit" in denials(life)
        assert len(life.events("daily_loss_limit")) == 1


def test_a_loss_that_is_realised_ends_the_days_entries(tmp_path: Path) -> None:
    with a_day(tmp_path) as life:
        reached = lost(life)
        by_hand(life, "SELL")
        life.run_until(ENDS)

        assert entries_since(life, reached) == 0
        assert "daily_loss_limit" in denials(life)


def test_a_gap_through_both_stops_costs_no_more_than_was_set_aside_and_nothing_is_bought_after_it(
    tmp_path: Path,
) -> None:
    # Two contracts may be open under this limit, each with its whole premium and fees set aside: 2 x 208 of 420.
    with a_day(tmp_path, prices=gapping, sets=(*SETS[1:], "risk.max_daily_loss_pct=0.0042")) as life:
        life.run_until(ENDS)

        closed = [row for row in life.events("position_closed") if float(row["pnl"]) < 0]
        assert len(closed) == 2
        assert -420 <= sum(float(row["pnl"]) for row in closed) < -300
        assert entries_since(life, GAPS) == 0
        assert denials(life) & {"daily_loss_limit", "loss_budget"}


def test_a_restart_after_the_loss_recovered_lets_no_entry_leave(tmp_path: Path) -> None:
    with a_day(tmp_path) as life:
        reached = lost(life)
        life.run_until(RECOVERS)
        start_again(life)
        life.run_until(ENDS)

        assert entries_since(life, reached) == 0
        assert "daily_loss_limit" in denials(life)


def test_a_limit_that_no_disk_has_is_remembered_by_the_next_ledger(tmp_path: Path) -> None:
    with Life.of(tmp_path, symbols=("SPY", THEIRS), sets=SETS, prices=losing, fallible=True) as life:
        life.run_for(30)
        by_hand(life, "BUY")
        life.run_until(LOSES - timedelta(seconds=1))
        life.injector.add(ActorFault(kind="disk_full", actor="journal", when=Now(), lasts=240.0))
        life.run_until(RECOVERS + timedelta(seconds=20))
        life.system.crash("risk", "a bug")
        life.run_until(ENDS)
        life.stop()

        assert life.events("store_error")
        assert len(life.events("daily_loss_limit")) == 1
        assert entries_since(life, LOSES + timedelta(seconds=30)) == 0
        assert "daily_loss_limit" in denials(life)


def test_midnight_in_utc_ends_nothing_and_no_entry_leaves_after_it(tmp_path: Path) -> None:
    with a_day(tmp_path, sets=(*SETS, "schedule.interval_seconds=3600")) as life:
        life.run_for(30)
        by_hand(life, "BUY")
        life.run_until(LOSES + timedelta(seconds=30))
        life.run_until(datetime.combine(DAY, time(20, 10), NEW_YORK))
        start_again(life)
        life.run_for(300)

        assert len(life.events("daily_loss_limit")) == 1
        assert entries_since(life, LOSES) == 0


@pytest.mark.parametrize("restarted", [False, True])
def test_a_clock_set_back_by_a_day_lets_no_entry_leave(restarted: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a case
    with a_day(tmp_path) as life:
        reached = lost(life)
        life.run_until(RECOVERS)
        set_back(life, timedelta(days=1))
        if restarted:
            start_again(life)
        life.run_for((ENDS - RECOVERS).total_seconds())

        assert entries_since(life, reached) == 0
        assert len(life.events("day_opened")) == 1
        assert len(life.events("clock_behind_state")) == 1


@pytest.mark.parametrize("skewed", [False, True])
def test_a_process_that_starts_a_day_early_opens_nothing_and_trades_again_on_the_next_day(
    skewed: bool,  # noqa: FBT001 - a case
    tmp_path: Path,
) -> None:
    day = timedelta(days=1)
    with a_day(tmp_path) as life:
        lost(life)

    # Everything is of the day before, the gateway too: nothing but the state knows better.
    with a_day(tmp_path, begins=BEGINS - day, symbols=FRESH) as life:
        if skewed:
            life.strike(struck("clock_skew", seconds=day.total_seconds()))
        life.run_for(600)

        assert entries_since(life, BEGINS - day) == 0
        assert denials(life) == ({"clock_skew_seconds_max"} if skewed else {"clock_behind_state"})
        assert [kind for kind, _ in life.alerts.told].count("clock_behind") == 1
        assert life.events("day_opened") == []

    with a_day(tmp_path, begins=BEGINS + day, symbols=FRESH) as life:
        life.run_for(600)

        assert entries_since(life, BEGINS) >= 1
        assert life.events("clock_behind_state") == []


def test_what_a_bracket_holds_is_guarded_on_by_a_process_that_starts_a_day_early(tmp_path: Path) -> None:
    with a_day(tmp_path, prices=wavering, symbols=("SPY",)) as life:
        life.run_for(90)
        assert entries_since(life, BEGINS) == 1
        set_back(life, timedelta(days=1))
        start_again(life)
        life.run_for(30)

        assert life.known() == life.true()
        assert (len(life.true().positions), len(life.true().orders)) == (1, 2)
        assert len(life.events("clock_behind_state")) == 1


def test_while_the_days_loss_is_not_known_no_entry_leaves(tmp_path: Path) -> None:
    with a_day(tmp_path) as life:
        life.run_until(LOSES)
        assert entries_since(life, BEGINS) >= 1
        life.strike(struck("bad_pnl"))
        life.run_for(90)
        unknown = life.gateway.clock.now()
        life.run_until(ENDS)

        assert entries_since(life, unknown) == 0
        assert "pnl_unknown" in denials(life)
