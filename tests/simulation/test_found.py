"""What simulation found while it was built: sessions told by name, independent of how seeds draw."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, time
from decimal import Decimal
from typing import Final

import pytest

from actors.runtime.faults.model import ActorFault, Now
from actors.runtime.faults.model import Chance as ChanceOfMessage
from actors.runtime.faults.model import Nth as NthMessage
from cli.day import ACCOUNT
from cli.simulation.drawing import SETS
from cli.simulation.script import DAY, Crash, Level, Mishap, Script, Told
from cli.simulation.session import calendar_in, run_script
from domain.control import Order
from domain.trading_day import NEW_YORK, Calendar
from simgateway.config import ChildrenOnPartial, GatewayConfig
from simgateway.faults.model import Chance, Fault, Nth

HABITS: Final = GatewayConfig(account=ACCOUNT, start_cash=Decimal(100_000), greeks_seconds=0.0)


@dataclass(frozen=True, slots=True)
class Found:
    """What was wrong, and what it took: settings, the gateway's habits, mishaps as (bracket, after, what)."""

    name: str
    mishaps: tuple[tuple[int, float, Fault | Crash | ActorFault | Told], ...]
    sets: tuple[str, ...] = ()
    gateway: GatewayConfig = HABITS
    starts: time = time(10, 0)
    seed: int = 7
    symbols: tuple[str, ...] = ("SPY",)
    wire: bool = True

    def __str__(self) -> str:
        return self.name

    @property
    def script(self) -> Script:
        """Return the session."""
        return Script(
            seed=self.seed,
            level=Level.ALL,
            starts_at=datetime.combine(DAY, self.starts, NEW_YORK),
            symbols=self.symbols,
            sets=(*SETS, f"symbols={json.dumps(self.symbols)}", "schedule.interval_seconds=300", *self.sets),
            gateway=self.gateway,
            mishaps=tuple(
                Mishap(number=number, bracket=bracket, after=after, what=what)
                for number, (bracket, after, what) in enumerate(self.mishaps, 1)
            ),
            wire=self.wire,
        )


