"""An acceptance run against the simulated gateway in virtual time: hours in seconds, by the same actors and wire."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final

from actors.runtime.hosts import VirtualHost
from cli.acceptance.evidence import Evidence, Seen
from cli.acceptance.living import AskGateway, GatewayLook, Living
from cli.acceptance.phases import Phase
from cli.day import ACCOUNT, DayPlan, Progress, audited
from cli.scenario import load_bad_day
from cli.system import calendar_around
from cli.trace import RunObserver
from cli.virtual_life import VirtualLife, World
from cli.wiring import symbol_settings
from config.settings import Settings
from domain.trading_day import NEW_YORK
from ops.logs import FileLog
from ops.memory_log import TeeLog
from simgateway.config import GatewayConfig
from simgateway.frames import Frame, FrameLog
from simgateway.market.synthetic import SyntheticMarket

DAY: Final = date(2026, 3, 11)
STARTS: Final = datetime.combine(DAY, time(10, 25), NEW_YORK).astimezone(UTC)  # The session has bars by then.
AUDITED: Final = ("4", "5")


@dataclass(slots=True)
class Orders:
    """Counts the orders that reached the gateway."""

    sent: int = 0

    def frame(self, frame: Frame) -> None:
        """Take one message."""
        self.sent += frame.direction == "in" and frame.name == "placeOrder"


def run_simulated(phase: Phase, settings: Settings, seed: int, run_dir: Path, progress: Progress) -> Evidence:
    """Run the phase and return what it left behind. The same seed gives the same run."""
    host = VirtualHost(seed, STARTS)
    host.start()
    seen, orders = Seen(host.clock), Orders()
    plan = plan_of(phase, settings, seed, run_dir)
    frames = FrameLog(plan.frames_path if phase.name in AUDITED else None, hashed=False)
    frames.listeners.append(orders.frame)
    file_log = FileLog(run_dir / "logs", host.clock, inline=True)
    log = TeeLog(file_log, seen)
    life = VirtualLife(host, STARTS, _world(plan, frames, log))
    living = Living(
        phase=phase,
        system=life.system,
        symbol=symbol_settings(settings, settings.symbols[0]),
        clock=host.clock,
        seen=seen,
        gateway=_counters(life),
        progress=progress,
        ours=True,
        one_process=True,
    )
    try:
        host.run(_begun(life))
        evidence = host.run(living.run())
        life.gateway.close()
        host.run_for(1.0)
    finally:
        life.close()
        frames.close()
        file_log.close()
        life.store.close()
    evidence = replace(evidence, orders_sent=orders.sent)
    if phase.name not in AUDITED:
        return evidence
    found = audited(plan)
    violations = tuple(f"{v.invariant}: {v.at:%H:%M:%S} {v.text}" for v in found.violations)
    return replace(evidence, violations=violations, checks=found.checked)


async def _begun(life: VirtualLife) -> None:
    life.begin()


def plan_of(phase: Phase, settings: Settings, seed: int, run_dir: Path) -> DayPlan:
    """Return the run as a day to be traded: its market, its gateway, what goes wrong. Raises ConfigError."""
    scenario = None
    if phase.scenario:
        scenario = run_dir / "upsets.toml"
        scenario.write_text(phase.scenario)
    bad_day = load_bad_day(scenario, settings.symbols)
    session = calendar_around(DAY, run_dir.parent / "calendar").session_of(DAY)
    assert session is not None, "it is a trading day"
    return DayPlan(
        settings=settings,
        market=SyntheticMarket(seed=seed, day=DAY, symbols=settings.symbols),
        gateway=replace(bad_day.gateway.config(GatewayConfig(seed=seed, account=ACCOUNT)), account=ACCOUNT),
        session=session,
        seed=seed,
        crashes=(),
        run_dir=run_dir,
        scenario=scenario,
        bad_day=bad_day,
    )


def _world(plan: DayPlan, frames: FrameLog, log: TeeLog) -> World:
    return World(
        settings=plan.settings,
        market=plan.market,
        gateway=plan.gateway,
        seed=plan.seed,
        frames=frames,
        log=log,
        observer=RunObserver(log),
        calendar=calendar_around(DAY, plan.run_dir.parent / "calendar"),
        state_path=plan.state_path,
        faults=plan.bad_day.gateway.faults if plan.bad_day else (),
    )


def _counters(life: VirtualLife) -> AskGateway:
    async def look() -> GatewayLook:
        found = life.gateway.counters()
        return GatewayLook(
            subscriptions=found.subscriptions,
            buffered_bytes=found.buffered_bytes,
            most_in_a_second=found.messages_in_a_second_most,
        )

    return look
