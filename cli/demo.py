"""``./bot demo``: one synthetic day, so that a newcomer sees the whole bot at work without an account."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from cli.crashes import parse_crashes
from cli.day import ACCOUNT, DayPlan, Progress
from cli.folders import run_folder
from cli.result import DayResult
from cli.scenario import BadDay, load_bad_day
from cli.show import Screen
from cli.system import calendar_around
from cli.virtual_day import run_virtual_day
from config.load import load_fixed
from config.new_york import parse_time
from config.settings import Settings
from domain.errors import ConfigError
from domain.trading_day import NEW_YORK, Session, new_york
from simgateway.config import GatewayConfig
from simgateway.market.synthetic import SyntheticMarket

DEMO_DAY = date(2026, 3, 11)
START_CASH = Decimal(100_000)
SPEED_MAX = 120.0  # Above it a machine's jitter outlasts the bot's patience, and it only ever reconnects.
DEMO_SETTINGS: dict[str, object] = {
    "symbols": ["SPY", "QQQ", "AAPL"],
    "dry_run": False,
    "broker": {"account": ACCOUNT},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line asked for."""

    seed: int
    sets: tuple[str, ...]
    crashes: tuple[str, ...]
    dry_run: bool
    cash: bool
    as_json: bool
    threads: bool = False
    speed: float = 1.0
    until: str | None = None
    scenario: Path | None = None


def settings_for(wanted: Wanted, values: dict[str, object]) -> Settings:
    """Return a run's settings: the same everywhere, but for ``--set``. Raises ConfigError."""
    mode = {"dry_run": True} if wanted.dry_run else {}
    settings = load_fixed({**values, **mode}, wanted.sets)
    if settings.broker.account and settings.broker.account != ACCOUNT:
        raise ConfigError(f"broker.account={settings.broker.account}: the simulated gateway has {ACCOUNT} alone")
    return settings


def gateway_config(wanted: Wanted, bad_day: BadDay) -> GatewayConfig:
    """Return the simulated gateway's account, and what a scenario changes about the gateway."""
    base = GatewayConfig(seed=wanted.seed, account=ACCOUNT, start_cash=START_CASH, cash_account=wanted.cash)
    return replace(bad_day.gateway.config(base), account=ACCOUNT)


def demo_plan(wanted: Wanted) -> DayPlan:
    """Return the demo's day. Raises ConfigError."""
    settings = settings_for(wanted, DEMO_SETTINGS)
    if wanted.threads and not 0 < wanted.speed <= SPEED_MAX:
        raise ConfigError(f"--speed {wanted.speed:g}: give a number above 0, at most {SPEED_MAX:g}")
    session = calendar_around(DEMO_DAY, settings.paths.runs_dir / "calendar").session_of(DEMO_DAY)
    assert session is not None, "the demo's day is a trading day"
    bad_day = load_bad_day(wanted.scenario, settings.symbols)
    return DayPlan(
        settings=settings,
        market=SyntheticMarket(seed=wanted.seed, day=DEMO_DAY, symbols=settings.symbols),
        gateway=gateway_config(wanted, bad_day),
        session=session,
        seed=wanted.seed,
        crashes=parse_crashes(wanted.crashes, settings.symbols, session),
        stops_at=_stops_at(wanted.until, session),
        scenario=wanted.scenario,
        bad_day=bad_day,
        run_dir=run_folder(settings.paths.runs_dir, "demo"),
    )


def _stops_at(until: str | None, session: Session) -> datetime | None:
    if until is None:
        return None
    try:
        at = datetime.combine(session.day, parse_time(until), NEW_YORK)
    except ValueError as error:
        raise ConfigError(f"--until {until}: {error}") from error
    if at <= session.opens_at:
        raise ConfigError(
            f"--until {until}: choose a time after {new_york(session.opens_at):%H:%M}, when trading opens"
        )
    return at


def run_demo(wanted: Wanted) -> int:
    """Run the demo and show how it ended; return the exit code."""
    plan = demo_plan(wanted)
    screen = Screen(as_json=wanted.as_json)
    with screen.day("demo", plan) as progress:
        result = _run(plan, wanted, progress)
    return screen.finished(result)


def _run(plan: DayPlan, wanted: Wanted, progress: Progress) -> DayResult:
    if not wanted.threads:
        return run_virtual_day(plan, progress)
    from cli.threads_day import run_threads_day  # noqa: PLC0415 - its imports are for real sockets alone

    return run_threads_day(plan, progress, speed=wanted.speed)
