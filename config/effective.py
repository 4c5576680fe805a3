"""What is in force: every key with its value in the files' own spelling, where it was written, and what it is for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.load import CHECKOUT, load_fixed
from config.settings import Settings
from config.sources import SECRETS, Layer
from domain.errors import ConfigError

DEFAULT: Final = "default"
HIDDEN: Final = "***"
_GENERAL: Final = "config/settings.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One key in force. ``value`` and ``default`` are plain: texts, numbers, truths, lists and mappings of them."""

    key: str
    value: object
    default: object
    origin: str
    description: str

    @property
    def is_changed(self) -> bool:
        """Return whether it differs from what the program has of itself."""
        return self.value != self.default


def entries(settings: Settings, layer: Layer) -> tuple[Entry, ...]:
    """Return all keys in the order of the model. A secret's value is never among them, only that there is one."""
    shipped = dict(_plain(load_fixed({})))
    described = dict(_described(Settings))
    return tuple(
        Entry(
            key=key,
            value=value,
            default=shipped.get(key),
            origin=_origin(key, value, shipped.get(key), layer),
            description=described.get(key, ""),
        )
        for key, value in _plain(settings)
    )


def of_symbol(settings: Settings, layer: Layer, symbol: str) -> tuple[Entry, ...]:
    """Return the keys that a symbol may have of its own, as they apply to it. Raises ConfigError for a stranger."""
    if symbol not in settings.symbols:
        raise ConfigError(f"{symbol} is not traded by these settings: {', '.join(settings.symbols)}")
    own = settings.for_symbol(symbol)
    changed = {"strategies": own.strategies, "options": own.options, "risk": own.risk}
    found = entries(settings.model_copy(update=changed), layer)
    return tuple(_overridden(each, symbol, layer) for each in found if each.key.split(".")[0] in changed)


def _overridden(entry: Entry, symbol: str, layer: Layer) -> Entry:
    key = ("overrides", symbol, *entry.key.split("."))
    written = [origin for each, origin in layer.origins.items() if ".".join(each).lower() == ".".join(key).lower()]
    return replace(entry, origin=written[-1]) if written else entry


def _origin(key: str, value: object, default: object, layer: Layer) -> str:
    """Return where it was written. The shipped file repeats the defaults: a line of it that does is no origin."""
    written = layer.origin(tuple(key.split(".")))
    if not written or (written.startswith(_GENERAL) and value == default):
        return DEFAULT
    return written


def _plain(settings: Settings) -> Iterator[tuple[str, object]]:
    yield from _flat(settings, "")


def _flat(model: BaseModel, prefix: str) -> Iterator[tuple[str, object]]:
    for name in type(model).model_fields:
        value: Any = getattr(model, name)
        key = prefix + name
        if isinstance(value, BaseModel):
            yield from _flat(value, f"{key}.")
        else:
            yield key, _shown(key, model, name)


def _shown(key: str, model: BaseModel, name: str) -> object:
    """Return the value as a file would have it."""
    if key in SECRETS:
        return HIDDEN if getattr(model, name) else ""
    if isinstance(getattr(model, name), Decimal):
        return float(getattr(model, name))  # For showing alone: nothing is counted with it.
    plain = model.model_dump(mode="json", include={name})[name]
    if name in {"state_dir", "log_dir", "runs_dir"}:
        return _from_checkout(Path(plain))
    return plain


def _from_checkout(folder: Path) -> str:
    return str(folder.relative_to(CHECKOUT)) if folder.is_relative_to(CHECKOUT) else str(folder)


def _described(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        inner = _section(field)
        if inner is not None:
            yield from _described(inner, f"{prefix}{name}.")
        else:
            yield prefix + name, field.description or ""


def _section(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
