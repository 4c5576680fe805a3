"""What an actor has to write, on its way to the journal: in order, and again and again until it is on the disk."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.commands import AppendRecords, ReadStream, RecordsAppended, StreamRead
from domain.events import Journaled

if TYPE_CHECKING:
    from actors.base import Actor

ANSWER_SECONDS: Final = 10.0
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class WriteAgain:
    """To the actor itself: the journal did not acknowledge; try once more."""


class Outbox:
    """One actor's records. Ends with the actor: what waits then, its successor learns again from the broker.

    A journal that dies loses its mail, and a `tell` to a dead one reaches nobody; so nothing counts as written before
    it was acknowledged. After a silence the stream is read first: what is in it already is not written twice.
    """

    def __init__(self, actor: "Actor", written: Callable[[], None]) -> None:
        self._actor = actor
        self._written = written
        self._waiting: list[tuple[str, Journaled]] = []
        self._at_work = False
        self._in_doubt = False
        self._pause = FIRST_PAUSE_SECONDS

    @property
    def is_empty(self) -> bool:
        """Return whether everything was acknowledged."""
        return not self._waiting

    def add(self, stream: str, record: Journaled) -> None:
        """Write this behind everything before it."""
        self._waiting.append((stream, record))
        self.work()

    def work(self) -> None:
        """Go on, unless that is under way or there is nothing to write."""
        if self._waiting and not self._at_work:
            self._at_work = True
            self._actor.spawn(self._work())

    async def _work(self) -> None:
        while self._waiting:
            stream = self._waiting[0][0]
            if not (await self._is_certain(stream) and await self._append(stream)):
                self._in_doubt = True
                self._actor.timers.start("outbox", self._pause, WriteAgain())
                self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
                break
            self._pause = FIRST_PAUSE_SECONDS
        self._at_work = False
        if not self._waiting:
            self._written()

    async def _is_certain(self, stream: str) -> bool:
        """Forget what turns out to have been written; return False when nobody can say."""
        if not self._in_doubt:
            return True
        answer = await self._actor.ask_or_none("journal", ReadStream(stream=stream), timeout_seconds=ANSWER_SECONDS)
        if not isinstance(answer, StreamRead):
            return False
        self._waiting = [row for row in self._waiting if row[0] != stream or row[1] not in answer.records]
        self._in_doubt = False
        return True

    async def _append(self, stream: str) -> bool:
        records = self._first(stream)
        if not records:
            return True
        message = AppendRecords(stream=stream, records=records)
        answer = await self._actor.ask_or_none("journal", message, timeout_seconds=ANSWER_SECONDS)
        if not isinstance(answer, RecordsAppended) or answer.error:
            return False
        del self._waiting[: len(records)]
        return True

    def _first(self, stream: str) -> tuple[Journaled, ...]:
        """Return the records in front that belong to this stream."""
        found: list[Journaled] = []
        for name, record in self._waiting:
            if name != stream:
                break
            found.append(record)
        return tuple(found)
