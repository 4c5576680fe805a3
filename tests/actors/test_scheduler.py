from datetime import datetime, timedelta
from typing import Any

import pytest

from actors.scheduler import SchedulerActor
from domain.commands import AskPhase, AskTraffic, RunCycle, SendAlert, SummariseDay, Traffic
from domain.events import BreakerMoved, ConnectionLost, CycleFinished, Resynchronised, SlotFreed
from domain.ids import Generation, Symbol
from domain.trading_day import Calendar
from tests.actors.stage import CALENDAR, EARLY_TUESDAY, MONDAY, THURSDAY, Extra, Stage
from tests.builders import GENERATION, a_book

SYMBOLS = ("AAPL", "GOOG", "MSFT")
OFFSET = timedelta(seconds=2)


class Scene:
    """The scheduler before the open, a ready broker, and symbols that end their turns at once unless told not to."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.broker = stage.cast("broker", {AskPhase: "ready", AskTraffic: Traffic(requests=7, subscriptions=1)})
        self.risk, self.alerts = stage.cast("risk"), stage.cast("alerts")
        self.symbols = {symbol: stage.cast(f"symbol:{symbol}") for symbol in SYMBOLS}
        self.started: list[tuple[str, datetime]] = []
        for symbol, extra in self.symbols.items():
            extra.answers[RunCycle] = lambda command, symbol=symbol: self._turn(symbol, command)
        self.silent: set[str] = set()

    def open(self, calendar: Calendar = CALENDAR, *, concurrent: int = 2, interval: int = 180) -> SchedulerActor:
        return self.stage.launch(
            lambda context: SchedulerActor(
                context,
                symbols=tuple(Symbol(symbol) for symbol in SYMBOLS),
                interval_seconds=interval,
                concurrent_max=concurrent,
                turn_seconds_max=150,
                calendar=calendar,
                log=self.stage.log,
            ),
            "scheduler",
        )

    def tell(self, *messages: Any) -> None:
        self.stage.tell("scheduler", *messages)

    def end_turn(self, symbol: str, cycle: int, outcome: str = "completed", **changes: Any) -> None:
        given = {"decision": "HOLD", "attempted": False, "placed": False, **changes}
        self.stage.directory.address("scheduler").tell(
            CycleFinished(at=self.stage.now, cycle=cycle, symbol=Symbol(symbol), outcome=outcome, **given)
        )

    def _turn(self, symbol: str, command: RunCycle) -> None:
        self.started.append((symbol, self.stage.now))
        if symbol not in self.silent:
            self.end_turn(symbol, command.cycle)

    @property
    def complete(self) -> list[dict[str, object]]:
        return self.stage.log.named("cycle_complete")


@pytest.fixture
def stage() -> Any:
    made = Stage(start=MONDAY.opens_at - timedelta(minutes=10))
    yield made
    made.curtain()


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return Scene(stage)


def starts(scene: Scene, symbol: str = "GOOG") -> list[datetime]:
    return [at.replace(microsecond=0) for name, at in scene.started if name == symbol]


def test_cycles_begin_a_little_after_the_open_and_every_interval_from_there(stage: Stage, scene: Scene) -> None:
    scene.open()

    stage.run_until(MONDAY.opens_at + timedelta(minutes=7))

    first = MONDAY.opens_at + OFFSET
    assert starts(scene) == [first, first + timedelta(minutes=3), first + timedelta(minutes=6)]


def test_one_restarted_in_mid_session_goes_on_in_the_same_rhythm(stage: Stage, scene: Scene) -> None:
    stage.run_until(MONDAY.opens_at + timedelta(minutes=4, seconds=17))

    scene.open()
    stage.run_for(180)

    assert starts(scene) == [MONDAY.opens_at + OFFSET + timedelta(minutes=6)]


def test_there_is_no_cycle_after_an_early_close_nor_on_a_holiday(stage: Stage, scene: Scene) -> None:
    stage.run_until(EARLY_TUESDAY.closes_at - timedelta(minutes=7))
    scene.open()

    stage.run_until(THURSDAY.opens_at + timedelta(minutes=1))

    assert [at.date() for at in starts(scene)] == [EARLY_TUESDAY.day, EARLY_TUESDAY.day, THURSDAY.day]
    assert starts(scene)[1] < EARLY_TUESDAY.closes_at
    assert starts(scene)[2] == THURSDAY.opens_at + OFFSET


def test_a_clock_that_is_set_on_makes_no_cycle_late(stage: Stage, scene: Scene) -> None:
    stage.run_until(MONDAY.closes_at + timedelta(hours=1))
    scene.open()

    stage.clock.set_on = timedelta(hours=3)
    stage.run_until(EARLY_TUESDAY.opens_at + timedelta(minutes=2))

    assert len(starts(scene)) == 1


def test_at_the_end_of_the_session_the_ledger_is_asked_for_a_summary(stage: Stage, scene: Scene) -> None:
    stage.run_until(MONDAY.closes_at - timedelta(minutes=4))
    scene.open()
    scene.silent = {"MSFT"}

    stage.run_until(MONDAY.closes_at - timedelta(seconds=10))
    scene.end_turn("MSFT", 1, "failed")
    stage.run_for(30)

    assert scene.risk.of(SummariseDay) == [SummariseDay(completed=2, failed=1)]


def test_the_next_days_summary_counts_afresh(stage: Stage, scene: Scene) -> None:
    stage.run_until(MONDAY.closes_at - timedelta(minutes=4))
    scene.open(interval=3600)
    stage.run_until(EARLY_TUESDAY.closes_at + timedelta(minutes=1))

    assert scene.risk.of(SummariseDay)[1:] == [SummariseDay(completed=12, failed=0)]


def test_behind_the_calendars_end_the_operator_is_told(scene: Scene) -> None:
    scene.open(Calendar.of([]))

    scene.tell()

    assert [alert.kind for alert in scene.alerts.of(SendAlert)] == ["calendar"]


def test_no_more_symbols_work_at_once_than_allowed(stage: Stage, scene: Scene) -> None:
    scene.silent = set(SYMBOLS)
    scene.open(concurrent=2)
    stage.run_until(MONDAY.opens_at + timedelta(seconds=5))
    at_first = [symbol for symbol, _ in scene.started]

    scene.end_turn("AAPL", 1)
    stage.run_for(1)

    assert at_first == ["AAPL", "GOOG"]
    assert [symbol for symbol, _ in scene.started] == ["AAPL", "GOOG", "MSFT"]


def test_one_that_waits_for_a_timer_frees_its_slot_and_its_turn_goes_on(stage: Stage, scene: Scene) -> None:
    scene.silent = {"AAPL"}
    scene.open(concurrent=1)
    stage.run_until(MONDAY.opens_at + timedelta(seconds=5))

    scene.tell(SlotFreed(at=stage.now, cycle=1, symbol=Symbol("AAPL")))
    before = list(scene.complete)
    scene.end_turn("AAPL", 1)
    stage.run_for(1)

    assert [symbol for symbol, _ in scene.started] == ["AAPL", "GOOG", "MSFT"]
    assert before == []
    assert [line["completed"] for line in scene.complete] == [3]


def test_how_a_cycle_went_is_said_when_its_last_turn_has_ended(stage: Stage, scene: Scene) -> None:
    scene.silent = {"GOOG", "MSFT"}
    scene.open(concurrent=3)
    stage.run_until(MONDAY.opens_at + timedelta(seconds=5))
    scene.tell(BreakerMoved(at=stage.now, state="open", reason="too often", failures=3))

    scene.end_turn("GOOG", 1, attempted=True, placed=True)
    scene.end_turn("MSFT", 1, "failed")
    stage.run_for(1)

    (line,) = scene.complete
    counts = [line[name] for name in ("completed", "failed", "skipped", "entries_attempted", "entries_placed")]
    assert counts == [2, 1, 0, 1, 1]
    assert (line["circuit_state"], line["requests"], line["subscriptions"]) == ("open", 7, 1)


def test_a_symbol_still_busy_is_skipped_said_and_holds_up_nobody(stage: Stage, scene: Scene) -> None:
    scene.silent = {"GOOG"}
    scene.open(concurrent=3, interval=60)

    stage.run_until(MONDAY.opens_at + timedelta(seconds=70))

    assert [(line["cycle"], line["symbol"]) for line in stage.log.named("cycle_overrun")] == [(1, "GOOG")]
    assert [symbol for symbol, _ in scene.started].count("GOOG") == 1
    assert [symbol for symbol, _ in scene.started].count("AAPL") == 2
    assert [line["cycle"] for line in scene.complete] == [1]


def test_a_symbol_whose_actor_is_dead_fails_its_turn_at_once(stage: Stage, scene: Scene) -> None:
    scene.symbols["GOOG"].fence()
    scene.open()

    stage.run_until(MONDAY.opens_at + timedelta(seconds=5))

    assert [(line["completed"], line["failed"]) for line in scene.complete] == [(2, 1)]


def test_a_symbol_that_never_answers_loses_its_turn_after_a_bound(stage: Stage, scene: Scene) -> None:
    scene.silent = {"GOOG"}
    scene.open(concurrent=1)

    stage.run_until(MONDAY.opens_at + timedelta(seconds=170))

    assert [(line["completed"], line["failed"]) for line in scene.complete] == [(2, 1)]
    assert [line["decision"] for line in stage.log.named("symbol_cycle")] == ["no answer"]


@pytest.mark.parametrize("reconciled", [False, True])
def test_while_the_broker_is_away_no_cycle_begins_and_that_is_said(
    stage: Stage, scene: Scene, *, reconciled: bool
) -> None:
    scene.open()
    if reconciled:
        scene.tell(Resynchronised(at=stage.now, generation=GENERATION, book=a_book()))
    scene.tell(ConnectionLost(at=stage.now, generation=GENERATION, reason="closed"))
    stage.run_until(MONDAY.opens_at + timedelta(minutes=1))
    away = list(scene.started)

    scene.tell(Resynchronised(at=stage.now, generation=GENERATION, book=a_book()))
    stage.run_until(MONDAY.opens_at + timedelta(minutes=4))

    assert away == []
    assert len(stage.log.named("not_ready")) == 1
    assert len(starts(scene)) == 1


def test_the_loss_of_an_older_connection_that_is_heard_late_stops_no_cycle(stage: Stage, scene: Scene) -> None:
    scene.open()
    newer = Generation(GENERATION + 1)
    scene.tell(Resynchronised(at=stage.now, generation=newer, book=a_book()))

    scene.tell(ConnectionLost(at=stage.now, generation=GENERATION, reason="closed"))
    stage.run_until(MONDAY.opens_at + timedelta(minutes=1))

    assert stage.log.named("not_ready") == []
    assert len(starts(scene)) == 1


@pytest.mark.parametrize("phase", ["connecting", None])
def test_one_that_starts_before_the_broker_is_ready_waits_to_be_told(
    stage: Stage, scene: Scene, phase: str | None
) -> None:
    scene.broker.answers[AskPhase] = phase
    scene.open()

    stage.run_until(MONDAY.opens_at + timedelta(minutes=1))

    assert scene.started == []
    assert isinstance(scene.broker, Extra)


def test_symbols_are_told_that_the_broker_is_ready_so_that_they_prepare(stage: Stage, scene: Scene) -> None:
    scene.open()

    scene.tell(Resynchronised(at=stage.now, generation=GENERATION, book=a_book()))

    assert [len(symbol.of(Resynchronised)) for symbol in scene.symbols.values()] == [1, 1, 1]


def test_half_an_hour_before_the_open_somebody_is_told_that_the_gateway_does_not_answer() -> None:
    stage = Stage(start=MONDAY.opens_at - timedelta(hours=2))
    scene = Scene(stage)
    scene.broker.answers[AskPhase] = "connecting"
    scene.open()

    stage.run_until(MONDAY.opens_at - timedelta(minutes=30, seconds=1))
    before = list(scene.alerts.of(SendAlert))
    stage.run_until(MONDAY.opens_at - timedelta(minutes=29))

    assert before == []
    assert [(alert.kind, alert.level) for alert in scene.alerts.of(SendAlert)] == [("not_ready", "CRITICAL")]
    stage.curtain()


def test_nobody_is_told_before_the_open_that_all_is_well() -> None:
    stage = Stage(start=MONDAY.opens_at - timedelta(hours=2))
    scene = Scene(stage)
    scene.open()

    stage.run_until(MONDAY.opens_at - timedelta(minutes=29))

    assert scene.alerts.of(SendAlert) == []
    stage.curtain()
