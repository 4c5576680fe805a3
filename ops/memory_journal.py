"""A journal without a disk, for runs that only look back at themselves: what is read went through the same text."""

from collections.abc import Sequence
from datetime import UTC

from domain.bracket_reopened import BracketReopened
from domain.events import BracketClosed, BracketPlanned, Journaled
from domain.ids import IntentId
from ops.codec import decoded, encoded, kind_of

Row = tuple[str, str, str, str]
"""When (ISO, UTC), which stream, which kind, the body as JSON: as the table on the disk has it."""

_STREAM = "bracket:"
_ENDS = frozenset({BracketClosed.__name__, BracketReopened.__name__})


class MemoryJournal:
    """Keeps every record as the text that would be on the disk; ends with the process."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def append(self, stream: str, records: Sequence[Journaled]) -> None:
        """Keep the records in order, all of them or none. Raises StoreError for what is not for the journal."""
        self.rows += [(each.at.astimezone(UTC).isoformat(), stream, kind_of(each), encoded(each)) for each in records]

    def read(self, stream: str) -> tuple[Journaled, ...]:
        """Return the stream, oldest first."""
        return tuple(decoded(kind, body) for _, name, kind, body in self.rows if name == stream)

    def open_intents(self) -> tuple[IntentId, ...]:
        """Return the intents planned and not closed, or reopened since, oldest first."""
        last = {stream: kind for _, stream, kind, _ in self.rows if kind in _ENDS}
        return tuple(intent for intent in self.intents() if last.get(f"{_STREAM}{intent}") != BracketClosed.__name__)

    def intents(self) -> tuple[IntentId, ...]:
        """Return every intent ever planned, oldest first."""
        planned = dict.fromkeys(stream for _, stream, kind, _ in self.rows if kind == BracketPlanned.__name__)
        return tuple(IntentId(name.removeprefix(_STREAM)) for name in planned if name.startswith(_STREAM))

    def close(self) -> None:
        """Do nothing: there is no file."""
