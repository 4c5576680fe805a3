"""What is wrong with settings, said in one line: where it was written, the key, the reason, what was likely meant."""

import re
from collections.abc import Iterator
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from config.settings import Settings
from config.sources import SECRETS, Layer

REPLACED: Final = {
    "broker.paper": "it was replaced: dry_run: true sends no order, and with dry_run: false the account decides "
    "(port 4002 or 7497 and an account DU… trade on paper)",
}
_WORDS: Final = (
    ("Input should be an instance of Decimal", "must be a number"),
    ("Input should be a valid integer", "must be a whole number"),
    ("Input should be a valid boolean", "must be true or false"),
    ("Input should be a valid string", "must be a text"),
    ("Input should be a valid dictionary", "must be keys with values"),
    ("Input should be a valid", "must be a"),
    ("Input is not a valid path for <class 'pathlib.Path'>", "must be the name of a folder"),
    ("Tuple should", "should"),
    (" after validation, not 0", ""),
    ("Input should be", "must be"),
    ("Value error, ", ""),
    ("Field required", "is missing"),
)


def all_keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Return every key of the settings with dots, sections included."""
    for name, field in model.model_fields.items():
        yield prefix + name
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from all_keys(field.annotation, f"{prefix}{name}.")


def _meant(key: str) -> str:
    """Return the hint for a key that there is not."""
    known = tuple(all_keys(Settings))
    if key.startswith("overrides."):
        key = key.split(".", 2)[-1]
    section, _, name = key.rpartition(".")
    here = [each for each in known if each.rpartition(".")[0] == section]
    same_name = [each for each in known if each.rpartition(".")[2] == name]
    close = get_close_matches(key, here, n=1, cutoff=0.6) or same_name or get_close_matches(key, known, n=1, cutoff=0.7)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; ./bot config show{f' {section}' if section in known else ''} lists those there are"


def _fraction_meant(text: str, value: object) -> str:
    """Return the hint for a percentage where a fraction up to a half is wanted; a limit itself is not for guessing."""
    is_percentage = isinstance(value, int | float) and value >= 1 and text.endswith("less than or equal to 0.5")
    return "; write a fraction of 1, not a percentage" if is_percentage else ""


def _shown(value: object) -> str:
    return f"{value}" if isinstance(value, Decimal) else repr(value)


def _reason(error: Any, key: str) -> str:
    """Return what pydantic found, in our words; a secret's value is left out."""
    if error["type"] == "extra_forbidden":
        return REPLACED.get(key, f"unknown key{_meant(key)}")
    text = re.sub(r"Decimal\('([^']*)'\)", r"\1", str(error["msg"]))
    for theirs, ours in _WORDS:
        text = text.replace(theirs, ours)
    if error["type"] in {"model_type", "model_attributes_type"}:
        text = "must be keys with values"
    if error["type"] in {"value_error", "missing"}:
        return text
    found = "" if key in SECRETS or isinstance(error["input"], dict | list | tuple) else f"{_shown(error['input'])} "
    hint = _fraction_meant(text, error["input"])
    quote = "; write it in quotes" if error["type"] == "string_type" else ""
    return f"{found}{text}{hint}{quote}"


def complaint(error: ValidationError, layer: Layer, prefix: tuple[str, ...] = ()) -> str:
    """Return the first thing wrong as one line, and how many more there are."""
    errors = error.errors(include_url=False)
    first = errors[0]
    key = (*prefix, *(str(part) for part in first["loc"]))
    dotted = ".".join(key)
    reason = _reason(first, dotted)
    where = layer.origin(key or tuple(reason.split(" ", 1)[0].split(".")))
    if where.lower().endswith(f" {dotted}".lower()):
        dotted = ""  # The place has named the key already.
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return ": ".join(part for part in (where, dotted, reason) if part) + more
