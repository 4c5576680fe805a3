"""Counts a day from its own log: the same lines the operator reads."""

from collections import Counter
from typing import Any


class Tally:
    """An event log that only counts. One thread at a time; the log in front of it sees to that."""

    def __init__(self) -> None:
        self.cycles = 0
        self.cycles_completed = 0
        self.denied: Counter[str] = Counter()
        self.denials: list[dict[str, Any]] = []
        self.entered: dict[str, int] = {}
        self.closed: list[dict[str, Any]] = []
        self.planned: list[str] = []
        self.unguarded_max_seconds = 0.0
        self.gave_up: list[str] = []
        self.partial_fills = 0
        self._planned_quantity: dict[str, int] = {}

    def emit(self, event: str, /, **fields: Any) -> None:
        """Count one event."""
        match event:
            case "cycle_start":
                self.cycles += 1
            case "cycle_complete":
                self.cycles_completed += not fields["failed"] and not fields["skipped"]
            case "entry_denied":
                self.denied[fields["rule"]] += 1
                self.denials.append(fields)
            case "bracket_planned":
                self.planned.append(fields["intent"])
                self._planned_quantity[fields["intent"]] = fields["quantity"]
            case "entry_filled":
                self._entry(fields)
            case "position_closed":
                self.closed.append(fields)
            case "position_guarded":
                self.unguarded_max_seconds = max(self.unguarded_max_seconds, fields["unguarded_seconds"])
            case "actor_gave_up":
                self.gave_up.append(fields["actor"])
            case _:
                pass

    def _entry(self, fields: dict[str, Any]) -> None:
        intent = fields["intent"]
        self.partial_fills += fields["quantity"] < self._planned_quantity.get(intent, 0)
        self.entered[intent] = self.entered.get(intent, 0) + fields["quantity"]

    @property
    def round_trips(self) -> list[dict[str, Any]]:
        """Return the closed brackets in which something was held."""
        return [fields for fields in self.closed if fields["quantity"]]
