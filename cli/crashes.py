"""``--crash ACTOR@HH:MM``: kills an actor at a simulated time, as a bug would."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from actors.runtime.clock import Clock
from cli.system import System
from config.new_york import parse_time
from domain.errors import ConfigError
from domain.trading_day import NEW_YORK, Session, new_york

LOOK_AGAIN_SECONDS = 1.0
KINDS = ("symbol:", "oco:")
NAMES = ("journal", "tripwire", "broker", "ocos", "brackets", "alerts", "breaker", "risk", "symbols", "scheduler")


@dataclass(frozen=True, slots=True)
class Crash:
    """Who dies, and when by New York's clock. ``oco:*`` is whichever is alive then, or the next to be."""

    actor: str
    at: time

    def due(self, day: date) -> datetime:
        """Return the moment on that day, aware."""
        return datetime.combine(day, self.at, NEW_YORK)


def parse_crashes(texts: Iterable[str], symbols: Collection[str], session: Session) -> tuple[Crash, ...]:
    """Return the crashes of a run. Raises ConfigError for one that could never come: a wish is not dropped silently."""
    return tuple(_parsed(text, symbols, session) for text in texts)


def _parsed(text: str, symbols: Collection[str], session: Session) -> Crash:
    actor, at, clock = text.partition("@")
    kind, _, name = actor.partition(":")
    if not at or not (actor in NAMES or (f"{kind}:" in KINDS and name)):
        example = "symbol:GOOG@10:15, oco:*@10:40 or risk@11:00"
        raise ConfigError(f"--crash {text}: give ACTOR@HH:MM, such as {example}; actors: {', '.join((*NAMES, *KINDS))}")
    if kind == "oco" and name != "*":
        raise ConfigError(f"--crash {text}: brackets have no names before the day; oco:* is whichever is alive then")
    if kind == "symbol" and name not in {*symbols, "*"}:
        raise ConfigError(f"--crash {text}: {name} is not traded in this run; its symbols are {', '.join(symbols)}")
    try:
        crash = Crash(actor, parse_time(clock))
    except ValueError as error:
        raise ConfigError(f"--crash {text}: {error}") from error
    if not session.opens_at <= crash.due(session.day) < session.closes_at:
        hours = f"{new_york(session.opens_at):%H:%M} to {new_york(session.closes_at):%H:%M}"
        raise ConfigError(f"--crash {text}: choose a time within the session, {hours}")
    return crash


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
