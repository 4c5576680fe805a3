"""RiskActor: holds the day's ledger, and is the only one who does, so that two symbols cannot spend the same dollar."""

from collections.abc import Callable
from datetime import date
from typing import Any, Literal

from actors.base import Actor
from actors.corrections import Claim, counted
from actors.day_summary import DayTape, summarised
from actors.days_opened import DaysOpened
from actors.foreign import LOOK, ExitsOf, ForeignWatch
from actors.live_ramp import LiveRamp
from actors.loss_latch import LATCHED, LatchKeeper, LossLatch
from actors.oco import stream_of
from actors.runtime.context import Context
from domain.bracket_reopened import BracketReopened
from domain.clock_skew import ClockCompared, clock_finding
from domain.commands import (
    CheckClaim,
    ReadOpenIntents,
    ReadStream,
    ReleaseRisk,
    RequestAccount,
    RequestBook,
    ReserveRisk,
    SummariseDay,
    Wake,
)
from domain.control import halt_finding, nothing_forbids
from domain.denials import EntryDenied
from domain.entry_gate import AskEntry
from domain.events import (
    BracketClosed,
    BracketPlanned,
    ConnectionLost,
    Journaled,
    Resynchronised,
    RiskReleased,
    RiskReserved,
)
from domain.findings import denied
from domain.ids import Generation, IntentId, Symbol
from domain.journal_health import AskJournalHealth, JournalHealth, journal_finding
from domain.ledger import (
    Ledger,
    apply,
    check_limit,
    folded,
    marked,
    with_broker_pnl,
)
from domain.ledger_records import in_order
from domain.ledger_rules import RiskLimits, forbidden, reserve
from domain.others import AskForeign, SettleForeign
from domain.outside import SoldOutside
from domain.ports import EventLog
from domain.reports import (
    AccountReport,
    BookReport,
    CommissionReport,
    ExecutionReport,
    PnlReport,
    PositionReport,
    QuoteReport,
)
from domain.trading_day import Calendar

ACCOUNT_SECONDS = 60.0  # The broker itself refreshes the values at every trade or about 3 minutes.
CLAIM_SECONDS = 90.0


def ledger_stream(day: date) -> str:
    """Return the name of a trading day's stream in the journal."""
    return f"ledger:{day.isoformat()}"


