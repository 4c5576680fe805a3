"""What many seeds came to, for people and, as one line, for programs."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from sys import version_info
from typing import Any, Final

from cli.simulation.outcome import Outcome
from cli.simulation.reasons import reason_for

MORE_SEEDS: Final = "no reason known, more seeds may"


@dataclass(slots=True)
class Sums:
    """Adds outcomes up; `rows_there_are` are all rows of the state machines' tables."""

    rows_there_are: frozenset[str]
    seeds: int = 0
    violated: int = 0
    fills: int = 0
    with_fill: int = 0
    with_life: int = 0
    checked: int = 0
    fired: Counter[str] = field(default_factory=Counter)
    rows: set[str] = field(default_factory=set)
    failing: list[int] = field(default_factory=list)
    _traces: Any = field(default_factory=hashlib.sha256, repr=False)

    def add(self, outcome: Outcome) -> None:
        """Take one outcome."""
        self.seeds += 1
        self.violated += len(outcome.violations)
        self.fills += outcome.fills
        self.with_fill += outcome.fills > 0
        self.with_life += outcome.lives > 0
        self.checked += outcome.checked
        self.fired.update(outcome.fired)
        self.rows |= outcome.rows
        self._traces.update(f"{outcome.seed}:{outcome.trace}\n".encode())
        if outcome.violations:
            self.failing.append(outcome.seed)

    @property
    def trace(self) -> str:
        """Return the hash of all sessions' traces, in the order they were added: equal on every machine."""
        found: str = self._traces.hexdigest()
        return found[:32]

    @property
    def uncovered(self) -> list[str]:
        """Return the rows that no seed met."""
        return sorted(self.rows_there_are - self.rows)

    def as_json(self, seconds: float, *, uncovered: bool) -> str:
        """Return one line; a seed is a session of one day, so there are as many days as seeds."""
        row: dict[str, object] = {
            "seeds": self.seeds,
            "days": self.seeds,
            "violated": self.violated,
            "checked": self.checked,
            "fills": self.fills,
            "seeds_with_fill": self.with_fill,
            "seeds_with_bracket_life": self.with_life,
            "faults_fired": self.fired.total(),
            "faults_by_kind": dict(sorted(self.fired.items())),
            "transitions_covered": len(self.rows),
            "transitions": len(self.rows_there_are),
            "transitions_never": sum(bool(reason_for(row)) for row in self.uncovered),
            "seconds": round(seconds, 3),
            "seeds_per_second": round(self.seeds / seconds, 3) if seconds else 0.0,
            "trace": self.trace,
            "failing_seeds": self.failing,
        }
        if uncovered:
            row["uncovered"] = {row: reason_for(row) for row in self.uncovered}
        return json.dumps(row)

    def as_text(self, seconds: float, *, uncovered: bool) -> Iterable[str]:
        """Return the lines a person reads."""
        share = 100 * self.with_fill / self.seeds
        yield f"{self.seeds} seeds in {seconds:.1f} s, {self.seeds / seconds:.1f} a second"
        yield f"{self.checked} checks, {self.violated} violated" + (f" in seeds {self.failing}" if self.failing else "")
        yield f"{self.fills} fills in {self.with_fill} seeds ({share:.0f} %)"
        yield f"{self.with_life} seeds with a bracket's whole life"
        fired = ", ".join(f"{count} {kind}" for kind, count in sorted(self.fired.items()))
        yield f"{self.fired.total()} faults fired" + (f": {fired}" if fired else "")
        yield f"{len(self.rows)} of {len(self.rows_there_are)} transitions covered"
        python = f"Python {version_info.major}.{version_info.minor}"  # Others take turns otherwise in one instant.
        yield f"trace {self.trace}: every message and frame, the same on every machine with {python}"
        reasons = Counter(reason_for(row) or MORE_SEEDS for row in self.uncovered)
        yield from (f"{count} not covered: {reason}" for reason, count in reasons.most_common())
        if uncovered:
            yield from (f"not covered: {row}: {reason_for(row) or MORE_SEEDS}" for row in self.uncovered)
