"""The catalogue as a page for the operator: every event with its level, its sentence and its fields."""

from collections.abc import Iterable
from typing import Final

from ops.events.day import DAY_EVENTS
from ops.events.event import Event, Level
from ops.events.fields import FIELDS
from ops.events.house import HOUSE_EVENTS
from ops.events.orders import ORDER_EVENTS

HEAD: Final = """# Events

Made from the catalogue by `./bot events --write`; do not edit it here.

Every line of `bot.jsonl` is one flat JSON object. Each has `ts` (UTC, ISO 8601 with microseconds), `level`, `event` and
`msg`, its sentence; then come the event's own fields. `bot.log` has the same lines to read. A name means the same in
every event; [fields](#fields) tells what, and in which unit. Fields in brackets may be missing.

```sh
jq 'select(.event == "position_closed") | [.ts, .contract, .pnl]' logs/bot.jsonl
```
"""
ROOMS: Final = (("The day's work", DAY_EVENTS), ("Orders and brackets", ORDER_EVENTS), ("The house", HOUSE_EVENTS))


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join([HEAD, *(line for title, events in ROOMS for line in _room(title, events)), *_fields()]) + "\n"


def _room(title: str, events: Iterable[Event]) -> Iterable[str]:
    yield f"## {title}\n"
    yield "| event | level | says | fields |"
    yield "|---|---|---|---|"
    for event in sorted(events, key=lambda each: each.name):
        names = [*(f"`{name}`" for name in event.required), *(f"[`{name}`]" for name in event.optional)]
        yield f"| `{event.name}` | {_level(event)} | {_cell(event.text)} | {' '.join(names)} |"
    yield ""


def _level(event: Event) -> str:
    if event.good is None:
        return event.level.value
    name, value = event.good
    return f"{event.level.value}, {Level.INFO.value} where `{name}` is {value}"


def _fields() -> Iterable[str]:
    yield "## Fields\n"
    yield "| field | meaning |"
    yield "|---|---|"
    for name, meaning in sorted(FIELDS.items()):
        yield f"| `{name}` | {_cell(meaning)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
