"""A fault as it is asked for: what, to whom, when, how often; checked as soon as it is made."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from fnmatch import fnmatchcase
from typing import Final, NoReturn

from actors.runtime.faults.kind import Kind, Parameter, Place, Value
from actors.runtime.faults.kinds import KINDS

LONGEST_SECONDS: Final = 366 * 86_400.0


class ActorFaultError(ValueError):
    """A fault that cannot be: one line that says what is wrong and what is allowed."""


@dataclass(frozen=True, slots=True)
class Now:
    """From the moment it is given."""


@dataclass(frozen=True, slots=True)
class At:
    """At an aware moment, or the next time that an aware time of day comes."""

    moment: datetime | time


@dataclass(frozen=True, slots=True)
class After:
    """So many seconds after it is given, by the actors' clock."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Nth:
    """At the n-th chance to strike, counted from 1 over all actors that match and all their lives."""

    n: int


@dataclass(frozen=True, slots=True)
class Chance:
    """At each chance to strike with this probability, drawn from a generator of the fault's own."""

    probability: float


When = Now | At | After | Nth | Chance


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorFault:
    """One fault; ActorFaultError when it cannot be.

    `actor`: a name, or a pattern such as ``oco:*``. `message`: the class name of the message it strikes at, of the
    store the operation (append, read, open_intents), of a timer the message it brings; empty for any. A fault of
    handlers that begins at a moment and names no message strikes at that moment, mail or no mail. `times`: how often it
    strikes; None is once, and without end for `Chance` and with `lasts`, seconds from its beginning. `settings`: the
    kind's parameters; what is left out has its default.
    """

    kind: str
    actor: str
    message: str = ""
    when: When = Now()
    times: int | None = None
    lasts: float | None = None
    settings: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check everything but the names, which only who builds the tree knows."""
        if self.kind not in KINDS:
            raise ActorFaultError(f"kind {self.kind!r} is none of {', '.join(KINDS)}")
        if not self.actor:
            raise ActorFaultError("actor: it is missing; give a name or a pattern such as oco:*")
        if self.message and self.row.place is Place.START:
            raise ActorFaultError(f"message {self.message}: kind {self.kind} strikes at a start, it takes no message")
        if self.row.messages and self.message not in {"", *self.row.messages}:
            listed = ", ".join(self.row.messages)
            raise ActorFaultError(f"message {self.message}: kind {self.kind} strikes at {listed} only")
        if self.times is not None and self.times < 1:
            raise ActorFaultError(f"times = {self.times}: it must be 1 or more")
        if self.lasts is not None and not 0 < self.lasts <= LONGEST_SECONDS:
            raise ActorFaultError(f"lasts = {self.lasts}: it must be above 0 and at most {LONGEST_SECONDS:g} seconds")
        self._check_when()
        self._check_settings()

    def __str__(self) -> str:
        """Say it in a line, as the log has it."""
        told = " ".join(f"{name}={value}" for name, value in self.settings.items())
        return " ".join(part for part in (self.kind, self.actor, self.message, _said(self.when), told) if part)

    @property
    def row(self) -> Kind:
        """Return the kind's row."""
        return KINDS[self.kind]

    @property
    def times_most(self) -> float:
        """Return how often it may strike."""
        if self.times is not None:
            return self.times
        return math.inf if self.lasts is not None or isinstance(self.when, Chance) else 1

    @property
    def is_timed(self) -> bool:
        """Return whether it begins at a moment, not with a message."""
        return isinstance(self.when, Now | At | After)

    def concerns(self, actor: str) -> bool:
        """Tell whether it may strike an actor of this name."""
        return fnmatchcase(actor, self.actor)

    def number(self, name: str) -> float:
        """Return a setting that is a number."""
        return float(self._value(name))

    def flag(self, name: str) -> bool:
        """Return a setting that is on or off."""
        return bool(self._value(name))

    def text(self, name: str) -> str:
        """Return a setting that is a text; empty where the kind has no such setting."""
        known = {row.name for row in self.row.parameters}
        return str(self._value(name)) if name in known else ""

    def _value(self, name: str) -> Value:
        default = next(row.default for row in self.row.parameters if row.name == name)
        return self.settings.get(name, default)

    def _check_when(self) -> None:
        when = self.when
        if isinstance(when, At) and when.moment.tzinfo is None:
            raise ActorFaultError(f"at {when.moment}: it has no time zone")
        if isinstance(when, After) and not 0 <= when.seconds <= LONGEST_SECONDS:
            raise ActorFaultError(f"after = {when.seconds}: it must be from 0 to {LONGEST_SECONDS:g} seconds")
        if isinstance(when, Nth) and when.n < 1:
            raise ActorFaultError(f"nth = {when.n}: it is counted from 1")
        if isinstance(when, Chance) and not 0 <= when.probability <= 1:
            raise ActorFaultError(f"chance = {when.probability}: it must be from 0 to 1")

    def _check_settings(self) -> None:
        known = {row.name: row for row in self.row.parameters}
        for name, value in self.settings.items():
            if name not in known:
                allowed = ", ".join(known) or "none"
                raise ActorFaultError(f"{name}: kind {self.kind} has no such setting; its settings: {allowed}")
            _check_value(known[name], value)


def _check_value(row: Parameter, value: object) -> None:
    if row.type in {"flag", "text"}:
        if not isinstance(value, bool if row.type == "flag" else str):
            _refuse(row, value, "true or false" if row.type == "flag" else "a text")
        return
    what = "a whole number" if row.type == "whole" else "a number"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not row.low <= float(str(value)) <= row.high:
        _refuse(row, value, f"{what} from {row.low:g} to {row.high:g}")
    if row.type == "whole" and not float(str(value)).is_integer():
        _refuse(row, value, f"{what} from {row.low:g} to {row.high:g}")


def _refuse(row: Parameter, value: object, allowed: str) -> NoReturn:
    raise ActorFaultError(f"{row.name} = {value!r}: it must be {allowed}")


def _said(when: When) -> str:
    if isinstance(when, Now):
        return ""
    words = {At: "at", After: "after", Nth: "nth", Chance: "chance"}
    (value,) = (getattr(when, name) for name in type(when).__slots__)
    return f"{words[type(when)]}={value}"
