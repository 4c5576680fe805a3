"""The settings from all their sources: file, environment, ``.env`` for secrets, command line; the later win."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from config.complaints import complaint
from config.settings import Settings
from config.sources import Layer, from_command_line, from_environment, from_secrets
from config.yaml_file import read_file
from domain.errors import ConfigError

CHECKOUT: Final = Path(__file__).resolve().parent.parent
GENERAL: Final = Path("config/settings.yaml")


def load(
    *,
    environment: Mapping[str, str],
    settings_file: Path | None = None,
    overrides: Sequence[str] = (),
    checkout: Path = CHECKOUT,
) -> Settings:
    """Return the settings of this installation, folders made absolute.

    ``config/settings.yaml`` comes first; ``settings_file``, or else SETTINGS_FILE of the environment, is laid over
    it; then the environment, ``.env`` of the checkout, and ``overrides``, texts ``section.key=value``.
    Raises ConfigError: one line with the place, the key, the reason and, where one comes to mind, what was meant.
    """
    return load_traced(environment=environment, settings_file=settings_file, overrides=overrides, checkout=checkout)[0]


def load_traced(
    *,
    environment: Mapping[str, str],
    settings_file: Path | None = None,
    overrides: Sequence[str] = (),
    checkout: Path = CHECKOUT,
) -> tuple[Settings, Layer]:
    """Return the settings as ``load`` does, and the layer that remembers where each was written. Raises ConfigError."""
    named = settings_file or (Path(environment["SETTINGS_FILE"]) if environment.get("SETTINGS_FILE") else None)
    layer = _from_file(checkout / GENERAL, str(GENERAL)) if (checkout / GENERAL).is_file() else Layer()
    if named is not None:
        layer = layer.under(_from_file(named, str(named)))
    layer = layer.under(from_environment(environment)).under(from_secrets(checkout / ".env"))
    layer = layer.under(from_command_line(overrides))
    return _settings(layer, checkout), layer


def load_fixed(values: Mapping[str, object], overrides: Sequence[str] = (), checkout: Path = CHECKOUT) -> Settings:
    """Return settings that are the same everywhere: the defaults, these nested values, then ``overrides``.

    No file and no environment is read: for runs on the simulated gateway. Raises ConfigError.
    """
    return _settings(Layer(values).under(from_command_line(overrides)), checkout)


def _from_file(path: Path, source: str) -> Layer:
    values, origins = read_file(path, source)
    return Layer(values, origins)


def _settings(layer: Layer, checkout: Path) -> Settings:
    try:
        settings = Settings.model_validate(layer.values)
    except ValidationError as error:
        raise ConfigError(complaint(error, layer)) from None
    for symbol in settings.overrides:
        try:
            settings.for_symbol(symbol)
        except ValidationError as error:
            raise ConfigError(complaint(error, layer, ("overrides", symbol))) from None
    return _with_absolute_folders(settings, checkout)


def _with_absolute_folders(settings: Settings, checkout: Path) -> Settings:
    folders = {name: checkout / getattr(settings.paths, name) for name in ("state_dir", "log_dir", "runs_dir")}
    return settings.model_copy(update={"paths": settings.paths.model_copy(update=folders)})
