"""A thread that sees to it that a hung loop ends the process, for whatever started it to start it anew.

Every second it asks the loops whether they turn. Only while all of them do, and every actor answers, the service
manager's watchdog is fed.
"""

import faulthandler
import os
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, NoReturn

from actors.runtime.hosts import Host
from actors.runtime.loop_watch import LoopWatch
from cli.systemd import ALIVE, Systemd
from domain.ports import Clock
from ops.logs import FileLog

HUNG: Final = 70
LOOK_SECONDS: Final = 1.0


class Watchdog:
    """Looks until `stop`. Ends the process with exit code 70, and all stacks in a file and the log, when a loop hangs.

    A thread that never lets go of the interpreter stops this one as well: then faulthandler, which needs none of it,
    writes the stacks to stderr after twice the deadline and ends the process with exit code 1.
    """

    def __init__(
        self,
        hosts: Mapping[str, Host],
        *,
        deadline_seconds: float,
        clock: Clock,
        log: FileLog,
        log_dir: Path,
        answers: Callable[[], bool] = lambda: True,
    ) -> None:
        self._watch = LoopWatch(hosts, deadline_seconds, clock.monotonic)
        self._deadline_seconds = deadline_seconds
        self._clock = clock
        self._log = log
        self._log_dir = log_dir
        self._answers = answers
        self._systemd = Systemd(os.environ.get("NOTIFY_SOCKET"))
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_again_and_again, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join()
        faulthandler.cancel_dump_traceback_later()

    def tell(self, word: str) -> None:
        """Tell the service manager."""
        self._systemd.tell(word)

    def _look_again_and_again(self) -> None:
        pause = min(LOOK_SECONDS, self._deadline_seconds / 4)
        while not self._over.is_set():
            faulthandler.dump_traceback_later(2 * self._deadline_seconds, exit=True, file=sys.__stderr__ or sys.stderr)
            owed = self._watch.look()
            hung = self._watch.hung(owed)
            if hung:
                self._end(hung[0], owed[hung[0]])
            if not any(owed.values()) and self._answers():
                self._systemd.tell(ALIVE)
            self._over.wait(pause)

    def _end(self, loop: str, seconds: float) -> NoReturn:
        """Leave behind who did what, and end. Nothing is stopped in order: who would do that hangs."""
        try:
            path, stack = dump(self._log_dir, self._clock.now())
            self._log.emit("loop_hung", thread=loop, seconds=round(seconds, 3), file=str(path), stack=stack)
            self._log.emit("shutdown", reason=f"the loop of thread {loop} hangs", exit_code=HUNG)
            self._log.flush()
        finally:
            os._exit(HUNG)


def dump(folder: Path, now: datetime) -> tuple[Path, str]:
    """Write the stacks of all threads to a file of its own; return where, and them. Raises OSError."""
    path = folder / f"hung-{now:%Y%m%d-%H%M%S}.txt"
    with path.open("w+", encoding="utf-8") as file:
        for thread in threading.enumerate():
            file.write(f"thread {(thread.ident or 0):#018x} is {thread.name}\n")
        file.flush()
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        return path, file.read()
