"""A stage for actors: one virtual host, a strict log, and extras who write down what they hear and answer by script."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from actors.journal import JournalActor
from actors.runtime.clock import LoopClock
from actors.runtime.directory import Directory
from actors.runtime.hosts import VirtualHost
from actors.runtime.lifecycle import Phase
from actors.runtime.loop_actor import Context, LoopActor
from actors.runtime.observer import ExceptionInfo, NullObserver
from domain.bracket_reopened import BracketReopened
from domain.errors import StoreError, StoreFault
from domain.events import BracketClosed, BracketPlanned, Journaled
from domain.ids import IntentId
from domain.trading_day import Calendar, Session
from ops.memory_log import MemoryLog
from tests.builders import NOW

A = TypeVar("A", bound=LoopActor)

MONDAY = Session(
    day=date(2026, 1, 5),
    opens_at=datetime(2026, 1, 5, 14, 30, tzinfo=UTC),
    closes_at=datetime(2026, 1, 5, 21, tzinfo=UTC),
)
EARLY_TUESDAY = Session(
    day=date(2026, 1, 6),
    opens_at=datetime(2026, 1, 6, 14, 30, tzinfo=UTC),
    closes_at=datetime(2026, 1, 6, 18, tzinfo=UTC),
)
THURSDAY = Session(  # Wednesday is a holiday.
    day=date(2026, 1, 8),
    opens_at=datetime(2026, 1, 8, 14, 30, tzinfo=UTC),
    closes_at=datetime(2026, 1, 8, 21, tzinfo=UTC),
)
CALENDAR = Calendar.of([MONDAY, EARLY_TUESDAY, THURSDAY])


class Witness(NullObserver):
    """Remembers deaths, dead letters, starts, restarts and surrenders."""

    def __init__(self) -> None:
        self.deaths: list[tuple[str, BaseException]] = []
        self.dead_letters: list[tuple[str, Any]] = []
        self.starts: list[str] = []
        self.restarts: list[str] = []
        self.surrenders: list[str] = []
        self.hangs: list[str] = []

    def dead_letter(self, name: str, message: Any) -> None:
        self.dead_letters.append((name, message))

    def started(self, name: str, epoch: int) -> None:
        del epoch
        self.starts.append(name)

    def failed(self, name: str, epoch: int, message: Any, exc_info: ExceptionInfo) -> None:
        del epoch, message
        self.deaths.append((name, exc_info[1]))

    def hung(self, name: str, epoch: int, message: Any, reason: str) -> None:
        del epoch, message, reason
        self.hangs.append(name)

    def restarted(self, name: str, epoch: int, reason: str, seconds: float) -> None:
        del epoch, reason, seconds
        self.restarts.append(name)

    def gave_up(self, name: str, epoch: int, reason: str) -> None:
        del epoch, reason
        self.surrenders.append(name)


class Extra(LoopActor):
    """Writes down what it hears; answers by the message's type with a value, or with what a function returns."""

    def __init__(self, context: Context, answers: Mapping[type, Any]) -> None:
        super().__init__(context)
        self.answers = dict(answers)
        self.heard: list[Any] = []

    def receive(self, message: Any) -> Any:
        self.heard.append(message)
        answer = self.answers.get(type(message))
        return answer(message) if callable(answer) else answer

    def of(self, kind: type[Any]) -> list[Any]:
        """Return what was heard of this type, oldest first."""
        return [message for message in self.heard if isinstance(message, kind)]


