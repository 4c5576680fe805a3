"""Scheduler: starts cycles inside the trading session, and says how the day went."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from actors.base import Actor
from actors.runtime.context import Context
from domain.commands import AskPhase, AskTraffic, RunCycle, SendAlert, SummariseDay, Traffic, Wake
from domain.connection_table import Phase
from domain.cycle import Cycles, Turns, began, complete, finished, next_start, overdue, paused
from domain.events import BreakerMoved, ConnectionLost, CycleFinished, Resynchronised, SlotFreed
from domain.ids import Generation, Symbol
from domain.ports import EventLog
from domain.trading_day import Calendar, Session, ready_by

BAR_OFFSET_SECONDS = 2.0  # A bar is asked for a little after its end, when the broker has it.
WATCH_SECONDS = 5.0


class SchedulerActor(Actor):
    """One timer to the next cycle; turns are kept by ``domain.cycle``."""

    def __init__(
        self,
        context: Context,
        *,
        symbols: tuple[Symbol, ...],
        interval_seconds: int,
        concurrent_max: int,
        turn_seconds_max: float,
        calendar: Calendar,
        log: EventLog,
    ) -> None:
        super().__init__(context)
        self._interval_seconds = interval_seconds
        self._calendar = calendar
        self._log = log
        self._cycles = Cycles(symbols=symbols, concurrent_max=concurrent_max, turn_seconds_max=turn_seconds_max)
        self._ready = False
        self._synced = Generation(0)
        self._circuit = "closed"
        self._totals = {"completed": 0, "failed": 0}

    async def on_start(self) -> None:
        """Ask whether the broker is ready; a restart in mid-session goes on with the next cycle."""
        await self._ask_phase()
        session = self._calendar.current_or_next(self.clock.now())
        if session is not None:
            day, opens, closes = session.day.isoformat(), session.opens_at.isoformat(), session.closes_at.isoformat()
            self._log.emit("session_planned", day=day, open=opens, close=closes)
        self._plan_next()

    async def _ask_phase(self) -> None:
        phase = await self.ask_or_none("broker", AskPhase(), timeout_seconds=5)
        self._ready = phase == Phase.READY.value

    def receive(self, message: Any) -> None:
        """Keep turns and the time."""
        now = self.clock.now()
        match message:
            case Wake(what="cycle"):
                self._begin(now)
            case Wake(what="watch"):
                self._give_up_overdue(now)
            case Wake(what="close"):
                self._day_over()
            case Wake(what="ready"):
                self._look_whether_ready()
            case CycleFinished():
                self._ended(message, now)
            case SlotFreed():
                self._cycles, turns = paused(self._cycles, message.symbol, now)
                self._start(turns)
            case Resynchronised():
                self._ready, self._synced = True, message.generation
                for symbol in self._cycles.symbols:
                    self.tell(f"symbol:{symbol}", message)
            case ConnectionLost() if message.generation >= self._synced:  # Else of an older connection, and late.
                self._ready = False
            case BreakerMoved():
                self._circuit = message.state
            case _:
                pass

    def _plan_next(self) -> None:
        now = self.clock.now()
        session = self._calendar.current_or_next(now)
        if session is None:
            self.tell("alerts", SendAlert(kind="calendar", text="no further trading session is known"))
            return
        if now < ready_by(session):
            self.timers.start_at("ready", ready_by(session), Wake(what="ready"))
        start = next_start(session.opens_at, now, self._interval_seconds, BAR_OFFSET_SECONDS)
        if start >= session.closes_at:
            self._plan_close(session)
            return
        # By the time of day, which may be set while we wait.
        self.timers.start_at("cycle", start, Wake(what="cycle"))

    def _plan_close(self, session: Session) -> None:
        self.timers.start_at("close", session.closes_at + timedelta(seconds=1), Wake(what="close"))

    def _look_whether_ready(self) -> None:
        """Tell the operator while there is time: a gateway that waits for somebody to log in says so by silence."""
        if self._ready:
            return
        self._log.emit("not_ready", reason="no connection half an hour before the open")
        text = "half an hour before the open the gateway does not answer: is it up, does it wait for a log-in?"
        self.tell("alerts", SendAlert(kind="not_ready", text=text, level="CRITICAL"))

    def _begin(self, now: datetime) -> None:
        if not self._cycles.reported:
            for symbol in sorted(self._cycles.open | set(self._cycles.waiting)):
                self._log.emit("cycle_overrun", cycle=self._cycles.number, symbol=symbol)
            self._report(now)
        if self._ready:
            self._cycles, turns = began(self._cycles, now)
            self._log.emit("cycle_start", cycle=self._cycles.number, symbols=len(self._cycles.symbols))
            self._start(turns)
            self.timers.start("watch", WATCH_SECONDS, Wake(what="watch"))
        else:
            self._log.emit("not_ready", reason="the broker is not connected")
            self.spawn(self._ask_phase())  # The word that it is may have been lost.
        self._plan_next()

    def _start(self, turns: Turns) -> None:
        now = self.clock.now()
        for symbol in turns.start:
            if not self.tell(f"symbol:{symbol}", RunCycle(cycle=self._cycles.number, at=now)):
                self._drop(symbol, now)
        if complete(self._cycles):
            self._report(now)

    def _drop(self, symbol: Symbol, now: datetime) -> None:
        self._cycles, turns = finished(self._cycles, symbol, now, ok=False)
        self._start(turns)

    def _ended(self, message: CycleFinished, now: datetime) -> None:
        self._cycles, turns = finished(
            self._cycles,
            message.symbol,
            now,
            ok=message.outcome == "completed",
            attempted=message.attempted,
            placed=message.placed,
        )
        self._start(turns)

    def _give_up_overdue(self, now: datetime) -> None:
        """End the turns of actors that died or hang, so that the others go on."""
        for symbol in overdue(self._cycles, now):
            self._log.emit(
                "symbol_cycle",
                symbol=symbol,
                cycle=self._cycles.number,
                decision="no answer",
                reason="its turn is over",
            )
            self._drop(symbol, now)
        if not self._cycles.reported:
            self.timers.start("watch", WATCH_SECONDS, Wake(what="watch"))

    def _report(self, now: datetime) -> None:
        cycles = self._cycles
        self._cycles = replace(cycles, reported=True)
        for name, count in (("completed", cycles.completed), ("failed", cycles.failed)):
            self._totals[name] += count
        began_at = cycles.began or now
        self.spawn(self._say_complete(cycles, round((now - began_at).total_seconds(), 3)))

    async def _say_complete(self, cycles: Cycles, seconds: float) -> None:
        traffic = await self.ask_or_none("broker", AskTraffic(), timeout_seconds=5)
        known = traffic if isinstance(traffic, Traffic) else Traffic()
        self._log.emit(
            "cycle_complete",
            cycle=cycles.number,
            symbols=len(cycles.symbols),
            completed=cycles.completed,
            failed=cycles.failed,
            skipped=len(cycles.skipped),
            entries_attempted=cycles.attempted,
            entries_placed=cycles.placed,
            duration_seconds=seconds,
            circuit_state=self._circuit,
            requests=known.requests,
            subscriptions=known.subscriptions,
            waiting=sum(known.waiting.values()),
            waited_seconds_max=max(known.waits_seconds.values(), default=0.0),
            lanes=", ".join(f"{lane} {seconds:g} s" for lane, seconds in known.waits_seconds.items()),
        )

    def _day_over(self) -> None:
        totals = self._totals
        self.tell("risk", SummariseDay(completed=totals["completed"], failed=totals["failed"]))
        self._totals = dict.fromkeys(totals, 0)
        self._plan_next()
