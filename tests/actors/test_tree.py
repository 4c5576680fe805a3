from collections.abc import Callable
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from actors.broker import BrokerParts, BrokerSettings
from actors.broker_link import LinkSettings
from actors.runtime.context import Context
from actors.runtime.control import Crash
from actors.runtime.supervisor import AskTree
from actors.tree import Hosts, Parts, root_spec
from domain.brackets import BracketPolicy
from domain.breaker import BreakerLimits
from domain.commands import OpenBracket, RequestBars
from domain.control import Control
from domain.events import DayOpened
from domain.flattening import FlattenRule
from domain.ids import Generation, Symbol
from domain.ledger_rules import RiskLimits
from domain.pacing import PacingLimits
from domain.reports import BarsReport
from ops.control_switch import ControlSwitch
from ops.listings import MemoryListings
from tests.actors.fake_port import FakeGateway
from tests.actors.stage import CALENDAR, MONDAY, Stage
from tests.actors.symbol_scene import STOCK, settings_of
from tests.builders import INTENT, NOW, a_plan

OCO = f"oco:{INTENT}"
SYMBOL = "symbol:GOOG"


class NoChannel:
    """Implements AlertPort; nobody listens."""

    async def send(self, title: str, body: str) -> bool:
        del title, body
        return False


class Scene:
    """The whole tree over a fake gateway and a journal in memory; Monday, 10:00 in New York."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.gateway = FakeGateway(stage)
        self.surrenders: list[str] = []
        numbers = count(1)
        host = stage.host
        self.parts = Parts(
            hosts=Hosts(system=host, broker=host, core=host, journal=host),
            log=stage.log,
            journal=stage.store,
            alerts=NoChannel(),
            broker=BrokerParts(
                factory=self.gateway.connect,
                paper=None,
                generations=lambda: Generation(next(numbers)),
                jitter=lambda: 0.0,
                listings=MemoryListings(),
                calendar=CALENDAR,
            ),
            calendar=CALENDAR,
            broker_settings=BrokerSettings(read_only=False, pacing=PacingLimits(), link=LinkSettings()),
            breaker_limits=BreakerLimits(),
            risk_limits=RiskLimits(),
            flatten_on_loss=False,
            policy=BracketPolicy(),
            flatten=FlattenRule(calendar=CALENDAR, before_close_minutes=15, hold_overnight=False),
            symbols=tuple(settings_of(Symbol(symbol)) for symbol in ("GOOG", "AAPL")),
            interval_seconds=180,
            switch=ControlSwitch(None, Control()),
            ramp_days=0,
            concurrent_max=2,
            gave_up=lambda name, _: self.surrenders.append(name),
        )

    def open(self) -> None:
        spec = root_spec(self.parts)

        def build(context: Context) -> Any:
            return spec.factory(context)

        self.stage.launch(build, "root", seconds=5)

    def kill(self, name: str, times: int = 1, every_seconds: float = 1.0) -> None:
        """Let an actor die as of a bug, so many times."""
        self.stage.expect_death(name)
        for _ in range(times):
            self.stage.directory.address(name).tell(Crash(reason="a bug"), urgent=True)
            self.stage.run_for(every_seconds)

    def kill_until(self, name: str, is_enough: Callable[[], bool]) -> None:
        for _ in range(200):
            if is_enough():
                return
            self.kill(name, every_seconds=0.25)
        raise AssertionError(f"{name} was killed 200 times in vain")

    def guard(self) -> None:
        """Let a bracket be open."""
        self.stage.tell("brackets", OpenBracket(plan=a_plan(decided_at=self.stage.now)))
        self.stage.run_for(0.5)


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return Scene(stage)


def epochs(stage: Stage, *names: str) -> list[int]:
    return [stage.directory.epoch(name) for name in names]


GUARDING = ("guarding", "journal", "tripwire", "broker", "ocos", "brackets")
TRADING = ("breaker", "risk", SYMBOL, "symbol:AAPL", "scheduler")


def test_guarding_is_up_before_trading_begins_and_each_in_its_order(stage: Stage, scene: Scene) -> None:
    scene.open()

    expected = ["alerts", "control", "telling", "journal", "tripwire", "broker", "ocos", "brackets", "guarding"]
    expected += ["breaker", "risk", SYMBOL, "symbol:AAPL", "symbols", "scheduler", "trading", "root"]
    assert stage.witness.starts == expected


def test_a_plan_becomes_a_guard_that_sends_its_orders(stage: Stage, scene: Scene) -> None:
    scene.open()

    scene.guard()

    assert stage.directory.names("oco:") == (OCO,)
    assert len(scene.gateway.port.of("place")) == 3


def test_a_symbol_that_dies_is_restarted_alone(stage: Stage, scene: Scene) -> None:
    scene.open()

    scene.kill(SYMBOL)

    assert epochs(stage, SYMBOL, "symbol:AAPL", "risk", "scheduler") == [2, 1, 1, 1]
    assert stage.directory.address(SYMBOL).is_alive


def test_a_ledger_that_dies_takes_along_those_who_build_on_it(stage: Stage, scene: Scene) -> None:
    scene.open()

    scene.kill("risk")

    assert epochs(stage, "alerts", "breaker", "risk", SYMBOL, "scheduler") == [1, 1, 2, 2, 2]
    assert epochs(stage, *GUARDING) == [1] * 6


def test_a_guard_that_dies_is_restarted_and_asks_the_broker(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.guard()
    asked = len(scene.gateway.port.of("book"))

    scene.kill(OCO)

    assert epochs(stage, OCO, "ocos", "broker") == [2, 1, 1]
    assert len(scene.gateway.port.of("book")) > asked
    assert len(scene.gateway.port.of("place")) == 3


def test_a_broker_that_dies_connects_anew_and_nobody_else_dies_of_it(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.guard()

    scene.kill("broker")

    assert [port.connected for port in scene.gateway.ports] == [False, True]
    assert epochs(stage, "broker", OCO, "risk", SYMBOL) == [2, 1, 1, 1]


def test_trading_that_gives_up_stays_down_and_its_brackets_are_guarded_on(stage: Stage, scene: Scene) -> None:
    stage.expect_death("trading")
    scene.open()
    scene.guard()

    scene.kill_until("risk", lambda: "trading" in scene.surrenders)
    stage.run_for(120)

    assert scene.surrenders == ["trading"]
    assert stage.directory.address("alerts").is_alive  # Or nobody could call for help.
    assert not any(stage.directory.address(name).is_alive for name in TRADING)
    assert epochs(stage, *GUARDING, OCO) == [1] * 7
    assert all(stage.directory.address(name).is_alive for name in (*GUARDING, OCO))


def test_a_ledger_that_cannot_start_never_takes_the_guards_down(stage: Stage, scene: Scene) -> None:
    for name in ("trading", "risk"):
        stage.expect_death(name)
    scene.open()
    scene.guard()
    good = DayOpened(at=NOW, day=MONDAY.day, start_equity=Decimal(1))
    bad = DayOpened(at=NOW, day="Monday", start_equity=Decimal(1))  # type: ignore[arg-type] # a disk gone bad
    stage.store.streams["ledger:2026-01-05"] = [good, bad]

    scene.kill("risk")
    stage.run_for(600)

    assert scene.surrenders == ["trading"]
    assert all(stage.directory.address(name).is_alive for name in ("root", *GUARDING, OCO))
    assert epochs(stage, OCO) == [1]


def test_history_that_comes_late_does_not_make_the_broker_hang(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.gateway.held.add("bars")
    request = RequestBars(underlying=STOCK, bar_size="1 min", duration="1 D", timeout_seconds=90)
    answer = stage.asking("broker", request)
    stage.run_for(89)

    for _ in range(len(scene.gateway.waiting)):
        scene.gateway.release(BarsReport(bars=()))

    assert stage.host.run(answer) == BarsReport(bars=())
    assert stage.witness.hangs == []
    assert epochs(stage, "broker") == [1]


def test_how_everyone_fares_can_be_asked_of_the_root(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.kill(SYMBOL)

    _telling, guarding, trading = stage.ask("root", AskTree())

    assert [child.name for child in guarding.children] == ["journal", "tripwire", "broker", "ocos", "brackets"]
    symbols = next(child for child in trading.children if child.name == "symbols")
    assert [(child.name, child.restarts, child.alive) for child in symbols.children] == [
        (SYMBOL, 1, True),
        ("symbol:AAPL", 0, True),
    ]
