"""A store that fails when it is told to: what SQLite says of a full, a write-protected or a broken disk."""

from collections.abc import Mapping, Sequence
from typing import Final

from actors.runtime.clock import Clock
from actors.runtime.faults.injector import Injector
from domain.errors import StoreError, StoreFault
from domain.events import Journaled
from domain.ids import IntentId
from domain.ports import JournalPort

JOURNAL: Final = "journal"
WORDS: Final[Mapping[str, str]] = {  # As SQLite puts it, sqlite.org/rescode.html: FULL, READONLY, CORRUPT.
    "disk_full": "database or disk is full",
    "read_only": "attempt to write a readonly database",
    "corrupt": "database disk image is malformed",
}


class FaultyJournal:
    """A JournalPort in front of another one; an operation that fails has changed nothing."""

    def __init__(self, journal: JournalPort, injector: Injector, clock: Clock) -> None:
        self._journal = journal
        self._injector = injector
        self._clock = clock

    def append(self, stream: str, records: Sequence[Journaled]) -> None:
        """Write the records, unless a fault strikes. Raises StoreError."""
        self._ask("append")
        self._journal.append(stream, records)

    def read(self, stream: str) -> tuple[Journaled, ...]:
        """Return the stream, unless a fault strikes. Raises StoreError."""
        self._ask("read")
        return self._journal.read(stream)

    def open_intents(self) -> tuple[IntentId, ...]:
        """Return the intents planned and not closed, unless a fault strikes. Raises StoreError."""
        self._ask("open_intents")
        return self._journal.open_intents()

    def _ask(self, operation: str) -> None:
        fault = self._injector.store(JOURNAL, operation, self._clock.now())
        if fault is not None:
            raise StoreError(f"injected: {WORDS[fault.kind]}", StoreFault(fault.kind))
