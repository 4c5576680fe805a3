"""BracketsActor: every open intent has an OCOActor, whatever died."""

from collections.abc import Awaitable, Callable
from typing import Any

from actors.base import Actor
from actors.runtime.context import Context
from actors.runtime.supervisor import ChildSpec, StartChild, Supervisor
from domain.commands import OpenBracket, ReadOpenIntents, SendAlert, Wake
from domain.events import BracketPlan
from domain.ids import IntentId
from domain.ports import EventLog

OcoSpec = Callable[[IntentId, BracketPlan | None], ChildSpec]
SWEEP_SECONDS = 10.0


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


class BracketsActor(Actor):
    """Gives each plan an OCOActor, and sweeps: an open intent of the journal without an actor gets one again."""

    def __init__(self, context: Context, *, oco_spec: OcoSpec, log: EventLog) -> None:
        super().__init__(context)
        self._oco_spec = oco_spec
        self._log = log

    async def on_start(self) -> None:
        """Adopt what was open before this process, or this actor, started."""
        await self._sweep()

    def receive(self, message: Any) -> Awaitable[None] | None:
        """Open a bracket, or sweep."""
        match message:
            case OpenBracket():
                return self._start(message.plan.intent, message.plan)
            case Wake():
                return self._sweep()
            case _:
                return None

    async def _sweep(self) -> None:
        self.timers.start("sweep", SWEEP_SECONDS, Wake(what="sweep"))
        known = await self.ask_or_none("journal", ReadOpenIntents(), timeout_seconds=10)
        if known is None:
            return
        alive = set(self.directory.names("oco:"))
        for intent in known.intents:
            if oco_name(intent) not in alive:
                await self._start(intent, None)

    async def _start(self, intent: IntentId, plan: BracketPlan | None) -> None:
        started = await self.ask_or_none("ocos", StartChild(spec=self._oco_spec(intent, plan)), timeout_seconds=15)
        if not started:
            self._log.emit("oco_actor_dead", intent=intent, reason="could not be started; the sweep tries again")
            text = f"{intent} has no guard: it could not be started, and is tried again every {SWEEP_SECONDS:g} s"
            self.tell("alerts", SendAlert(kind="oco_dead", text=text, level="CRITICAL"))
