import sys
from pathlib import Path

import pytest

from cli.arm64.roots import PACKAGES, RELEASES, NoRootError, NoWheelsError, Release, Root, cache_folder, layout
from cli.arm64.wheels import installation, pins_for
from tests.house import CHECKOUT

BOOKWORM, TRIXIE = RELEASES
LOCK = """\
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:aa
librt==0.16.0 ; platform_python_implementation != 'PyPy' \\
    --hash=sha256:bb
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:cc \\
    --hash=sha256:dd
numpy==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:ee
pykka==4.5.0 \\
    --hash=sha256:ff
"""


class Tools:
    """Stands for mmdebstrap and the installer: makes the folder it is asked for, or fails with a text."""

    def __init__(self, code: int = 0, said: str = "") -> None:
        self._end = (code, said)
        self.commands: list[str] = []

    def run(self, command: list[str]) -> tuple[int, str]:
        self.commands.append(command[0])
        target = command[-1] if "mmdebstrap" in command[0] else command[command.index("--target") + 1]
        Path(target).mkdir(parents=True)
        return self._end


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "some.lock"
    path.write_text(LOCK)
    return path


def root(tmp_path: Path, release: Release = BOOKWORM) -> Root:
    return Root(release=release, folder=tmp_path / "cache" / release.suite)


def test_a_root_is_made_once(tmp_path: Path, lock: Path) -> None:
    tools = Tools()

    for _ in range(2):
        root(tmp_path).make(lock, uv="uv", run=tools.run)

    assert tools.commands == ["mmdebstrap", "uv"]


def test_another_lock_makes_the_wheels_anew_and_leaves_the_system(tmp_path: Path, lock: Path) -> None:
    tools = Tools()
    root(tmp_path).make(lock, uv="uv", run=tools.run)
    lock.write_text(LOCK.replace("4.5.0", "4.5.1"))

    root(tmp_path).make(lock, uv="uv", run=tools.run)

    assert tools.commands == ["mmdebstrap", "uv", "uv"]


def test_a_pin_for_another_python_makes_nothing_anew(tmp_path: Path, lock: Path) -> None:
    tools = Tools()
    root(tmp_path).make(lock, uv="uv", run=tools.run)
    lock.write_text(LOCK.replace("2.5.5", "2.5.6"))

    root(tmp_path).make(lock, uv="uv", run=tools.run)

    assert tools.commands == ["mmdebstrap", "uv"]


def test_a_root_that_is_gone_is_made_again(tmp_path: Path, lock: Path) -> None:
    tools = Tools()
    made = root(tmp_path)
    made.make(lock, uv="uv", run=tools.run)
    made.system.rmdir()

    made.make(lock, uv="uv", run=tools.run)

    assert tools.commands == ["mmdebstrap", "uv", "mmdebstrap"]


def test_a_root_that_failed_is_not_taken_for_one(tmp_path: Path, lock: Path) -> None:
    failing, working = Tools(25, "I: starting\nE: no such host\nlast words"), Tools()

    with pytest.raises(NoRootError, match="mmdebstrap could not make Debian 12: E: no such host"):
        root(tmp_path).make(lock, uv="uv", run=failing.run)
    root(tmp_path).make(lock, uv="uv", run=working.run)

    assert working.commands == ["mmdebstrap", "uv"]


def test_wheels_that_are_not_to_be_had_are_no_reason_to_skip(tmp_path: Path, lock: Path) -> None:
    made = root(tmp_path)
    made.make(lock, uv="uv", run=Tools().run)
    lock.write_text(LOCK.replace("4.5.0", "4.5.1"))

    with pytest.raises(NoWheelsError, match="no wheel of pykka"):
        made.make(lock, uv="uv", run=Tools(1, "no wheel of pykka\n").run)


def test_what_a_failed_tool_said_is_one_line(tmp_path: Path, lock: Path) -> None:
    with pytest.raises(NoRootError, match=r"^mmdebstrap could not make Debian 12: it said nothing$"):
        root(tmp_path).make(lock, uv="uv", run=Tools(1).run)


def test_a_release_is_laid_out_without_emulating_anything() -> None:
    command = layout(TRIXIE, Path("/cache/trixie/root"))

    assert {"--variant=extract", "--architectures=arm64", f"--include={','.join(PACKAGES)}"} <= set(command)
    assert command[-2:] == ["trixie", "/cache/trixie/root"]


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({}, "/home/me/.cache/stopward/arm64"),
        ({"XDG_CACHE_HOME": "/var/tmp"}, "/var/tmp/stopward/arm64"),  # noqa: S108 - nothing is written
        ({"XDG_CACHE_HOME": "relative"}, "/home/me/.cache/stopward/arm64"),  # To be ignored, says its specification.
        ({"XDG_CACHE_HOME": ""}, "/home/me/.cache/stopward/arm64"),
    ],
)
def test_roots_are_kept_outside_of_the_checkout(environment: dict[str, str], folder: str) -> None:
    assert cache_folder(environment, Path("/home/me")) == Path(folder)


@pytest.mark.parametrize(("release", "numpy"), [(BOOKWORM, "numpy==2.4.6"), (TRIXIE, "numpy==2.5.5")])
def test_pins_are_those_of_the_releases_python(release: Release, numpy: str) -> None:
    pins = [line for line in pins_for(LOCK, release.python).splitlines() if not line.startswith(" ")]

    assert pins == ["librt==0.16.0 \\", f"{numpy} \\", "pykka==4.5.0 \\"]


def test_a_pin_keeps_its_hashes_and_no_others() -> None:
    pins = pins_for(LOCK, "3.11")

    assert "numpy==2.4.6 \\\n    --hash=sha256:cc \\\n    --hash=sha256:dd\n" in pins
    assert "sha256:aa" not in pins
    assert "sha256:ee" not in pins


@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_our_own_lock_pins_each_package_once_for_each_release(release: Release) -> None:
    text = (CHECKOUT / "requirements-dev.lock").read_text(encoding="utf-8")

    lines = [line for line in pins_for(text, release.python).splitlines() if not line.startswith(" ")]
    names = [line.partition("==")[0] for line in lines]

    assert len(names) == len(set(names)) > 50
    assert {"numpy", "pandas", "orjson", "pydantic-core"} <= set(names)
    assert not any(";" in line for line in lines)


@pytest.mark.parametrize("uv", [None, "/usr/bin/uv"])
def test_wheels_are_installed_for_the_other_machine_by_their_hashes_and_never_built(uv: str | None) -> None:
    command = installation(Path("pins"), Path("site"), "3.13", python=sys.executable, uv=uv)

    assert command[0] == (uv or sys.executable)
    line = " ".join(command)
    assert "--python-version 3.13 --target site" in line
    assert "--no-deps --only-binary :all: --require-hashes -r pins" in line
    assert "aarch64" in line


def test_a_wheel_that_only_the_other_python_takes_is_no_matter_to_pip() -> None:
    command = installation(Path("pins"), Path("site"), "3.13", python=sys.executable, uv=None)

    assert "--ignore-requires-python" in command
