"""What is heard of a bracket that nobody guards: whether it was over. If not, it is opened again, on disk first."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any, Final

from actors.base import Actor
from actors.oco import stream_of
from domain.bracket_reopened import BracketReopened
from domain.bracket_reopening import intent_of, reopened
from domain.brackets import BracketPolicy, counted, folded
from domain.commands import AppendRecords, ReadStream, RecordsAppended, RequestBook, SendAlert, StreamRead, Wake
from domain.ids import ExecId, IntentId
from domain.ports import EventLog
from domain.reports import BookReport, ExecutionReport, OpenOrderReport, OrderStatusReport

WAKE: Final = "late news"
SOON_SECONDS: Final = 1.0  # Until then a guard that is being started is up, and hears for itself.
AGAIN_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 10.0
BOOK_SECONDS: Final = 30.0


class LateNews:
    """Part of the BracketsActor, on its loop. ``guard`` starts the guard of an intent that is open on the disk.

    An execution that the journal lacks is proof enough; that an order works is asked for once more. What cannot be
    settled now, the disk or the broker being silent, is looked at again in a moment.
    """

    def __init__(
        self,
        actor: Actor,
        log: EventLog,
        *,
        lives: Callable[[IntentId], bool],
        guard: Callable[[IntentId], Awaitable[None]],
    ) -> None:
        self._actor = actor
        self._log = log
        self._lives = lives
        self._guard = guard
        self._settled: set[ExecId] = set()  # Executions that the journal has, so that it is not asked again.
        self._in_doubt = False

    def look_soon(self, seconds: float = SOON_SECONDS) -> None:
        """Ask the broker in a moment what it holds."""
        self._in_doubt = True
        self._actor.timers.start(WAKE, seconds, Wake(what=WAKE))

    async def heard(self, report: ExecutionReport | OpenOrderReport | OrderStatusReport) -> None:
        """Take a report about an order of ours whose bracket had no guard just now."""
        intent = intent_of(report)
        if intent is None or (isinstance(report, ExecutionReport) and report.exec_id in self._settled):
            return
        if isinstance(report, ExecutionReport) and not self._lives(intent):
            await self._look_at(intent, (report,), (), report.at)
        elif not self._in_doubt:
            self.look_soon()

    async def ask(self) -> None:
        """Ask the broker what it holds, and see what of it has no guard."""
        if not self._in_doubt:
            return  # A new connection told it meanwhile.
        book = await self._actor.ask_or_none("broker", RequestBook(), timeout_seconds=BOOK_SECONDS)
        if isinstance(book, BookReport):
            await self.take(book)
        else:
            self.look_soon(AGAIN_SECONDS)

    async def take(self, book: BookReport) -> None:
        """See what of this has no guard, and open again what has to go on."""
        self._in_doubt = False
        intents = [intent_of(row) for row in book.open_orders]
        intents += [intent_of(one) for one in book.executions if one.exec_id not in self._settled]
        for intent in dict.fromkeys(intents):
            if intent is not None and not self._lives(intent):
                await self._look_at(intent, book.executions, book.open_orders, book.asked_at)

    async def _look_at(
        self,
        intent: IntentId,
        executions: Iterable[ExecutionReport],
        open_orders: Iterable[OpenOrderReport],
        asked_at: datetime,
    ) -> None:
        known = await self._ask_journal(ReadStream(stream=stream_of(intent)))
        if not isinstance(known, StreamRead):
            self.look_soon(AGAIN_SECONDS)
            return
        bracket = folded(known.records, BracketPolicy())
        if bracket is None:
            return  # Sent by another state than this one: the ledger calls it foreign.
        ours = tuple(one for one in executions if intent_of(one) == intent)
        self._settled.update(one.exec_id for one in ours if counted(bracket, one.exec_id))
        again = reopened(bracket, ours, open_orders, asked_at=asked_at, now=self._actor.clock.now())
        if again is not None:
            await self._reopen(again, bracket.plan.contract.label)

    async def _reopen(self, again: BracketReopened, contract: str) -> None:
        message = AppendRecords(stream=stream_of(again.intent), records=(again,))
        written = await self._ask_journal(message)
        if not isinstance(written, RecordsAppended) or written.error:
            self.look_soon(AGAIN_SECONDS)
            return
        self._log.emit("bracket_reopened", intent=again.intent, contract=contract, reason=again.reason)
        text = f"{contract} was taken for closed and goes on: {again.reason}"
        self._actor.tell("alerts", SendAlert(kind="reopened", text=text))
        for name in ("risk", f"symbol:{again.symbol}"):
            self._actor.tell(name, again)
        await self._guard(again.intent)

    async def _ask_journal(self, message: AppendRecords | ReadStream) -> Any:
        return await self._actor.ask_or_none("journal", message, timeout_seconds=ANSWER_SECONDS)
