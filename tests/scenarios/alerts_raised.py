"""What raises each alert of the runbook, in virtual time and over the wire; what a process alone raises is not here.

A scene lives in a folder, with the parts of a `Life` that it is given. It yields what the operator was called for: a
kind, of those it is listed under, and words that only this alert has.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

from actors.live_calendar import LiveCalendar
from actors.runtime.faults.model import ActorFault
from actors.runtime.faults.model import Chance as ActorChance
from cli.system import calendar_around
from domain.commands import FlattenBracket
from domain.control import Order
from domain.errors import StoreFault
from domain.events import ClosedBy
from domain.kept_sessions import SessionsKnown, SessionsUnknown, SessionTimes
from domain.trading_day import NEW_YORK
from ops.sessions import SessionsAsked
from simgateway.market.base import Instrument
from tests.scenarios.bad_days import BEGINS, STRIKES, Life, often, struck, wavering
from tests.scenarios.bad_disks import Disk
from tests.scenarios.test_bad_disks import BAD_SECONDS, HEALED_SECONDS, SYMBOLS, failing
from tests.scenarios.test_control import order
from tests.scenarios.test_daily_loss import FRESH, a_day
from tests.scenarios.test_daily_loss import lost as lost_money
from tests.scenarios.test_foreign import MINUTES, an_option, by_hand, living
from tests.scenarios.test_lacking import TOLD, moved
from tests.scenarios.test_late_orders import GUARDED_SECONDS, stay
from tests.scenarios.test_late_orders import lost as lost_orders
from tests.scenarios.test_sold_by_hand import SOON, holding, rising, sold_as_the_target_fills
from tests.scenarios.test_trading_gives_up import let_trading_give_up
from tests.simulation.short_days import DAY

Raised: TypeAlias = Iterable[tuple[str, str]]
Scene: TypeAlias = Callable[[Path, Mapping[str, Any]], Raised]

QUIET: Final = ("risk.cooldown_minutes=390",)
NEVER_SECONDS: Final = 900.0
FAILS: Final = (sys.executable, "-c", "raise SystemExit('no pandas')")


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(DAY.year, DAY.month, DAY.day, hour, minute, second, tzinfo=NEW_YORK)


def kinds(life: Life) -> list[str]:
    return [kind for kind, _ in life.alerts.told]


def a_day_to_its_end(folder: Path, parts: Mapping[str, Any]) -> Raised:
    """Hold one position until all is closed before the session's end."""
    with Life.of(folder, begins=at(15, 20, 40), sets=QUIET, **parts) as life:
        life.run_until(at(16, 0, 10))

        assert kinds(life) == ["entry", "exit", "end_of_day"]
        (entry,) = life.events("entry_filled")
        (pnl,) = {row["pnl"] for row in life.events("position_closed")}
    yield "entry", str(entry["contract"])
    yield "exit", f"closed by flattened, P&L {pnl:+.2f}"
    yield "end_of_day", f"{DAY}: 1 entries, P&L {pnl:.2f} USD"


def no_gateway_at_nine(folder: Path, parts: Mapping[str, Any]) -> Raised:
    """Restart the gateway for an hour before the open."""
    with Life.of(folder, begins=at(8, 50), **parts) as life:
        life.strike(struck("restart", seconds=3600))
        life.run_until(at(9, 0, 10))

        assert kinds(life) == ["disconnected", "not_ready"]
    yield "disconnected", "not connected since"
    yield "not_ready", "half an hour before the open the gateway does not answer"


def exits_refused(folder: Path, parts: Mapping[str, Any]) -> Raised:
    """Cancel the exits by hand, and have the broker refuse each that is placed anew for a while."""
    with Life.of(folder, sets=QUIET, **parts) as life:
        life.run_until(STRIKES)
        life.strike(often(1.0, "reject", "placeOrder", code=201, lasts=15))
        for row in life.gateway.books().open_orders:
            life.host.run(_cancelled(life, row.perm_id))
        life.run_for(12)
    yield "unguarded", "held without protection"
    yield "unguarded", "exits were placed 3 times"


async def _cancelled(life: Life, perm_id: int) -> None:
    life.gateway.desk.cancel_by_hand(perm_id)


