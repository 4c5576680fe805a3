"""A fault as it is asked for: what, when, how often, to whom; checked as soon as it is made."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Final, NoReturn

from simgateway.faults.kind import Kind, Parameter, Scope, number_of
from simgateway.faults.kinds import KINDS
from simgateway.protocol.names import Direction

LONGEST_SECONDS: Final = 366 * 86_400
"""How far ahead a fault may be planned."""


class FaultError(ValueError):
    """A fault that cannot be: one line that says what is wrong and what is allowed."""


@dataclass(frozen=True, slots=True)
class Now:
    """From the moment it is given."""


@dataclass(frozen=True, slots=True)
class At:
    """At an aware moment, or at a time of day in New York: the next one, and with `times` above 1 every day."""

    moment: datetime | time


@dataclass(frozen=True, slots=True)
class After:
    """So many simulated seconds after it is given."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Nth:
    """At the n-th message of a kind, counted from 1 when the fault is given; `message` empty: of the fault's own.

    A fault of messages then happens to that one and, with `times` above 1, to the next ones; an event with `times`
    above 1 happens at every n-th.
    """

    n: int
    message: str = ""
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class Chance:
    """At each message of a kind with this probability, drawn from a generator of the fault's own."""

    probability: float
    message: str = ""
    direction: Direction | None = None


When = Now | At | After | Nth | Chance


@dataclass(frozen=True, slots=True)
class Target:
    """Messages of one direction: `numbers` empty for all of them."""

    direction: Direction
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault; FaultError when it cannot be.

    `message`: a name of the protocol such as orderStatus, or a number with `direction`; empty for all the kind can
    happen to. `client`: a client id, None for all. `times`: how often it happens; None is once for events and `Nth`,
    else without end. `lasts`: for how many simulated seconds from its beginning, `until` which aware
    moment or New York time of day after its beginning; None without end.
    `settings`: the kind's parameters; what is left out has its default.
    """

    kind: str
    when: When = Now()
    message: str = ""
    direction: Direction | None = None
    client: int | None = None
    times: int | None = None
    lasts: float | None = None
    until: datetime | time | None = None
    settings: Mapping[str, float | bool | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check everything."""
        if self.kind not in KINDS:
            raise FaultError(f"kind {self.kind!r} is none of {', '.join(KINDS)}")
        self._check_limits()
        self._check_settings()
        self._check_when()
        if self.row.scope is Scope.EVENT and self.message:
            raise FaultError(f"kind {self.kind} happens to connections, it takes no message")
        _ = self.targets

    @property
    def row(self) -> Kind:
        """Return the kind's row."""
        return KINDS[self.kind]

    @property
    def is_event(self) -> bool:
        """Return whether it happens at a moment, not to messages."""
        return self.row.scope is Scope.EVENT

    @property
    def times_most(self) -> float:
        """Return how often it may happen."""
        if self.times is not None:
            return self.times
        if isinstance(self.when, Chance):
            return math.inf
        has_end = self.lasts is not None or self.until is not None
        is_window = has_end or not isinstance(self.when, Nth)
        return math.inf if is_window and not self.is_event else 1

    @property
    def targets(self) -> tuple[Target, ...]:
        """Return which messages it happens to; none for an event. FaultError when there are no such messages."""
        if self.is_event:
            return ()
        if not self.message and not self.row.messages:
            return tuple(Target(each, frozenset()) for each in self._directions(self.direction))
        return self._resolve(self.message or self.row.messages, self.direction)

    @property
    def triggers(self) -> tuple[Target, ...]:
        """Return which messages are counted or drawn for; none when it begins at a moment."""
        if not isinstance(self.when, Nth | Chance):
            return ()
        if self.when.message:
            return _targets((self.when.message,), ("in", "out"), self.when.direction)
        if self.is_event:
            directions: tuple[Direction, ...] = (self.when.direction,) if self.when.direction else ("in", "out")
            return tuple(Target(each, frozenset()) for each in directions)
        return self.targets

    def number(self, name: str) -> float:
        """Return a setting that is a number."""
        return float(self._value(name))

    def whole(self, name: str) -> int:
        """Return a setting that is a whole number."""
        return int(self._value(name))

    def flag(self, name: str) -> bool:
        """Return a setting that is on or off."""
        return bool(self._value(name))

    def text(self, name: str) -> str:
        """Return a setting that is a text."""
        return str(self._value(name))

    def _value(self, name: str) -> float | bool | str:
        default = next(row.default for row in self.row.parameters if row.name == name)
        return self.settings.get(name, default)

    def _directions(self, asked: Direction | None) -> tuple[Direction, ...]:
        allowed = self.row.directions
        if asked is not None and asked not in allowed:
            raise FaultError(f"direction {asked}: kind {self.kind} happens to {self.row.scope.value}")
        return allowed if asked is None else (asked,)

    def _resolve(self, message: str | tuple[str, ...], direction: Direction | None) -> tuple[Target, ...]:
        names = (message,) if isinstance(message, str) else message
        targets = _targets(names, self._directions(direction), direction)
        if self.row.messages and self.message:
            allowed = {number_of(each, name) for each in self.row.directions for name in self.row.messages}
            if not all(target.numbers <= allowed for target in targets):
                listed = ", ".join(self.row.messages)
                raise FaultError(f"message {self.message}: kind {self.kind} happens to {listed} only")
        return targets

    def _check_limits(self) -> None:
        if self.times is not None and self.times < 1:
            raise FaultError(f"times = {self.times}: it must be 1 or more")
        if self.lasts is not None and not 0 < self.lasts <= LONGEST_SECONDS:
            raise FaultError(f"lasts = {self.lasts}: it must be above 0 and at most {LONGEST_SECONDS:g} seconds")
        if self.client is not None and self.client < 0:
            raise FaultError(f"client = {self.client}: a client id is 0 or more")

    def _check_when(self) -> None:
        when = self.when
        if isinstance(when, At) and isinstance(when.moment, datetime) and when.moment.tzinfo is None:
            raise FaultError(f"at {when.moment}: the moment has no time zone")
        if isinstance(self.until, datetime) and self.until.tzinfo is None:
            raise FaultError(f"until {self.until}: the moment has no time zone")
        if isinstance(when, After) and not 0 <= when.seconds <= LONGEST_SECONDS:
            raise FaultError(f"after = {when.seconds}: it must be 0 or more seconds, at most {LONGEST_SECONDS:g}")
        if isinstance(when, Nth) and when.n < 1:
            raise FaultError(f"nth = {when.n}: messages are counted from 1")
        if isinstance(when, Chance) and not 0 <= when.probability <= 1:
            raise FaultError(f"chance = {when.probability}: it must be from 0 to 1")
        _ = self.triggers

    def _check_settings(self) -> None:
        known = {row.name: row for row in self.row.parameters}
        for name, value in self.settings.items():
            if name not in known:
                allowed = ", ".join(known) or "none"
                raise FaultError(f"{name}: kind {self.kind} has no such setting; its settings: {allowed}")
            _check_value(known[name], value)
        if "code" in known and self.whole("code") == 0:
            raise FaultError(f"kind {self.kind} needs a code, such as code = 1100")


