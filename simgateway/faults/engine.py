"""The faults of one gateway: given, counted, let loose on messages both ways; without any, nothing costs anything."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from random import Random

from simgateway.faults.armed import Armed, next_moment
from simgateway.faults.effect import Host, Items, Passing, Stage
from simgateway.faults.model import At, Chance, Fault
from simgateway.faults.quotes import QuoteRequests
from simgateway.frames import FrameLog
from simgateway.market.clock import GatewayClock
from simgateway.protocol.names import name_of
from simgateway.protocol.wire import Fields
from simgateway.session import Item, Raw, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRow:
    """A fault that was given: `fired` is how often it happened, `seen` what its trigger counted."""

    number: int
    fault: Fault
    fired: int
    seen: int
    is_spent: bool


class Faults:
    """What goes wrong; used on the gateway's loop only.

    Every fault draws from a generator of its own, so one more does not change another's draws. Each time one happens
    it is counted in `fired` and noted in the frame log: `fault`, its kind, and the message it happened to.
    """

    def __init__(
        self, host: Host, clock: GatewayClock, log: FrameLog, seed: int, symbol_of: Callable[[int], str]
    ) -> None:
        self.is_set = False
        self.fired: Counter[str] = Counter()
        self._clock = clock
        self._log = log
        self._seed = seed
        self._quotes = QuoteRequests(symbol_of)
        self._stage = Stage(host, clock, self._quotes)
        self._all: dict[int, Armed] = {}
        self._live: list[Armed] = []
        self._given: Counter[str] = Counter()

    def add(self, fault: Fault) -> int:
        """Take a fault from now on; return its number, for `clear`."""
        name = f"{self._seed}:fault:{fault.kind}:{fault.client}:{fault.message}"
        self._given[name] += 1
        draw = Random(f"{name}:{self._given[name]}")
        number = sum(self._given.values())
        armed = Armed(fault, number, self._stage, draw)
        self._all[number] = armed
        self._live.append(armed)
        self._look()
        if fault.is_event and armed.begins is not None and not isinstance(fault.when, Chance):
            wait = armed.begins - self._clock.now()
            self._stage.later(max(0.0, wait.total_seconds()), self._ring, armed)
        return number

    def add_all(self, faults: Iterable[Fault]) -> tuple[int, ...]:
        """Take several; return their numbers."""
        return tuple(self.add(fault) for fault in faults)

    def clear(self, number: int | None = None) -> int:
        """Take back one fault, or all; return how many. What is kept back goes out; half-open connections are cut."""
        gone = [row for row in self._all.values() if number in {None, row.number}]
        for row in gone:
            del self._all[row.number]
            if row in self._live:
                self._live.remove(row)
        for row in gone:
            row.effect.end()
        if number is None:
            self._cut_deaf()
        self._look()
        return len(gone)

    def rows(self) -> tuple[FaultRow, ...]:
        """Return every fault that was given and not taken back, in that order."""
        return tuple(
            FaultRow(number=row.number, fault=row.fault, fired=row.fired, seen=row.seen, is_spent=row.is_spent)
            for row in self._all.values()
        )

    def outgoing(self, session: Session, messages: Sequence[Fields]) -> Items:
        """Return what of these messages goes out now; behind a frame that ends the connection nothing does."""
        if session.number in self._stage.deaf:
            return ()
        items: Items = tuple(item for each in messages for item in self._pass(Passing(session, "out", each, messages)))
        self._forget_spent()
        ends = [place for place, item in enumerate(items) if isinstance(item, Raw) and item.close]
        return items[: ends[0] + 1] if ends else items

    def is_deaf(self, number: int) -> bool:
        """Return whether nothing passes on this connection any more, although it is open."""
        return number in self._stage.deaf

    def incoming(self, session: Session, fields: Fields) -> tuple[Fields, ...]:
        """Return what of a client's message arrives now."""
        self._quotes.note(session.number, fields)
        if not self.is_set:
            return (fields,)
        if session.number in self._stage.deaf:
            return ()
        items = self._pass(Passing(session, "in", fields, (fields,)))
        self._forget_spent()
        return tuple(item for item in items if isinstance(item, tuple))

    def opened(self, number: int) -> None:
        """Take notice of a new connection."""
        for armed in self._live:
            armed.effect.opened(number)
        self._look()

    def closed(self, session: Session) -> None:
        """Forget a connection that is gone."""
        self._quotes.forget(session.number)
        self._stage.deaf.discard(session.number)
        self._look()

    def close(self) -> None:
        """Stop all timers and forget all faults."""
        self._all.clear()
        self._live.clear()
        self._stage.close()
        self._stage.deaf.clear()
        self._look()

    def _pass(self, passing: Passing) -> Items:
        """Return what of one message goes on: every fault has counted it before the first one can make away with it."""
        concerned = [row for row in self._live if row.fault.client in {None, passing.session.client_id}]
        items: Items = (passing.fields,)
        if not concerned:
            return items
        for armed in concerned:
            armed.count(passing)
        for armed in concerned:
            items = self._through(armed, passing, items)
        for armed in concerned:
            if armed.takes_event():
                self._stage.later(0, self._happen, armed, passing.session)
                armed.fired += 1
        return items

    def _through(self, armed: Armed, passing: Passing, items: Items) -> Items:
        if len(items) == 1 and items[0] is passing.fields:
            return self._one(armed, passing)
        out: list[Item] = []
        for item in items:
            if isinstance(item, tuple):
                out += self._one(armed, Passing(passing.session, passing.direction, item, passing.batch))
            else:
                out.append(item)
        return tuple(out)

    def _one(self, armed: Armed, passing: Passing) -> Items:
        try:
            return self._met(armed, passing)
        except (IndexError, ValueError):  # Another fault, or its client, has left nothing of it that can be read.
            return (passing.fields,)

    def _met(self, armed: Armed, passing: Passing) -> Items:
        followed = armed.follow(passing)
        if followed is not None:
            return followed
        if not armed.is_struck(passing):
            return (passing.fields,)
        self._note(armed, passing.session, name_of(passing.direction, passing.fields), *passing.fields)
        return armed.strike(passing)

    def _ring(self, armed: Armed) -> None:
        """Let an event happen at its moment, and plan the next day's."""
        if armed.number not in self._all:
            return
        armed.fired += 1
        self._happen(armed, None)
        when = armed.fault.when
        if isinstance(when, At) and isinstance(when.moment, time) and not armed.is_spent:
            self._stage.later(self._seconds_to_next(when.moment), self._ring, armed)

    def _seconds_to_next(self, moment: time) -> float:
        now = self._clock.now()
        just_after = datetime.fromtimestamp(now.timestamp() + 1, now.tzinfo)
        return (next_moment(moment, just_after) - now).total_seconds()

    def _happen(self, armed: Armed, session: Session | None) -> None:
        if armed.number in self._all:
            self._note(armed, session)
            armed.effect.happen(session)
            self._look()

    def _note(self, armed: Armed, session: Session | None, *details: str) -> None:
        kind = armed.fault.kind
        self.fired[kind] += 1
        connection, client_id = (session.number, session.client_id) if session else (0, -1)
        self._log.remark(self._clock.now(), "fault", kind, *details, connection=connection, client_id=client_id)

    def _forget_spent(self) -> None:
        if any(row.is_over for row in self._live):
            self._live = [row for row in self._live if not row.is_over]
            self._look()

    def _look(self) -> None:
        self.is_set = bool(self._live or self._stage.deaf)

    def _cut_deaf(self) -> None:
        for session in self._stage.host.sessions():
            if session.number in self._stage.deaf:
                session.abort()
