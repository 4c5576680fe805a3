"""The commands of an operator beside a running bot: look, halt, settle, try what the service needs."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, Sets, SettingsFile

operating_app = typer.Typer()

OwnSettings = Annotated[
    Path | None, typer.Option("--settings", metavar="FILE", help="Settings file that names paths.state_dir.")
]
State = Annotated[Path | None, typer.Option("--state", metavar="DIR", help="Instead of paths.state_dir.")]
Ours = Annotated[list[str], typer.Argument(metavar="SYMBOL|CONTRACT|INTENT", help="As the alert names it.")]
What = Annotated[list[str], typer.Argument(metavar="SYMBOL|CONTRACT", help="As ./bot status names it.")]


@operating_app.command(name="alert-test")
def alert_test(
    settings: SettingsFile = None,
    sets: Sets = None,
    *,
    text: Annotated[str | None, typer.Option(help="Instead of the words of a test.")] = None,
    as_json: AsJson = False,
) -> None:
    """Try every way of section monitoring: alerts, heartbeat, telegram_control."""
    from cli.alert_test import run_alert_test  # noqa: PLC0415 - only this command pays for it

    raise typer.Exit(run_alert_test(settings, tuple(sets or ()), text, as_json=as_json))


@operating_app.command(name="wait-clock")
def wait_clock(
    seconds: Annotated[float | None, typer.Option(min=0, help="At most; without: as long as it takes.")] = None,
) -> None:
    """Wait until the machine's clock is synchronised."""
    from threading import Event  # noqa: PLC0415 - as above

    from cli.wait_clock import wait  # noqa: PLC0415

    raise typer.Exit(wait(seconds, Event().wait))


@operating_app.command()
def status(settings: OwnSettings = None, state: State = None, *, as_json: AsJson = False) -> None:
    """Show the tree of the running bot, or of the last one."""
    from cli.status import run_status  # noqa: PLC0415 - as above

    raise typer.Exit(run_status(settings, state, as_json=as_json))


def _order(order: str, settings: Path | None, state: Path | None, *, as_json: bool) -> None:
    from cli.control import run_control  # noqa: PLC0415 - as above
    from domain.control import Order  # noqa: PLC0415

    raise typer.Exit(run_control(Order(order), settings, state, as_json=as_json))


@operating_app.command()
def halt(settings: OwnSettings = None, state: State = None, *, as_json: AsJson = False) -> None:
    """Open nothing from now on, restarts included; what is open stays guarded."""
    _order("halt", settings, state, as_json=as_json)


@operating_app.command()
def resume(settings: OwnSettings = None, state: State = None, *, as_json: AsJson = False) -> None:
    """End a halt, and remove the HALT file."""
    _order("resume", settings, state, as_json=as_json)


@operating_app.command()
def flatten(settings: OwnSettings = None, state: State = None, *, as_json: AsJson = False) -> None:
    """Close every position that the bot opened, and none of others; then stay halted."""
    _order("flatten", settings, state, as_json=as_json)


def _settle(order: str, words: list[str], settings: Path | None, state: Path | None, *, as_json: bool) -> None:
    from cli.settle import run_settle  # noqa: PLC0415 - as above

    raise typer.Exit(run_settle(order, tuple(words), settings, state, as_json=as_json))


@operating_app.command()
def adopt(what: What, settings: OwnSettings = None, state: State = None, *, as_json: AsJson = False) -> None:
    """Take over bought options that are not the bot's: guarded at once, by its rules, from their bid of now."""
    _settle("adopt", what, settings, state, as_json=as_json)


@operating_app.command()
def ignore(what: What, settings: OwnSettings = None, state: State = None, *, as_json: AsJson = False) -> None:
    """Leave holdings and orders of others alone; their symbol may be traded again until they change."""
    _settle("ignore", what, settings, state, as_json=as_json)


@operating_app.command()
def gone(what: Ours, settings: OwnSettings = None, state: State = None, *, as_json: AsJson = False) -> None:
    """Write off, at a price of 0, what a bracket of the bot's holds by its fills and the account lacks."""
    _settle("gone", what, settings, state, as_json=as_json)


@operating_app.command()
def completion(
    shell: Annotated[str, typer.Argument(metavar="bash|zsh|fish", help="Which shell.")],
) -> None:
    """Print what makes TAB complete: source <(./bot completion bash); in fish: ./bot completion fish | source."""
    from cli.completion import run_completion  # noqa: PLC0415 - as above
    from cli.main import app  # noqa: PLC0415 - it imports this module

    raise typer.Exit(run_completion(shell, app))
