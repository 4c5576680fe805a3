"""The commands that prove something: the acceptance runs, and the figures."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, Sets


def add_to(app: typer.Typer) -> None:
    """Give the command line these commands."""
    app.command()(validate)
    app.command()(bench)


def validate(
    phase: Annotated[str, typer.Option(metavar="1|2|3|4|5|stress", help="Which acceptance run.")],
    *,
    symbols: Annotated[str | None, typer.Option(help="Underlyings, with commas, or how many.")] = None,
    interval: Annotated[int | None, typer.Option(metavar="SECONDS", help="From one cycle to the next.")] = None,
    hours: Annotated[float | None, typer.Option(help="How long.")] = None,
    sets: Sets = None,
    seed: Annotated[int, typer.Option(help="Same seed, same run in virtual time.")] = 7,
    threads: Annotated[bool, typer.Option(help="Real threads and sockets, the gateway in its own process.")] = False,
    speed: Annotated[float, typer.Option(help="With --threads: how many times real time.")] = 1.0,
    host: Annotated[str | None, typer.Option(help="A gateway that is there, in real time.")] = None,
    port: Annotated[int | None, typer.Option(help="Its port.")] = None,
    settings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings file that names such a gateway.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run an acceptance run and show limit, measured, verdict."""
    from cli.validate import Wanted, run_validate  # noqa: PLC0415 - only this command pays for what it imports

    wanted = Wanted(
        phase=phase,
        symbols=symbols,
        interval_seconds=interval,
        hours=hours,
        sets=tuple(sets or ()),
        seed=seed,
        threads=threads,
        speed=speed,
        host=host,
        port=port,
        settings_file=settings,
        as_json=as_json,
    )
    raise typer.Exit(run_validate(wanted))


def bench(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="These in full; none: all short.")
    ] = None,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 when a ratio fell by more than a fifth.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take the figures, beside the threaded bot where there is one, and write them into the docs."""
    from cli.bench import run_bench  # noqa: PLC0415 - only this command pays for what it imports

    raise typer.Exit(run_bench(tuple(names or ()), check=check, as_json=as_json))