class MemoryJournal:
    """Implements JournalPort in memory. ``broken`` says why nothing can be written; empty is a sound disk."""

    def __init__(self) -> None:
        self.streams: dict[str, list[Journaled]] = {}
        self.broken = ""
        self.unreadable = ""
        self.fault = StoreFault.DISK_FULL

    def append(self, stream: str, records: Sequence[Journaled]) -> None:
        if self.broken:
            raise StoreError(self.broken, self.fault)
        self.streams.setdefault(stream, []).extend(records)

    def read(self, stream: str) -> tuple[Journaled, ...]:
        if self.unreadable:
            raise StoreError(self.unreadable, self.fault)
        return tuple(self.streams.get(stream, ()))

    def open_intents(self) -> tuple[IntentId, ...]:
        if self.unreadable:
            raise StoreError(self.unreadable, self.fault)
        records = [record for stream in self.streams.values() for record in stream]
        last = {
            record.intent: type(record) for record in records if isinstance(record, BracketClosed | BracketReopened)
        }
        planned = [record.plan.intent for record in records if isinstance(record, BracketPlanned)]
        return tuple(intent for intent in dict.fromkeys(planned) if last.get(intent) is not BracketClosed)


class SetClock:
    """The loop's time, and what somebody set it on by."""

    def __init__(self, inner: LoopClock) -> None:
        self._inner = inner
        self.set_on = timedelta()

    def now(self) -> datetime:
        return self._inner.now() + self.set_on

    def monotonic(self) -> float:
        return self._inner.monotonic()


class Stage:
    """Actors under their names on one host in virtual time. Deaths must be expected: ``curtain`` looks for others."""

    def __init__(self, start: datetime = NOW, seed: int = 7) -> None:
        self.host = VirtualHost(seed, start)
        self.clock = SetClock(LoopClock(self.host.loop, start))
        self.host.clock = self.clock
        self.host.start()
        self.witness = Witness()
        self.directory = Directory(self.witness)
        self.log = MemoryLog(strict=True)
        self.store = MemoryJournal()
        self.expected_deaths: set[str] = set()
        self._complaints: list[str] = []
        self.host.loop.set_exception_handler(lambda _, context: self._complaints.append(str(context)))

    @property
    def now(self) -> datetime:
        """What the actors' clock says."""
        return self.clock.now()

    def launch(self, kind: Callable[[Context], A], name: str, *, seconds: float = 1.0) -> A:
        """Start an actor in a life of its own number; give it so much time to be up, and no more than it takes."""
        epoch = self.directory.advance_epoch(name)
        actor = kind(Context(name=name, epoch=epoch, host=self.host, directory=self.directory, observer=self.witness))
        actor.launch()
        deadline = self.host.loop.time() + seconds
        while actor.phase is Phase.STARTING and self.host.loop.time() < deadline:
            self.run_for(0.01)
        return actor

    def cast(self, name: str, answers: Mapping[type, Any] | None = None) -> Extra:
        """Put an extra under this name."""
        return self.launch(lambda context: Extra(context, answers or {}), name)

    def journal(self) -> JournalActor:
        """Put the real journal actor over the memory journal."""
        return self.launch(lambda context: JournalActor(context, journal=self.store, log=self.log), "journal")

    def tell(self, name: str, *messages: Any) -> None:
        """Send, and give everyone time to hear."""
        for message in messages:
            self.directory.address(name).tell(message)
        self.run_for(0.05)

    def ask(self, name: str, message: Any, seconds: float = 60.0) -> Any:
        """Ask, and return the answer or raise what came instead."""

        async def question() -> Any:
            return await self.directory.address(name).ask(message, seconds)

        return self.host.run(question())

    def asking(self, name: str, message: Any, seconds: float = 300.0) -> Awaitable[Any]:
        """Ask, and return the answer to come."""

        async def question() -> Any:
            return await self.directory.address(name).ask(message, seconds)

        return self.host.loop.create_task(question())

    def run_for(self, seconds: float) -> None:
        """Let time pass."""
        self.host.run_for(seconds)

    def run_until(self, when: datetime) -> None:
        """Let time pass until the loop's clock says so."""
        self.host.run_until(when)

    def expect_death(self, name: str) -> None:
        """Say that this actor's deaths are what the test is about."""
        self.expected_deaths.add(name)

    def curtain(self) -> None:
        """End all; fail for a death that nobody expected and for what went wrong outside of actors."""
        self.host.stop()
        surprises = [death for death in self.witness.deaths if death[0] not in self.expected_deaths]
        assert surprises == []
        assert self._complaints == []
