"""``./bot config``: the settings as they are in force, and where each comes from; nothing connects, nothing is kept."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsJson, Sets, SettingsFile

if TYPE_CHECKING:
    from config.effective import Entry
    from config.settings import Settings

config_app = typer.Typer(help="Show, check and compare the settings; connects to nothing.", no_args_is_help=True)


@config_app.command()
def show(
    key: Annotated[str | None, typer.Argument(metavar="[SECTION[.KEY]]", help="Only this part.")] = None,
    settings: SettingsFile = None,
    sets: Sets = None,
    *,
    symbol: Annotated[str | None, typer.Option(help="As it applies to this symbol.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show every value in force and where it comes from. Secrets are never shown."""
    found = [each for each in _entries(settings, sets, symbol) if key is None or _is_in(each.key, key)]
    if not found:
        from domain.errors import ConfigError  # noqa: PLC0415 - only this command pays for what it imports

        raise ConfigError(f"{key}: there is no such section or key; ./bot config show lists them all")
    _print(found, as_json=as_json, against_default=False)


@config_app.command()
def diff(
    settings: SettingsFile = None,
    sets: Sets = None,
    *,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Compare with this file's instead of the defaults.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show only what differs from the defaults, or from another file."""
    from dataclasses import replace  # noqa: PLC0415 - as above

    found = _entries(settings, sets)
    if against is not None:
        others = {each.key: each.value for each in _entries(against, None)}
        found = tuple(replace(each, default=others[each.key]) for each in found)
    differing = [each for each in found if each.is_changed]
    _print(differing, as_json=as_json, against_default=True)
    raise typer.Exit(1 if differing else 0)


@config_app.command()
def check(settings: SettingsFile = None, sets: Sets = None, *, as_json: AsJson = False) -> None:
    """Read the settings as trade would; exit code 2 and one line on the first mistake. Connects to nothing."""
    from config.load import load  # noqa: PLC0415 - as above

    read = load(environment=os.environ, settings_file=settings, overrides=tuple(sets or ()))
    print(json.dumps(_gist(read)) if as_json else "good: " + ", ".join(f"{k} {v}" for k, v in _gist(read).items()))


@config_app.command()
def schema(
    *, write: Annotated[bool, typer.Option("--write", help="Into the file that editors are pointed to.")] = False
) -> None:
    """Print the JSON schema by which an editor completes and checks settings files."""
    from config.load import CHECKOUT  # noqa: PLC0415 - as above
    from config.schema import SHIPPED, schema_text  # noqa: PLC0415

    if write:
        (CHECKOUT / SHIPPED).write_text(schema_text(), encoding="utf-8")
        print(f"wrote {SHIPPED}")
    else:
        sys.stdout.write(schema_text())


def _gist(settings: "Settings") -> dict[str, object]:
    """Return what somebody wants confirmed before a start."""
    return {
        "mode": settings.mode.value,
        "gateway": f"{settings.broker.host}:{settings.broker.port}",
        "symbols": len(settings.symbols),
        "strategies": "+".join(settings.strategies.use),
        "max_daily_loss_pct": float(settings.risk.max_daily_loss_pct),
        "max_open_positions": settings.risk.max_open_positions,
    }


def _entries(settings: Path | None, sets: list[str] | None, symbol: str | None = None) -> tuple["Entry", ...]:
    from config.effective import entries, of_symbol  # noqa: PLC0415 - as above
    from config.load import load_traced  # noqa: PLC0415

    read, layer = load_traced(environment=os.environ, settings_file=settings, overrides=tuple(sets or ()))
    return of_symbol(read, layer, symbol.upper()) if symbol else entries(read, layer)


def _is_in(key: str, wanted: str) -> bool:
    return key == wanted or key.startswith(f"{wanted}.")


def _print(found: Sequence["Entry"], *, as_json: bool, against_default: bool) -> None:
    if as_json:
        print(json.dumps({each.key: {"value": each.value, "from": each.origin} for each in found}))
        return
    if not found:
        print("nothing differs")
    for each in found:
        before = f"{json.dumps(each.default)} -> " if against_default else ""
        print(f"{each.key}: {before}{json.dumps(each.value, ensure_ascii=False)}  # {each.origin}")