def no_guard(folder: Path, parts: Mapping[str, Any]) -> Raised:
    """Let every start of a bracket's guard fail."""
    with Life.of(folder, fallible=True, sets=QUIET, **parts) as life:
        life.injector.add(ActorFault(kind="fail_start", actor="oco:*", when=ActorChance(1.0)))
        life.run_until(STRIKES)
    yield "oco_dead", "has no guard"


def an_exit_without_a_bid(folder: Path, parts: Mapping[str, Any]) -> Raised:
    """Take every bid away, then close by order."""
    gone: list[bool] = []

    def prices(instrument: Instrument, now: datetime) -> tuple[str, str] | None:
        return None if gone else wavering(instrument, now)

    with Life.of(folder, prices=prices, sets=QUIET, **parts) as life:
        life.run_until(STRIKES)
        (bracket,) = life.brackets()
        gone.append(True)
        life.run_for(10)
        life.tell(f"oco:{bracket.plan.intent}", FlattenBracket(why=ClosedBy.FLATTENED))
        life.run_for(20)
    yield "no_bid", "no bid at all"


def a_silent_quote(folder: Path, parts: Mapping[str, Any]) -> Raised:
    """Let the guard's quote fall silent, and stay so when it is asked for again."""
    with Life.of(folder, sets=QUIET, **parts) as life:
        life.run_until(STRIKES)
        for message in ("tickPrice", "tickSize", "tickString", "tickOptionComputation", "tickGeneric"):
            life.strike(often(1.0, "mute", message, lasts=300))
        life.run_for(240)
    yield "stream_silent", "no quote for its guard"


def no_bars(folder: Path, parts: Mapping[str, Any]) -> Raised:
    """Leave every request for bars without an answer while a position is held."""
    sets = ("historical.timeout=30", "historical.retry_delays_seconds=[0]", "historical.cache_max_age_seconds=0")
    with Life.of(folder, sets=(*QUIET, *sets), **parts) as life:
        life.run_until(STRIKES)
        life.strike(often(1.0, "mute", "historicalData", lasts=NEVER_SECONDS))
        life.run_for(timedelta(minutes=6).total_seconds())
    yield "data_lost", "no data for 3 cycles while a position is open"
    yield "breaker", "nothing new is opened: "


def no_quote_left(folder: Path, parts: Mapping[str, Any]) -> Raised:
    """Hold two positions where one quote may stream."""
    sets = ("limits.subscriptions_warn=1", "limits.subscriptions_skip=1", "schedule.max_concurrent_symbols=2")
    with Life.of(folder, symbols=("SPY", "QQQ"), sets=(*QUIET, *sets), **parts) as life:
        life.run_until(STRIKES)

        assert len(life.true().positions) == 2
    yield "subscriptions", "no quotes for its guard, 1 contracts stream already"


def the_days_loss(folder: Path, parts: Mapping[str, Any]) -> Raised:
    """Lose the day's limit by what is held by hand; then let a clock start on the day before."""
    with a_day(folder, **parts) as life:
        lost_money(life)
        life.run_for(120)
    yield "loss_limit", "no entry until the next trading day"
    with a_day(folder, begins=BEGINS - timedelta(days=1), symbols=FRESH, **parts) as life:
        life.run_for(60)
    yield "clock_behind", f"the clock says {DAY - timedelta(days=1)}, but {DAY} was opened before"


def sold_by_hand_twice_over(folder: Path, parts: Mapping[str, Any]) -> Raised:
    """Sell all by hand at the moment at which the target fills."""
    up: list[bool] = []
    with holding(folder, prices=rising(up), **parts) as held:
        sold_as_the_target_fills(held, up, 3.6)
    yield "sold_outside", f"{held.quantity} sold by somebody else, 0 left"
    yield "oversold", "sold more than held, the position is short"
    yield "foreign", f"{-held.quantity} SPY"


def moved_away(folder: Path, parts: Mapping[str, Any]) -> Raised:
    """Move the position to another account of its owner."""
    with holding(folder, **parts) as held:
        moved(held, held.quantity)
        held.life.run_for(TOLD)
    yield "position_lacking", f"{held.quantity} held by our fills, 0 at the broker"


def closed_and_yet_alive(folder: Path, parts: Mapping[str, Any]) -> Raised:
    """Let orders of which no book told come to life after their bracket was closed."""
    with Life.of(folder, **parts) as life:
        stay(life, lost_orders(life))
        life.run_for(GUARDED_SECONDS)
        (reopened,) = life.events("bracket_reopened")
    yield "reopened", f"{reopened['contract']} was taken for closed and goes on: {reopened['reason']}"


