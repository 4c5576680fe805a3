"""What the RiskActor knows of the holdings and orders of others, and what the operator says of them.

A shell around ``domain.others`` and ``domain.adoption``. What the broker tells of positions by itself is only a reason
to look: nothing is judged but by an answer to a question asked for it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from actors.base import Actor
from actors.corrections import counted_book
from actors.oco import stream_of
from domain.adoption import adopted
from domain.agreement import agreement
from domain.bracket_reopened import BracketReopened
from domain.commands import (
    AppendRecords,
    OpenBracket,
    ReadStream,
    RecordsAppended,
    RequestBook,
    RequestHoldings,
    RequestListed,
    RequestQuote,
    RequestUnderlying,
    SendAlert,
    StreamRead,
    Wake,
)
from domain.contracts import OptionContract
from domain.entry_plan import ExitRules
from domain.events import BracketClosed, BracketPlan, BracketPlanned, Journaled
from domain.ids import ConId, Symbol
from domain.ledger import Ledger, apply, with_foreign
from domain.others import (
    Foreign,
    ForeignAnswer,
    Look,
    Others,
    Settle,
    SettleForeign,
    advice,
    blocked,
    foreign_things,
    ignored,
    is_known,
    is_surprising,
    looked,
    named_ours,
    theirs,
    to_adopt,
    unknown,
)
from domain.others import folded as folded_others
from domain.outside import lacking
from domain.ports import EventLog
from domain.reports import (
    BookReport,
    HoldingsReport,
    ListedReport,
    PositionReport,
    SnapshotReport,
    UnderlyingReport,
)

STREAM: Final = "foreign"
LOOK: Final = "others"
LOOK_SECONDS: Final = 120.0
SETTLE_SECONDS: Final = 5.0  # Until then a fill of ours has explained the position it led to.
ANSWER_SECONDS: Final = 10.0
SETTLED_SECONDS: Final = 30.0
QUOTE_SECONDS: Final = 12.0  # The broker ends a snapshot after about 11.
SILENT: Final = "the broker does not say what is held now; try again when ./bot status shows it connected"
UNACKNOWLEDGED: Final = "the journal is silent, and without it a restart would forget this; try again"
ExitsOf = Callable[[Symbol], ExitRules]


class ForeignWatch:
    """Part of the RiskActor, on its loop; ``ledger`` and ``keep`` are how it reads and changes the day's ledger."""

    def __init__(
        self,
        actor: Actor,
        log: EventLog,
        *,
        exits: ExitsOf | None,
        ledger: Callable[[], Ledger],
        keep: Callable[[Ledger], None],
    ) -> None:
        self._actor = actor
        self._log = log
        self._exits = exits
        self._ledger = ledger
        self._keep = keep
        self._others = Others()
        self._closed_at: dict[ConId, datetime] = {}
        self._lacking: set[ConId] = set()  # Of which less was told than brackets of ours hold.
        self._begun: dict[ConId, BracketPlan] = {}  # Not acknowledged by the journal: it may be on disk.

    async def remember(self) -> None:
        """Fold what the operator said before. Raises StoreError."""
        answer = await self._actor.ask_journal(ReadStream(stream=STREAM))
        self._others = folded_others(answer.records)
        self._actor.timers.start(LOOK, LOOK_SECONDS, Wake(what=LOOK))

    def closed(self, event: BracketClosed | BracketReopened) -> None:
        """Note a bracket's end, or that it goes on: a question that left before may be answered by what was then.

        Where less was told than it held, more may have been sold than there was: that is a short position of others.
        """
        self._closed_at[event.con_id] = self._actor.clock.now()
        if event.con_id in self._lacking:
            self._lacking.discard(event.con_id)
            self._actor.timers.start(LOOK, SETTLE_SECONDS, Wake(what=LOOK))

    def heard(self, report: PositionReport) -> None:
        """Look soon, if this is news that no intent of ours explains; let a bracket look that holds more than this."""
        for intent in lacking(self._ledger(), report):
            self._lacking.add(report.con_id)
            guard = self._actor.directory.address(f"oco:{intent}")
            if guard.is_alive:
                guard.tell(report)
        if is_surprising(self._others, report, self._ledger()):
            self._actor.timers.start(LOOK, SETTLE_SECONDS, Wake(what=LOOK))

    async def look(self, *, closely: bool = False) -> bool:
        """Ask what is held and worked now; return whether the broker said so.

        What looks new, or is to be settled, may have been bought by an order of ours that was believed lost: nothing
        is called foreign before the executions were asked for and counted. Where they are not told, what is held is
        believed to be others', and blocks its symbol, but nothing is settled.
        """
        self._actor.timers.start(LOOK, LOOK_SECONDS, Wake(what=LOOK))
        answer = await self._asked(RequestHoldings())
        if not isinstance(answer, HoldingsReport):
            return False
        if closely or self._seen(answer).news:
            book = await self._asked(RequestBook())
            if isinstance(book, BookReport):
                answer = book
            elif closely:
                return False
        self.take(answer)
        return True

    def _seen(self, report: BookReport | HoldingsReport) -> Look:
        found = foreign_things(report, self._ledger(), self._closed_at)
        return looked(self._others, found, self._actor.clock.now())

    def take(self, report: BookReport | HoldingsReport) -> None:
        """Count what a whole book tells of our fills, see what others hold and work, and say what is new."""
        if isinstance(report, BookReport):
            self._keep(counted_book(self._actor, self._ledger(), report, self._log))
        look = self._seen(report)
        self._others = look.others
        for ended in look.ended:
            self._actor.write(STREAM, ended)
            self._log.emit("foreign_changed", con_id=ended.con_id)
        self._closed_at = {con_id: at for con_id, at in self._closed_at.items() if at >= report.asked_at}
        self._show()
        self._tell(look.news)

    def reconciled(self, book: BookReport) -> None:
        """Count and see what a book tells, and say how far it agrees with ours."""
        self.take(book)
        self._log.emit("reconciled", **agreement(book, self._ledger(), self._others.found))

    def _show(self) -> None:
        self._keep(with_foreign(self._ledger(), blocked(self._others), theirs(self._others)))

    def _tell(self, news: tuple[Foreign, ...]) -> None:
        for thing in news:
            if thing.is_order:
                self._log.emit("foreign_order", symbol=thing.symbol, perm_id=thing.perm_id)
            else:
                self._log.emit(
                    "foreign_position", contract=thing.contract, position=thing.quantity, con_id=thing.con_id
                )
        for symbol in dict.fromkeys(thing.symbol for thing in news):
            what = ", ".join(thing.text for thing in news if thing.symbol == symbol)
            text = f"{what}, and not by us; no entry in {symbol} before {advice([symbol])}"
            self._actor.tell("alerts", SendAlert(kind="foreign", text=text))

    def answer(self, *, done: str = "", refused: str = "") -> ForeignAnswer:
        """Return how it is now, and what this order came to."""
        unsettled = self._others.unsettled
        left = tuple(thing for thing in self._others.found if thing not in unsettled)
        return ForeignAnswer(done=done, refused=refused, unsettled=unsettled, ignored=left)

    def _unknown(self, what: str) -> ForeignAnswer:
        return replace(self.answer(refused=unknown(what)), unknown=True)

    async def settle(self, order: SettleForeign) -> ForeignAnswer:
        """Carry out the operator's word on what is there now; it is on disk before it is answered."""
        try:
            async with asyncio.timeout(SETTLED_SECONDS):
                if not await self.look(closely=True):
                    return self.answer(refused=SILENT)
                return await (self._adopt(order) if order.settle is Settle.ADOPT else self._ignore(order))
        except TimeoutError:
            return self.answer(refused="the broker or the journal takes too long; try again")

    async def _ignore(self, order: SettleForeign) -> ForeignAnswer:
        records = ignored(self._others, order.what, order.by, self._actor.clock.now())
        if not records:
            return self.answer() if is_known(self._others, order.what) else self._unknown(order.what)
        problem = await self._written(STREAM, records)
        if problem:
            return self.answer(refused=problem)
        self._others = folded_others(records, self._others)
        self._show()
        for record in records:
            self._log.emit("foreign_ignored", symbol=record.symbol, con_id=record.con_id, quantity=record.quantity)
        return self.answer(done=f"{order.what} is left to its owner")

    async def _adopt(self, order: SettleForeign) -> ForeignAnswer:
        if not is_known(self._others, order.what):
            return self.answer() if named_ours(self._ledger(), order.what) else self._unknown(order.what)
        holding = to_adopt(self._others, order.what)
        if isinstance(holding, str):
            return self.answer(refused=holding)
        plan = await self._half_done(holding) or await self._planned(holding)
        if isinstance(plan, str):
            return self.answer(refused=plan)
        self._begun[holding.con_id] = plan
        planned = BracketPlanned(at=self._actor.clock.now(), plan=plan)
        problem = await self._written(stream_of(plan.intent), (planned,))
        if problem:
            return self.answer(refused=problem)
        del self._begun[holding.con_id]
        self._take_over(holding, planned)
        return self.answer(done=f"{holding.contract} is ours, as {plan.intent}")

    async def _half_done(self, holding: Foreign) -> BracketPlan | str | None:
        """Return what was begun and is on disk though nobody acknowledged it; a word where nobody can say."""
        begun = self._begun.get(holding.con_id)
        if begun is None:
            return None
        stream = stream_of(begun.intent)
        known = await self._actor.ask_or_none("journal", ReadStream(stream=stream), timeout_seconds=ANSWER_SECONDS)
        if not isinstance(known, StreamRead):
            return UNACKNOWLEDGED
        return begun if known.records else None

    def _take_over(self, holding: Foreign, planned: BracketPlanned) -> None:
        plan = planned.plan
        self._keep(apply(self._ledger(), planned))
        self._others = replace(self._others, found=tuple(one for one in self._others.found if one != holding))
        self._show()
        self._actor.tell("brackets", OpenBracket(plan=plan))
        self._log.emit(
            "foreign_adopted",
            intent=plan.intent,
            contract=plan.contract.label,
            quantity=plan.quantity,
            price=plan.entry_limit,
        )

    async def _planned(self, holding: Foreign) -> BracketPlan | str:
        """Return a plan by the contract's own terms and its bid now, or why there is none."""
        if self._exits is None:
            return "no order may leave (broker.read_only), so that nothing could be guarded"
        contract = await self._contract(holding)
        if contract is None:
            return f"the broker does not say on which terms {holding.contract} is listed; try again"
        request = RequestQuote(contract=contract, timeout_seconds=QUOTE_SECONDS)
        quoted = await self._actor.ask_or_none("broker", request, timeout_seconds=2 * QUOTE_SECONDS)
        if not isinstance(quoted, SnapshotReport):
            return f"there is no quote of {contract.label} now; try again in the session"
        return adopted(holding, contract, quoted.quote, self._exits(contract.symbol), self._actor.clock.now())

    async def _contract(self, holding: Foreign) -> OptionContract | None:
        if holding.expiry is None or holding.right is None:
            return None
        stock = await self._asked(RequestUnderlying(symbol=holding.symbol))
        if not isinstance(stock, UnderlyingReport):
            return None
        request = RequestListed(
            underlying=stock.underlying,
            trading_class=holding.trading_class,
            expiry=holding.expiry,
            right=holding.right,
        )
        listed = await self._asked(request)
        rows = listed.contracts if isinstance(listed, ListedReport) else ()
        return next((row for row in rows if row.con_id == holding.con_id), None)

    async def _asked(self, request: Any) -> Any:
        return await self._actor.ask_or_none("broker", request, timeout_seconds=ANSWER_SECONDS)

    async def _written(self, stream: str, records: Sequence[Journaled]) -> str:
        """Return why this is not on disk, empty where it is."""
        message = AppendRecords(stream=stream, records=tuple(records))
        answer = await self._actor.ask_or_none("journal", message, timeout_seconds=ANSWER_SECONDS)
        if not isinstance(answer, RecordsAppended):
            return UNACKNOWLEDGED
        return f"the journal cannot be written: {answer.error}" if answer.error else ""
