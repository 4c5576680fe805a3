"""The log of a simulated session: kept in memory, with the simulated time, held to the catalogue."""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from cli.simulation.consequences import Struck
from cli.simulation.coverage import supervisor_row
from domain.ports import Clock
from ops.catalogue import problem_with, sentence
from simgateway.audit.lives import DEATHS, STOPPING, LifeEvent

LINES_KEPT: Final = 100
_ASKED_FOR: Final = ("InjectedCrashError", "GaveUpError")
"""What a script kills by, and what a supervisor dies of then; any other error is a bug."""
_ROUTINE: Final = frozenset(
    {
        "cycle_start", "cycle_complete", "historical_request", "historical_success", "signal", "option_chosen",
        "symbol_cycle", "entry_denied", "actor_started",
    }
)  # fmt: skip
"""Comes in every cycle; left out of the newest lines, which would be of little else."""
_LIVES: Final = DEATHS | {"actor_started", "actor_restarted", "actor_gave_up"}


class Trail:
    """Keeps what the checks need, and the newest lines. One thread only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._newest: deque[tuple[datetime, str, dict[str, Any]]] = deque(maxlen=LINES_KEPT)
        self._last_at = clock.now()
        self.lives: list[LifeEvent] = []
        self.broken: list[str] = []
        self.errors: list[tuple[datetime, str]] = []
        self.loop_errors: list[str] = []
        self.connection = ""
        self.first_at: dict[str, datetime] = {}
        self.counts: dict[str, int] = {}
        self.rows: set[str] = set()
        self._struck = Struck()
        self._listeners: dict[str, Callable[[], None]] = {}

    def on(self, event: str, listener: Callable[[], None]) -> None:
        """Call this whenever such an event came."""
        self._listeners[event] = listener

    def emit(self, event: str, /, **fields: Any) -> None:
        """Take one event."""
        at = self._last_at = self._clock.now()
        if event not in _ROUTINE:
            self._newest.append((at, event, fields))
        self.counts[event] = self.counts.get(event, 0) + 1
        self.first_at.setdefault(event, at)
        if event in self._listeners:
            self._listeners[event]()
        row = supervisor_row(event, fields)
        if row is not None:
            self.rows.add(row)
        problem = problem_with(event, fields)
        if problem:
            self.broken.append(f"event {event} {problem}")
        if event in _LIVES and not (event == "actor_hung" and fields["message"] == STOPPING):
            self.lives.append((at, event, str(fields["actor"])))
        if event == "fault_injected":
            self._struck.note(str(fields["actor"]), str(fields["fault"]), at)
        if event == "actor_started":
            self._struck.note_start(str(fields["actor"]))
        if event == "actor_failed":
            self._failed(at, fields)
        if event == "actor_hung":
            self._hung(at, fields)
        if event == "library_message" and fields["logger"] == "asyncio":
            self.loop_errors.append(str(fields["text"]))
        if event == "connection_state":
            self.connection = str(fields["state"])

    def _failed(self, at: datetime, fields: dict[str, Any]) -> None:
        if self._is_asked_for(str(fields["error"])):
            self._struck.note_death(str(fields["actor"]))
        else:
            self.errors.append((at, f"{fields['actor']} failed at {fields['message']}: {fields['error']}"))

    def _hung(self, at: datetime, fields: dict[str, Any]) -> None:
        actor = str(fields["actor"])
        if self._struck.explains_hang(actor, at):
            self._struck.note_death(actor)
        else:
            self.errors.append((at, f"{actor} hung at {fields['message']}: {fields['reason']}"))

    def _is_asked_for(self, error: str) -> bool:
        return error.startswith(_ASKED_FOR) or self._struck.explains(error, self._last_at)

    @property
    def life_events(self) -> tuple[LifeEvent, ...]:
        """Return who died and who came back; at the end the newest event, which says how far the log reaches."""
        return *self.lives, (self._last_at, "", "")

    def newest(self) -> tuple[str, ...]:
        """Return the last hundred events in words, oldest first, without those of every cycle."""
        return tuple(f"{at:%H:%M:%S.%f} {event}: {sentence(event, fields)}" for at, event, fields in self._newest)
