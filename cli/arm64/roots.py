"""Debian's arm64 file systems that the tests run in, laid out from packages without running anything of theirs.

Each lies in a folder of its own below the cache: `root`, `site` (what Python imports there), and beside both what they
were made from, written last: what was interrupted, or made from something else, is made again.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli.arm64.wheels import installation, pins_for

PACKAGES: Final = ("python3", "tzdata", "libstdc++6")
"""numpy's wheels take libstdc++ from the system; every Debian that has apt has it."""
MERGED: Final = "/usr/share/mmdebstrap/hooks/merged-usr"
_HIDDEN: Final = frozenset({"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PIP_USER"})


Run = Callable[[list[str]], tuple[int, str]]
MISSING: Final = 127


class NoRootError(Exception):
    """A root cannot be had on this machine; the text is the reason, in a line."""


class NoWheelsError(Exception):
    """What the lock pins cannot be installed for arm64; the text is what the installer said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release of Debian: its name for people, its name for apt, and the minor version of its Python."""

    name: str
    suite: str
    python: str

    def __str__(self) -> str:
        return f"{self.name}, Python {self.python}"


RELEASES: Final = (
    Release(name="Debian 12", suite="bookworm", python="3.11"),
    Release(name="Debian 13", suite="trixie", python="3.13"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """Where a release lies: `folder` is its own, made by us, and removed by us when it is stale."""

    release: Release
    folder: Path

    @property
    def system(self) -> Path:
        """Return the folder that becomes `/`."""
        return self.folder / "root"

    @property
    def site(self) -> Path:
        """Return the folder of the installed wheels."""
        return self.folder / "site"

    def make(self, lock: Path, *, uv: str | None, run: Run | None = None) -> None:
        """Make what is missing or stale. Raises NoRootError and NoWheelsError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._make_system(run or run_quietly)
        self._make_site(lock, uv, run or run_quietly)

    def _make_system(self, run: Run) -> None:
        command = layout(self.release, self.system)
        if self._is_fresh(self.system, " ".join(command)):
            return
        shutil.rmtree(self.system, ignore_errors=True)
        code, said = run(command)
        if code != 0:
            raise NoRootError(f"{command[0]} could not make {self.release.name}: {_complaint(said)}")
        self._stamp(self.system).write_text(" ".join(command), encoding="utf-8")

    def _make_site(self, lock: Path, uv: str | None, run: Run) -> None:
        pins = pins_for(lock.read_text(encoding="utf-8"), self.release.python)
        if self._is_fresh(self.site, pins):
            return
        shutil.rmtree(self.site, ignore_errors=True)
        pinned = self.folder / "requirements.lock"
        pinned.write_text(pins, encoding="utf-8")
        code, said = run(installation(pinned, self.site, self.release.python, python=sys.executable, uv=uv))
        if code != 0:
            raise NoWheelsError(said.strip())
        self._stamp(self.site).write_text(pins, encoding="utf-8")

    def _stamp(self, made: Path) -> Path:
        return made.with_name(f"{made.name}.made-from")

    def _is_fresh(self, made: Path, made_from: str) -> bool:
        stamp = self._stamp(made)
        return made.is_dir() and stamp.is_file() and stamp.read_text(encoding="utf-8") == made_from


def cache_folder(environment: Mapping[str, str], home: Path) -> Path:
    """Return where roots are kept: outside of the checkout, since they outlive it."""
    given = Path(environment.get("XDG_CACHE_HOME", ""))
    return (given if given.is_absolute() else home / ".cache") / "stopward" / "arm64"


def layout(release: Release, target: Path) -> list[str]:
    """Return the command that lays a release out: packages are unpacked, none is configured, so nothing is emulated."""
    return [
        *("mmdebstrap", "--quiet", "--variant=extract", "--architectures=arm64", f"--include={','.join(PACKAGES)}"),
        *(f"--hook-dir={MERGED}", "--skip=check/qemu", release.suite, str(target)),
    ]


def run_quietly(command: list[str]) -> tuple[int, str]:
    """Run a program to its end; return its exit code, and what it said on both outputs."""
    if shutil.which(command[0]) is None:
        return MISSING, f"it is missing: apt install {command[0]}"
    environment = {key: value for key, value in os.environ.items() if key not in _HIDDEN}
    done = subprocess.run(  # noqa: S603 - mmdebstrap, pip or uv
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return done.returncode, done.stdout


def _complaint(said: str) -> str:
    """Return the first line that names an error, else the last one."""
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["it said nothing"]
    return next((line for line in lines if line.startswith(("E:", "Err:"))), lines[-1])