def a_full_disk(folder: Path, parts: Mapping[str, Any]) -> Raised:
    """Let the disk under the state be full for a while."""
    disk = Disk()
    with Life.of(folder, symbols=SYMBOLS, connection=disk.connection(), **parts) as life:
        failing(life, disk, StoreFault.DISK_FULL)
        life.run_for(BAD_SECONDS)
        disk.heals()
        life.run_for(HEALED_SECONDS)
    yield "journal", "make room on the disk"
    yield "journal", "can be written again"


def no_more_sessions(folder: Path, parts: Mapping[str, Any]) -> Raised:
    """Live the last day that is known, with a calendar library that cannot be asked."""
    begins = at(15, 45)
    sessions = [each for each in calendar_around(DAY, folder.parent / "calendar").sessions if each.day <= DAY]
    times = (SessionTimes(day=each.day, opens_at=each.opens_at, closes_at=each.closes_at) for each in sessions)
    known = SessionsKnown(at=begins - timedelta(days=2), version="of an earlier day", sessions=tuple(times))

    async def ask(first: date, last: date) -> SessionsKnown | SessionsUnknown:
        return SessionsAsked(life.host.clock, command=FAILS).now(first, last)

    with Life.of(folder, begins=begins, calendar=LiveCalendar(known), ask_sessions=ask, **parts) as life:
        life.run_until(at(16, 1))
    yield "calendar", f"known until {DAY} only, and nothing is opened afterwards: no pandas"
    yield "calendar", "no further trading session is known"


def delayed_quotes(folder: Path, parts: Mapping[str, Any]) -> Raised:
    """Take the live quotes away."""
    with Life.of(folder, **parts) as life:
        life.strike(struck("delayed_data", lasts=300))
        life.run_until(STRIKES)
    yield "entitlement", "underlying quotes are delayed"
    yield "entitlement", "option quotes are delayed"


def somebody_elses(folder: Path, parts: Mapping[str, Any]) -> Raised:
    """Hold what the bot never bought."""
    with living(folder, **parts) as life:
        theirs = an_option(life)
        by_hand(life, theirs.con_id)
        life.run_for(2 * MINUTES)
    yield "foreign", f"2 SPY {theirs.expiry} {int(theirs.strike or 0)}P"


def a_halt(folder: Path, parts: Mapping[str, Any]) -> Raised:
    """Halt by the file, and resume by order."""
    with Life.of(folder, **parts) as life:
        (folder / "HALT").touch()
        life.run_for(SOON)
        (folder / "HALT").unlink()
        order(life, Order.RESUME)
        life.run_for(1)
    yield "control", "halted by the HALT file"
    yield "control", "running by ./bot resume"


def trading_gave_up(folder: Path, parts: Mapping[str, Any]) -> Raised:
    """Kill the ledger until it is not started again."""
    with Life.of(folder, **parts) as life:
        life.run_until(STRIKES)
        let_trading_give_up(life)
        life.run_for(1)
    yield "gave_up", "trading gave up: "


SCENES: Final[Mapping[Scene, frozenset[str]]] = {
    a_day_to_its_end: frozenset({"entry", "exit", "end_of_day"}),
    no_gateway_at_nine: frozenset({"disconnected", "not_ready"}),
    exits_refused: frozenset({"unguarded"}),
    no_guard: frozenset({"oco_dead"}),
    an_exit_without_a_bid: frozenset({"no_bid"}),
    a_silent_quote: frozenset({"stream_silent"}),
    no_bars: frozenset({"data_lost", "breaker"}),
    no_quote_left: frozenset({"subscriptions"}),
    the_days_loss: frozenset({"loss_limit", "clock_behind"}),
    sold_by_hand_twice_over: frozenset({"sold_outside", "oversold", "foreign"}),
    moved_away: frozenset({"position_lacking"}),
    closed_and_yet_alive: frozenset({"reopened"}),
    a_full_disk: frozenset({"journal"}),
    no_more_sessions: frozenset({"calendar"}),
    delayed_quotes: frozenset({"entitlement"}),
    somebody_elses: frozenset({"foreign"}),
    a_halt: frozenset({"control"}),
    trading_gave_up: frozenset({"gave_up"}),
}
