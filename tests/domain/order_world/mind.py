"""The bracket's side of the world: the real domain code, each step of it taken once and remembered by numbers.

Two brackets that will act alike for ever are one: times are told apart only as far as the domain compares them, and
counters only up to where they stop mattering. An order is missed by a book if it was sent before the book was asked
for; so each question carries what had been sent, and no clock is needed.
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Generic, TypeVar

from domain.bracket_due import ON_TIMER
from domain.bracket_effects import (
    AskBook,
    AskHoldings,
    BookFailed,
    BracketInput,
    Cancel,
    Change,
    Due,
    Effect,
    NotSent,
    Record,
    Resume,
    Send,
    SetTimer,
)
from domain.bracket_exits import REFUSALS_BEFORE_ALARM
from domain.bracket_facts import claims_more, silent
from domain.bracket_steps import step
from domain.brackets import Bracket, BracketPolicy, folded
from domain.events import BracketClosed, BracketPlanned, ExitNumbered, Journaled, LegFilled
from domain.ids import OrderRef
from domain.order_specs import OrderSpec
from domain.reports import BookReport, CommissionReport, ExecutionReport, HoldingsReport, Side
from tests.builders import NOW

T = TypeVar("T", bound=Hashable)
POLICY: Final = BracketPolicy(changes_max=1_000_000)
CHASES_MAX: Final = 11  # From the bid a tenth lower each time: by then it is one tick.
SOON: Final = NOW + timedelta(milliseconds=500)
ASKED: Final = NOW + timedelta(milliseconds=1)
SENT_LATER: Final = NOW + timedelta(milliseconds=2)
LASTED: Final = NOW + timedelta(seconds=2)
TIMERS: Final = tuple(sorted(ON_TIMER))


@dataclass(frozen=True, slots=True)
class Place:
    """One order on its way to the broker, and whether it left together with the one before it."""

    spec: OrderSpec
    follows: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """A question for the book (or only what is held), and which orders had been sent before it."""

    known: frozenset[OrderRef]
    whole: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What the broker answered to that question."""

    known: frozenset[OrderRef]
    report: BookReport | HoldingsReport


@dataclass(frozen=True, slots=True)
class Both:
    """An execution and what it cost, heard one after the other."""

    execution: ExecutionReport
    fee: CommissionReport


Wire = Place | Change | Cancel | Ask
Heard = BracketInput | Answer | Both


