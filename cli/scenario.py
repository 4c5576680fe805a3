"""``--scenario FILE``: a bad day of the gateway and of our own actors, out of one file.

[[fault]]                       # the gateway's, as `python -m simgateway --scenario` reads them
kind = "drop"
at = 10:15:00

[[actor_fault]]                 # ours
kind = "crash"
actor = "oco:*"
message = "ExecutionReport"
nth = 2
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Final

from actors.runtime import tree_messages
from actors.runtime.faults.injector import Firing, Injector
from actors.runtime.faults.model import ActorFault, ActorFaultError
from actors.runtime.faults.reading import Vocabulary, read_actor_fault
from domain import bracket_effects, commands, control, entry_gate, events, reports
from domain.errors import ConfigError
from domain.ports import EventLog
from domain.trading_day import NEW_YORK
from simgateway.faults.scenario import Scenario, ScenarioError, read_scenario

ACTORS: Final = (
    "telling", "alerts", "control", "guarding", "journal", "tripwire", "broker", "ocos", "brackets", "trading",
    "breaker", "risk", "symbols", "scheduler",
)  # fmt: skip
MESSAGES_ARE_IN: Final[tuple[ModuleType, ...]] = (
    commands,
    control,
    entry_gate,
    events,
    reports,
    bracket_effects,
    tree_messages,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadDay:
    """What goes wrong on both sides of the wire."""

    gateway: Scenario
    actor_faults: tuple[ActorFault, ...] = ()


def load_bad_day(path: Path | None, symbols: Iterable[str]) -> BadDay:
    """Return what the file says; nothing without a file. Raises ConfigError, one line, for any mistake in it."""
    if path is None:
        return BadDay(gateway=Scenario(name=""))
    try:
        text = path.read_text(encoding="utf-8")
        gateway = read_scenario(text, str(path))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise ConfigError(f"--scenario {path}: {why}; give a TOML file with [[fault]] or [[actor_fault]]") from error
    except ScenarioError as error:
        raise ConfigError(f"--scenario {error}") from error
    rows = tomllib.loads(text).get("actor_fault", [])
    if not isinstance(rows, list):
        raise ConfigError(f"--scenario {path}: write each fault as [[actor_fault]], with two brackets")
    words = vocabulary(symbols)
    faults = tuple(_fault(row, words, f"--scenario {path}: actor_fault {n}") for n, row in enumerate(rows, start=1))
    return BadDay(gateway=gateway, actor_faults=faults)


def vocabulary(symbols: Iterable[str]) -> Vocabulary:
    """Return what a fault may name in a run with these symbols."""
    found = (each for module in MESSAGES_ARE_IN for each in vars(module).values())
    kinds = frozenset(each.__name__ for each in found if isinstance(each, type) and is_dataclass(each))
    names = (*ACTORS, *(f"symbol:{symbol}" for symbol in symbols))
    return Vocabulary(actors=names, families=("oco:",), messages=kinds, zone=NEW_YORK)


def injector_for(faults: Iterable[ActorFault], seed: int, log: EventLog) -> Injector | None:
    """Return what puts the faults in and tells the log of each strike; None, which costs nothing, without any."""
    given = tuple(faults)
    return Injector(given, seed=seed, heard=lambda firing: tell(log, firing)) if given else None


def tell(log: EventLog, firing: Firing) -> None:
    """Say that a fault struck."""
    log.emit(
        "fault_injected",
        fault=firing.kind,
        actor=firing.actor,
        epoch=firing.epoch,
        message=firing.message,
        reason=firing.cause,
    )


def _fault(row: object, words: Vocabulary, where: str) -> ActorFault:
    if not isinstance(row, dict):
        raise ConfigError(f"{where}: it must be a table")
    try:
        return read_actor_fault(row, words)
    except ActorFaultError as error:
        raise ConfigError(f"{where}: {error}") from error
