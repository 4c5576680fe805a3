"""The one catalogue of events: whatever the log says is here, with its level, its sentence and its fields."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from ops.events.day import DAY_EVENTS
from ops.events.event import Event
from ops.events.fields import FIELDS
from ops.events.house import HOUSE_EVENTS
from ops.events.orders import ORDER_EVENTS

CATALOGUE: Final[Mapping[str, Event]] = {event.name: event for event in (*DAY_EVENTS, *ORDER_EVENTS, *HOUSE_EVENTS)}


_USD: Final = frozenset(name for name, meaning in FIELDS.items() if meaning.endswith(", USD"))


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
    """Return what a person reads; a field that is missing shows as a question mark, one in USD with its cents.

    Where the last field is empty, so is what leads to it: no sentence ends in a colon or a comma.
    """
    known = CATALOGUE.get(event)
    return event if known is None else known.text.format_map(_Lenient(fields)).removesuffix(": ").removesuffix(", ")


def usd(amount: float | Decimal) -> str:
    """Return an amount or a price with two places, and with up to four where it has them."""
    whole, _, places = f"{amount:.4f}".partition(".")
    return f"{whole}.{places[:2]}{places[2:].rstrip('0')}" if places else whole  # NaN has none.


class _Lenient(dict[str, object]):
    """A mapping that has every key."""

    def __getitem__(self, name: str) -> object:
        value = super().__getitem__(name)
        return usd(value) if name in _USD and isinstance(value, int | float | Decimal) else value

    def __missing__(self, key: str) -> str:
        return "?"