JOURNAL = Crash(actor="journal")
FLATTEN: Final = Told(order=Order.FLATTEN)
CALM: Final = ("broker.health_interval_seconds=60", "breaker.reset_timeout_seconds=60")
QUIET: Final = replace(HABITS, pnl_heartbeat_seconds=30.0, snapshot_end_ms=(300, 11_000))
SLOW: Final = replace(QUIET, delay_ms=(1, 300), writes_options=True)
LATE_SELL: Final = Fault(kind="delay", message="placeOrder", when=Nth(4), settings={"seconds": 2.6, "overtaken": True})
FOUND = (
    Found(
        "a fill that came while the journal was dead was never written",
        tuple((1, after, JOURNAL) for after in (1.2, 1.25, 1.5, 2.0)),
        gateway=replace(HABITS, delay_ms=(100, 300)),
    ),
    Found(
        "exits that filled without a word were believed to rest for as long as the session lasted",
        ((0, 1.0, Fault(kind="silent_order", when=Nth(2), times=2)),),
        sets=("risk.take_profit_pct=0.03", "risk.stop_loss_pct=0.03"),
    ),
    Found(
        "brackets whose supervisor died had no guard for seconds, while their exits were in doubt",
        (
            (0, 1.0, Fault(kind="silent_order", when=Nth(2), times=2, settings={"fills": True})),
            (1, 1.2, Crash(actor="ocos")),
        ),
        starts=time(10, 0, 4),
    ),
    Found(
        "a fee that overtook its execution was never counted",
        ((0, 1.0, Fault(kind="reorder", message="execDetails", when=Nth(1), settings={"passed_by": 5})),),
        sets=("risk.take_profit_pct=0.03", "risk.stop_loss_pct=0.03"),
        gateway=replace(HABITS, partial_fill_probability=0.0),
    ),
    Found(
        "exits that sold a part were taken for refused ones, and what they left stood bare until they were tried again",
        (),
        sets=(
            "options.expiry=0dte",
            "risk.take_profit_pct=0.08",
            "risk.stop_loss_pct=0.08",
            "risk.entry_unfilled_seconds=5",
        ),
        gateway=replace(
            HABITS,
            partial_fill_probability=1.0,
            delay_ms=(1, 20),
            children_on_partial=ChildrenOnPartial.CANCELLED_WITH_REMAINDER,
        ),
        starts=time(11, 38, 48),
        seed=4,
    ),
    Found(
        "a stop whose status said filled was chased for seconds before its lost execution was asked for",
        ((0, 1.0, Fault(kind="mute", message="execDetails", when=Nth(2))),),
        sets=("risk.take_profit_pct=0.03", "risk.stop_loss_pct=0.03"),
        gateway=replace(HABITS, partial_fill_probability=0.0),
    ),
    Found(
        "of exits that sold out while nobody was connected one was believed to work on",
        ((1, 26.6, Fault(kind="id_in_use", settings={"seconds": 206.8})), (1, 26.6, Fault(kind="drop"))),
        sets=(
            "options.expiry=0dte",
            "options.min_volume=0",
            "risk.take_profit_pct=0.08",
            "risk.stop_loss_pct=0.08",
            "risk.max_entries_per_day=2",
            "risk.entry_unfilled_seconds=5",
        ),
        gateway=replace(
            HABITS,
            seed=3147,
            partial_fill_probability=1.0,
            delay_ms=(100, 300),
            snapshot_end_ms=(300, 11_000),
            children_on_partial=ChildrenOnPartial.CANCELLED_WITH_REMAINDER,
            tick_seconds=5.0,
        ),
        starts=time(14, 59, 50),
        seed=3147,
    ),
    Found(
        "an entry left on quotes that had grown old while the journal was stuck",
        ((1, 0.0, ActorFault(kind="block", actor="journal", when=Now(), settings={"seconds": 20.0})),),
        sets=("risk.entry_unfilled_seconds=30",),
    ),
    Found(
        "a guard did not start because the mailbox of the journal was full",
        ((1, 0.0, ActorFault(kind="fill", actor="journal", when=NthMessage(1), settings={"seconds": 5.0})),),
    ),
    Found(
        "a successor that hung at its start was taken for one that nobody had restarted",
        (
            (0, 3.3, ActorFault(kind="hang_start", actor="breaker", when=NthMessage(1), times=1)),
            (0, 3.4, ActorFault(kind="crash", actor="breaker", when=Now())),
        ),
    ),
    Found(
        "exits of which the broker's picture alone told, their statuses being lost, were taken for none",
        ((1, 0.0, Fault(kind="mute", message="orderStatus", lasts=30.0)),),
    ),
    Found(
        "a stop that had filled, its executions lost for a minute, was moved on, and its sale taken for none",
        ((1, 1.0, Fault(kind="mute", message="execDetails", lasts=60.0)),),
        sets=("risk.take_profit_pct=0.03", "risk.stop_loss_pct=0.03"),
        gateway=replace(HABITS, seed=3, delay_ms=(1, 300), partial_fill_probability=0.5),
        seed=3,
    ),
    Found(
        "a part of the book that was lost once made every later book of that connection too old to be believed",
        (
            (0, 158.8, Fault(kind="mute", message="positionEnd", when=Chance(1.0), lasts=60.0)),
            (0, 159.8, Fault(kind="drop")),
            (0, 589.3, Fault(kind="lose_order", when=Nth(3), times=2)),
        ),
        sets=(
            "options.expiry=0dte",
            "options.min_volume=0",
            "risk.take_profit_pct=0.2",
            "risk.stop_loss_pct=0.03",
            "risk.max_entries_per_day=3",
            "risk.cooldown_minutes=10",
            "risk.entry_unfilled_seconds=30",
        ),
        gateway=replace(
            HABITS,
            seed=98,
            partial_fill_probability=0.0,
            delay_ms=(1, 20),
            snapshot_end_ms=(300, 11_000),
            pnl_seconds=10.0,
        ),
        starts=time(14, 59, 50),
        seed=98,
    ),
    Found(
        "who got the id of an order that a dead connection had swallowed was taken for a change of it",
        ((1, 0.0, Fault(kind="half_open", settings={"existing": True, "seconds": 8.3})),),
        sets=(
            "options.expiry=0dte",
            "options.min_volume=0",
            "risk.take_profit_pct=0.2",
            "risk.stop_loss_pct=0.03",
            "risk.max_entries_per_day=2",
            "risk.max_daily_loss_pct=0.01",
            "risk.flatten_on_daily_loss=false",
        ),
        gateway=replace(
            HABITS,
            seed=39,
            partial_fill_probability=0.5,
            delay_ms=(1, 300),
            snapshot_end_ms=(300, 11_000),
            children_on_partial=ChildrenOnPartial.ARMED_WHEN_COMPLETE,
            tick_seconds=1.0,
            pnl_seconds=2.0,
        ),
        starts=time(10, 27, 37),
        seed=39,
    ),
    Found(
        "an entry that a gateway without its line kept back was believed lost, and what it bought was nobody's",
        (
            (1, 0.0, Fault(kind="connectivity", settings={"seconds": 30.0, "restored": 1101})),
            (1, 0.8, Fault(kind="notice", settings={"code": 1102})),
        ),
        sets=("risk.take_profit_pct=0.03", "risk.stop_loss_pct=0.03"),
    ),
    Found(
        "a bracket that was flat, and waited for fees that nobody told, kept its stream of quotes for a minute",
        (
            (1, 0.0, Fault(kind="no_commission", settings={"answers": True}, lasts=300.0)),
            (
                1,
                1.0,
                ActorFault(kind="drop", actor="broker", when=ChanceOfMessage(1.0), message="RequestBook", lasts=300.0),
            ),
        ),
        sets=("risk.take_profit_pct=0.03", "risk.stop_loss_pct=0.03"),
        gateway=replace(HABITS, partial_fill_probability=0.0),
    ),
    Found(
        "exits whose rows the book lost were believed dead while their statuses came, and others placed beside them",
        ((1, 20.0, Fault(kind="mute", message="openOrder", when=Chance(0.7), lasts=240.0)),),
        sets=("risk.take_profit_pct=0.08", "risk.stop_loss_pct=0.08", "risk.entry_unfilled_seconds=5"),
        gateway=replace(HABITS, partial_fill_probability=0.0),
    ),
    Found(
        "an exit that died without a word stayed in every later book, since the end of an earlier one had been lost",
        (
            (1, 0.0, Fault(kind="silent_order", when=Nth(2), times=2)),
            (1, 0.0, Fault(kind="mute", message="openOrderEnd", lasts=5.0)),
        ),
        sets=("risk.take_profit_pct=0.03", "risk.stop_loss_pct=0.03"),
        gateway=replace(HABITS, partial_fill_probability=0.0),
    ),
    Found(
        "what was said to be bought and sold again kept its stream of quotes until its executions came",
        ((1, 0.0, Fault(kind="mute", message="execDetails", when=Chance(1.0), lasts=300.0)),),
        sets=("risk.take_profit_pct=0.03", "risk.stop_loss_pct=0.03"),
        gateway=replace(HABITS, partial_fill_probability=0.0),
    ),
    Found(
        "a ledger that died while the mailbox of the journal was full died of that again, and trading was given up",
        (
            (1, 0.0, ActorFault(kind="fill", actor="journal", when=NthMessage(1), settings={"seconds": 20.0})),
            (1, 1.2, Crash(actor="risk")),
        ),
    ),
    Found(
        "a symbol and a guard that died while the mailbox of the journal was full died of that again and again",
        (
            (1, 0.5, ActorFault(kind="fill", actor="journal", when=NthMessage(1), settings={"seconds": 5.0})),
            (1, 1.0, Crash(actor="symbol:*")),
            (1, 1.1, Crash(actor="oco:*")),
        ),
        sets=("risk.take_profit_pct=0.03", "risk.stop_loss_pct=0.03"),
    ),
    Found(
        "a sell that a gateway without its line kept back arrived beside its successor, and a short position was left",
        (
            (1, 0.0, Fault(kind="silent_order", when=Chance(1.0), lasts=60.0)),
            (1, 0.698, Crash(actor="broker")),
            (1, 7.0, FLATTEN),
            (1, 15.912, Fault(kind="half_open", settings={"existing": True, "seconds": 1.4})),
            (2, 7.114, Fault(kind="connectivity", settings={"seconds": 24.0, "restored": 1102})),
        ),
        sets=(
            *CALM,
            "schedule.interval_seconds=600",
            "options.expiry=0dte",
            "risk.take_profit_pct=0.08",
            "risk.stop_loss_pct=0.03",
            "risk.max_entries_per_day=2",
            "risk.cooldown_minutes=0",
            "risk.flatten_on_daily_loss=false",
            "risk.entry_unfilled_seconds=30",
        ),
        gateway=replace(
            SLOW,
            seed=2727,
            children_on_partial=ChildrenOnPartial.CANCELLED_WITH_REMAINDER,
            partial_fill_probability=1.0,
            tick_seconds=1.0,
            pnl_seconds=10.0,
        ),
        starts=time(14, 7, 38),
        seed=2727,
        symbols=("SPY", "QQQ"),
        wire=False,
    ),
    Found(
        "a position was bare for seven seconds, since the timer was lost that minds silence, and came again after five",
        (
            (1, 47.775, ActorFault(kind="lose_timer", actor="oco:*", when=NthMessage(1))),
            (1, 98.655, Fault(kind="fill_first", when=Nth(2), times=3)),
        ),
        sets=(
            *CALM,
            "risk.take_profit_pct=0.03",
            "risk.stop_loss_pct=0.4",
            "risk.max_entries_per_day=3",
            "risk.cooldown_minutes=10",
            "risk.max_daily_loss_pct=0.01",
            "risk.flatten_on_daily_loss=true",
            "risk.entry_unfilled_seconds=30",
            "breaker.failure_threshold=1",
        ),
        gateway=replace(
            QUIET,
            seed=2610,
            cash_account=True,
            delay_ms=(1, 20),
            snapshot_end_ms=(300, 3000),
            children_on_partial=ChildrenOnPartial.CANCELLED_WITH_REMAINDER,
            partial_fill_probability=0.1,
            tick_seconds=1.0,
            pnl_seconds=10.0,
            tif_preset_notice=True,
        ),
        starts=time(9, 29, 40),
        seed=2610,
        symbols=("SPY", "QQQ", "IWM"),
        wire=False,
    ),
    Found(
        "an entry whose exits were lost and whose cancel nobody answered was taken for one that may still buy",
        (
            (0, 1.0, Fault(kind="silent_order", when=Nth(1), settings={"fills": True})),
            (0, 1.0, Fault(kind="lose_order", when=Nth(2), times=2)),
        ),
        sets=("risk.take_profit_pct=0.03", "risk.stop_loss_pct=0.03", "risk.max_daily_loss_pct=0.03"),
    ),
    Found(
        "an exit that arrived and was answered by silence was taken for none, after one that was lost",
        (
            (1, 0.864, Fault(kind="reject", message="placeOrder", when=Nth(2), settings={"code": 201})),
            (1, 8.209, Fault(kind="lose_order", when=Nth(4))),
            (2, 0.0, Fault(kind="silent_order", when=Chance(1.0), lasts=20.0)),
            (2, 1.0, FLATTEN),
        ),
        sets=(
            *CALM,
            "schedule.interval_seconds=180",
            "risk.take_profit_pct=0.03",
            "risk.stop_loss_pct=0.4",
            "risk.max_entries_per_day=2",
            "risk.cooldown_minutes=10",
            "risk.max_daily_loss_pct=0.004",
            "risk.flatten_on_daily_loss=false",
            "risk.entry_unfilled_seconds=5",
            "breaker.failure_threshold=1",
        ),
        gateway=replace(
            SLOW,
            seed=7432,
            delay_ms=(100, 300),
            children_on_partial=ChildrenOnPartial.CANCELLED_WITH_REMAINDER,
            partial_fill_probability=0.0,
            tick_seconds=1.0,
        ),
        starts=time(11, 51, 42),
        seed=7432,
        wire=False,
    ),
    Found(
        "the name of an exit that was still on its way was used again by a guard that knew nothing of it",
        (
            (1, 0.0, Fault(kind="reject", message="placeOrder", when=Nth(2), settings={"code": 201})),
            (1, 0.0, LATE_SELL),
            (1, 0.3, ActorFault(kind="disk_full", actor="journal", when=Now(), lasts=3.0)),
            (1, 0.5, FLATTEN),
            (1, 0.658, Crash(actor="broker")),
            (1, 0.658, Crash(actor="oco:*")),
            (1, 2.0, FLATTEN),
        ),
        sets=("risk.take_profit_pct=0.4", "risk.stop_loss_pct=0.4"),
        wire=False,
    ),
)


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> Calendar:
    return calendar_in(tmp_path_factory.mktemp("calendar"))


@pytest.mark.parametrize("found", FOUND, ids=str)
def test_what_simulation_found_does_not_happen_again(found: Found, calendar: Calendar) -> None:
    outcome = run_script(found.script, calendar)

    assert outcome.violations == ()
    assert outcome.fills >= 2
    assert sum(outcome.fired.values()) >= len(found.mishaps)
