"""``./bot`` against a Python and a uv of sh, so that no network and no minute is needed."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house import CHECKOUT

TOOLS = ("sh", "readlink", "dirname", "cat", "cmp", "rm", "mkdir", "ln", "flock")
FAKE_PYTHON = """#!/bin/sh
echo "$(basename "$0"): $*" >> "$FAKE/calls"
case "$*" in
    "-c import sys; sys.exit"*) [ ! -e "$FAKE/too-old" ] ;;
    "-c import venv"*) [ ! -e "$FAKE/no-venv" ] ;;
    "-c import sys; print"*) echo 3.11 ;;
    "-m venv "*) mkdir -p "$3/bin" && ln -s "$FAKE/base" "$3/bin/python" ;;
    "-m pip install "*) [ ! -e "$FAKE/no-network" ] ;;
    *compileall*) : ;;
    *) echo "ran: $*" ;;
esac
"""
FAKE_UV = """#!/bin/sh
echo "uv: $*" >> "$FAKE/calls"
case "$1" in
    venv) mkdir -p "$5/bin" && ln -s "$FAKE/base" "$5/bin/python" ;;
esac
"""


@dataclass(frozen=True)
class Checkout:
    """A checkout with nothing but the script, its locks, and a Python that only pretends."""

    root: Path
    fake: Path

    def start(self, *arguments: str, by: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run ./bot from another folder, and forget the calls of earlier starts."""
        (self.fake / "calls").write_text("")
        environment = {
            "PATH": str(self.fake / "bin"),
            "FAKE": str(self.fake),
            "STOPWARD_PYTHON": str(self.fake / "base"),
        }
        return subprocess.run(  # noqa: S603 - the script under test
            [by or self.root / "bot", *arguments],
            env=environment, cwd=self.fake, capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip

    def installed(self) -> list[str]:
        """Return the locks that the last start installed, in order."""
        calls = (self.fake / "calls").read_text().splitlines()
        return [Path(call).name for call in calls if "pip install" in call]

    def has(self, *flags: str) -> None:
        """Make the pretended Python lack something."""
        for flag in flags:
            (self.fake / flag).touch()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    found = {tool: shutil.which(tool) for tool in (*TOOLS, "basename")}
    root, fake = tmp_path / "check out", tmp_path / "fake"
    (fake / "bin").mkdir(parents=True)
    for tool, path in found.items():
        if path is not None:
            (fake / "bin" / tool).symlink_to(path)
    executable(fake / "base", FAKE_PYTHON)
    root.mkdir()
    shutil.copy(CHECKOUT / "bot", root / "bot")
    (root / "requirements.lock").write_text("a==1\n")
    (root / "requirements-dev.lock").write_text("a==1\nb==2\n")
    return Checkout(root, fake)


def executable(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.mark.parametrize("shell", ["sh", "dash", "bash"])
def test_the_script_is_plain_shell(shell: str) -> None:
    found = shutil.which(shell) or shutil.which("sh")

    checked = subprocess.run([str(found), "-n", CHECKOUT / "bot"], capture_output=True, text=True, check=False)  # noqa: S603 - a shell that only reads

    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_first_start_makes_the_environment_and_runs(checkout: Checkout) -> None:
    started = checkout.start("demo", "--set", "a b")

    assert started.stdout == f"ran: {checkout.root / 'run.py'} demo --set a b\n"
    assert checkout.installed() == ["requirements.lock"]


def test_a_second_start_installs_nothing(checkout: Checkout) -> None:
    checkout.start("demo")

    started = checkout.start("demo")

    assert (started.returncode, started.stderr) == (0, "")
    assert checkout.installed() == []


def test_a_symlink_leads_to_the_checkout(checkout: Checkout) -> None:
    link = checkout.fake / "stopward"
    link.symlink_to(checkout.root / "bot")

    started = checkout.start("demo", by=link)

    assert started.stdout == f"ran: {checkout.root / 'run.py'} demo\n"


def test_a_changed_lock_makes_the_environment_anew(checkout: Checkout) -> None:
    checkout.start("demo")
    (checkout.root / "requirements.lock").write_text("a==2\n")

    checkout.start("demo")

    assert checkout.installed() == ["requirements.lock"]


def test_another_python_behind_the_link_makes_the_environment_anew(checkout: Checkout) -> None:
    checkout.start("demo")
    executable(checkout.fake / "upgraded", FAKE_PYTHON)
    (checkout.fake / "base").unlink()
    (checkout.fake / "base").symlink_to("upgraded")

    checkout.start("demo")

    assert checkout.installed() == ["requirements.lock"]


def test_an_environment_that_was_cut_short_is_made_anew(checkout: Checkout) -> None:
    checkout.start("demo")
    (checkout.root / ".venv" / "requirements.lock.stamp").unlink()

    checkout.start("demo")

    assert checkout.installed() == ["requirements.lock"]


def test_a_failed_installation_leaves_nothing_and_runs_nothing(checkout: Checkout) -> None:
    checkout.has("no-network")

    started = checkout.start("demo")

    assert (started.returncode, started.stdout) == (1, "")
    assert not (checkout.root / ".venv").exists()


def test_the_missing_package_is_named_where_venv_is_not_there(checkout: Checkout) -> None:
    checkout.has("no-venv")

    started = checkout.start("demo")

    assert started.returncode == 2
    assert "python3-venv or python3.11-venv" in started.stderr
    assert not (checkout.root / ".venv").exists()


def test_a_python_outside_the_range_is_refused_in_one_line(checkout: Checkout) -> None:
    checkout.has("too-old")

    started = checkout.start("demo")

    assert started.returncode == 2
    assert started.stderr.splitlines() == [
        f"bot: needs Python 3.11, 3.12 or 3.13; none of these is one: {checkout.fake / 'base'}"
    ]


def test_testing_installs_the_second_lock_once(checkout: Checkout) -> None:
    checkout.start("demo")

    checkout.start("test", "-k", "x")
    first = checkout.installed()
    checkout.start("test")

    assert (first, checkout.installed()) == (["requirements-dev.lock"], [])


def test_uv_is_used_where_it_is_on_the_path(checkout: Checkout) -> None:
    executable(checkout.fake / "bin" / "uv", FAKE_UV)
    checkout.has("no-venv")

    started = checkout.start("demo")

    assert started.returncode == 0
    calls = (checkout.fake / "calls").read_text()
    assert f"uv: venv -q --python {checkout.fake / 'base'} {checkout.root / '.venv'}" in calls
    assert "--require-hashes --compile-bytecode" in calls
