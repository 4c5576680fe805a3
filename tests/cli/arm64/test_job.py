from pathlib import Path

import pytest

from cli.arm64.inside import ENTER, entering, inside
from cli.arm64.job import CHOICE, Machine, market_folder, pytest_arguments, run_arm64, what_is_missing
from cli.arm64.roots import RELEASES, NoRootError, NoWheelsError, Root
from tests.house import CHECKOUT

REGISTERED = "enabled\ninterpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P\nflags: POF\noffset 0\n"
ROOT = Root(release=RELEASES[0], folder=Path("/cache/bookworm"))
AMONG_OTHERS = Path("/home/somebody/stopward")


def machine(*, architecture: str = "x86_64", is_root: bool = True, handler: str | None = REGISTERED) -> Machine:
    return Machine(architecture=architecture, is_root=is_root, handler=handler)


class Roots:
    """Stands for what makes roots: says what it was asked for, and complains of one release."""

    def __init__(self, complaints: dict[str, Exception]) -> None:
        self._complaints = complaints
        self.prepared: list[str] = []

    def prepare(self, root: Root, checkout: Path) -> None:
        self.prepared.append(f"{root.release.suite} for {checkout.name}")
        if root.release.suite in self._complaints:
            raise self._complaints[root.release.suite]


class Runs:
    """Stands for the tests in a root: notes each command, and ends as it was told."""

    def __init__(self, *codes: int) -> None:
        self._codes = list(codes)
        self.commands: list[list[str]] = []

    def run(self, command: list[str]) -> int:
        self.commands.append(command)
        return self._codes.pop(0)


def test_with_an_emulator_and_as_root_nothing_is_missing() -> None:
    assert what_is_missing(machine()) is None


def test_an_arm64_machine_needs_no_emulator() -> None:
    assert what_is_missing(machine(architecture="aarch64", handler=None)) is None


def test_without_an_emulator_the_reason_names_what_to_install() -> None:
    reason = what_is_missing(machine(handler=None))

    assert reason == "qemu for aarch64 is not registered here: apt install qemu-user-static binfmt-support"


@pytest.mark.parametrize("handler", [REGISTERED.replace("enabled", "disabled"), REGISTERED.replace("POF", "PO"), ""])
def test_an_emulator_that_a_root_cannot_reach_is_none(handler: str) -> None:
    reason = what_is_missing(machine(handler=handler))

    assert str(reason).endswith("update-binfmts --enable qemu-aarch64")


@pytest.mark.parametrize("architecture", ["x86_64", "aarch64"])
def test_who_is_not_root_is_told_how_to_become_it(architecture: str) -> None:
    reason = what_is_missing(machine(architecture=architecture, is_root=False))

    assert reason == "entering another system takes root: sudo ./bot test --arm64"


def test_where_nothing_can_run_one_line_says_why_and_nothing_fails(capsys: pytest.CaptureFixture[str]) -> None:
    roots, runs = Roots({}), Runs()

    code = run_arm64([], CHECKOUT, machine(handler=None), prepare=roots.prepare, run=runs.run)

    assert code == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert (roots.prepared, runs.commands) == ([], [])


def test_the_tests_run_on_both_releases(capsys: pytest.CaptureFixture[str]) -> None:
    roots, runs = Roots({}), Runs(0, 0)

    code = run_arm64([], AMONG_OTHERS, machine(), prepare=roots.prepare, run=runs.run)

    assert code == 0
    assert roots.prepared == ["bookworm for stopward", "trixie for stopward"]
    assert [command[-len(CHOICE) :] for command in runs.commands] == [list(CHOICE)] * 2
    said = capsys.readouterr().out
    assert "ok     Debian 12, Python 3.11" in said
    assert "ok     Debian 13, Python 3.13" in said


@pytest.mark.parametrize("codes", [(1, 0), (0, 1)])
def test_a_failure_on_one_release_fails_the_job_and_the_other_runs_all_the_same(codes: tuple[int, int]) -> None:
    runs = Runs(*codes)

    code = run_arm64([], AMONG_OTHERS, machine(), prepare=Roots({}).prepare, run=runs.run)

    assert code == 1
    assert len(runs.commands) == 2


def test_a_release_that_cannot_be_laid_out_is_skipped_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    roots = Roots({"trixie": NoRootError("no network")})

    code = run_arm64([], AMONG_OTHERS, machine(), prepare=roots.prepare, run=Runs(0).run)

    assert code == 0
    assert capsys.readouterr().out.splitlines()[-1] == "arm64: Debian 13, Python 3.13: skipped: no network"


def test_a_lock_without_a_wheel_fails_the_job(capsys: pytest.CaptureFixture[str]) -> None:
    roots = Roots({"bookworm": NoWheelsError("no matching distribution for orjson")})

    code = run_arm64([], AMONG_OTHERS, machine(), prepare=roots.prepare, run=Runs(0).run)

    assert code == 1
    assert "no matching distribution for orjson" in capsys.readouterr().out


@pytest.mark.parametrize("path", CHOICE)
def test_what_is_chosen_is_there(path: str) -> None:
    assert (CHECKOUT / path).exists()


@pytest.mark.parametrize("room", ["tests/domain", "tests/actors/runtime", "store", "real_client", "replay"])
def test_the_choice_holds_decisions_machinery_store_handshake_and_a_replay(room: str) -> None:
    assert any(room in path for path in CHOICE)


def test_named_tests_run_instead_of_the_choice() -> None:
    given = ["tests/domain/test_ids.py", "-x"]

    arguments = pytest_arguments(given)

    assert arguments[-2:] == given
    assert not set(CHOICE) & set(arguments)


def test_other_arguments_join_the_choice() -> None:
    arguments = pytest_arguments(["-k", "window"])

    assert set(CHOICE) <= set(arguments)
    assert "-k window" in " ".join(arguments)


def test_a_root_is_entered_with_processes_and_mounts_that_end_with_the_job() -> None:
    command = entering(ROOT, AMONG_OTHERS, Path("/data"), ["-m", "pytest"])

    assert command[:5] == ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    assert command[command.index(ENTER) :] == [
        *(ENTER, "sh", "/cache/bookworm/root", "/cache/bookworm/site", "/home/somebody/stopward", "/data"),
        *("-m", "pytest"),
    ]


def test_nothing_of_this_machine_reaches_the_tests_but_where_programs_are() -> None:
    variables = inside({"PATH": "/opt/bin", "STOPWARD_ACCOUNT": "U1", "PYTHONPATH": "/elsewhere"})

    assert variables["PATH"] == "/opt/bin"
    assert variables["PYTHONPATH"] == "/srv/site"
    assert "STOPWARD_ACCOUNT" not in variables


def test_recorded_days_are_taken_from_where_they_are_named_or_from_beside_the_checkout() -> None:
    assert market_folder({"STOPWARD_MARKET_DATA": "/data"}, AMONG_OTHERS) == Path("/data")
    assert market_folder({}, AMONG_OTHERS) == Path("/home/somebody/shared/market")
