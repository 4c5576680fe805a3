"""OCOActor: guards one bracket from intent to flat. A thin shell around ``domain.bracket_steps``."""

from datetime import timedelta
from typing import Any, assert_never

from actors.base import Actor
from actors.oco_commands import order_command, orders_first
from actors.runtime.context import Context
from actors.tapes import GuardTape
from actors.write_off import WriteOffs
from domain.bracket_effects import (
    Alarm,
    AskBook,
    AskHoldings,
    Begin,
    BookFailed,
    BracketInput,
    Cancel,
    Change,
    Disconnected,
    Due,
    Effect,
    Finish,
    Liquidate,
    NotSent,
    Record,
    Resume,
    Say,
    Send,
    SetTimer,
    Starved,
    StopEntry,
)
from domain.bracket_facts import needs_quotes
from domain.bracket_gone import WriteOff
from domain.bracket_reopening import late_executions
from domain.bracket_steps import step
from domain.brackets import Bracket, BracketPolicy, folded
from domain.commands import (
    AppendRecords,
    CancelEntries,
    FlattenBracket,
    ReadStream,
    ReleaseRisk,
    RequestBook,
    RequestHoldings,
    SendAlert,
    UnwatchQuote,
    WatchQuote,
)
from domain.errors import StoreError
from domain.events import (
    BracketClosed,
    BracketPlan,
    BracketPlanned,
    ClosedBy,
    ConnectionLost,
    Journaled,
    OrdersRefused,
    Resynchronised,
    SymbolBackedOff,
)
from domain.flattening import FlattenRule, flatten_plan
from domain.ids import ConId, Epoch, Generation, IntentId
from domain.outside import LACKING_SECONDS, told_to_ledger
from domain.plan_age import is_stale
from domain.ports import EventLog
from domain.reports import (
    BookReport,
    CommissionReport,
    ExecutionReport,
    HoldingsReport,
    OpenOrderReport,
    OrderErrorReport,
    OrderStatusReport,
    PositionReport,
    QuoteReport,
    RequestFailed,
)
from domain.telling import told

REPORTS = (OrderStatusReport, OpenOrderReport, ExecutionReport, CommissionReport, OrderErrorReport)


def stream_of(intent: IntentId) -> str:
    """Return the name of a bracket's stream in the journal."""
    return f"bracket:{intent}"


