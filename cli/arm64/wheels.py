"""The lock's wheels for another machine, chosen and installed by this machine's installer: nothing is emulated.

A release without a wheel for arm64 ends the installation: nothing is ever built from source.
"""

from pathlib import Path
from typing import Final

from packaging.markers import Marker

PLATFORMS: Final = ("manylinux_2_17_aarch64", "manylinux2014_aarch64", "manylinux_2_28_aarch64")
"""Debian 12 has glibc 2.36, so that both of the kinds that are in use go."""
TARGET: Final = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "aarch64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "sys_platform": "linux",
}


def pins_for(lock: str, python: str) -> str:
    """Return what of a lock belongs on Linux on arm64 with this minor version of Python, without conditions.

    pip answers the lock's conditions for the Python that it runs on, whatever version it is told to install for.
    """
    target = {**TARGET, "python_version": python, "python_full_version": f"{python}.0"}
    kept: list[str] = []
    wanted = False
    for line in lock.splitlines():
        pin, _, condition = line.removesuffix("\\").partition(";")
        if not line.startswith(" "):
            wanted = not condition or Marker(condition).evaluate(target)
        if wanted:
            kept.append(line if line.startswith(" ") else f"{pin.strip()} \\")
    return "\n".join(kept) + "\n"


def installation(pins: Path, target: Path, minor: str, *, python: str, uv: str | None) -> list[str]:
    """Return the command that installs these pins, wheels alone and by their hashes, into a folder."""
    strict = ("--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(pins))
    version = ("--python-version", minor, "--target", str(target))
    if uv:
        return [uv, "pip", "install", "-q", "--python-platform", "aarch64-manylinux_2_28", *version, *strict]
    platforms = [word for platform in PLATFORMS for word in ("--platform", platform)]
    quiet = ("-q", "--disable-pip-version-check", "--no-compile")
    other = ("--implementation", "cp", "--ignore-requires-python")  # pip holds that, too, against its own Python.
    return [python, "-m", "pip", "install", *quiet, *other, *platforms, *version, *strict]
