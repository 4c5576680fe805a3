"""One event as a line of text and as a flat JSON object."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Final

import orjson

from ops.catalogue import CATALOGUE, sentence
from ops.events.event import Level
from ops.masking import Masker

Scalar = str | int | float | bool | None
_AS_IT_IS: Final = frozenset({int, float, bool, type(None)})


@dataclass(frozen=True, slots=True)
class Line:
    """An event ready to be written. ``fields`` are flat; ``msg`` is its sentence."""

    ts: str
    level: Level
    event: str
    msg: str
    fields: Mapping[str, Scalar | list[Scalar]]

    def as_json(self) -> str:
        """Return one JSON object: ts, level, event, msg, then the event's own fields."""
        head = {"ts": self.ts, "level": self.level.value, "event": self.event, "msg": self.msg}
        return orjson.dumps({**head, **self.fields, **head}).decode()

    def as_text(self) -> str:
        """Return the line for reading."""
        return f"{self.ts} {self.level.value:<8} {self.event}: {self.msg}"


def moment(at: datetime) -> str:
    """Return aware UTC as ISO 8601 with microseconds and Z."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def line_of(event: str, fields: Mapping[str, object], at: datetime, masker: Masker) -> Line:
    """Return the line of an event, whether the catalogue knows it or not, with secrets masked."""
    flat = {name: _flat(value, masker) for name, value in fields.items()}
    known = CATALOGUE.get(event)
    level = known.level_of(flat) if known else Level.ERROR
    return Line(moment(at), level, event, masker(sentence(event, flat)).replace("\n", " "), flat)


def _flat(value: object, masker: Masker) -> Scalar | list[Scalar]:
    kind = type(value)
    if kind is str:  # As most are, and they need none of the questions below.
        return masker(value)  # type: ignore[arg-type]  # the type was just looked at
    if kind in _AS_IT_IS:
        return value  # type: ignore[return-value]  # as above
    if isinstance(value, list | tuple | set | frozenset):
        return [_scalar(each, masker) for each in value]
    return _scalar(value, masker)


def _scalar(value: object, masker: Masker) -> Scalar:
    """Return what JSON can hold. Money becomes a number: its digits fit a float exactly as they are written."""
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return moment(value)
    return masker(value.isoformat() if isinstance(value, date) else str(value))
