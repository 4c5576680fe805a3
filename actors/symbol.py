"""SymbolActor: looks at one symbol each cycle. Bars, signals, and only on a signal everything dearer."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from actors.base import Actor
from actors.entry_search import EntrySearch, Found
from actors.runtime.context import Context
from actors.strategies import decided
from actors.symbol_bars import HOUR_SECONDS, BarFeed, said
from actors.symbol_memory import remembered, symbol_stream
from domain.bracket_reopened import BracketReopened
from domain.commands import (
    AskGate,
    OpenBracket,
    RecordOutcome,
    ReleaseRisk,
    ReserveRisk,
    RunCycle,
    SendAlert,
)
from domain.denials import DenialRule, EntryDenied
from domain.entries import EntryRules, allowed, apply, not_opened, seen
from domain.entry_gate import AskEntry
from domain.entry_plan import planned
from domain.events import (
    BracketClosed,
    BracketPlan,
    BracketPlanned,
    CycleFinished,
    Journaled,
    Resynchronised,
    RiskReserved,
    SignalSpent,
    SlotFreed,
    SymbolBackedOff,
)
from domain.findings import Finding, denied
from domain.freshness import in_time
from domain.ports import EventLog
from domain.reports import Failure, RequestFailed
from domain.retry import SymbolBackoff, ask_again, cycle_due, cycle_failed, cycle_succeeded, entry_on_bars
from domain.strategies.protocol import Action, Signal, Strategy, combined, spent_until
from domain.symbol_settings import SymbolSettings
from domain.trading_day import Calendar


class SymbolActor(Actor):
    """One symbol. A HOLD costs one history request, plus hourly bars once an hour."""

    def __init__(self, context: Context, *, settings: SymbolSettings, calendar: Calendar, log: EventLog) -> None:
        super().__init__(context)
        self._settings = settings
        self._symbol = settings.symbol
        self._calendar = calendar
        self._log = log
        self._rules = EntryRules(symbol=self._symbol)
        self._backoff = SymbolBackoff()
        self._feed = BarFeed(self, settings=settings, calendar=calendar, log=log)
        self._search = EntrySearch(self, settings=settings, log=log)

    async def on_start(self) -> None:
        """Fold what is remembered of the symbol: spent signals, exits, an open intent."""
        self._rules = await remembered(self, self._symbol, self._calendar)

    def receive(self, message: Any) -> Any:
        """Run a cycle, prepare for it once the broker is ready, or remember how a bracket ended."""
        match message:
            case RunCycle():
                return self._run(message)
            case BracketClosed() | BracketReopened():
                self._rules = apply(self._rules, message)
                if isinstance(message, BracketClosed):
                    self._append(message)
            case ReleaseRisk():
                self._rules = not_opened(self._rules, message.intent)
            case Resynchronised():
                self.spawn(self._feed.prepare())
            case _:
                pass
        return None

    async def _run(self, command: RunCycle) -> None:
        if command.attempt == 0:
            self._backoff, due = cycle_due(self._backoff)
            if not due:
                left = self._backoff.skips_left
                self._log.emit("backoff_skip", symbol=self._symbol, reason=f"{left} cycles more", cycle=command.cycle)
                self._finish(command, "skipped", "backoff")
                return
            # Later tries belong to the first: the breaker's one probe would else be two.
            if not await self._gate_is_open():
                self._finish(command, "skipped", DenialRule.BREAKER_OPEN.value)
                return
        if await self._have_bars(command):
            await self._decide(command)

    async def _gate_is_open(self) -> bool:
        return bool(await self.ask_or_none("breaker", AskGate(), timeout_seconds=5))

    async def _have_bars(self, command: RunCycle) -> bool:
        """Fetch the newest bars; on failure come back by a timer, at last fall back to young cached ones."""
        failure = await self._feed.fetch(command.attempt)
        if failure is None:
            if self._backoff.failures:
                self._log.emit("data_recovered", symbol=self._symbol, failures=self._backoff.failures)
            self._backoff = cycle_succeeded(self._backoff)
            return True
        delay = ask_again(command.attempt + 1, self._settings.history.retry_delays_seconds)
        if delay is not None and failure.failure is not Failure.NO_SUCH_CONTRACT:
            self._retry(command, delay)
            return False
        return self._exhausted(command, failure)

    def _retry(self, command: RunCycle, delay: float) -> None:
        attempt = command.attempt + 1
        self._log.emit("historical_retry_sleep", symbol=self._symbol, delay_seconds=delay, attempt=attempt)
        self.timers.start("retry", delay, replace(command, attempt=attempt))
        if delay > 0:
            self.tell("scheduler", SlotFreed(at=self.clock.now(), cycle=command.cycle, symbol=self._symbol))

    def _exhausted(self, command: RunCycle, failure: RequestFailed) -> bool:
        attempts, reason = command.attempt + 1, failure.failure.value
        self._log.emit("historical_fetch_failed_exhausted", symbol=self._symbol, attempts=attempts, reason=reason)
        self.tell("breaker", RecordOutcome(failure=failure.failure))
        if self._feed.fall_back():
            return True
        self._backoff = cycle_failed(self._backoff)
        failures = self._backoff.failures
        self._log.emit("data_fetch_failed", symbol=self._symbol, reason=said(failure), failures=failures)
        if self._backoff.backing_off and self._rules.open_intent is not None:
            event = SymbolBackedOff(at=self.clock.now(), symbol=self._symbol, cycles=self._backoff.skips_left)
            self.tell(f"oco:{self._rules.open_intent}", event)
            text = f"{self._symbol}: no data for {failures} cycles while a position is open"
            self.tell("alerts", SendAlert(kind="data_lost", text=text))
        self._finish(command, "failed", reason)
        return False

    async def _decide(self, command: RunCycle) -> None:
        signal = combined(await self._signals(), self._settings.min_confidence)
        now = self.clock.now()
        self._rules = seen(self._rules, signal.action)
        if signal.action is Action.HOLD:
            self._finish(command, "completed", signal.action.value, reason=signal.reason)
            return
        self._log.emit(
            "signal",
            symbol=self._symbol,
            decision=signal.action.value,
            strategy=signal.strategy,
            confidence=round(signal.confidence, 4),
            reason=_numbers(signal.reason),
        )
        denial = self._denied_before_data(signal, now)
        if denial is not None:
            self._deny(command, (denial,), attempted=False)
            return
        await self._enter(command, signal)

    async def _signals(self) -> list[Signal]:
        return [await self._signal(strategy) for strategy in self._settings.strategies]

    async def _signal(self, strategy: Strategy) -> Signal:
        bars = self._feed.completed(strategy.bar_seconds)
        limit = self._settings.history.entry_max_hour_bar_age_seconds
        return in_time(await decided(self, strategy, bars), bars[-1] if bars else None, self.clock.now(), limit)

    def _denied_before_data(self, signal: Signal, now: datetime) -> EntryDenied | None:
        session = self._calendar.session_at(now)
        if session is None:
            return denied(Finding(rule=DenialRule.NOT_READY, found="market closed", limit="open"), self._symbol, now)
        hourly = any(s.name == signal.strategy and s.bar_seconds == HOUR_SECONDS for s in self._settings.strategies)
        bars = self._feed.completed(HOUR_SECONDS if hourly else 60)
        limits = self._settings.history
        minute, hour = limits.entry_max_bar_age_seconds, limits.entry_max_hour_bar_age_seconds
        stale = entry_on_bars(self._symbol, bars[-1] if bars else None, now, minute, hour)
        return stale or allowed(self._rules, signal.strategy, now, session, self._settings.entries)

    async def _enter(self, command: RunCycle, signal: Signal) -> None:
        assert self._feed.underlying is not None, "bars were fetched for it"
        forbidden = await self._forbidden()
        if forbidden is not None:
            self._deny(command, (forbidden,), attempted=False)
            return
        found = await self._search.option_for(signal, self._feed.underlying, self._feed.close)
        if not isinstance(found, Found):
            self._deny(command, found, attempted=True)
            return
        opened = await self._reserved(found, signal)
        if isinstance(opened, EntryDenied):
            self._deny(command, (opened,), attempted=True)
            return
        self._open(opened, signal)
        self._finish(command, "completed", signal.action.value, attempted=True, placed=True, reason=signal.reason)

    async def _forbidden(self) -> EntryDenied | None:
        """Ask what denies every entry before anything dear is asked: it needs no quote."""
        answer = await self.ask_or_none("risk", AskEntry(symbol=self._symbol), timeout_seconds=10)
        return None if answer is True else self._refusal(answer)

    def _refusal(self, answer: Any) -> EntryDenied:
        if isinstance(answer, EntryDenied):
            return answer
        finding = Finding(rule=DenialRule.NOT_READY, found="no answer", limit="risk")
        return denied(finding, self._symbol, self.clock.now())

    async def _reserved(self, found: Found, signal: Signal) -> BracketPlan | EntryDenied:
        now = self.clock.now()
        rules = self._settings.exits
        plan = planned(found.choice, quantity=1, signal=signal, rules=rules, now=now)
        if isinstance(plan, EntryDenied):
            return plan
        late = self._denied_before_data(signal, now)  # Looking took time.
        if late is not None:
            return late
        if not await self._gate_is_open():
            return denied(Finding(rule=DenialRule.BREAKER_OPEN, found="open", limit="closed"), self._symbol, now)
        request = ReserveRisk(
            at=now,
            intent=plan.intent,
            symbol=self._symbol,
            contract=plan.contract,
            entry_limit=plan.entry_limit,
            stop_loss_fraction=rules.stop_loss,
            ask_size=found.choice.quote.ask_size or 0,
            overrides=dict(self._settings.risk_overrides),
        )
        answer = await self.ask_or_none("risk", request, timeout_seconds=10)
        if isinstance(answer, RiskReserved):
            return planned(found.choice, quantity=answer.quantity, signal=signal, rules=rules, now=now)
        return self._refusal(answer)

    def _open(self, plan: BracketPlan, signal: Signal) -> None:
        now = self.clock.now()
        self._rules = apply(self._rules, BracketPlanned(at=now, plan=plan))
        strategy = next(s for s in self._settings.strategies if s.name == signal.strategy)
        until = spent_until(strategy, now)
        if until is not None:
            spent = SignalSpent(at=now, symbol=self._symbol, strategy=signal.strategy, until=until)
            self._rules = apply(self._rules, spent)
            self._append(spent)
        self._log.emit(
            "bracket_planned",
            intent=plan.intent,
            contract=plan.contract.label,
            quantity=plan.quantity,
            price=plan.entry_limit,
            target=plan.target_limit,
            trigger=plan.stop_trigger,
            stop_limit=plan.stop_limit,
            strategy=plan.strategy,
        )
        self.tell("brackets", OpenBracket(plan=plan))

    def _append(self, record: Journaled) -> None:
        self.write(symbol_stream(self._symbol), record)

    def _deny(self, command: RunCycle, denials: tuple[EntryDenied, ...], *, attempted: bool) -> None:
        for denial in denials:
            self._log.emit(
                "entry_denied",
                symbol=self._symbol,
                rule=denial.rule.value,
                found=denial.found,
                limit=denial.limit,
                candidate=denial.candidate,
            )
        self._finish(command, "completed", denials[0].rule.value, attempted=attempted)

    def _finish(
        self,
        command: RunCycle,
        outcome: str,
        decision: str,
        *,
        attempted: bool = False,
        placed: bool = False,
        reason: Mapping[str, float] | None = None,
    ) -> None:
        self._feed.rest()
        why = _numbers(reason or {})
        self._log.emit("symbol_cycle", symbol=self._symbol, cycle=command.cycle, decision=decision, reason=why)
        self.tell(
            "scheduler",
            CycleFinished(
                at=self.clock.now(),
                cycle=command.cycle,
                symbol=self._symbol,
                outcome=outcome,
                decision=decision,
                attempted=attempted,
                placed=placed,
            ),
        )


def _numbers(reason: Mapping[str, float]) -> str:
    return " ".join(f"{name}={value:.6g}" for name, value in reason.items())
