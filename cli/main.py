"""The command line. Bad input is one clear line and exit code 2; nothing is half-done."""

import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import log_commands, proof_commands
from cli.config import config_app
from cli.exit_codes import SHORT, explain_codes
from cli.operating import operating_app
from cli.options import AsJson, Sets, SettingsFile
from domain.errors import ConfigError, StoreError

BAD_INPUT = 2
INTERRUPTED = 130
USAGE_ERROR: Any = typer.BadParameter.__mro__[1]  # The base of all usage errors has no public name in typer.

app = typer.Typer(
    name="bot",
    help="Stopward trades US options on Interactive Brokers and never leaves a position unguarded.",
    epilog=SHORT,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(config_app, name="config")
app.add_typer(operating_app)

Seed = Annotated[int, typer.Option(help="Same seed, same day.")]
Crashes = Annotated[
    list[str] | None, typer.Option("--crash", metavar="ACTOR@HH:MM", help="Kill an actor then; repeatable.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Send no order; fill from quotes in a paper ledger.")]
Scenario = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A bad day: faults of the gateway and of our own actors, in TOML.")
]
Cash = Annotated[bool, typer.Option("--cash", help="A cash account instead of margin.")]


@app.command()
def demo(
    *,
    seed: Seed = 7,
    sets: Sets = None,
    crash: Crashes = None,
    dry_run: DryRun = False,
    cash: Cash = False,
    scenario: Scenario = None,
    as_json: AsJson = False,
    threads: Annotated[bool, typer.Option(help="Real threads and sockets, the gateway in its own process.")] = False,
    speed: Annotated[float, typer.Option(help="With --threads: how many times real time.")] = 60.0,
    until: Annotated[str | None, typer.Option(metavar="HH:MM", help="End the day early.")] = None,
) -> None:
    """Trade one synthetic day on the simulated gateway, in virtual time."""
    from cli.demo import Wanted, run_demo  # noqa: PLC0415 - only this command pays for what it imports

    wanted = Wanted(
        seed=seed,
        sets=tuple(sets or ()),
        crashes=tuple(crash or ()),
        dry_run=dry_run,
        cash=cash,
        as_json=as_json,
        threads=threads,
        speed=speed,
        until=until,
        scenario=scenario,
    )
    raise typer.Exit(run_demo(wanted))


@app.command()
def replay(
    data: Annotated[Path, typer.Option(metavar="DIR", help="Folder with recorded days in the Lean format.")],
    date: Annotated[
        str, typer.Option(metavar="YYYY-MM-DD[..YYYY-MM-DD]", help="Which day, or each recorded one of a span.")
    ],
    symbols: Annotated[str, typer.Option(help="Underlyings, with commas.")],
    *,
    seed: Seed = 7,
    sets: Sets = None,
    crash: Crashes = None,
    dry_run: DryRun = False,
    cash: Cash = False,
    scenario: Scenario = None,
    workers: Annotated[int | None, typer.Option(help="Processes for a span; as many as there are cores.")] = None,
    as_json: AsJson = False,
) -> None:
    """Trade recorded days through the same actors, in virtual time; of a span each begins anew."""
    from cli.demo import Wanted  # noqa: PLC0415 - as above
    from cli.replay import run_replay  # noqa: PLC0415
    from cli.replay_span import BETWEEN, run_span  # noqa: PLC0415

    wanted = Wanted(
        seed=seed,
        sets=tuple(sets or ()),
        crashes=tuple(crash or ()),
        dry_run=dry_run,
        cash=cash,
        as_json=as_json,
        scenario=scenario,
    )
    if BETWEEN in date:
        raise typer.Exit(run_span(wanted, data=data, span=date, symbols=symbols, workers=workers))
    raise typer.Exit(run_replay(wanted, data=data, day=date, symbols=symbols))


