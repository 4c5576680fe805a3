"""What a row of the table of faults is made of."""

from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

Value = float | bool | str

DAY_SECONDS: Final = 86_400.0


class Place(Enum):
    """Where in an actor's life a fault strikes, and so which seam of the runtime asks for it."""

    DELIVERY = "mail on its way into a mailbox"
    HANDLER = "a message that is about to be handled"
    START = "on_start"
    TIMER = "a timer that fires"
    STORE = "the store behind the journal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One thing that can be chosen; a number lies within `low` and `high`."""

    name: str
    type: Literal["number", "whole", "flag", "text"]
    default: Value
    doc: str
    low: float = 0.0
    high: float = DAY_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A row of the table; `messages` are all it can strike at, empty for any."""

    name: str
    place: Place
    doc: str
    messages: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
