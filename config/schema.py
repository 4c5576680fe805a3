"""The settings as a JSON schema, by which an editor completes keys and marks mistakes while they are typed."""

import json
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from config.settings import Settings

SHIPPED: Final = Path("config/settings.schema.json")
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_BOUNDS: Final = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}
_ONE_TEXT: Final = ("symbols", "retry_delays_seconds", "reset_windows", "use", "alert_urls")  # "A, B" is read as well.


class _EditorSchema(GenerateJsonSchema):
    """What a file may hold, not what the program makes of it."""

    def decimal_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ARG002 - the base class passes it
        """Return a number; the original allows a text as well."""
        return {"type": "number"}

    def datetime_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ARG002 - the base class passes it
        """Return a moment as it is typed, New York."""
        return {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d \d\d:\d\d$"}


def schema_text() -> str:
    """Return the schema, indented, as the shipped file has it."""
    schema = {"$schema": DIALECT, **Settings.model_json_schema(schema_generator=_EditorSchema)}
    schema["$defs"].pop("TimeWindow")  # Written as a text.
    for name in ("strategies", "options", "risk"):  # One symbol's own values: the same keys, any of them.
        schema["$defs"]["Overrides"]["properties"][name] = schema["properties"][name]
    for section in (schema, *schema["$defs"].values()):
        _as_typed(section.get("properties", {}))
    return json.dumps(_plain(schema), indent=1, ensure_ascii=False) + "\n"


def _as_typed(properties: dict[str, Any]) -> None:
    """Where a list may also be one text with commas, let the schema say so."""
    for name in _ONE_TEXT:
        found = properties.get(name)
        if found is None:
            continue
        if name == "reset_windows":
            found["items"] = {"type": "string", "pattern": r"^\d\d:\d\d-\d\d:\d\d$"}
            found["default"] = ["23:45-01:45"]
        kept = {key: found.pop(key) for key in ("type", "items", "minItems", "maxItems") if key in found}
        found["anyOf"] = [kept, {"type": "string"}]


def _plain(value: Any) -> Any:
    """Return it without what is only for programs: titles, defaults of whole sections, bounds of decimals as texts."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept: dict[str, Any] = {
        str(_BOUNDS.get(key, key)): _plain(each) for key, each in value.items() if not _is_noise(key, each, value)
    }
    number = kept.get("type") == "number"
    return {key: float(each) if number and _is_number(key, each) else each for key, each in kept.items()}


def _is_noise(key: str, value: Any, around: dict[str, Any]) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and "$ref" in around)


def _is_number(key: str, value: Any) -> bool:
    return isinstance(value, str) and key in {*_BOUNDS.values(), "default"}
