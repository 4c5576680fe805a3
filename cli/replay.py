"""``./bot replay``: a recorded day through the same actors."""

import re
from contextlib import suppress
from datetime import date
from pathlib import Path
from shutil import rmtree
from typing import Final

from cli.crashes import parse_crashes
from cli.day import ACCOUNT, DayPlan
from cli.demo import Wanted, gateway_config, settings_for
from cli.folders import run_folder
from cli.scenario import load_bad_day
from cli.show import Screen
from cli.system import calendar_around
from cli.virtual_day import run_virtual_day
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
        try:
            result = run_virtual_day(plan, progress)
        except MarketDataError as error:
            rmtree(plan.run_dir)  # Half a day is no result.
            raise ConfigError(str(error)) from error
    return screen.finished(result)


def replay_plan(wanted: Wanted, *, data: Path, day: str, symbols: str) -> DayPlan:
    """Return the recorded day, its data looked at before anything is written. Raises ConfigError."""
    names = [name.strip().upper() for name in symbols.split(",") if name.strip()]
    values: dict[str, object] = {"symbols": names, "dry_run": False, "broker": {"account": ACCOUNT}}
    settings = settings_for(wanted, values)
    when = _day(day)
    session = _session(when, settings.paths.runs_dir / "calendar")
    bad_day = load_bad_day(wanted.scenario, settings.symbols)
    if not data.is_dir():
        raise ConfigError(f"--data {data}: no such folder; give the one that has equity/usa/minute in it")
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


def _day(text: str) -> date:
    if DAY.fullmatch(text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    raise ConfigError(f"--date {text}: not a day; write YYYY-MM-DD, such as 2015-12-24")


def _session(day: date, cache: Path) -> Session:
    try:
        session = calendar_around(day, cache).session_of(day)
    except (ValueError, OverflowError):
        raise ConfigError(f"--date {day}: nobody knows its holidays; choose a recorded day") from None
    if session is None:
        raise ConfigError(f"--date {day}: the New York market was closed; choose a trading day")
    return session