@app.command()
def simulate(
    seeds: Annotated[str, typer.Option(metavar="A..B", help="Which seeds, both ends included.")],
    *,
    faults: Annotated[str, typer.Option(metavar="none|light|all", help="How much goes wrong.")] = "none",
    only: Annotated[str | None, typer.Option(metavar="N,N", help="Keep these of a seed's faults; 0: none.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; as many as there are cores.")] = None,
    no_wire: Annotated[bool, typer.Option("--no-wire", help="The exchange straight behind the broker's port.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="List the transitions that no seed met.")] = False,
    as_json: AsJson = False,
) -> None:
    """Live through many drawn sessions in virtual time, faults included."""
    from cli.simulate import Wanted, run_simulate  # noqa: PLC0415 - as above

    wanted = Wanted(
        seeds=seeds,
        faults=faults,
        only=only,
        workers=workers,
        wire=not no_wire,
        as_json=as_json,
        verbose=verbose,
    )
    raise typer.Exit(run_simulate(wanted))


@app.command()
def trade(
    settings: SettingsFile = None,
    sets: Sets = None,
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for a gateway that is not there yet.")] = False,
    as_json: AsJson = False,
) -> None:
    """Trade by the settings, until told to stop."""
    from cli.trade import run_trade  # noqa: PLC0415 - as above

    raise typer.Exit(run_trade(settings, tuple(sets or ()), as_json=as_json, wait=wait))


@app.command()
def check(
    settings: SettingsFile = None,
    sets: Sets = None,
    *,
    host: Annotated[str | None, typer.Option(help="Instead of broker.host.")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of broker.port.")] = None,
    client_id: Annotated[int | None, typer.Option(help="Instead of broker.client_id.")] = None,
    timeout: Annotated[float, typer.Option(min=1, max=300, help="Seconds for each question.")] = 15.0,
    symbol: Annotated[str | None, typer.Option(help="Instead of the first of the settings' symbols.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask a gateway everything that trading needs, and place no order."""
    from cli.check import Asked, run_check  # noqa: PLC0415 - as above

    asked = Asked(
        settings=settings,
        sets=tuple(sets or ()),
        host=host,
        port=port,
        client_id=client_id,
        timeout_seconds=timeout,
        symbol=symbol,
        as_json=as_json,
    )
    raise typer.Exit(run_check(asked))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def gateway(context: typer.Context) -> None:
    """Run the simulated gateway alone."""
    from simgateway.__main__ import main as serve  # noqa: PLC0415 - as above

    raise typer.Exit(serve(context.args, context.command_path))


@app.command("test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run_all_tests(
    context: typer.Context,
    *,
    conformance: Annotated[bool, typer.Option("--conformance", help="The simulated gateway by its clients.")] = False,
    arm64: Annotated[bool, typer.Option("--arm64", help="The core, emulated, on Debian 12 and 13.")] = False,
) -> None:
    """Lint, check types and imports, run all tests. Any other word is pytest's, which then runs alone."""
    from cli.test import ARM64, CONFORMANCE, run_tests  # noqa: PLC0415 - as above

    kinds = ((CONFORMANCE, conformance), (ARM64, arm64))
    raise typer.Exit(run_tests([*(word for word, wanted in kinds if wanted), *context.args]))


log_commands.add_to(app)
proof_commands.add_to(app)
explain_codes(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command of the command line; turn our errors into one line and exit code 2. Raises SystemExit."""
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    logging.getLogger().addHandler(logging.NullHandler())  # Libraries speak to the log, never to the terminal.
    guarded(lambda: app(given, prog_name="./bot", standalone_mode=False))


def guarded(run: Callable[[], Any]) -> None:
    """Run, and end the process with the code that comes back, or as documented when it fails."""
    try:
        raise SystemExit(run())
    except USAGE_ERROR as error:
        command = error.ctx.command_path if error.ctx else "./bot"
        raise _bad_input(f"{error.format_message().rstrip('.')} (see {command} --help)") from None
    except (ConfigError, StoreError) as error:
        raise _bad_input(str(error)) from None
    except OSError as error:
        what = f"{error.filename}: " if error.filename else ""
        raise _bad_input(f"{what}{error.strerror or error}; make room or choose another folder") from None
    except (KeyboardInterrupt, typer.Abort):
        print("bot: stopped", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None


def _bad_input(text: str) -> SystemExit:
    """Say it in one line; return what ends the process."""
    print(f"bot: {' '.join(text.split())}", file=sys.stderr)
    return SystemExit(BAD_INPUT)