class RiskActor(Actor):
    """Answers ReserveRisk in one synchronous step; everything else only keeps its ledger true."""

    def __init__(
        self,
        context: Context,
        *,
        limits: RiskLimits,
        calendar: Calendar,
        flatten_on_loss: bool,
        log: EventLog,
        forbids: Callable[[], str] = nothing_forbids,
        ramp_days: int = 0,
        exits: ExitsOf | None = None,
        latch: LossLatch | None = None,
    ) -> None:
        super().__init__(context)
        self._limits = limits
        self._forbids = forbids  # Why nothing may be opened, by order of the operator; empty while it may.
        self._ramp = LiveRamp(self, ramp_days, log)
        self._days = DaysOpened(self, calendar, log)
        self._log = log
        self._latch = LatchKeeper(self, latch or LossLatch(), log, write=self._journal, flatten=flatten_on_loss)
        self._ledger = Ledger()
        self._tape = DayTape(limits, log)
        self._foreign = ForeignWatch(self, log, exits=exits, ledger=lambda: self._ledger, keep=self._keep)
        self._account: AccountReport | None = None
        self._reconciled = False
        self._synced = Generation(0)
        self._clocks: ClockCompared | None = None  # Ours and the gateway's; told with every probe.
        self._disk: JournalHealth | None = None

    async def on_start(self) -> None:
        """Fold the day from the journal: the ledger's own stream, and the fills of every bracket it names."""
        await self._days.remember()
        self._disk = await self.ask_journal(AskJournalHealth())
        own = await self._read(ledger_stream(self._days.day))
        open_intents = await self.ask_journal(ReadOpenIntents())
        reserved = [record.intent for record in own if isinstance(record, RiskReserved)]
        intents = dict.fromkeys((*reserved, *open_intents.intents))
        streams = {intent: await self._read(stream_of(intent)) for intent in intents}
        self._ledger = with_broker_pnl(folded(in_order(own, streams)), None, self.clock.now())
        self._ledger = self._latch.remember(self._ledger)
        await self._ramp.remember()
        await self._foreign.remember()
        for exposure in self._ledger.exposures.values():
            if exposure.symbol is not None:  # Reserved, by a predecessor whose timers died with it.
                self._check_later(exposure.intent)
        self.timers.start("account", 0.0, Wake(what="account"))

    def _keep(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def _read(self, stream: str) -> tuple[Journaled, ...]:
        answer = await self.ask_journal(ReadStream(stream=stream))
        records: tuple[Journaled, ...] = answer.records
        return records

    def receive(self, message: Any) -> Any:
        """Reserve, count, value; then see whether the day's limit is reached."""
        match message:
            case ReserveRisk():
                return self._denied_to_all(message.symbol) or self._reserve(message)
            case AskEntry():
                return self._denied_to_all(message.symbol) or self._allows(message.symbol)
            case Wake():
                return self._woken(message.what)
            case SettleForeign():
                return self._foreign.settle(message)
            case AskForeign():
                return self._foreign.answer()
            case CheckClaim():
                return self._claimed(message.intent)
            case _:
                self._heard(message)
                self._check_limit()
                return None

    def _woken(self, what: str) -> Any:
        if what == LATCHED:
            return self._latch.enforce()
        return self._foreign.look() if what == LOOK else self._refresh()

    def _heard(self, message: Any) -> None:
        now = self.clock.now()
        match message:
            case QuoteReport():
                self._ledger = marked(self._ledger, message.quote.con_id, message.quote.bid)
            case ClockCompared():
                self._compare(message)
            case JournalHealth():
                self._disk = message
            case PnlReport():
                self._ledger = with_broker_pnl(self._ledger, message.daily, now)
            case ConnectionLost() if message.generation >= self._synced:  # Else of an older connection, and late.
                self._ledger = with_broker_pnl(self._ledger, None, now)
            case ExecutionReport() | CommissionReport() | SoldOutside():
                self._count(message)
            case PositionReport():
                self._foreign.heard(message)
            case BracketClosed() | BracketReopened():
                self._ledger = apply(self._ledger, message)
                self._foreign.closed(message)
            case ReleaseRisk():
                self._release(message.intent)
            case SummariseDay():
                self.tell("alerts", summarised(self._ledger, message, self._log))
            case Resynchronised():
                self._synced = message.generation
                self._reconcile(message.book)
                self.timers.start("account", 0.0, Wake(what="account"))
            case _:
                pass

    def _compare(self, clocks: ClockCompared) -> None:
        before, self._clocks = clock_finding(self._clocks), clocks
        if before is not None and not clocks.blocks:
            self.timers.start("account", 0.0, Wake(what="account"))  # The day may have waited for it.

    def _denied_to_all(self, symbol: Symbol) -> EntryDenied | None:
        finding = halt_finding(self._forbids()) or clock_finding(self._clocks) or journal_finding(self._disk)
        return None if finding is None else denied(finding, symbol, self.clock.now())

    def _allows(self, symbol: Symbol) -> EntryDenied | Literal[True]:
        self._check_limit()
        day, now = self._days.by_clock, self.clock.now()
        return forbidden(self._ledger, symbol, self._limits, self._account, day=day, now=now) or True

    def _reserve(self, request: ReserveRisk) -> RiskReserved | EntryDenied:
        self._check_limit()
        day, now = self._days.by_clock, self.clock.now()
        limits = self._ramp.cut(self._limits, day)
        decision = reserve(self._ledger, request, limits, self._account, day=day, now=now)
        self._ledger = decision.ledger
        answer = decision.answer
        if isinstance(answer, RiskReserved):
            self._journal(answer)
            self._log.emit(
                "risk_reserved",
                symbol=answer.symbol,
                intent=answer.intent,
                quantity=answer.quantity,
                amount=answer.amount,
            )
            self._check_later(answer.intent)
        return answer

    def _check_later(self, intent: IntentId) -> None:
        self.timers.start(f"claim:{intent}", CLAIM_SECONDS, CheckClaim(intent=intent))

    async def _claimed(self, intent: IntentId) -> None:
        """Free a reservation whose plan was lost on its way to the journal; a journal that is silent frees nothing."""
        known = await self.ask_or_none("journal", ReadStream(stream=stream_of(intent)), timeout_seconds=10)
        if known is None:
            self._check_later(intent)
            return
        exposure = self._ledger.exposures.get(intent)
        if exposure is None or any(isinstance(record, BracketPlanned) for record in known.records):
            return
        self.tell(f"symbol:{exposure.symbol}", ReleaseRisk(intent=intent))
        self._release(intent)

    def _release(self, intent: IntentId) -> None:
        if intent not in self._ledger.exposures:
            return
        released = RiskReleased(at=self.clock.now(), day=self._days.day, intent=intent)
        self._ledger = apply(self._ledger, released)
        self._journal(released)

    def _count(self, report: Claim) -> None:
        self._ledger = counted(self, self._ledger, report, self._log)

    def _reconcile(self, book: BookReport) -> None:
        """Count what was missed, and see where others hold something."""
        self._reconciled = True
        self._foreign.reconciled(book)

    async def _refresh(self) -> None:
        """Ask for the account's values; open the trading day at first sight of its equity.

        A restarted ledger asks for the book first: only a new connection sends it unasked. Without it the account stays
        unknown too, and nothing is reserved.
        """
        self.timers.start("account", ACCOUNT_SECONDS, Wake(what="account"))
        self._days.look()
        self._tape.look(self._ledger, self.clock.now())
        if not self._reconciled:
            book = await self.ask_or_none("broker", RequestBook(), timeout_seconds=20)
            if isinstance(book, BookReport):
                self._reconcile(book)
                self._check_limit()
        if not self._reconciled:
            return
        answer = await self.ask_or_none("broker", RequestAccount(), timeout_seconds=20)
        if not isinstance(answer, AccountReport):
            return
        self._account = answer
        # A clock that is days ahead would open a day that has not come, and deny all until it has.
        opened = None if clock_finding(self._clocks) else self._days.opening(answer, self._ledger.day)
        if opened is not None:
            self._ledger = apply(self._ledger, opened)
            self._journal(opened)
            self._ledger = self._latch.remember(self._ledger)
            self._ramp.count(opened.day)

    def _check_limit(self) -> None:
        self._ledger, reached = check_limit(self._ledger, self._limits.max_daily_loss_pct, self.clock.now())
        if reached is not None:
            self._latch.reached(reached)

    def _journal(self, record: Journaled) -> None:
        day = self._ledger.day or self._days.day
        self.write(ledger_stream(day), record)
