"""The commands that only read: what a log can say, and what its words mean."""

from pathlib import Path
from typing import Annotated

import typer

Log = Annotated[
    Path | None, typer.Option("--log", metavar="DIR|FILE", help="A log or a run's folder, instead of paths.log_dir.")
]


def add_to(app: typer.Typer) -> None:
    """Give the command line these commands."""
    app.command()(events)
    app.command()(explain)
    app.command()(report)
    app.command()(watch)


def events(*, write: Annotated[bool, typer.Option("--write", help="Write docs/events.md anew.")] = False) -> None:
    """Show every event of the log with its fields and their meaning."""
    from cli.events import run_events  # noqa: PLC0415 - only this command pays for what it imports

    raise typer.Exit(run_events(write=write))


def explain(
    what: Annotated[str, typer.Argument(metavar="SYMBOL|INTENT", help="As in the log.")],
    at: Annotated[str | None, typer.Option(metavar="[DATE ]HH:MM", help="When, New York; else the last look.")] = None,
    log: Log = None,
) -> None:
    """Say why: what was seen of a symbol and decided, each filter with its number, or all that became of an intent."""
    from cli.explain import run_explain  # noqa: PLC0415 - as above

    raise typer.Exit(run_explain(what, at, log))


def report(
    *,
    day: Annotated[str | None, typer.Option(metavar="DATE", help="Which day; else the log's last.")] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First day of several.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day of several.")] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one HTML file, to be opened offline.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(metavar="DIR", help="Write orders, fills and round trips as CSV.")] = None,
    parquet: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The same as Parquet; needs the extra, and says how to get it.")
    ] = None,
    log: Log = None,
) -> None:
    """Report a day or several from the log alone: P&L, round trips, slippage, denials, cycles, data, outages."""
    from cli.report import Asked, run_report  # noqa: PLC0415 - as above

    raise typer.Exit(run_report(Asked(day=day, first=first, last=last, html=html, csv=csv, parquet=parquet, log=log)))


def watch(
    log: Log = None, *, once: Annotated[bool, typer.Option("--once", help="Print it once and end.")] = False
) -> None:
    """Watch the bot live, from its log alone: connection, day, brackets, symbols, events. Ctrl-C ends it."""
    from cli.watch import run_watch  # noqa: PLC0415 - as above

    raise typer.Exit(run_watch(log, once=once))