class Numbers(Generic[T]):
    """Small numbers for big values, and back."""

    def __init__(self) -> None:
        self._known: dict[T, int] = {}
        self.values: list[T] = []

    def of(self, value: T) -> int:
        """Return the number of this value, a new one for one that was never seen."""
        number = self._known.setdefault(value, len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a bracket became, by number, and what it wants: on the wire, or heard at once where there is none.

    While it does not listen for anything, its timer of silence does nothing when it is due; whatever makes it listen
    for an answer starts that timer anew, and whatever makes it wait for a claimed fill one that asks the same.
    """

    bracket: int
    wire: tuple[int, ...]
    unsent: tuple[int, ...]
    timers: int
    listens: bool
    records: tuple[Journaled, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What was written, as far as it matters: of which brackets a successor may begin, and rows that fold to the last.

    A fold goes row by row, so whatever is written next folds alike behind all rows that folded alike.
    """

    beginnings: frozenset[int]
    rows: tuple[Journaled, ...]


class Mind:
    """Every bracket and message that was ever met, and what came of them."""

    def __init__(self) -> None:
        self.brackets = Numbers[Bracket]()
        self.messages = Numbers[Wire | Heard]()
        self.records = Numbers[Kept]()
        self._reactions: dict[tuple[int, int], Reaction] = {}
        self._rows: dict[int, tuple[Journaled, ...]] = {}
        self._written: dict[tuple[int, tuple[Journaled, ...]], int] = {}

    def told(self, bracket: int, message: int) -> Reaction:
        """Return what this bracket makes of this message."""
        known = self._reactions.get((bracket, message))
        if known is None:
            heard = self.messages.values[message]
            assert not isinstance(heard, Place | Change | Cancel | Ask), f"{heard} goes the other way"
            known = self._reactions[bracket, message] = self._reaction(self.brackets.values[bracket], heard)
        return known

    def _reaction(self, bracket: Bracket, message: Heard) -> Reaction:
        before = frozenset(order.ref for order in bracket.orders)
        lasted = message == Due(timer="lasting")
        after, effects = bracket, list[Effect]()
        for one in (message.execution, message.fee) if isinstance(message, Both) else (message,):
            after, more = step(*_concrete(after, one), LASTED if lasted else SOON)
            effects.extend(more)
        wire, unsent, timers, records = list[Wire](), list[Heard](), 0, list[Journaled]()
        for effect in effects:
            match effect:
                case SetTimer():
                    timers |= 1 << TIMERS.index(effect.timer)
                case Record():
                    records.append(timeless(effect.record))
                case _:
                    _posted(effect, before, wire, unsent)
        assert timers >> TIMERS.index("silence") & 1 or silent(bracket) or not silent(after), "nobody would notice"
        return Reaction(
            self.brackets.of(canonical(after)),
            tuple(map(self.messages.of, wire)),
            tuple(map(self.messages.of, unsent)),
            timers,
            silent(after) or claims_more(after),
            tuple(records),
        )

    def written(self, records: int, more: tuple[Journaled, ...]) -> int:
        """Return the number of what is kept after more was written: a crash may keep any beginning of it."""
        known = self._written.get((records, more))
        if known is None:
            before = self.records.values[records]
            beginnings, rows = set(before.beginnings), before.rows
            for record in more:
                rows = (*rows, record)
                beginnings.add(self._revived(rows))
            known = self._written[records, more] = self._kept(beginnings, rows)
        return known

    def restarted(self, bracket: int) -> int:
        """Return the number of what is kept once a successor began with this bracket: it found that on the disk."""
        return self._kept({bracket}, self._rows[bracket])

    def _kept(self, beginnings: set[int], rows: tuple[Journaled, ...]) -> int:
        return self.records.of(Kept(frozenset(beginnings), self._rows[self._revived(rows)]))

    def _revived(self, rows: tuple[Journaled, ...]) -> int:
        """Return the bracket that a successor folds from these rows."""
        state = folded(rows, POLICY)
        assert state is not None, "the plan is always among them"
        number = self.brackets.of(canonical(state))
        self._rows.setdefault(number, rows)
        return number

    def begun(self, bracket: Bracket) -> tuple[int, int]:
        """Return the numbers of a bracket that was not begun, and of what is kept of it: its plan."""
        planned: tuple[Journaled, ...] = (BracketPlanned(at=NOW, plan=bracket.plan),)
        return self.brackets.of(canonical(bracket)), self._kept({self._revived(planned)}, planned)


def _posted(effect: Effect, before: frozenset[OrderRef], wire: list[Wire], unsent: list[Heard]) -> None:
    match effect:
        case Send():
            wire.extend(Place(spec, follows=spec is not effect.orders[0]) for spec in effect.orders)
            unsent.append(NotSent(refs=tuple(spec.ref for spec in effect.orders), reason="disconnected"))
        case Change() | Cancel():
            wire.append(effect)
        case AskBook():
            wire.append(Ask(before, whole=True))
            unsent.append(BookFailed(reason="disconnected"))
        case AskHoldings():
            wire.append(Ask(before, whole=False))
        case _:
            pass


def _concrete(bracket: Bracket, message: BracketInput | Answer) -> tuple[Bracket, BracketInput]:
    if not isinstance(message, Answer):
        return bracket, message
    orders = tuple(replace(o, sent_at=NOW if o.ref in message.known else SENT_LATER) for o in bracket.orders)
    return replace(bracket, orders=orders), replace(message.report, asked_at=ASKED)


def canonical(bracket: Bracket) -> Bracket:
    """Return the one bracket that stands for all that act like this."""
    numbers = sorted(dict(sorted(bracket.numbers)).items())
    return replace(
        bracket,
        policy=replace(bracket.policy, changes_max=POLICY.changes_max),
        orders=tuple(replace(order, sent_at=NOW) for order in bracket.orders),
        fills=_ordered(bracket.fills),
        fees=tuple(sorted(bracket.fees, key=lambda charged: charged.exec_id)),
        numbers=tuple(numbers),
        unguarded_since=bracket.unguarded_since and NOW,
        guarded_at=bracket.guarded_at and NOW,
        quote=bracket.quote and replace(bracket.quote, at=NOW),
        placed_anew=min(bracket.placed_anew, REFUSALS_BEFORE_ALARM),
        chases=min(bracket.chases, CHASES_MAX),
        changes=0,
        closed=bracket.closed and replace(bracket.closed, at=NOW),
    )


def _ordered(fills: tuple[LegFilled, ...]) -> tuple[LegFilled, ...]:
    """Return fills in one order: they are looked up and added up, and only which sale was the last one matters."""
    sales = [fill for fill in fills if fill.side is Side.SELL]
    rest = sorted((fill for fill in fills if fill not in sales[-1:]), key=lambda fill: (fill.side, fill.exec_id))
    return (*rest, *sales[-1:])


def timeless(record: Journaled) -> Journaled:
    """Return a record without its time."""
    return replace(record, at=NOW) if isinstance(record, ExitNumbered | BracketClosed) else record


RESUME: Final = Resume()
