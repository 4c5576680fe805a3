"""BracketsActor: every open intent has an OCOActor, whatever died."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from actors.base import Actor
from actors.late_news import WAKE, LateNews
from actors.runtime.context import Context
from actors.runtime.supervisor import ChildSpec, StartChild, Supervisor
from domain.bracket_gone import WriteOff, WrittenOff, summed
from domain.commands import OpenBracket, ReadOpenIntents, ReleaseRisk, SendAlert, Wake
from domain.events import BracketPlan, Resynchronised
from domain.ids import IntentId
from domain.ports import EventLog
from domain.reports import ExecutionReport, OpenOrderReport, OrderStatusReport

OcoSpec = Callable[[IntentId, BracketPlan | None], ChildSpec]
SWEEP_SECONDS = 10.0
AGAIN_SECONDS = 1.0
WRITE_OFF_SECONDS = 32.0  # A guard asks the journal three times at the most, and the broker once.
TRIES_MAX = 2  # Of a plan that is nowhere but here; one that is on disk is tried for ever.


def oco_name(intent: IntentId) -> str:
    """Return the name of the actor that guards an intent."""
    return f"oco:{intent}"


class GuardsSupervisor(Supervisor):
    """Over all OCOActors. Its death is theirs, so that a new one has the brackets swept at once."""

    async def on_start(self) -> None:
        """Say that the guards of what is open are gone; at the first start nobody is there to hear it."""
        await super().on_start()
        if "brackets" in self.directory.names("brackets"):
            self.tell("brackets", Wake(what="sweep"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Late:
    """A guard that did not come up: since when by the monotonic clock, how often, and the plan if it was a new one."""

    since: float
    tries: int
    plan: BracketPlan | None


class BracketsActor(Actor):
    """Gives each plan an OCOActor, and sweeps: an open intent of the journal without an actor gets one again.

    A supervisor forgets a child whose first start failed, so it is for this actor to try it again, and to say that it
    lives after all or is given up.
    """

    def __init__(self, context: Context, *, oco_spec: OcoSpec, log: EventLog) -> None:
        super().__init__(context)
        self._oco_spec = oco_spec
        self._log = log
        self._late: dict[IntentId, _Late] = {}
        self._news = LateNews(self, log, lives=self._lives, guard=lambda intent: self._start(intent, None))

    async def on_start(self) -> None:
        """Adopt what was open before this process, or this actor, started; ask what was said before it could hear."""
        await self._sweep()
        self._news.look_soon()

    def receive(self, message: Any) -> Awaitable[Any] | None:
        """Open a bracket, sweep, see whether what was closed is over, or let guards write off what is gone."""
        match message:
            case OpenBracket():
                return self._start(message.plan.intent, message.plan)
            case Resynchronised():
                return self._news.take(message.book)
            case ExecutionReport() | OpenOrderReport() | OrderStatusReport():
                return self._news.heard(message)
            case WriteOff():
                return self._written_off(message)
            case Wake():
                return self._news.ask() if message.what == WAKE else self._sweep()
            case _:
                return None

    async def _written_off(self, order: WriteOff) -> WrittenOff:
        """Ask every guard: of several symbols few are meant, and this holds whether or not trading is alive."""
        asked = [
            self.ask_or_none(name, order, timeout_seconds=WRITE_OFF_SECONDS) for name in self.directory.names("oco:")
        ]
        answers = await asyncio.gather(*asked)
        return summed(order.what, (answer for answer in answers if isinstance(answer, WrittenOff)))

    async def _sweep(self) -> None:
        self.timers.start("sweep", SWEEP_SECONDS, Wake(what="sweep"))
        known = await self.ask_or_none("journal", ReadOpenIntents(), timeout_seconds=10)
        if known is None:
            if self._late:
                self.timers.start("sweep", AGAIN_SECONDS, Wake(what="sweep"))
            return
        for intent in dict.fromkeys((*known.intents, *self._late)):
            await self._look_after(intent, is_written=intent in known.intents)

    async def _look_after(self, intent: IntentId, *, is_written: bool) -> None:
        late = self._late.get(intent)
        if self._lives(intent):
            if is_written:
                self._note_up(intent)
        elif is_written:
            await self._start(intent, None)
        elif late is not None and late.plan is not None and late.tries < TRIES_MAX:
            await self._start(intent, late.plan)
        else:
            self._give_up(intent)

    async def _start(self, intent: IntentId, plan: BracketPlan | None) -> None:
        started = await self.ask_or_none("ocos", StartChild(spec=self._oco_spec(intent, plan)), timeout_seconds=15)
        if started:
            self._note_up(intent)
        elif started is None or not self._lives(intent):  # Else somebody was faster.
            self._note_late(intent, plan)

    def _note_late(self, intent: IntentId, plan: BracketPlan | None) -> None:
        late, now = self._late.get(intent), self.clock.monotonic()
        if late is None:
            self._late[intent] = _Late(since=now, tries=1, plan=plan)
        else:
            self._late[intent] = replace(late, tries=late.tries + 1)
        if plan is not None:
            self.timers.start("sweep", AGAIN_SECONDS, Wake(what="sweep"))
        if not self._lives(intent):  # It may be at its start still.
            self._tell_dead(intent)

    def _lives(self, intent: IntentId) -> bool:
        return self.directory.address(oco_name(intent)).is_alive

    def _note_up(self, intent: IntentId) -> None:
        late, name = self._late.pop(intent, None), oco_name(intent)
        if late is not None:
            seconds = self.clock.monotonic() - late.since
            self._observer.restarted(name, self.directory.epoch(name), "its first start failed", seconds)

    def _tell_dead(self, intent: IntentId) -> None:
        self._log.emit("oco_actor_dead", intent=intent, reason="could not be started, and is tried again")
        text = f"{intent} has no guard: it could not be started, and is tried again every {SWEEP_SECONDS:g} s"
        self.tell("alerts", SendAlert(kind="oco_dead", text=text, level="CRITICAL"))

    def _give_up(self, intent: IntentId) -> None:
        """Let go of what is not on disk, so that nothing of it was sent: what was set aside for it is free again."""
        late, reason = self._late.pop(intent), "its guard could not be started"
        self._observer.gave_up(oco_name(intent), self.directory.epoch(oco_name(intent)), reason)
        if late.plan is None:
            return
        contract = late.plan.contract
        self._log.emit("entry_given_up", intent=intent, contract=contract.label, reason=reason)
        for name in ("risk", f"symbol:{contract.symbol}"):
            self.tell(name, ReleaseRisk(intent=intent))
