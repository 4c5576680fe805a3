"""``./bot replay``: a recorded day through the same actors."""

from datetime import date
from pathlib import Path

from cli.crashes import parse_crash
from cli.day import ACCOUNT, DayPlan
from cli.demo import Wanted, gateway_config, settings_for
from cli.folders import run_folder
from cli.show import Screen
from cli.system import calendar_around
from cli.virtual_day import run_virtual_day
from domain.errors import ConfigError
from domain.trading_day import Session
from simgateway.market.base import MarketDataError
from simgateway.market.recorded import RecordedMarket


def run_replay(wanted: Wanted, *, data: Path, day: str, symbols: str) -> int:
    """Run the day and show how it ended; return the exit code. Raises ConfigError."""
    plan = replay_plan(wanted, data=data, day=day, symbols=symbols)
    screen = Screen(as_json=wanted.as_json)
    with screen.progress(f"replay {plan.session.day}", plan.starts_at, plan.ends_at) as progress:
        try:
            result = run_virtual_day(plan, progress)
        except MarketDataError as error:
            raise ConfigError(str(error)) from error
    return screen.finished(result)


def replay_plan(wanted: Wanted, *, data: Path, day: str, symbols: str) -> DayPlan:
    """Return the recorded day, its data looked at before anything is written. Raises ConfigError."""
    names = [name.strip().upper() for name in symbols.split(",") if name.strip()]
    values: dict[str, object] = {"symbols": names, "dry_run": False, "broker": {"account": ACCOUNT}}
    settings = settings_for(wanted, values)
    crashes = tuple(parse_crash(text) for text in wanted.crashes)
    when = _day(day)
    session = _session(when, settings.paths.runs_dir / "calendar")
    try:
        market = RecordedMarket(data, when, settings.symbols)
    except MarketDataError as error:
        raise ConfigError(str(error)) from error
    return DayPlan(
        settings=settings,
        market=market,
        gateway=gateway_config(wanted),
        session=session,
        seed=wanted.seed,
        crashes=crashes,
        run_dir=run_folder(settings.paths.runs_dir, "replay"),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"--date {text}: not a day; write YYYY-MM-DD, such as 2015-12-24") from None


def _session(day: date, cache: Path) -> Session:
    try:
        session = calendar_around(day, cache).session_of(day)
    except ValueError as error:
        raise ConfigError(f"--date {day}: {error}") from error
    if session is None:
        raise ConfigError(f"--date {day}: the New York market was closed; choose a trading day")
    return session
