"""JournalActor: the one place that writes state. Runs on a loop of its own, because fsync blocks."""

from collections.abc import Callable, Hashable
from typing import Any, Final

from actors.base import Actor
from actors.runtime.context import Context
from domain.commands import (
    AppendRecords,
    OpenIntents,
    ReadOpenIntents,
    ReadStream,
    RecordsAppended,
    SendAlert,
    StreamRead,
    Wake,
)
from domain.errors import StoreError
from domain.events import JournalRecovered
from domain.journal_health import AskJournalHealth, JournalHealth, alarm_text, failed, may_recover
from domain.ports import EventLog, JournalPort
from domain.record_keys import key_of

STREAM: Final = "journal"  # The journal's own: when it could be written again.
TRY_AGAIN_SECONDS: Final = 15.0
STREAMS_KNOWN_MAX: Final = 1000


class JournalActor(Actor):
    """Append, fsync, acknowledge. A write that fails is answered, not swallowed: whoever asked must not go on.

    What a stream holds already is acknowledged and not written again: mail may come twice, or late, from a writer whose
    successor has told the same. The stream itself is asked, so that this survives the death of this actor; once asked,
    its keys are remembered, for nobody else writes.

    A disk that fails is told to the ledger, which lets nothing be opened then, and is tried until it works again. A
    read that fails is the asker's exception and nobody's death: this one must be there when the disk is back.
    """

    def __init__(self, context: Context, *, journal: JournalPort, log: EventLog) -> None:
        super().__init__(context)
        self._journal = journal
        self._log = log
        self._health = JournalHealth(at=self.clock.now())
        self._keys: dict[str, set[Hashable]] = {}  # By stream, the longest unused first.

    def on_start(self) -> None:
        """Take back what a predecessor said of the disk: the first write that fails says it anew."""
        if self.directory.address("risk").is_alive:
            self.tell("risk", self._health)

    def receive(self, message: Any) -> Any:
        """Answer RecordsAppended, StreamRead, OpenIntents or JournalHealth; StoreError to who asks what fails."""
        match message:
            case AppendRecords():
                return self._append(message)
            case ReadStream():
                return self._read(message.stream, lambda: StreamRead(records=self._journal.read(message.stream)))
            case ReadOpenIntents():
                return self._read("open intents", lambda: OpenIntents(intents=self._journal.open_intents()))
            case AskJournalHealth():
                return self._health
            case Wake():
                return self._try_again()
            case _:
                return None

    def _append(self, message: AppendRecords) -> RecordsAppended:
        stream = message.stream
        try:
            known = self._known(stream)
            news = tuple(record for record in message.records if key_of(record) not in known)
            if news:
                self._journal.append(stream, news)
                known.update(key_of(record) for record in news)
        except StoreError as error:
            self._keys.pop(stream, None)
            self._note(stream, error)
            return RecordsAppended(error=str(error))
        return RecordsAppended()

    def _known(self, stream: str) -> set[Hashable]:
        known = self._keys.pop(stream, None)
        if known is None:
            known = {key_of(record) for record in self._journal.read(stream)}
        self._keys[stream] = known
        if len(self._keys) > STREAMS_KNOWN_MAX:
            del self._keys[next(iter(self._keys))]
        return known

    def _read(self, stream: str, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except StoreError as error:
            self._note(stream, error)
            answer = self.reply_later()
            answer.fail(error)
            return answer

    def _note(self, stream: str, error: StoreError) -> None:
        """Say what failed; at the first failure of the disk, tell who must not open anything and who can mend it."""
        self._log.emit("store_error", stream=stream, reason=str(error), store_fault=error.fault.value)
        before = self._health
        self._health = failed(before, error.fault, str(error), self.clock.now())
        if self._health == before:
            return
        self._log.emit("journal_failed", store_fault=error.fault.value, reason=str(error))
        self.tell("risk", self._health)
        self.tell("alerts", SendAlert(kind="journal", text=alarm_text(self._health), level="CRITICAL"))
        self.timers.start("try_again", TRY_AGAIN_SECONDS, Wake(what="try_again"))

    def _try_again(self) -> None:
        """Write that writing works, which is the proof of it."""
        sick, now = self._health, self.clock.now()
        if sick.fault is None or not may_recover(sick):
            return
        self.timers.start("try_again", TRY_AGAIN_SECONDS, Wake(what="try_again"))
        try:
            self._journal.append(STREAM, (JournalRecovered(at=now, fault=sick.fault.value, since=sick.at),))
        except StoreError as error:
            self._note(STREAM, error)
            return
        self._health = JournalHealth(at=now)
        seconds = round((now - sick.at).total_seconds(), 3)
        self._log.emit("journal_recovered", store_fault=sick.fault.value, seconds=seconds)
        self.tell("risk", self._health)
        text = f"the journal can be written again after {seconds:g} s ({sick.fault})"
        self.tell("alerts", SendAlert(kind="journal", text=text, level="WARNING"))
