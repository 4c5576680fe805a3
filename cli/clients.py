"""Environments of the clients that the simulated gateway is held to: they cannot share one, nor be in ours.

Each is made from its lock in `tests/conformance/clients/` under `.venv-clients/`, by uv if it is there, else by pip,
and stamped last: what was interrupted, or made from another lock or interpreter, is made again.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

STAMP: Final = "made-from"
_HIDDEN: Final = frozenset({"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PIP_USER"})


class ClientSetupError(Exception):
    """An environment could not be made; the text says which, and what the tool said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Makes environments: `locks` is the folder of the locks, `folder` where the environments go."""

    locks: Path
    folder: Path
    python: str = sys.executable
    uv: str | None = None

    def missing(self) -> list[str]:
        """Return the names of the clients whose environment is not there, or not from this lock and interpreter."""
        return [lock.stem for lock in sorted(self.locks.glob("*.lock")) if not self._is_fresh(lock.stem)]

    def make(self, names: Sequence[str]) -> None:
        """Make these environments, each in a process of its own at the same time. Raises ClientSetupError."""
        for name in names:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._all(names, [self._creation(name) for name in names])
        self._all(names, [self._installation(name) for name in names])
        for name in names:
            (self.folder / name / STAMP).write_text(self._stamp(name), encoding="utf-8")

    def _is_fresh(self, name: str) -> bool:
        stamp = self.folder / name / STAMP
        return stamp.is_file() and stamp.read_text(encoding="utf-8") == self._stamp(name)

    def _stamp(self, name: str) -> str:
        interpreter = os.path.realpath(self.python)
        return f"{interpreter}\n{(self.locks / f'{name}.lock').read_text(encoding='utf-8')}"

    def _creation(self, name: str) -> list[str]:
        target = str(self.folder / name)
        if self.uv:
            return [self.uv, "venv", "-q", "--python", self.python, target]
        return [self.python, "-m", "venv", target]

    def _installation(self, name: str) -> list[str]:
        python = str(self.folder / name / "bin" / "python")
        lock = str(self.locks / f"{name}.lock")
        if self.uv:
            return [self.uv, "pip", "install", "-q", "--python", python, "--require-hashes", "-r", lock]
        pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes"]
        return [*pip, "-r", lock]

    @staticmethod
    def _all(names: Sequence[str], commands: Sequence[list[str]]) -> None:
        """Run commands side by side; wait for all before complaining of one."""
        environment = {key: value for key, value in os.environ.items() if key not in _HIDDEN}
        running = [
            subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # noqa: S603 - venv and pip or uv
            for command in commands
        ]
        said = [process.communicate()[0] for process in running]
        for name, process, text in zip(names, running, said, strict=True):
            if process.returncode != 0:
                raise ClientSetupError(f"the environment of {name} could not be made:\n{text.strip()}")


def make_environments(checkout: Path) -> Path:
    """Return the folder of all clients' environments, made where they were missing. Raises ClientSetupError."""
    workshop = Workshop(
        locks=checkout / "tests" / "conformance" / "clients",
        folder=checkout / ".venv-clients",
        uv=shutil.which("uv"),
    )
    missing = workshop.missing()
    if missing:
        print(f"making environments of {', '.join(missing)}; this happens once and takes a minute", flush=True)
        workshop.make(missing)
    return workshop.folder
