"""The operator's word that what a bracket lacks is gone, carried out by its guard. Decided in ``domain.bracket_gone``.

What counts is what the journal holds: it is read before anything is judged, and again after it was written. So a word
that is said twice at once, or again after a silence, writes off once.
"""

from collections.abc import Callable
from typing import Final

from actors.base import Actor
from domain.bracket_effects import BracketInput, Gone
from domain.bracket_gone import (
    SILENT,
    UNACKNOWLEDGED,
    WriteOff,
    WrittenOff,
    is_meant,
    on_disk,
    said,
    to_write_off,
)
from domain.brackets import Bracket
from domain.commands import AppendRecords, ReadStream, RecordsAppended, RequestBook, StreamRead
from domain.reports import BookReport

JOURNAL_SECONDS: Final = 5.0
BOOK_SECONDS: Final = 15.0


class WriteOffs:
    """Part of an OCOActor, on its loop: how it is told what it is, what it may be told, and where it writes."""

    def __init__(
        self, actor: Actor, stream: str, bracket: Callable[[], Bracket | None], tell: Callable[[BracketInput], None]
    ) -> None:
        self._actor = actor
        self._stream = stream
        self._bracket = bracket
        self._tell = tell

    async def carry_out(self, order: WriteOff) -> WrittenOff:
        """Write off what lacks, if this bracket is meant; it is on disk before it counts and is answered."""
        bracket = self._bracket()
        if bracket is None or bracket.closed is not None or not is_meant(bracket, order.what):
            return WrittenOff(unknown=True)
        before = await self._learned(order)
        if before is None:
            return WrittenOff(refused=UNACKNOWLEDGED)
        book = await self._actor.ask_or_none("broker", RequestBook(), timeout_seconds=BOOK_SECONDS)
        if not isinstance(book, BookReport):
            return WrittenOff(refused=SILENT)
        self._tell(book)
        gone = to_write_off(self._known(bracket), book, self._actor.clock.now())
        if isinstance(gone, str):
            return said(self._known(bracket), before) if before and not gone else WrittenOff(refused=gone)
        problem = await self._written(gone)
        after = None if problem else await self._learned(order)
        if after is None:
            return WrittenOff(refused=problem or UNACKNOWLEDGED)
        return said(self._known(bracket), (*before, *after))

    def _known(self, before: Bracket) -> Bracket:
        return self._bracket() or before

    async def _learned(self, order: WriteOff) -> tuple[Gone, ...] | None:
        """Count what the journal holds and the bracket does not know yet; None where it does not say."""
        known = await self._actor.ask_or_none(
            "journal", ReadStream(stream=self._stream), timeout_seconds=JOURNAL_SECONDS
        )
        bracket = self._bracket()
        if not isinstance(known, StreamRead) or bracket is None:
            return None
        found = on_disk(bracket, known.records, order.by)
        for gone in found:
            self._tell(gone)
        return found

    async def _written(self, gone: Gone) -> str:
        """Return why this is not on disk, empty where it is."""
        message = AppendRecords(stream=self._stream, records=(gone.sale, gone.fees))
        answer = await self._actor.ask_or_none("journal", message, timeout_seconds=JOURNAL_SECONDS)
        if not isinstance(answer, RecordsAppended):
            return UNACKNOWLEDGED
        return f"the journal cannot be written: {answer.error}" if answer.error else ""
