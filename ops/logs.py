"""The operator's log: ``bot.log`` to read, ``bot.jsonl`` for jq, both from the same events."""

import contextlib
import queue
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from loguru import logger

from domain.ports import Clock
from ops.catalogue import CatalogueError, problem_with
from ops.events.orders import ORDER_EVENTS
from ops.lines import Line, line_of
from ops.masking import Masker
from ops.rotation import Packer, RotatingFile, Rotation

if TYPE_CHECKING:
    from loguru import Message

LINES_QUEUED_MAX: Final = 10_000
SYNC_SECONDS: Final = 1.0
NEVER_DROPPED: Final = frozenset(event.name for event in ORDER_EVENTS)
_LOGURUS_OWN_HANDLER: Final = 0  # Writes everything to stderr.
_Item = tuple[Line, datetime] | threading.Event


class _Files:
    """Both files, behind one sink of loguru. It has one logger for the process: a mark tells our lines from others.

    Not for two threads at once. A disk that refuses costs lines, which are counted, and nothing else.
    """

    def __init__(self, folder: Path, rotation: Rotation | None, packer: Packer | None) -> None:
        self._text = RotatingFile(folder / "bot.log", rotation, packer)
        self._json = RotatingFile(folder / "bot.jsonl", rotation, packer)
        self._dirty = False
        self.syncs = 0
        with contextlib.suppress(ValueError):
            logger.remove(_LOGURUS_OWN_HANDLER)
        mark = object()
        self._handler = logger.add(
            self._take,
            format="{message}",
            filter=lambda record: record["extra"].get("log") is mark,
            level=0,
            catch=False,  # An error of the disk is for whoever counts the lines.
        )
        self._logger = logger.bind(log=mark)

    @property
    def written(self) -> int:
        """Return how many bytes went to both files."""
        return self._text.written + self._json.written

    def write(self, line: Line, at: datetime) -> bool:
        """Write the line to both files; False when it is in one of them at most."""
        self._dirty = True
        try:
            self._logger.bind(line=line, at=at).log(line.level.value, line.as_text())
        except OSError:
            return False
        return True

    def _take(self, message: "Message") -> None:
        extra = message.record["extra"]
        self._json.write(extra["line"].as_json().encode(), extra["at"])
        self._text.write(message.record["message"].encode(), extra["at"])

    def sync(self) -> None:
        """Return when what programs read is on the disk; what people read follows when it likes."""
        if not self._dirty:
            return
        self._dirty = False
        self.syncs += 1
        try:
            self._json.sync()
        except OSError:
            self._dirty = True  # Tried again in a second.

    def close(self) -> None:
        """Close both files."""
        logger.remove(self._handler)
        self._text.close()
        self._json.close()


class FileLog:
    """Writes from a thread of its own, so that ``emit`` never waits for a disk; any thread may call it.

    When ``capacity`` lines wait, further ones are dropped, counted in ``dropped``, and reported when there is room;
    those on orders are kept all the same. The disk has everything after a second, and what tells of orders at once.
    ``inline`` writes at once and never waits for the disk: for virtual time, where no second thread may run.
    Without ``rotation`` the files grow for ever: a run is one day, and its log is read whole.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        secrets: Iterable[str] = (),
        rotation: Rotation | None = None,
        strict: bool = False,
        inline: bool = False,
        capacity: int = LINES_QUEUED_MAX,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self._masker = Masker(secrets)
        self._strict = strict
        self._files = _Files(folder, rotation, None if inline else Packer())
        self._queue: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._capacity = capacity
        self._stopping = False
        self._counting = threading.Lock()
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
        now = self._clock.now()
        if problem:
            self._put(self._line("catalogue_violation", {"violated": event, "problem": problem}, now), now)
        self._put(self._line(event, fields, now), now)

    @property
    def written(self) -> int:
        """Return how many bytes of lines went to both files."""
        return self._files.written

    @property
    def syncs(self) -> int:
        """Return how often the disk was waited for."""
        return self._files.syncs

    def flush(self, timeout_seconds: float = 5.0) -> bool:
        """Wait until what was emitted before is on the disk; False when that took too long."""
        if self._thread is None:
            return True
        written = threading.Event()
        self._queue.put(written)
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

    def _line(self, event: str, fields: Mapping[str, object], at: datetime) -> Line:
        return line_of(event, fields, at, self._masker)

    def _put(self, line: Line, at: datetime) -> None:
        if self._thread is None:
            self._write(line, at)
        elif line.event in NEVER_DROPPED or self._queue.qsize() < self._capacity:
            self._queue.put((line, at))
        else:
            self._count_dropped()

    def _count_dropped(self) -> None:
        with self._counting:
            self.dropped += 1

    def _write(self, line: Line, at: datetime) -> None:
        if not self._files.write(line, at):
            self._count_dropped()

    def _serve(self) -> None:
        due: float | None = None  # When the disk is to be waited for, by the clock's monotonic time.
        while True:
            item = self._next(due)
            if isinstance(item, tuple):
                line, at = item
                self._write(line, at)
                urgent = line.event in NEVER_DROPPED and self._queue.empty()
                due = due if due is not None else self._clock.monotonic() + SYNC_SECONDS
            else:
                urgent = True  # A second is over, or somebody waits.
            if urgent or (due is not None and self._clock.monotonic() >= due):
                self._report_dropped()
                self._files.sync()
                due = None
            if isinstance(item, threading.Event):
                item.set()
                if self._stopping and self._queue.empty():
                    return

    def _next(self, due: float | None) -> _Item | None:
        try:
            return self._queue.get(timeout=None if due is None else max(0.0, due - self._clock.monotonic()))
        except queue.Empty:
            return None

    def _report_dropped(self) -> None:
        lost = self.dropped - self._reported
        now = self._clock.now()
        if lost and self._files.write(self._line("log_dropped", {"dropped": lost}, now), now):
            self._reported += lost
