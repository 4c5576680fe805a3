"""Scenario files: a bad day in TOML, checked to the last word before anything starts.

[gateway]                       # optional: fields of GatewayConfig
messages_per_second = 20

[[fault]]
kind = "mute"
message = "orderStatus"
at = 10:15:00                   # New York; or after = 90, nth = 3, chance = 0.01
times = 2
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, get_args, get_origin, get_type_hints

from simgateway.config import GatewayConfig
from simgateway.faults.model import Fault, FaultError
from simgateway.faults.reading import read_fault

_TABLES: Final = ("name", "gateway", "fault")
_OTHERS: Final = ("actor_fault",)
"""Tables for clients that read the same file for faults of their own; looked past here."""


class ScenarioError(Exception):
    """A scenario that cannot be used: one line with the file, the entry and what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A bad day: its faults in the file's order, and what it changes about the gateway."""

    name: str
    faults: tuple[Fault, ...] = ()
    gateway: Mapping[str, Any] = field(default_factory=dict)

    def config(self, base: GatewayConfig) -> GatewayConfig:
        """Return a configuration with the scenario's changes."""
        return replace(base, **self.gateway)


def load_scenario(path: Path) -> Scenario:
    """Return the scenario of a file; ScenarioError when it cannot be read or something in it is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise ScenarioError(f"{path}: {why}") from error
    return read_scenario(text, str(path))


def read_scenario(text: str, name: str) -> Scenario:
    """Return the scenario of a TOML text; `name` stands for the file in errors."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{name}: {error}") from error
    for key in table:
        if key not in {*_TABLES, *_OTHERS}:
            raise ScenarioError(f'{name}: unknown key "{key}"; a scenario has {", ".join(_TABLES)}')
    title = table.get("name", Path(name).stem)
    rows = table.get("fault", [])
    if not isinstance(title, str):
        raise ScenarioError(f"{name}: name = {title!r}: it must be a text")
    if not isinstance(rows, list):
        raise ScenarioError(f"{name}: write each fault as [[fault]], with two brackets")
    faults = tuple(_fault(row, f"{name}: fault {place}") for place, row in enumerate(rows, start=1))
    return Scenario(name=title, faults=faults, gateway=_changes(table.get("gateway", {}), name))


def _fault(row: object, where: str) -> Fault:
    if not isinstance(row, dict):
        raise ScenarioError(f"{where}: it must be a table")
    try:
        return read_fault(row)
    except FaultError as error:
        raise ScenarioError(f"{where}: {error}") from error


def _changes(table: object, name: str) -> Mapping[str, Any]:
    if not isinstance(table, dict):
        raise ScenarioError(f"{name}: gateway must be a table, [gateway]")
    hints = get_type_hints(GatewayConfig)
    known = [row.name for row in fields(GatewayConfig)]
    changes: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            raise ScenarioError(f'{name}: gateway: unknown key "{key}"; there are {", ".join(known)}')
        try:
            changes[key] = _converted(value, hints[key])
        except (ValueError, TypeError, ArithmeticError) as error:
            raise ScenarioError(f"{name}: gateway: {key} = {value!r}: it must be {_wanted(hints[key])}") from error
    try:
        replace(GatewayConfig(), **changes)
    except ValueError as error:
        raise ScenarioError(f"{name}: gateway: {error}") from error
    return changes


def _converted(value: object, hint: Any) -> object:
    """Return a TOML value as a field's type has it; ValueError, TypeError or ArithmeticError when it cannot be."""
    if get_origin(hint) is tuple:
        return _converted_tuple(value, get_args(hint))
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint is Decimal and isinstance(value, int | float | str) and not isinstance(value, bool):
        return Decimal(str(value))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(str(value))
    if not isinstance(hint, type) or type(value) is not hint:
        raise TypeError
    return value


def _converted_tuple(value: object, parts: tuple[Any, ...]) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise TypeError
    if parts[-1] is Ellipsis:
        return tuple(_converted(each, parts[0]) for each in value)
    return tuple(_converted(each, part) for each, part in zip(value, parts, strict=True))


def _wanted(hint: Any) -> str:
    if get_origin(hint) is tuple:
        parts = get_args(hint)
        if parts[-1] is Ellipsis:
            return f"a list, each {_wanted(parts[0])}"
        return f"a list of {', '.join(_wanted(part) for part in parts)}"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return "one of " + ", ".join(each.value for each in hint)
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", Decimal: "an amount"}
    return names.get(hint, "of a type no scenario can give")
