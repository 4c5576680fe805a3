"""The operator's log: ``bot.log`` to read, ``bot.jsonl`` for jq, both from the same events."""

import contextlib
import queue
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from loguru import logger

from domain.ports import Clock
from ops.catalogue import CatalogueError, problem_with
from ops.lines import Line, line_of
from ops.masking import Masker

if TYPE_CHECKING:
    from loguru import Logger

LINES_QUEUED_MAX: Final = 10_000
_LOGURUS_OWN_HANDLER: Final = 0  # Writes everything to stderr.


class _Files:
    """Two files with rotation. Not for two threads at once."""

    def __init__(self, folder: Path, rotate_megabytes: int, keep_days: int) -> None:
        with contextlib.suppress(ValueError):
            logger.remove(_LOGURUS_OWN_HANDLER)
        self._rotation = f"{rotate_megabytes} MB"
        self._retention = f"{keep_days} days"
        self._handlers: list[int] = []
        self._text = self._added(folder / "bot.log")
        self._json = self._added(folder / "bot.jsonl")

    def _added(self, path: Path) -> "Logger":
        """Return a logger whose lines go to this file alone: the library has one logger for the whole process."""
        mark = object()
        handler = logger.add(
            path,
            format="{message}",
            filter=lambda record: record["extra"].get("file") is mark,
            rotation=self._rotation,
            retention=self._retention,
            encoding="utf-8",
            level=0,
        )
        self._handlers.append(handler)
        return logger.bind(file=mark)

    def write(self, line: Line) -> None:
        """Write the line to both files."""
        self._text.log(line.level.value, line.as_text())
        self._json.log(line.level.value, line.as_json())

    def close(self) -> None:
        """Close both files."""
        for handler in self._handlers:
            logger.remove(handler)


class FileLog:
    """Writes from a thread of its own, so that ``emit`` never waits for a disk; any thread may call it.

    When ``capacity`` lines wait, further ones are dropped, counted in ``dropped``, and reported when there is room.
    ``inline`` writes at once instead: for virtual time, where no second thread may run.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        secrets: Iterable[str] = (),
        rotate_megabytes: int = 20,
        keep_days: int = 30,
        strict: bool = False,
        inline: bool = False,
        capacity: int = LINES_QUEUED_MAX,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self._masker = Masker(secrets)
        self._strict = strict
        self._files = _Files(folder, rotate_megabytes, keep_days)
        self._queue: queue.Queue[Line | threading.Event] = queue.Queue(capacity)
        self._stopping = False
        self._reported = 0
        self.dropped = 0
        self._thread = None if inline else threading.Thread(target=self._serve, name="log", daemon=True)
        if self._thread is not None:
            self._thread.start()

    def emit(self, event: str, /, **fields: object) -> None:
        """Write one line. Raises CatalogueError only when strict."""
        problem = problem_with(event, fields)
        if problem and self._strict:
            raise CatalogueError(f"event {event} {problem}")
        if problem:
            self._put(self._line("catalogue_violation", {"violated": event, "problem": problem}))
        self._put(self._line(event, fields))

    def flush(self, timeout_seconds: float = 5.0) -> bool:
        """Wait until what was emitted before is written; False when that took too long."""
        if self._thread is None:
            return True
        written = threading.Event()
        try:
            self._queue.put(written, timeout=timeout_seconds)
        except queue.Full:
            return False
        return written.wait(timeout_seconds)

    def close(self) -> None:
        """Write what waits, then close the files; twice is once."""
        if self._stopping:
            return
        self._stopping = True
        if self._thread is not None:
            self._queue.put(threading.Event())  # Wakes the thread, behind everything else.
            self._thread.join()
        self._files.close()

    def _line(self, event: str, fields: Mapping[str, object]) -> Line:
        return line_of(event, fields, self._clock.now(), self._masker)

    def _put(self, line: Line) -> None:
        if self._thread is None:
            self._files.write(line)
            return
        try:
            self._queue.put_nowait(line)
        except queue.Full:
            self.dropped += 1

    def _serve(self) -> None:
        while True:
            item = self._queue.get()
            if isinstance(item, Line):
                self._files.write(item)
            else:
                item.set()
            if self.dropped > self._reported:
                lost, self._reported = self.dropped - self._reported, self.dropped
                self._files.write(self._line("log_dropped", {"dropped": lost}))
            if self._stopping and self._queue.empty():
                return
