"""``./bot test --arm64``: the tests' core, emulated, on the releases of Debian that a Pi runs.

It only looks for what it needs, and says in one line what is missing: installing is for whoever owns the machine.
"""

import fcntl
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli.arm64.inside import entering, inside
from cli.arm64.roots import RELEASES, NoRootError, NoWheelsError, Root, cache_folder

CHOICE: Final = (
    "tests/domain",
    "tests/actors/runtime",
    "tests/ops/test_codec.py",
    "tests/ops/test_memory_journal.py",
    "tests/ops/test_state_file.py",
    "tests/ops/test_store.py",
    "tests/simgateway/test_server.py",
    "tests/simgateway/test_real_client.py",
    "tests/scenarios/test_replay_morning.py",
)
"""The core alone, for an emulated second is long: what decides, what carries it, what is written, what is spoken.

The log-on's own tests stay out: two of them give a silent gateway 50 and 100 ms of real time, too little here.
"""
PYTEST: Final = ("-m", "pytest", "-p", "no:cacheprovider", "-n", "2", "--dist", "loadfile")
EMULATED: Final = ("-p", "tests.emulated", "--hypothesis-profile=emulated")
SECONDS_MAX: Final = 18 * 60
"""For one root. CI has 60 minutes for everything, and less than 20 of them are taken by the rest."""
HANDLER: Final = Path("/proc/sys/fs/binfmt_misc/qemu-aarch64")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What of this machine decides whether anything can run: `handler` is what the kernel says of the emulator."""

    architecture: str
    is_root: bool
    handler: str | None

    @classmethod
    def this(cls) -> "Machine":
        """Look at this one."""
        handler = HANDLER.read_text(encoding="ascii") if HANDLER.is_file() else None
        return cls(architecture=platform.machine(), is_root=os.geteuid() == 0, handler=handler)


def what_is_missing(machine: Machine) -> str | None:
    """Return why nothing can run here, in a line; None when it can."""
    if machine.architecture != "aarch64":
        if machine.handler is None:
            return "qemu for aarch64 is not registered here: apt install qemu-user-static binfmt-support"
        lines = machine.handler.splitlines()
        flags = next((line.partition(":")[2] for line in lines if line.startswith("flags")), "")
        if lines[:1] != ["enabled"] or "F" not in flags:
            return "qemu for aarch64 is registered, but off or without the flag F: update-binfmts --enable qemu-aarch64"
    if not machine.is_root:
        return "entering another system takes root: sudo ./bot test --arm64"
    return None


def run_arm64(
    arguments: Sequence[str],
    checkout: Path,
    machine: Machine,
    *,
    prepare: Callable[[Root, Path], None] | None = None,
    run: Callable[[list[str]], int] | None = None,
) -> int:
    """Run the choice, or the tests that pytest's arguments name, on every release; return 0 when none failed.

    Where nothing can run one line says why, and the code is 0. A release that cannot be laid out is skipped likewise;
    one whose wheels are missing has failed. `prepare` makes a root, `run` carries out a command.
    """
    missing = what_is_missing(machine)
    if missing:
        print(f"arm64: skipped: {missing}", flush=True)
        return 0
    cache = cache_folder(os.environ, Path.home())
    roots = [Root(release=release, folder=cache / release.suite) for release in RELEASES]
    tools = _Tools(prepare=prepare or _prepare, run=run or _run)
    return max([_test_in(root, arguments, checkout, tools) for root in roots])


def pytest_arguments(given: Sequence[str]) -> list[str]:
    """Return Python's arguments: the choice, unless whoever calls names tests."""
    named = any(argument.startswith("tests/") for argument in given)
    return [*PYTEST, *EMULATED, *given, *(() if named else CHOICE)]


def market_folder(environment: Mapping[str, str], checkout: Path) -> Path:
    """Return where recorded days are looked for; it need not be there."""
    return Path(environment.get("STOPWARD_MARKET_DATA") or checkout.parent / "shared" / "market").absolute()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tools:
    prepare: Callable[[Root, Path], None]
    run: Callable[[list[str]], int]


def _test_in(root: Root, arguments: Sequence[str], checkout: Path, tools: _Tools) -> int:
    try:
        tools.prepare(root, checkout)
    except NoRootError as error:
        print(f"arm64: {root.release}: skipped: {error}", flush=True)
        return 0
    except NoWheelsError as error:
        print(f"FAILED {root.release}: the lock's wheels could not be installed\n{error}", flush=True)
        return 1
    print(f"arm64: {root.release}", flush=True)
    command = entering(root, checkout, market_folder(os.environ, checkout), pytest_arguments(arguments))
    began = time.perf_counter()
    code = tools.run(command)
    verdict = "ok    " if code == 0 else "FAILED"
    print(f"{verdict} {root.release} {time.perf_counter() - began:6.1f} s", flush=True)
    return code


def _prepare(root: Root, checkout: Path) -> None:
    """Make a root, unless somebody else is at it: then wait, and find it made."""
    root.folder.mkdir(parents=True, exist_ok=True)
    with (root.folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        root.make(checkout / "requirements-dev.lock", uv=shutil.which("uv"))


def _run(command: list[str]) -> int:
    try:
        done = subprocess.run(command, env=inside(os.environ), check=False, timeout=SECONDS_MAX)  # noqa: S603 - ours
    except subprocess.TimeoutExpired:
        print(f"not done within {SECONDS_MAX // 60} minutes", file=sys.stderr)
        return 1
    return 1 if done.returncode else 0
