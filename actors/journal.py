"""JournalActor: the one place that writes state. Runs on a loop of its own, because fsync blocks."""

from typing import Any

from actors.base import Actor
from actors.runtime.context import Context
from domain.commands import (
    AppendRecords,
    OpenIntents,
    ReadOpenIntents,
    ReadStream,
    RecordsAppended,
    StreamRead,
)
from domain.errors import StoreError
from domain.ports import EventLog, JournalPort


class JournalActor(Actor):
    """Append, fsync, acknowledge. A write that fails is answered, not swallowed: whoever asked must not go on."""

    def __init__(self, context: Context, *, journal: JournalPort, log: EventLog) -> None:
        super().__init__(context)
        self._journal = journal
        self._log = log

    def receive(self, message: Any) -> Any:
        """Answer RecordsAppended, StreamRead or OpenIntents. Raises StoreError for a read that fails."""
        match message:
            case AppendRecords():
                return self._append(message)
            case ReadStream():
                return StreamRead(records=self._journal.read(message.stream))
            case ReadOpenIntents():
                return OpenIntents(intents=self._journal.open_intents())
            case _:
                return None

    def _append(self, message: AppendRecords) -> RecordsAppended:
        try:
            self._journal.append(message.stream, message.records)
        except StoreError as error:
            self._log.emit("store_error", stream=message.stream, reason=str(error))
            return RecordsAppended(error=str(error))
        return RecordsAppended()