class OCOActor(Actor):
    """One bracket. Started with a plan, or with the intent alone when the journal already knows it."""

    def __init__(
        self,
        context: Context,
        *,
        intent: IntentId,
        plan: BracketPlan | None,
        policy: BracketPolicy,
        flatten: FlattenRule,
        log: EventLog,
    ) -> None:
        super().__init__(context)
        self._intent = intent
        self._plan = plan
        self._policy = policy
        self._flatten = flatten
        self._log = log
        self._tape = GuardTape(log)
        self._bracket: Bracket | None = None
        self._synced = Generation(0)
        self._watching = True  # A predecessor may have begun it.
        self._write_offs = WriteOffs(self, stream_of(intent), lambda: self._bracket, self._input)
        self._late: tuple[ExecutionReport, ...] = ()  # Heard after its end: somebody has to look whether that was one.

    async def on_start(self) -> None:
        """Read what is known of the intent, or write its plan; only then may anything be sent. Raises StoreError."""
        known = await self.ask_journal(ReadStream(stream=stream_of(self._intent)))
        bracket = folded(known.records, self._policy)
        first: BracketInput = Resume()
        if bracket is None:
            bracket, first = await self._planned(), Begin()
        if bracket is None:
            self.stop()
            return
        self._bracket = bracket
        if bracket.closed is not None:
            self._finish(bracket.closed)
            return
        self._log.emit("oco_actor_started", intent=self._intent, contract=bracket.plan.contract.label, epoch=self.epoch)
        self._watch(bracket)
        self._input(first)

    async def _planned(self) -> Bracket | None:
        """Write the plan; None when it was given up: then nothing of it is on disk, and nothing will be sent."""
        if self._plan is None:
            raise StoreError(f"intent {self._intent} is not in the journal")
        if is_stale(self._plan, self._policy, self.clock.now()):
            self._give_up(self._plan, "the plan is too old to be sent")
            return None
        planned = BracketPlanned(at=self.clock.now(), plan=self._plan)
        written = await self.ask_journal(AppendRecords(stream=stream_of(self._intent), records=(planned,)))
        if written.error:
            self._give_up(self._plan, written.error)
            return None
        return Bracket(plan=self._plan, policy=self._policy)

    def _give_up(self, plan: BracketPlan, reason: str) -> None:
        """Say so, and free what was set aside."""
        self._log.emit("entry_given_up", intent=self._intent, contract=plan.contract.label, reason=reason)
        for name in ("risk", f"symbol:{plan.contract.symbol}"):
            self.tell(name, ReleaseRisk(intent=self._intent))

    def _watch(self, bracket: Bracket) -> None:
        self._mind_quotes(bracket, anew=True)
        self._plan_flatten()

    def _mind_quotes(self, bracket: Bracket, *, anew: bool = False) -> None:
        """Have quotes while they are of use, asked for once a connection; a flat bracket waits without them."""
        if not needs_quotes(bracket):
            self._unwatch(bracket.plan.contract.con_id)
        elif anew or not self._watching:
            self._watching = True
            self.tell("broker", WatchQuote(contract=bracket.plan.contract, watcher=self.name))

    def _plan_flatten(self) -> None:
        """Know when the session's end closes this bracket; think again after it, if it may be held."""
        if self._bracket is None:
            return
        now = self.clock.now()
        plan = flatten_plan(self._flatten, self._bracket.plan.contract.expiry, now)
        if plan.close_at is not None:
            # By the time of day, which may be set while we wait.
            self.timers.start_at("flatten", plan.close_at, FlattenBracket(why=ClosedBy.FLATTENED))
        elif plan.review_at is not None:
            self.timers.start_at("review", plan.review_at + timedelta(seconds=1), Due(timer="review"))

    def on_stop(self) -> None:
        """Stop streaming; what rests at the broker guards on."""
        if self._bracket is not None:
            self._unwatch(self._bracket.plan.contract.con_id)

    def receive(self, message: Any) -> Any:
        """Turn what arrives into an input of the bracket."""
        if isinstance(message, WriteOff):
            return self._write_offs.carry_out(message)
        translated = self._translated(message)
        if translated is not None:
            self._input(translated)
        if isinstance(message, QuoteReport):
            self._tape.saw(message.quote, self._bracket, self.clock.now())
        return None

    def _translated(self, message: Any) -> BracketInput | None:
        match message:
            case QuoteReport():
                return message.quote
            case Resynchronised():
                self._synced = message.generation
                # A new connection streams nothing yet.
                if self._bracket is not None:
                    self._mind_quotes(self._bracket, anew=True)
                return message.book
            case ConnectionLost():
                # Handled late, the loss of an older connection would be believed until the next one.
                return Disconnected() if message.generation >= self._synced else None
            case FlattenBracket():
                return Liquidate(why=message.why)
            case CancelEntries():
                return StopEntry(reason=message.reason)
            case OrdersRefused():
                return NotSent(refs=message.refs, reason=message.reason)
            case SymbolBackedOff():
                return Starved()
            case PositionReport():
                # A fill of ours may be on its way that explains it; and of several one question is enough.
                self.timers.start("look", LACKING_SECONDS, Due(timer="look"))
                return None
            case Due(timer="review"):
                self._plan_flatten()
                return None
            case Due() | BookReport() | HoldingsReport():
                return message
            case _:
                return message if isinstance(message, REPORTS) else None

    def _input(self, message: BracketInput) -> None:
        if self._bracket is None:
            return
        self._late += late_executions(self._bracket, message)
        self._bracket, effects = step(self._bracket, message, self.clock.now())
        self._mind_quotes(self._bracket)
        for effect in orders_first(effects):
            self._perform(effect)

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Send() | Change() | Cancel():
                self.tell("broker", order_command(effect, sender=self.name, epoch=Epoch(self.epoch)), urgent=True)
            case AskBook():
                self.spawn(self._ask_book())
            case AskHoldings():
                self.spawn(self._ask_holdings())
            case SetTimer():
                self.timers.start(effect.timer, effect.seconds, Due(timer=effect.timer))
            case Record():
                self._record(effect.record)
            case Say():
                self._log.emit(effect.event, **effect.fields)
                if (news := told(effect)) is not None:
                    self.tell("alerts", news)
            case Alarm():
                self.tell("alerts", SendAlert(kind=effect.kind, text=effect.text, level=effect.level))
            case Finish():
                if self._outbox.is_empty:
                    self._finish(effect.closed)
            case _:
                assert_never(effect)

    def _record(self, record: Journaled) -> None:
        self.write(stream_of(self._intent), record)
        self._tape.wrote(record)
        sold = told_to_ledger(self._bracket, record) if self._bracket is not None else None
        if sold is not None:
            self.tell("risk", sold)

    async def _ask_book(self) -> None:
        answer = await self.ask_or_none("broker", RequestBook(), timeout_seconds=30)
        if isinstance(answer, BookReport):
            self._input(answer)
        else:
            reason = answer.failure.value if isinstance(answer, RequestFailed) else "no answer"
            self._input(BookFailed(reason=reason))

    async def _ask_holdings(self) -> None:
        answer = await self.ask_or_none("broker", RequestHoldings(), timeout_seconds=30)
        if isinstance(answer, HoldingsReport):
            self._input(answer)

    def on_written(self) -> None:
        """End, if that waits for nothing else: what is not on the disk dies with this actor."""
        if self._bracket is not None and self._bracket.closed is not None:
            self._finish(self._bracket.closed)

    def _unwatch(self, con_id: ConId) -> None:
        """Say once that quotes are of no use any more."""
        if self._watching:
            self._watching = False
            self.tell("broker", UnwatchQuote(con_id=con_id, watcher=self.name))

    def _finish(self, closed: BracketClosed) -> None:
        """Tell who counts, stop streaming, end."""
        self._unwatch(closed.con_id)
        self.tell("risk", closed)
        self.tell(f"symbol:{closed.symbol}", closed)
        for execution in self._late:
            self.tell("brackets", execution)
        self.stop()
