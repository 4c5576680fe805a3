"""CircuitBreaker: the gate before data for entries, and before entries. A shell around ``domain.breaker``."""

from typing import Any

from actors.base import Actor
from actors.runtime.context import Context
from domain.breaker import Breaker, BreakerLimits, BreakerStep, ask, ended, restored, tripped
from domain.commands import AskGate, ReadStream, RecordOutcome, SendAlert, TripBreaker
from domain.events import BreakerMoved
from domain.ports import EventLog

STREAM = "breaker"


class BreakerActor(Actor):
    """Survives restarts: its moves are in the journal. It never gates guards, exits, cancels or reconciliation."""

    def __init__(self, context: Context, *, limits: BreakerLimits, log: EventLog) -> None:
        super().__init__(context)
        self._limits = limits
        self._log = log
        self._breaker = Breaker()

    async def on_start(self) -> None:
        """Take up the state the journal tells of."""
        known = await self.ask("journal", ReadStream(stream=STREAM), timeout_seconds=10)
        for record in known.records:
            if isinstance(record, BreakerMoved):
                self._breaker = restored(self._breaker, record)

    def receive(self, message: Any) -> Any:
        """Answer AskGate with a bool and BreakerState with the state's name; count outcomes."""
        now = self.clock.now()
        match message:
            case AskGate():
                return self._moved(ask(self._breaker, now, self._limits)).allowed
            case RecordOutcome():
                return self._moved(ended(self._breaker, message.failure, now, self._limits)).breaker.state.value
            case TripBreaker():
                return self._moved(tripped(self._breaker, message.reason, now)).breaker.state.value
            case _:
                return None

    def _moved(self, step: BreakerStep) -> BreakerStep:
        self._breaker = step.breaker
        if step.moved is not None:
            self._announce(step.moved)
        return step

    def _announce(self, moved: BreakerMoved) -> None:
        self.write(STREAM, moved)
        event = f"circuit_breaker_{moved.state}"
        self._log.emit(event, reason=moved.reason, failures=moved.failures)
        self.tell("scheduler", moved)
        if moved.state == "open":
            self.tell("alerts", SendAlert(kind="breaker", text=f"nothing new is opened: {moved.reason}"))
