"""Every exit code there is, in one table: each command's ``--help`` is made from it, and docs/runbook.md has it."""

from dataclasses import dataclass
from typing import Final

import typer

SCRIPT: Final = "./bot"  # Before any command runs.
DAYS: Final = ("demo", "replay", "simulate")
SETTLING: Final = ("adopt", "ignore", "gone")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitCode:
    """What a code means; ``commands`` are those that end with it so, none: all that have no row of it themselves."""

    code: int
    commands: tuple[str, ...] = ()
    means: str


EXIT_CODES: Final = (
    ExitCode(code=0, commands=("trade",), means="stopped as asked"),
    ExitCode(code=0, commands=("status",), means="the bot is running"),
    ExitCode(code=0, commands=("halt", "resume", "flatten"), means="every bot there does so, and has it on the disk"),
    ExitCode(code=0, commands=SETTLING, means="it is as wanted, and on the disk"),
    ExitCode(code=0, commands=("check",), means="tradable"),
    ExitCode(code=0, commands=DAYS, means="no invariant was violated"),
    ExitCode(code=0, commands=("validate",), means="every limit holds"),
    ExitCode(code=0, commands=("alert-test",), means="every address took it"),
    ExitCode(code=0, commands=("wait-clock",), means="synchronised"),
    ExitCode(code=0, commands=("config diff",), means="nothing differs"),
    ExitCode(code=0, means="done"),
    ExitCode(
        code=1,
        commands=("trade",),
        means="did not stop in order within ten seconds; what guards is at the broker all the same",
    ),
    ExitCode(code=1, commands=("status",), means="the bot is silent, or has ended"),
    ExitCode(
        code=1,
        commands=("halt",),
        means="refused, not answered, not on the disk, or no bot is running: a `HALT` file is left, "
        "obeyed before the next entry and at the next start",
    ),
    ExitCode(code=1, commands=("resume", "flatten", *SETTLING), means="refused, not answered, or not on the disk"),
    ExitCode(code=1, commands=("check",), means="not tradable"),
    ExitCode(code=1, commands=DAYS, means="an invariant was violated"),
    ExitCode(code=1, commands=("validate",), means="a limit does not hold"),
    ExitCode(code=1, commands=("alert-test",), means="not every address took it"),
    ExitCode(code=1, commands=("wait-clock",), means="not synchronised in time, or nobody can tell"),
    ExitCode(code=1, commands=("config diff",), means="something differs"),
    ExitCode(code=1, commands=("bench",), means="a script failed, or with `--check` a ratio fell by more than a fifth"),
    ExitCode(code=1, commands=("test",), means="a check failed; with arguments the codes are pytest's"),
    ExitCode(code=1, commands=(SCRIPT,), means="the environment could not be made; what pip or uv said stands above"),
    ExitCode(
        code=2,
        commands=("trade",),
        means="bad input, another's state or a bad one, no gateway at the start; one line says it",
    ),
    ExitCode(code=2, commands=("status",), means="bad input, or no bot has left its status there"),
    ExitCode(code=2, commands=("resume", "flatten"), means="bad input, or no bot is running"),
    ExitCode(code=2, commands=SETTLING, means="bad input, no bot is running, or none knows that name"),
    ExitCode(code=2, commands=("validate",), means="bad input, or with `--port` no gateway or no session there"),
    ExitCode(code=2, means="bad input; one line says it"),
    ExitCode(code=70, commands=("trade",), means="gave up, a loop hung, or too much memory: start it anew"),
    ExitCode(code=130, commands=("trade",), means="Ctrl-C, before it was listened to"),
    ExitCode(code=130, commands=("demo", "replay"), means="stopped by Ctrl-C or SIGTERM"),
    ExitCode(code=130, means="Ctrl-C"),
)
SHORT: Final = (
    "Exit codes: 0 done, or true; 1 not so; 2 bad input, and one line says what to do; 70 trade wants to be started "
    "anew; 130 Ctrl-C. COMMAND --help says what they mean there, docs/runbook.md has all of them."
)


def rows_of(command: str) -> list[ExitCode]:
    """Return what this command can end with, each code once."""
    own = {row.code for row in EXIT_CODES if command in row.commands}
    return [row for row in EXIT_CODES if command in row.commands or not (row.commands or row.code in own)]


def said_of(command: str) -> str:
    """Return the codes that this command ends with, as its help has them."""
    return "Exit codes: " + "; ".join(f"{row.code} {row.means.replace('`', '')}" for row in rows_of(command)) + "."


def explain_codes(app: typer.Typer, above: str = "") -> None:
    """Have the help of every command end with its codes."""
    for one in app.registered_commands:
        assert one.callback is not None, "a command does something"
        one.epilog = said_of(above + (one.name or one.callback.__name__.replace("_", "-")))
    for group in app.registered_groups:
        assert group.typer_instance is not None, "a group has commands"
        explain_codes(group.typer_instance, f"{group.name} " if isinstance(group.name, str) else above)
