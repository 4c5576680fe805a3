"""What the catalogue knows of one event."""

from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How loud an event is. CRITICAL is for what a human must look at now."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


@dataclass(frozen=True, slots=True)
class Event:
    """One name. ``text`` is its sentence, with places for required fields; each field's meaning is in FIELDS."""

    name: str
    level: Level
    text: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    fields: frozenset[str] = field(init=False, compare=False, repr=False)  # All of them.

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", frozenset((*self.required, *self.optional)))
