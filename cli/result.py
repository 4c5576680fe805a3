"""What a run ends with: one object, for people as a table and for programs as the last line."""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DayResult:
    """One traded day. Money in USD; times New York HH:MM; ``denied`` counts refusals by our own rules."""

    symbols: list[str]
    cycles: int
    cycles_completed: int
    entries: int
    exits: int
    exits_by: dict[str, int]
    partial_fills: int
    denied: int
    denied_by: dict[str, int]
    pnl: Decimal
    fees: Decimal
    gateway_pnl: Decimal
    positions_open_at_end: int
    unguarded_max_seconds: float
    restarts: int
    gave_up: list[str]  # Supervisors that used up their restarts: what is below them is down for the day.
    invariants: dict[str, int]
    violations: list[str]
    trading_day: dict[str, str]
    wall_seconds: float
    day_seconds: float
    trace: str
    seed: int
    run_dir: str
    examples: dict[str, str] = field(default_factory=dict)  # One denial of each rule, in words.

    def as_json(self) -> str:
        """Return one line."""
        row = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return json.dumps(row, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no place in a result")
