"""What the catalogue knows of one event."""

from collections.abc import Mapping
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
    """One name. ``text`` is its sentence, with places for required fields; each field's meaning is in FIELDS.

    ``good`` is a required field and its value with which the event is good news: INFO, whatever its level.
    """

    name: str
    level: Level
    text: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    good: tuple[str, str] | None = None
    fields: frozenset[str] = field(init=False, compare=False, repr=False)  # All of them.

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", frozenset((*self.required, *self.optional)))

    def level_of(self, fields: Mapping[str, object]) -> Level:
        """Return how loud it is with these fields."""
        if self.good is not None and fields.get(self.good[0]) == self.good[1]:
            return Level.INFO
        return self.level
