"""``--crash ACTOR@HH:MM``: kills an actor at a simulated time, as a bug would."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

from actors.runtime.clock import Clock
from cli.system import System
from config.new_york import parse_time
from domain.errors import ConfigError
from domain.trading_day import NEW_YORK

LOOK_AGAIN_SECONDS = 1.0
KINDS = ("symbol:", "oco:")
NAMES = ("journal", "broker", "ocos", "brackets", "alerts", "breaker", "risk", "symbols", "scheduler")


@dataclass(frozen=True, slots=True)
class Crash:
    """Who dies, and when by New York's clock. ``oco:*`` is whichever is alive then, or the next to be."""

    actor: str
    at: time

    def due(self, day: date) -> datetime:
        """Return the moment on that day, aware."""
        return datetime.combine(day, self.at, NEW_YORK)


def parse_crash(text: str) -> Crash:
    """Return the crash. Raises ConfigError with what was meant."""
    actor, at, clock = text.partition("@")
    known = actor in NAMES or actor.startswith(KINDS)
    if not at or not known:
        example = "symbol:GOOG@10:15, oco:*@10:40 or risk@11:00"
        raise ConfigError(f"--crash {text}: give ACTOR@HH:MM, such as {example}; actors: {', '.join((*NAMES, *KINDS))}")
    try:
        return Crash(actor, parse_time(clock))
    except ValueError as error:
        raise ConfigError(f"--crash {text}: {error}") from error


async def carry_out(crash: Crash, day: date, system: System, clock: Clock, say: Callable[[str], None]) -> None:
    """Wait for the time, then for somebody of that name, and kill it. Runs on any loop of the clock's speed."""
    await asyncio.sleep(max(0.0, (crash.due(day) - clock.now()).total_seconds()))
    while True:
        name = _victim(crash.actor, system)
        if name is not None and system.crash(name, f"--crash {crash.actor}@{crash.at:%H:%M}"):
            say(f"crashed {name}")
            return
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _victim(actor: str, system: System) -> str | None:
    if not actor.endswith("*"):
        return actor
    alive = system.directory.names(actor.removesuffix("*"))
    return alive[0] if alive else None
