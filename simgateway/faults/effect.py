"""What every fault's doing has in common, and the stage it is done on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol

from simgateway.faults.model import Fault
from simgateway.faults.quotes import QuoteRequests
from simgateway.market.clock import GatewayClock, TimerHandle
from simgateway.protocol.names import Direction
from simgateway.protocol.wire import Fields
from simgateway.session import Item, Session

Items = tuple[Item, ...]


class Host(Protocol):
    """What faults need of the gateway."""

    def sessions(self) -> tuple[Session, ...]:
        """Return the open connections."""
        ...

    def handle(self, session: Session, fields: Fields) -> None:
        """Answer a message that was kept back."""
        ...

    def refuse(self) -> None:
        """Cut every new connection."""
        ...

    def accept(self) -> None:
        """Take new connections again."""
        ...

    def hold_client_id(self, client_id: int, seconds: float) -> None:
        """Answer 326 to a client id for so long."""
        ...

    def warn_too_fast(self, session: Session, *, close: bool) -> None:
        """Send error 100."""
        ...

    def drop_streams(self, session: Session) -> None:
        """Forget a connection's quote requests."""
        ...


@dataclass(frozen=True, slots=True)
class Passing:
    """A message on its way; `batch` is what is sent together with it."""

    session: Session
    direction: Direction
    fields: Fields
    batch: Sequence[Fields]

    @property
    def is_answer(self) -> bool:
        """Return whether it belongs to an answer about orders or executions (53, 55, 102), not to the live reports."""
        return self.batch[-1][0] in {"53", "55", "102"}


class Stage:
    """Where faults act: timers that end with the gateway, late messages, connections that are never answered."""

    def __init__(self, host: Host, clock: GatewayClock, quotes: QuoteRequests) -> None:
        self.host = host
        self.clock = clock
        self.quotes = quotes
        self.deaf: set[int] = set()
        self._timers: dict[int, TimerHandle] = {}
        self._newest_timer = 0
        self._away_until = clock.now()
        self._lines_back: dict[int | None, datetime] = {}

    def sessions(self, client: int | None) -> list[Session]:
        """Return the started connections, of one client or all."""
        return [row for row in self.host.sessions() if row.is_started and client in {None, row.client_id}]

    def later(self, seconds: float, callback: Callable[..., object], *args: Any) -> None:
        """Call back after so many simulated seconds; 0 is as soon as the loop comes to it."""
        self._newest_timer += 1
        when = self.clock.now() + timedelta(seconds=seconds)
        self._timers[self._newest_timer] = self.clock.call_at(when, self._ring, self._newest_timer, callback, args)

    def deliver(self, passing: Passing, items: Items) -> None:
        """Let messages go on their way now, past all faults."""
        if passing.direction == "out":
            passing.session.push(items)
            return
        for item in items:
            if isinstance(item, tuple):
                self.host.handle(passing.session, item)

    def away(self, seconds: float) -> None:
        """Cut new connections for so long; of several such times the last one counts."""
        self.host.refuse()
        self._away_until = max(self._away_until, self.clock.now() + timedelta(seconds=seconds))
        self.later(seconds, self._come_back)

    def back(self) -> None:
        """Take new connections again before the time."""
        self._away_until = self.clock.now()
        self.host.accept()

    def lose_line(self, client: int | None, seconds: float) -> None:
        """Note that the line to IB is lost for so long, for one client or all; of several times the last counts."""
        until = self.clock.now() + timedelta(seconds=seconds)
        self._lines_back[client] = max(until, self._lines_back.get(client, until))

    def seconds_to_line(self, client: int | None) -> float:
        """Return how long the line stays lost, 0 when it is there."""
        now = self.clock.now()
        return max((self._lines_back.get(who, now) - now).total_seconds() for who in (client, None))

    def line_back(self, client: int | None) -> None:
        """Have the line again before the time."""
        self._lines_back.pop(client, None)

    def close(self) -> None:
        """Stop all timers."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _come_back(self) -> None:
        if self.clock.now() >= self._away_until:
            self.host.accept()

    def _ring(self, number: int, callback: Callable[..., object], args: tuple[Any, ...]) -> None:
        del self._timers[number]
        callback(*args)


class Effect:
    """What one fault does; a subclass is a row of the table of kinds.

    `lingers`: it has to see messages even when it may not happen again.
    """

    lingers = False

    def __init__(self, fault: Fault, stage: Stage, draw: Random) -> None:
        self.fault = fault
        self.stage = stage
        self.draw = draw

    def concerns(self, passing: Passing) -> bool:
        """Return whether a message of the right kind is one it happens to."""
        del passing
        return True

    def follow(self, passing: Passing) -> Items | None:
        """Return what becomes of a message because of what has happened before; None when nothing does."""
        del passing
        return None

    def strike(self, passing: Passing) -> Items:
        """Return what becomes of a message it happens to."""
        return (passing.fields,)

    def happen(self, session: Session | None) -> None:
        """Let an event happen; `session` is whose message set it off, None at a moment."""
        del session

    def opened(self, number: int) -> None:
        """Take notice of a new connection."""
        del number

    def end(self) -> None:
        """Let go of what is kept back: the fault is cleared."""
