"""What was down, and since when: the process, the connection, the breaker, actors."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ops.reading.rows import Row, at_of

MARKS: Final = {
    "actor_restarted": "restart",
    "actor_gave_up": "gave up",
    "actor_hung": "hung",
    "loop_hung": "hung",
    "oco_actor_dead": "guard dead",
    "position_unguarded": "unguarded",
    "position_lacking": "lacking",
    "sold_outside": "sold by others",
    "position_written_off": "written off",
    "daily_loss_limit": "loss limit",
    "journal_failed": "journal",
    "uncaught": "crash",
}
MARKS_MAX: Final = 500  # A page with more is read by nobody.


@dataclass(slots=True, kw_only=True)
class Span:
    """A time in which something was not as it should be; ``end`` is None while it lasts."""

    kind: str
    start: datetime
    end: datetime | None
    text: str

    def seconds(self, now: datetime) -> float:
        """Return how long it lasted, or lasts by now."""
        return ((self.end or now) - self.start).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A moment."""

    kind: str
    at: datetime
    text: str


class Timeline:
    """Collects spans and marks. Lines of one log, oldest first."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.marks: list[Mark] = []
        self.restarts = 0
        self.starts = 0
        self._first: Row | None = None
        self._last: Row | None = None
        self._open: dict[str, Span] = {}
        self._ready_once = False
        self._stopped = False
        self.handlers = {
            "started": self._started,
            "shutdown": self._shutdown,
            "connection_state": self._connection,
            "circuit_breaker_open": lambda row: self._begin("breaker open", row),
            "circuit_breaker_closed": lambda row: self._end("breaker open", row),
            "control": self._control,
            **dict.fromkeys(MARKS, self._mark),
        }

    def see(self, row: Row) -> None:
        """Remember from when to when the log goes, and whether a process wrote it that nobody stopped."""
        self._first = self._first or row
        self._last = row

    @property
    def outages(self) -> list[Span]:
        """Return the times without a connection, after there had been one."""
        return [span for span in self.spans if span.kind == "no connection" and span.seconds(self.end) > 0]

    @property
    def first(self) -> datetime | None:
        """Return the moment of the first line."""
        return None if self._first is None else at_of(self._first)

    @property
    def last(self) -> datetime | None:
        """Return the moment of the last line."""
        return None if self._last is None else at_of(self._last)

    @property
    def end(self) -> datetime:
        """Return the moment of the last line; the beginning of time of a log without one."""
        return self.last or datetime.min.replace(tzinfo=UTC)

    def _begin(self, kind: str, row: Row) -> None:
        if kind not in self._open:
            self._open[kind] = Span(kind=kind, start=at_of(row), end=None, text=str(row.get("reason") or ""))
            self.spans.append(self._open[kind])

    def _end(self, kind: str, row: Row) -> None:
        span = self._open.pop(kind, None)
        if span is not None:
            span.end = at_of(row)

    def _started(self, row: Row) -> None:
        if self.starts and not self._stopped and self.last is not None:
            gap = Span(kind="process down", start=self.last, end=at_of(row), text="it ended without a word")
            self.spans.append(gap)
        self._end("process down", row)
        self._end("no connection", row)
        self.starts += 1
        self._ready_once = self._stopped = False

    def _shutdown(self, row: Row) -> None:
        self._end("no connection", row)
        self._begin("process down", row)
        self._stopped = True

    def _connection(self, row: Row) -> None:
        if row["state"] == "ready":
            self._ready_once = True
            self._end("no connection", row)
        elif self._ready_once and row["state"] not in {"closed", "stopped", "closing"}:
            self._begin("no connection", row)

    def _control(self, row: Row) -> None:
        if row["state"] == "running":
            self._end("halted", row)
        else:
            self._begin("halted", row)

    def _mark(self, row: Row) -> None:
        self.restarts += row["event"] == "actor_restarted"
        if len(self.marks) < MARKS_MAX:
            self.marks.append(Mark(kind=MARKS[row["event"]], at=at_of(row), text=str(row.get("msg", ""))))
