"""``./bot test``: everything a change must pass, in one command."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli.arm64.job import Machine, run_arm64
from cli.clients import ClientSetupError, make_environments

CHECKOUT: Final = Path(__file__).resolve().parent.parent
PYTHON: Final = sys.executable
QUICK: Final = (
    ("ruff check", ("-m", "ruff", "check", ".")),
    ("ruff format", ("-m", "ruff", "format", "--check", ".")),
    ("imports", ("-c", "from importlinter.cli import lint_imports_command as run; run()")),
)
TYPES: Final = ("mypy", ("-m", "mypy"))
SHARED: Final = ("-m", "pytest", "-n", "2", "--dist", "loadfile")
TESTS: Final = (
    ("domain", (*SHARED, "--cov", "--cov-report=term", "tests/domain")),
    ("pytest", (*SHARED, "--ignore=tests/domain")),
)
"""Every branch of the core is held by the core's own tests; watching that in all others would double their time."""
ARM64: Final = "--arm64"
CONFORMANCE: Final = "--conformance"
CASES: Final = "tests/conformance"
ALL_CASES: Final = ("-p", "no:cacheprovider", "-n", "2", "--dist", "loadgroup")


@dataclass(frozen=True, slots=True)
class _Running:
    """A tool at work, its output kept for when it ends."""

    name: str
    process: subprocess.Popen[str]
    started: float


def run_tests(arguments: Sequence[str]) -> int:
    """Return 0 when all passed. With arguments only pytest runs, with these; else every check does.

    Prints each step with its seconds, what a failed one said, and pytest's own summary as the last line. With
    `--conformance` only the cases of `tests/conformance` run, with every client in an environment of its own. With
    `--arm64` only the core's tests run, emulated, on the releases of Debian that a Pi runs.
    """
    if ARM64 in arguments:
        return run_arm64([argument for argument in arguments if argument != ARM64], CHECKOUT, Machine.this())
    if CONFORMANCE in arguments:
        return _run_conformance([argument for argument in arguments if argument != CONFORMANCE])
    if arguments:
        return _start("pytest", ("-m", "pytest", *arguments), captured=False).process.wait()
    passed = [_finish(_start(name, command)) for name, command in QUICK]
    types = _start(*TYPES)
    summaries = []
    for name, command in TESTS:
        tests = _start(name, command)
        summaries.append(_show_all_but_the_last_line(tests))
        code = tests.process.wait()
        _say(name, tests, code)
        passed.append(code == 0)
    passed.append(_finish(types))
    print(*summaries, sep="\n", flush=True)
    return 0 if all(passed) else 1


def _run_conformance(arguments: Sequence[str]) -> int:
    """Hold the simulated gateway to its clients; more arguments of pytest may name cases, or choose by `-k`."""
    try:
        environments = make_environments(CHECKOUT)
    except ClientSetupError as error:
        print(f"bot: {error}", file=sys.stderr)
        return 1
    named = any(argument.startswith("tests/") for argument in arguments)
    command = [PYTHON, "-m", "pytest", *ALL_CASES, *arguments, *(() if named else (CASES,))]
    environment = {**os.environ, "STOPWARD_CLIENTS": str(environments)}
    return subprocess.run(command, cwd=CHECKOUT, env=environment, check=False).returncode  # noqa: S603 - pytest


def _start(name: str, command: Sequence[str], *, captured: bool = True) -> _Running:
    output = subprocess.PIPE if captured else None
    errors = subprocess.STDOUT if captured else None
    process = subprocess.Popen(  # noqa: S603 - our own tools, with arguments of whoever runs the tests
        [PYTHON, *command], cwd=CHECKOUT, text=True, stdout=output, stderr=errors
    )
    return _Running(name, process, time.perf_counter())


def _finish(running: _Running) -> bool:
    """Wait, say how it went, show its output when it failed; return whether it passed."""
    output, _ = running.process.communicate()
    _say(running.name, running, running.process.returncode)
    if running.process.returncode != 0:
        print(output, flush=True)
    return running.process.returncode == 0


def _say(name: str, running: _Running, code: int) -> None:
    seconds = time.perf_counter() - running.started
    print(f"{'ok    ' if code == 0 else 'FAILED'} {name:<12} {seconds:6.1f} s", flush=True)


def _show_all_but_the_last_line(running: _Running) -> str:
    """Pass the output on while it comes; return its last line with anything on it."""
    last = ""
    assert running.process.stdout is not None
    for line in running.process.stdout:
        if line.strip():
            if last:
                print(last, flush=True)
            last = line.rstrip()
    return last
