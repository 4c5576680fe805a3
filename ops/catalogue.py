"""The one catalogue of events: whatever the log says is here, with its level, its sentence and its fields."""

from collections.abc import Mapping
from typing import Final

from ops.events.day import DAY_EVENTS
from ops.events.event import Event
from ops.events.house import HOUSE_EVENTS
from ops.events.orders import ORDER_EVENTS

CATALOGUE: Final[Mapping[str, Event]] = {event.name: event for event in (*DAY_EVENTS, *ORDER_EVENTS, *HOUSE_EVENTS)}


class CatalogueError(Exception):
    """An event breaks the catalogue; raised where a log is strict, that is in tests."""


def problem_with(event: str, fields: Mapping[str, object]) -> str:
    """Return how these fields break the catalogue; empty when they do not."""
    known = CATALOGUE.get(event)
    if known is None:
        return "is not in the catalogue"
    missing = [name for name in known.required if name not in fields]
    if missing:
        return f"lacks {', '.join(missing)}"
    unknown = fields.keys() - known.fields
    return f"has no field {', '.join(sorted(unknown))}" if unknown else ""


def sentence(event: str, fields: Mapping[str, object]) -> str:
    """Return what a person reads; a field that is missing shows as a question mark."""
    known = CATALOGUE.get(event)
    return event if known is None else known.text.format_map(_Lenient(fields))


class _Lenient(dict[str, object]):
    """A mapping that has every key."""

    def __missing__(self, key: str) -> str:
        return "?"
