"""CircuitBreaker: the gate before data for entries, and before entries. A shell around ``domain.breaker``."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actors.base import Actor
from actors.runtime.context import Context
from domain.breaker import Breaker, BreakerLimits, BreakerState, BreakerStep, ask, ended, restored, tripped
from domain.commands import AskGate, ReadStream, RecordOutcome, SendAlert, TripBreaker
from domain.events import BreakerMoved
from domain.ports import EventLog

STREAM = "breaker"


@dataclass(frozen=True, slots=True)
class AskBreaker:
    """How does the breaker stand? Answer: a BreakerReport. Lets nothing through and counts nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerReport:
    """State, failures in a row, and since when and why it is not closed: aware UTC, None and empty otherwise."""

    state: str
    failures: int
    since: datetime | None
    reason: str


class BreakerActor(Actor):
    """Survives restarts: its moves are in the journal. It never gates guards, exits, cancels or reconciliation."""

    def __init__(self, context: Context, *, limits: BreakerLimits, log: EventLog) -> None:
        super().__init__(context)
        self._limits = limits
        self._log = log
        self._breaker = Breaker()
        self._latest: BreakerMoved | None = None

    async def on_start(self) -> None:
        """Take up the state the journal tells of."""
        known = await self.ask_journal(ReadStream(stream=STREAM))
        for record in known.records:
            if isinstance(record, BreakerMoved):
                self._breaker, self._latest = restored(self._breaker, record), record

    def receive(self, message: Any) -> Any:
        """Answer AskGate with a bool, AskBreaker with a BreakerReport, all others with the state's name."""
        now = self.clock.now()
        match message:
            case AskBreaker():
                return self._report()
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

    def _report(self) -> BreakerReport:
        breaker = self._breaker
        why = self._latest if breaker.state is not BreakerState.CLOSED else None
        return BreakerReport(
            state=breaker.state.value,
            failures=breaker.failures,
            since=why.at if why else None,
            reason=why.reason if why else "",
        )

    def _announce(self, moved: BreakerMoved) -> None:
        self._latest = moved
        self.write(STREAM, moved)
        event = f"circuit_breaker_{moved.state}"
        self._log.emit(event, reason=moved.reason, failures=moved.failures)
        self.tell("scheduler", moved)
        if moved.state == "open":
            self.tell("alerts", SendAlert(kind="breaker", text=f"nothing new is opened: {moved.reason}"))
