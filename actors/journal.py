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
from domain.record_keys import key_of


class JournalActor(Actor):
    """Append, fsync, acknowledge. A write that fails is answered, not swallowed: whoever asked must not go on.

    What a stream holds already is acknowledged and not written again: mail may come twice, or late, from a writer whose
    successor has told the same. The stream itself is asked, so that this survives the death of this actor.
    """

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
            known = {key_of(record) for record in self._journal.read(message.stream)}
            news = tuple(record for record in message.records if key_of(record) not in known)
            if news:
                self._journal.append(message.stream, news)
        except StoreError as error:
            self._log.emit("store_error", stream=message.stream, reason=str(error))
            return RecordsAppended(error=str(error))
        return RecordsAppended()
