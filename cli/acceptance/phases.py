"""What each phase of `./bot validate` runs: symbols, rhythm, length, and what goes wrong inside. One table."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from actors.scheduler import BAR_OFFSET_SECONDS
from domain.cycle import next_start
from domain.errors import ConfigError
from domain.trading_day import Calendar

PAIR: Final = ("SPY", "QQQ")
THREE: Final = (*PAIR, "AAPL")
FIVE: Final = (*THREE, "MSFT", "NVDA")
SYMBOLS_MAX: Final = 1000
HOURS_MAX: Final = 24.0 * 30
INTERVAL_SECONDS_MIN, INTERVAL_SECONDS_MAX = 10, 3600
NO_ENTRY: Final = ("risk.no_entry_after_open_minutes=390",)
UPSETS: Final = """
[[fault]]
kind = "connectivity"
at = 11:30:00
seconds = 60
restored = 1102

[[fault]]
kind = "restart"
at = 23:45:00
seconds = 300

[[fault]]
kind = "connectivity"
at = 03:15:00
seconds = 90
restored = 1101
"""
"""Two resets of the line between gateway and IB, one that keeps the data and one that loses it, and a restart."""
RESETS, GATEWAY_RESTARTS = 2, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One acceptance run. It ends with its ``cycles``-th cycle; None: after ``hours``.

    ``sets`` are settings as on the command line; ``scenario`` is what the simulated gateway does to it, as TOML.
    """

    name: str
    title: str
    symbols: tuple[str, ...]
    interval_seconds: int
    hours: float
    cycles: int | None
    concurrent_max: int
    dry_run: bool = True
    sets: tuple[str, ...] = ()
    scenario: str = ""

    @property
    def overrides(self) -> tuple[str, ...]:
        """Return the settings that make a run this one."""
        return (
            f"symbols={','.join(self.symbols)}",
            f"schedule.interval_seconds={self.interval_seconds}",
            f"schedule.max_concurrent_symbols={self.concurrent_max}",
            f"dry_run={str(self.dry_run).lower()}",
            *self.sets,
        )


def _phase(name: str, title: str, symbols: tuple[str, ...], interval: int, hours: float, **more: object) -> Phase:
    made = Phase(
        name=name,
        title=title,
        symbols=symbols,
        interval_seconds=interval,
        hours=hours,
        cycles=None,
        concurrent_max=2,
    )
    return replace(made, **more)  # type: ignore[arg-type]  # Names and kinds are those of the class.


PHASES: Final[Mapping[str, Phase]] = MappingProxyType(
    {
        phase.name: phase
        for phase in (
            _phase("1", "one symbol, one cycle, no order", ("SPY",), 60, 0.05, cycles=1, sets=NO_ENTRY),
            _phase("2", "three symbols, three cycles", THREE, 60, 0.1, cycles=3),
            _phase("3", "four hours", THREE, 600, 4.0, cycles=25),
            _phase("4", "a day and a night with a restart and two resets", FIVE, 600, 24.0, scenario=UPSETS),
            _phase("5", "orders on a paper account", THREE, 180, 5.5, dry_run=False),
            _phase(
                "stress",
                "a thousand symbols",
                tuple(f"S{number:04d}" for number in range(SYMBOLS_MAX)),
                600,
                4.0,
                cycles=25,
                concurrent_max=64,
            ),
        )
    }
)


def phase_of(name: str, symbols: str | None, interval_seconds: int | None, hours: float | None) -> Phase:
    """Return the phase with what was asked to be different. Raises ConfigError with what would do."""
    if name not in PHASES:
        raise ConfigError(f"--phase {name}: give one of {', '.join(PHASES)}")
    phase = PHASES[name]
    if interval_seconds is not None:
        if not INTERVAL_SECONDS_MIN <= interval_seconds <= INTERVAL_SECONDS_MAX:
            allowed = f"{INTERVAL_SECONDS_MIN} to {INTERVAL_SECONDS_MAX} seconds"
            raise ConfigError(f"--interval {interval_seconds}: give {allowed}")
        phase = replace(phase, interval_seconds=interval_seconds)
    if hours is not None:
        if not 0 < hours <= HOURS_MAX:
            raise ConfigError(f"--hours {hours:g}: give a number above 0, at most {HOURS_MAX:g}")
        phase = replace(phase, hours=hours)
    if phase.cycles is not None and (hours is not None or (interval_seconds is not None and name not in ("1", "2"))):
        phase = replace(phase, cycles=int(phase.hours * 3600 // phase.interval_seconds) + 1)
    if symbols is not None:
        phase = replace(phase, symbols=_symbols(symbols))
    return phase


def _symbols(text: str) -> tuple[str, ...]:
    if text.isdecimal():
        if not 1 <= int(text) <= SYMBOLS_MAX:
            raise ConfigError(f"--symbols {text}: give names, or how many, 1 to {SYMBOLS_MAX}")
        return tuple(f"S{number:04d}" for number in range(int(text)))
    found = tuple(part.strip().upper() for part in text.split(",") if part.strip())
    if not found:
        raise ConfigError("--symbols: give names with commas, such as SPY,QQQ, or how many")
    return found


def starts_within(calendar: Calendar, begin: datetime, end: datetime, interval_seconds: int) -> int:
    """Return how many cycles begin after one moment and up to another, by the calendar."""
    count, now = 0, begin
    while True:
        session = calendar.current_or_next(now)
        if session is None or session.opens_at > end:
            return count
        start = next_start(session.opens_at, now, interval_seconds, BAR_OFFSET_SECONDS)
        if start >= session.closes_at:
            now = session.closes_at
            continue
        if start > end:
            return count
        count, now = count + 1, start
