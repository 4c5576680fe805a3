"""Inside a root: what is mounted there, which variables hold, and the command that runs Python in it."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from cli.arm64.roots import Root

INSIDE: Final = {
    "HOME": "/tmp",  # noqa: S108 - one of its own, gone when the job ends
    "LANG": "C.UTF-8",
    "PYTHONPATH": "/srv/site",
    "PYTHONPYCACHEPREFIX": "/var/cache/stopward",
    "PYTHONUNBUFFERED": "1",
    "HYPOTHESIS_STORAGE_DIRECTORY": "/tmp/hypothesis",  # noqa: S108 - the same
    "QEMU_CPU": "cortex-a72",  # A Pi 4's. The default signs every return address, which takes nine times as long.
    "STOPWARD_MARKET_DATA": "/srv/market",
}
ENTER: Final = """
set -eu
root=$1 site=$2 checkout=$3 market=$4
shift 4
mkdir -p "$root/proc" "$root/dev" "$root/tmp" "$root/srv/site" "$root/srv/stopward" "$root/srv/market"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
mount --bind "$site" "$root/srv/site"
mount --bind "$checkout" "$root/srv/stopward"
mount -o remount,bind,ro "$root/srv/stopward"
if [ -d "$market" ]; then mount --bind "$market" "$root/srv/market"; fi
exec unshare --root="$root" --wd=/srv/stopward /usr/bin/python3 "$@"
"""
"""Mounts that only the job sees, and that are gone with it: root, site, checkout, market, then Python's arguments."""


def entering(root: Root, checkout: Path, market: Path, arguments: Sequence[str]) -> list[str]:
    """Return the command that runs Python in a root, with mounts and processes that end when it does."""
    own = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", ENTER, "sh"]
    return [*own, str(root.system), str(root.site), str(checkout), str(market), *arguments]


def inside(environment: Mapping[str, str]) -> dict[str, str]:
    """Return all variables of the job: nothing of this machine's reaches the tests but where programs are found."""
    return {"PATH": environment.get("PATH", os.defpath), **INSIDE}
