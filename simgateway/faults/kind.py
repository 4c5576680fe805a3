"""What a row of the table of faults is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from simgateway.protocol.names import INCOMING, OUTGOING, Direction

DAY: Final = 86_400.0


class Scope(Enum):
    """What a fault happens to."""

    OUT = "messages to clients"
    IN = "messages of clients"
    BOTH = "messages either way"
    EVENT = "connections"
    """It happens at a moment, not to a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One thing that can be chosen: numbers lie within `low` and `high`, `choices` are all there are (empty: any)."""

    name: str
    type: Literal["number", "whole", "flag", "text"]
    default: float | bool | str
    doc: str
    low: float = 0.0
    high: float = DAY
    choices: tuple[float | str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A row of the table; `messages` are all it can happen to, empty for any within its scope."""

    name: str
    scope: Scope
    doc: str
    messages: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()

    @property
    def directions(self) -> tuple[Direction, ...]:
        """Return which messages it can happen to."""
        by_scope: Mapping[Scope, tuple[Direction, ...]] = {Scope.OUT: ("out",), Scope.IN: ("in",)}
        return by_scope.get(self.scope, ("in", "out"))


HANDSHAKE: Final = "handshake"


def number_of(direction: Direction, message: str) -> str:
    """Return a message's number by its name or number, `handshake` for that; KeyError when there is none."""
    if message == HANDSHAKE:
        return HANDSHAKE
    table = INCOMING if direction == "in" else OUTGOING
    by_name = {name: number for number, name in table.items()}
    return message if message in table else by_name[message]