def _check_value(row: Parameter, value: object) -> None:
    if row.type in {"number", "whole"}:
        _check_number(row, value)
    elif not isinstance(value, bool if row.type == "flag" else str):
        _refuse(row, value, "true or false" if row.type == "flag" else "a text")
    if row.choices and value not in row.choices:
        _refuse(row, value, "one of " + ", ".join(repr(each) for each in row.choices))


def _check_number(row: Parameter, value: object) -> None:
    what = "a whole number" if row.type == "whole" else "a number"
    limits = f"{what} from {row.low:g} to {row.high:g}"
    if isinstance(value, bool) or not isinstance(value, int | float) or not row.low <= value <= row.high:
        _refuse(row, value, limits)
    if row.type == "whole" and value != math.floor(value):
        _refuse(row, value, limits)


def _refuse(row: Parameter, value: object, allowed: str) -> NoReturn:
    raise FaultError(f"{row.name} = {value!r}: it must be {allowed}")


def _targets(names: tuple[str, ...], directions: tuple[Direction, ...], asked: Direction | None) -> tuple[Target, ...]:
    """Return the targets of message names; a bare number means nothing without its direction."""
    if asked is None and len(directions) > 1 and any(name.isdecimal() for name in names):
        raise FaultError(f'message {names[0]}: a number needs direction = "in" or "out"')
    found: list[Target] = []
    for direction in directions if asked is None else (asked,):
        numbers = frozenset(number for name in names if (number := _number_or_none(direction, name)) is not None)
        if numbers:
            found.append(Target(direction, numbers))
    if not found:
        where = " or ".join(directions if asked is None else (asked,))
        raise FaultError(f"message {names[0]!r} is no message of direction {where}")
    return tuple(found)


def _number_or_none(direction: Direction, name: str) -> str | None:
    try:
        return number_of(direction, name)
    except KeyError:
        return None
