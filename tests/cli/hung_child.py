"""A process of our own whose core loop hangs on request: two loops, the watchdog, and an actor that never returns.

python -m tests.cli.hung_child FOLDER sleep|spin|hold
"""

import re
import sys
import threading
from pathlib import Path
from typing import Any

from actors.runtime.clock import WallClock
from actors.runtime.context import Context
from actors.runtime.directory import Directory
from actors.runtime.hosts import ThreadHost
from actors.runtime.loop_actor import LoopActor
from actors.runtime.observer import NullObserver
from cli.watchdog import Watchdog
from ops.logs import FileLog

DEADLINE_SECONDS = 0.5
BACKTRACKS_FOR_EVER = "a" * 64 + "b"


class Busy(LoopActor):
    """Hangs as it is told."""

    def receive(self, message: Any) -> Any:
        if message == "sleep":
            threading.Event().wait()
        while message == "spin":
            pass
        if message == "hold":
            re.fullmatch("(a|a)+", BACKTRACKS_FOR_EVER)  # in one call, and never lets go of the interpreter


def main(folder: Path, how: str) -> None:
    """Be well until a line comes on standard input, then hang."""
    clock = WallClock()
    hosts = {name: ThreadHost(name, clock) for name in ("system", "core")}
    for host in hosts.values():
        host.start()
    log = FileLog(folder, clock, strict=True)
    watchdog = Watchdog(hosts, deadline_seconds=DEADLINE_SECONDS, clock=clock, log=log, log_dir=folder)
    watchdog.start()
    context = Context(name="busy", epoch=1, host=hosts["core"], directory=Directory(), observer=NullObserver())
    Busy(context).launch()
    if sys.stdin.readline():
        context.directory.address("busy").tell(how)
        threading.Event().wait()
    watchdog.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
