"""Where values come from besides files: the environment, ``.env`` and the command line. Each remembers its origin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from config.merging import merged
from config.yaml_file import read_value
from domain.errors import ConfigError

PREFIX: Final = "STOPWARD__"
SECRETS: Final = frozenset(
    {
        "broker.account",
        "monitoring.alert_urls",
        "monitoring.heartbeat_url",
        "monitoring.telegram_chat_id",
        "monitoring.telegram_token",
    }
)

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """Nested values, and for each key where it was written, for the operator to find it."""

    values: Mapping[str, object] = field(default_factory=dict)
    origins: Mapping[Key, str] = field(default_factory=dict)

    def under(self, over: "Layer") -> "Layer":
        """Return both with the other one winning."""
        lower = {key: origin for key, origin in self.origins.items() if key not in over.origins}
        return Layer(merged(self.values, over.values), {**lower, **over.origins})

    def origin(self, key: Key) -> str:
        """Return where this key was written, the latest place for a section; empty when nowhere."""
        wanted = _folded(key)
        inside = [origin for each, origin in self.origins.items() if _folded(each)[: len(wanted)] == wanted]
        if inside:
            return inside[-1]
        around = [origin for each, origin in self.origins.items() if wanted[: len(each)] == _folded(each)]
        return around[-1] if around else ""


def _folded(key: Key) -> Key:
    """Return the key for comparing: symbols may be written in either case."""
    return tuple(part.lower() for part in key)


def _of_one(key: Key, value: object, origin: str) -> Layer:
    nested: object = value
    for part in reversed(key):
        nested = {part: nested}
    assert isinstance(nested, dict)
    return Layer(nested, {key: origin})


def from_environment(environment: Mapping[str, str]) -> Layer:
    """Return what variables such as STOPWARD__RISK__STOP_LOSS_PCT set. Raises ConfigError."""
    layer = Layer()
    for name in sorted(environment):
        if name.upper().startswith(PREFIX):
            key = tuple(part.lower() for part in name[len(PREFIX) :].split("__"))
            layer = layer.under(_of_one(key, read_value(environment[name], name), f"environment {name}"))
    return layer


def from_secrets(path: Path) -> Layer:
    """Return the secrets of a ``.env`` file; nothing when there is none. Raises ConfigError."""
    if not path.is_file():
        return Layer()
    from pydantic_settings import BaseSettings, DotEnvSettingsSource  # noqa: PLC0415 - slow; most have no .env

    layer = Layer()
    source = DotEnvSettingsSource(BaseSettings, env_file=path, env_file_encoding="utf-8", case_sensitive=True)
    for name, text in source.env_vars.items():
        key = tuple(part.lower() for part in name.removeprefix(PREFIX).split("__"))
        if ".".join(key) not in SECRETS or not name.startswith(PREFIX):
            allowed = ", ".join(PREFIX + secret.replace(".", "__").upper() for secret in sorted(SECRETS))
            raise ConfigError(
                f"{path.name}: {name}: only secrets belong here: {allowed}; the rest goes into the settings"
            )
        layer = layer.under(_of_one(key, text or "", f"{path.name} {name}"))
    return layer


def from_command_line(overrides: Sequence[str]) -> Layer:
    """Return what ``section.key=value`` texts set, the later over the earlier. Raises ConfigError."""
    layer = Layer()
    for override in overrides:
        name, equals, text = override.partition("=")
        key = tuple(part.strip() for part in name.split("."))
        if not equals or not all(key):
            raise ConfigError(f"--set {override}: write section.key=value, such as --set options.max_spread_pct=5")
        layer = layer.under(_of_one(key, read_value(text, f"--set {name}"), f"--set {name}"))
    return layer
