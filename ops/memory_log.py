"""Logs without files: one that remembers, one that passes on."""

from domain.ports import EventLog
from ops.catalogue import CatalogueError, problem_with


class MemoryLog:
    """Remembers every event in order. Strict unless told otherwise: a broken event raises CatalogueError."""

    def __init__(self, *, strict: bool = True) -> None:
        self._strict = strict
        self.events: list[tuple[str, dict[str, object]]] = []

    def emit(self, event: str, /, **fields: object) -> None:
        """Remember the event."""
        problem = problem_with(event, fields)
        if problem and self._strict:
            raise CatalogueError(f"event {event} {problem}")
        self.events.append((event, fields))

    def named(self, event: str) -> list[dict[str, object]]:
        """Return the fields of each event of this name, oldest first."""
        return [fields for name, fields in self.events if name == event]


class TeeLog:
    """Passes every event on to several logs, in order."""

    def __init__(self, *logs: EventLog) -> None:
        self._logs = logs

    def emit(self, event: str, /, **fields: object) -> None:
        """Write to each."""
        for log in self._logs:
            log.emit(event, **fields)
