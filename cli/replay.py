"""``./bot replay``: a recorded day through the same actors."""

import re
from contextlib import suppress
from datetime import date
from pathlib import Path
from shutil import rmtree
from typing import Final

from cli.crashes import parse_crashes
from cli.day import ACCOUNT, DayPlan, Progress
from cli.demo import Wanted, gateway_config, settings_for
from cli.folders import run_folder
from cli.result import DayResult
from cli.scenario import load_bad_day
from cli.show import Screen
from cli.system import calendar_around
from cli.virtual_day import run_virtual_day
from config.settings import Settings
from domain.errors import ConfigError
from domain.trading_day import Session
from simgateway.market.base import MarketDataError
from simgateway.market.recorded import RecordedMarket

DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def run_replay(wanted: Wanted, *, data: Path, day: str, symbols: str) -> int:
    """Run the day and show how it ended; return the exit code. Raises ConfigError."""
    plan = replay_plan(wanted, data=data, day=day, symbols=symbols)
    screen = Screen(as_json=wanted.as_json)
    with screen.day("replay", plan) as progress:
        result = lived(plan, progress)
    return screen.finished(result)


def lived(plan: DayPlan, progress: Progress) -> DayResult:
    """Return what a recorded day came to. Raises ConfigError when its recording cannot be read to its end."""
    try:
        return run_virtual_day(plan, progress)
    except MarketDataError as error:
        rmtree(plan.run_dir)  # Half a day is no result.
        raise ConfigError(str(error)) from error


def replay_plan(wanted: Wanted, *, data: Path, day: str, symbols: str) -> DayPlan:
    """Return the recorded day, its data looked at before anything is written. Raises ConfigError."""
    settings = replay_settings(wanted, symbols)
    when = parse_day(day)
    session = _session(when, settings.paths.runs_dir / "calendar")
    bad_day = load_bad_day(wanted.scenario, settings.symbols)
    demand_folder(data)
    try:
        market = RecordedMarket(data, when, settings.symbols)
    except MarketDataError as error:
        raise ConfigError(str(error)) from error
    return DayPlan(
        settings=settings,
        market=market,
        gateway=gateway_config(wanted, bad_day),
        session=session,
        seed=wanted.seed,
        crashes=parse_crashes(wanted.crashes, settings.symbols, session),
        scenario=wanted.scenario,
        bad_day=bad_day,
        run_dir=run_folder(settings.paths.runs_dir, "replay"),
    )


def replay_settings(wanted: Wanted, symbols: str) -> Settings:
    """Return the settings for these symbols, with commas. Raises ConfigError."""
    names = [name.strip().upper() for name in symbols.split(",") if name.strip()]
    return settings_for(wanted, {"symbols": names, "dry_run": False, "broker": {"account": ACCOUNT}})


def demand_folder(data: Path) -> None:
    """Raise ConfigError when there is no such folder."""
    if not data.is_dir():
        raise ConfigError(f"--data {data}: no such folder; give the one that has equity/usa/minute in it")


def parse_day(text: str) -> date:
    """Return a day of the command line. Raises ConfigError."""
    if DAY.fullmatch(text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    raise ConfigError(f"--date {text}: not a day; write YYYY-MM-DD, such as 2015-12-24, or two with .. between")


def session_of(day: date, cache: Path) -> Session | None:
    """Return the session of a day, None when New York was closed. Raises ConfigError where nobody knows."""
    try:
        return calendar_around(day, cache).session_of(day)
    except (ValueError, OverflowError):
        raise ConfigError(f"--date {day}: nobody knows its holidays; choose a recorded day") from None


def _session(day: date, cache: Path) -> Session:
    session = session_of(day, cache)
    if session is None:
        raise ConfigError(f"--date {day}: the New York market was closed; choose a trading day")
    return session
