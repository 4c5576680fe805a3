"""What came of one seed; small and plain, since it travels between processes."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One session. `fills` are the exchange's; `lives` brackets that were entered and left again.

    `fired`: how often each kind of mishap happened. `rows`: rows of the state machines' tables that were met.
    `newest`: the last hundred events in words, only of a session in which something was violated.
    """

    seed: int
    violations: tuple[str, ...]
    fills: int
    lives: int
    fired: dict[str, int]
    rows: frozenset[str]
    trace: str
    checked: int
    newest: tuple[str, ...] = field(default=(), repr=False)
