"""The commands that only read: what a log can say, and what its words mean."""

from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Give the command line these commands."""
    app.command()(events)


def events(*, write: Annotated[bool, typer.Option("--write", help="Write docs/events.md anew.")] = False) -> None:
    """Show every event of the log with its fields and their meaning."""
    from cli.events import run_events  # noqa: PLC0415 - only this command pays for what it imports

    raise typer.Exit(run_events(write=write))
