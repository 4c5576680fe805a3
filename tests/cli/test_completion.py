"""What TAB offers, asked of real shells where they are there."""

import os
import pty
import re
import select
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
import typer

from cli.completion import SCRIPTS, commands_of
from cli.main import app, main

PATIENCE_SECONDS: Final = 60.0
Asked = Callable[[str], set[str]]
CASES: Final = {
    "./bot re": {"replay", "report", "resume"},
    "./bot config ": {"show", "diff", "check", "schema"},
    "./bot config check --s": {"--settings", "--set"},
    "./bot check --s": {"--settings", "--set", "--symbol"},
    "./bot simulate --seeds 1..3 --faults ": {"none", "light", "all"},
    "./bot validate --phase s": {"stress"},
    "stopward completion ": {"bash", "zsh", "fish"},
    "./bot report --html pa": {"page one.html"},
    "./bot report --day ": set(),
    "./bot test pa": {"page one.html"},
    "/somewhere/else/bot hal": {"halt"},
}


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return a folder with the script of each shell and a file."""
    for shell in SCRIPTS:
        with pytest.raises(SystemExit) as ended:
            main(["completion", shell])
        assert ended.value.code == 0
        (tmp_path / f"script.{shell}").write_text(capsys.readouterr().out, encoding="utf-8")
    (tmp_path / "page one.html").touch()
    return tmp_path


def shell(name: str) -> str:
    """Return where it is; skip without it."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} here")
    return found


@pytest.mark.parametrize(("line", "offered"), CASES.items(), ids=CASES)
def test_bash_offers_what_may_come_next(line: str, offered: set[str], folder: Path) -> None:
    words = " ".join(f"'{word}'" for word in line.split(" "))
    asked = f"""source ./script.bash
        compopt() {{ :; }}  # It needs a line that is being typed.
        COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        _stopward; printf '%s\\n' "${{COMPREPLY[@]}}" """

    ran = subprocess.run([shell("bash"), "-c", asked], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own script

    assert ({*ran.stdout.split("\n")} - {""}, ran.stderr) == (offered, "")


@pytest.mark.parametrize(("line", "offered"), CASES.items(), ids=CASES)
def test_fish_offers_what_may_come_next(line: str, offered: set[str], folder: Path) -> None:
    asked = f"source ./script.fish; complete -C '{line}'"
    environment = {"HOME": str(folder), "PATH": os.environ["PATH"], "TERM": "dumb"}

    ran = subprocess.run(  # noqa: S603 - our own script
        [shell("fish"), "--no-config", "-c", asked],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    found = {each.partition("\t")[0].replace("\\ ", " ") for each in ran.stdout.splitlines()}
    assert (found, ran.stderr) == (offered, "")


def typed(words: list[str], folder: Path, keys: str, seen: str) -> str:
    """Type keys into an interactive shell; return all that it showed until ``seen`` was among it."""
    environment = {
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
        "TERM": "vt100",
        "PS1": "ready> ",
        "PROMPT": "ready> ",
    }
    ours, theirs = pty.openpty()
    process = subprocess.Popen(  # noqa: S603 - a shell with our own script
        words, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    shown = ""
    try:
        for line, answer in ((f"source ./script.{Path(words[0]).name}\n", "ready> "), (keys, seen)):
            os.write(ours, line.encode())
            shown = ""
            while answer not in shown.replace("\r", ""):
                ready, _, _ = select.select([ours], [], [], PATIENCE_SECONDS)
                assert ready, shown
                shown += re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", os.read(ours, 65536).decode(errors="replace"))
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return shown


@pytest.mark.parametrize(
    ("name", "flags"), [("bash", ("--norc", "--noprofile", "-i")), ("zsh", ("-f", "-i"))], ids=["bash", "zsh"]
)
@pytest.mark.parametrize(
    ("keys", "seen"),
    [
        ("./bot sta\t", "status"),
        ("./bot config sh\t", "show"),
        ("./bot validate --phase st\t", "stress"),
        ("./bot trade --wa\t", "--wait"),
        ("./bot report --html pag\t", "page\\ one.html"),
        ("stopward hal\t", "halt"),
    ],
)
def test_a_real_shell_completes_what_is_typed(
    name: str, flags: tuple[str, ...], keys: str, seen: str, folder: Path
) -> None:
    shown = typed([shell(name), *flags], folder, keys, seen)

    assert "command not found" not in shown


def test_every_command_and_option_is_in_every_script(folder: Path) -> None:
    commands = list(commands_of(typer.main.get_command(app)))

    for name in SCRIPTS:
        script = (folder / f"script.{name}").read_text(encoding="utf-8")
        for command in commands:
            assert command.path in script or name == "fish"
            for option in command.options:
                assert option.name in script or f"-l {option.name[2:]} " in script


def test_each_option_that_takes_a_path_says_so_for_it_is_completed_with_files() -> None:
    def options(command: Any) -> list[Any]:
        return [
            *command.params,
            *(each for below in getattr(command, "commands", {}).values() for each in options(below)),
        ]

    paths = [each for each in options(typer.main.get_command(app)) if "Path" in str(each.type_descriptor.annotation)]

    assert len(paths) > 10
    assert [each.name for each in paths if not re.search("FILE|DIR", each.metavar or "")] == []


def test_a_shell_that_is_not_known_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["completion", "csh"])

    assert ended.value.code == 2
    assert capsys.readouterr().err == "bot: csh is none of the shells that can be completed: bash, zsh, fish\n"
