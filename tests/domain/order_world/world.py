"""One bracket, its broker, and all that lies between: which states may follow a state.

Messages travel in order each way, save for as many faults as are allowed: lost, said again later, or late. Any timer
that runs may be due at any moment, since no invariant may lean on how long something takes; only the quiet look,
which comes once a minute, waits until nothing is on its way.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from enum import IntEnum
from typing import Final, NamedTuple

from domain.bracket_effects import Begin, BookFailed, Cancel, Change, Disconnected, Due, Liquidate
from domain.bracket_facts import guarded
from domain.brackets import Bracket, position
from domain.events import ClosedBy, Journaled
from domain.quotes import Quote
from domain.reports import (
    BookReport,
    BrokerStatus,
    CommissionReport,
    ExecutionReport,
    HoldingsReport,
    OrderReport,
    Side,
)
from tests.builders import NOW, a_bracket, a_quote
from tests.domain.order_world.exchange import (
    ENDED,
    Exchange,
    Rules,
    armed,
    book,
    cancelled,
    changed,
    executed,
    held,
    holdings,
    openings,
    placed,
    protected,
    triggered,
)
from tests.domain.order_world.mind import POLICY, RESUME, TIMERS, Answer, Ask, Both, Mind, Numbers, Place, Reaction


class Kind(IntEnum):
    """Who moves: what must come in the end, what a market may do, what goes wrong."""

    FAIR = 0
    MARKET = 1
    FAULT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """How often in one life each misfortune may strike."""

    crashes: int = 0
    cuts: int = 0  # Of the connection, with all that is under way.
    faults: int = 0  # Messages lost, repeated or late, either way.
    mishaps: int = 0  # Orders refused by the exchange, or cancelled by hand.
    partials: int = 0  # Fills of less than could fill.
    flattens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Which bracket lives under which rules."""

    native: bool = True
    quantity: int = 2
    rules: Rules = field(default_factory=Rules)
    allowed: Allowed = field(default_factory=Allowed)
    hurried: bool = True  # A timer may be due while messages are on their way; else only late ones.


class State(NamedTuple):
    """Everything, by number; ``late`` are messages that arrive some time, ``timers`` are bits."""

    bracket: int
    exchange: int
    outgoing: tuple[int, ...]
    incoming: tuple[int, ...]
    late: tuple[int, ...]
    timers: int
    records: int
    linked: bool
    undisturbed: bool
    crashes: int
    cuts: int
    faults: int
    mishaps: int
    partials: int
    flattens: int


Move = tuple[Kind, str, State]
LOOK: Final = TIMERS.index("look")
SILENCE: Final = 1 << TIMERS.index("silence")
AT: Final = NOW + timedelta(milliseconds=100)
CALM, LOW, HIGH = (a_quote(bid, "3.20", at=AT) for bid in ("2.00", "1.50", "3.10"))


class World:
    """The moves of one setting. Its numbers are its own."""

    def __init__(self, setting: Setting, *, reduced: bool = True) -> None:
        self.setting = setting
        self.reduced = reduced
        self.rules = setting.rules
        self.mind = Mind()
        self.exchanges = Numbers[Exchange]()
        self._number = self.mind.messages.of
        self._due = [self._number(Due(timer=timer)) for timer in TIMERS]
        self._safe: dict[tuple[int, int], bool] = {}
        self._taking: dict[tuple[int, int], tuple[int, tuple[int, ...]]] = {}
        self._markets: dict[int, list[tuple[Kind, str, int, tuple[int, ...], bool]]] = {}

    def first(self) -> State:
        """Return the state in which the plan is on disk and the family has been handed to the wire."""
        bracket, records = self.mind.begun(
            a_bracket(native=self.setting.native, quantity=self.setting.quantity, policy=POLICY)
        )
        state = State(
            bracket=bracket,
            exchange=self.exchanges.of(()),
            outgoing=(),
            incoming=(),
            late=(),
            timers=0,
            records=records,
            linked=True,
            undisturbed=True,
            **asdict(self.setting.allowed),
        )
        return self._told(state, self._number(Begin()))

    def bracket_of(self, state: State) -> Bracket:
        """Return what the bot believes."""
        return self.mind.brackets.values[state.bracket]

    def exchange_of(self, state: State) -> Exchange:
        """Return what is true."""
        return self.exchanges.values[state.exchange]

    def is_safe(self, state: State) -> bool:
        """Return whether nothing is held, or what is held is guarded in truth, or being sold whole."""
        key = (state.bracket, state.exchange)
        safe = self._safe.get(key)
        if safe is None:
            exchange, bracket = self.exchange_of(state), self.bracket_of(state)
            watched = not bracket.plan.native and position(bracket) == held(exchange) and guarded(bracket)
            sold = bracket.closing is not None and any(
                most >= held(exchange) for _, most in openings(exchange, self.rules)
            )
            safe = self._safe[key] = watched or sold or protected(exchange, self.rules)
        return safe

    def moves(self, state: State) -> Iterable[Move]:
        """Return every state that may follow, who moved, and how; where ``hearing`` has some, those alone."""
        return self.hearing(state) or self._all(state)

    def hearing(self, state: State) -> list[Move]:
        """Return the bot's own moves where it has a message to hear: the broker's may wait. Empty where they may not.

        What the bot hears and what the broker does meanwhile change nothing of one another: the one takes the oldest
        of ``incoming`` and adds to ``outgoing``, the other takes the oldest of that and adds to this. So every way on
        from here can be put into an order in which the bot moves first, and if it does not move in it, hearing the
        message added leaves the broker as it was. All states in which nothing is under way are met, and everything
        that the broker comes to. A crash is no exception: it leaves any beginning of the records, so also those of
        before; nor is an end: with nothing under way, whatever the broker could still do is a wrong end, and found. But
        a cut loses what was not heard, an end loses nothing on its way any more, and a failed answer goes to the end of
        the queue: there all moves are taken.
        """
        waits = state.incoming and state.linked and not state.cuts and not self._in_one_go(state)
        if not self.reduced or not waits:
            return []
        if state.faults and isinstance(self.mind.messages.values[state.incoming[0]], Answer):
            return []
        moves = [*self._deliveries(state), *self._timers(state), *self._quotes(state), *self._connection(state)]
        loses = state.faults and state.outgoing
        return [] if loses and any(self.bracket_of(after).closed is not None for _, _, after in moves) else moves

    def _all(self, state: State) -> Iterator[Move]:
        closed = self.bracket_of(state).closed is not None
        yield from self._arrivals(state)
        if self._in_one_go(state):
            yield from self._connection(state)
            yield from self._crashes(state)
            return
        yield from self._deliveries(state)
        if not closed:
            yield from self._timers(state)
            yield from self._quotes(state)
            yield from self._connection(state)
        if not closed or state.outgoing:
            yield from self._market(state)
        yield from self._crashes(state)

    def _in_one_go(self, state: State) -> bool:
        """Return whether the rest of a family or pair follows in the same breath: no market moves between them."""
        wanted = self.mind.messages.values[state.outgoing[0]] if state.outgoing else None
        return isinstance(wanted, Place) and wanted.follows

    # What the bot hears

    def _told(self, state: State, message: int) -> State:
        reaction = self.mind.told(state.bracket, message)
        after = self._reacted(state, reaction)
        if self.mind.brackets.values[reaction.bracket].closed is not None:
            after = after._replace(timers=0, incoming=(), late=(), faults=0, cuts=0, flattens=0)
        return after

    def _reacted(self, state: State, reaction: Reaction) -> State:
        linked = state.linked
        return state._replace(
            bracket=reaction.bracket,
            outgoing=(*state.outgoing, *reaction.wire) if linked else (),
            incoming=state.incoming if linked else (*state.incoming, *reaction.unsent),
            timers=(state.timers | reaction.timers) & ~(0 if not self.reduced or reaction.listens else SILENCE),
            records=self._written(state, reaction.records),
        )

    def _written(self, state: State, records: tuple[Journaled, ...]) -> int:
        """Keep records as long as somebody may have to start from them."""
        if not state.crashes or not records:
            return state.records
        return self.mind.written(state.records, records)

    def _deliveries(self, state: State) -> Iterator[Move]:
        for index, message in enumerate(state.late):
            rest = state.late[:index] + state.late[index + 1 :]
            yield Kind.FAIR, f"late: {self._text(message)}", self._told(state._replace(late=rest), message)
        if not state.incoming:
            return
        message, rest = state.incoming[0], state.incoming[1:]
        text, after = self._text(message), state._replace(incoming=rest)
        yield Kind.FAIR, f"heard: {text}", self._told(after, message)
        said = self.mind.messages.values[message]
        if not state.faults or not isinstance(said, OrderReport | Both | Answer):
            return
        worse = after._replace(faults=state.faults - 1, undisturbed=False)
        late = tuple(sorted((*state.late, message)))
        yield Kind.FAULT, f"delayed: {text}", worse._replace(late=late)
        if isinstance(said, Answer):
            failed = (self._number(BookFailed(reason="timed out")),) if isinstance(said.report, BookReport) else ()
            yield Kind.FAULT, f"lost: {text}", worse._replace(incoming=(*rest, *failed))
        else:
            yield Kind.FAULT, f"lost: {text}", worse
            yield Kind.FAULT, f"heard, to be repeated: {text}", self._told(worse._replace(late=late), message)

    def _timers(self, state: State) -> Iterator[Move]:
        if (state.outgoing or state.incoming) and not self.setting.hurried:
            return
        still = not (state.outgoing or state.incoming or state.late)
        for bit, timer in enumerate(TIMERS):
            if state.timers >> bit & 1 and (bit != LOOK or still):
                after = state._replace(timers=state.timers & ~(1 << bit))
                yield Kind.FAIR, f"due: {timer}", self._told(after, self._due[bit])

    def _quotes(self, state: State) -> Iterator[Move]:
        bracket = self.bracket_of(state)
        if bracket.plan.native or not state.linked:
            return
        choices: list[tuple[Kind, Quote]] = [(Kind.FAIR, CALM)] if bracket.quote is None else []
        if position(bracket) > 0 and bracket.closing is None:
            choices += [(Kind.MARKET, LOW), (Kind.MARKET, HIGH)]
            choices += [(Kind.MARKET, CALM)] if bracket.stop_touches else []
        for kind, quote in choices:
            yield kind, f"quote: {quote.bid}", self._told(state, self._number(quote))

    def _connection(self, state: State) -> Iterator[Move]:
        if not state.linked:
            known = frozenset(order.ref for order in self.bracket_of(state).orders)
            answer = self._number(Answer(known, book(self.exchange_of(state), self.rules)))
            yield Kind.FAIR, "connected", state._replace(linked=True, incoming=(*state.incoming, answer))
        elif state.cuts:
            gone = state._replace(cuts=state.cuts - 1, linked=False, outgoing=(), incoming=(), late=())
            yield Kind.FAULT, "cut", self._told(gone, self._number(Disconnected()))
        if state.flattens:
            after = state._replace(flattens=state.flattens - 1)
            yield Kind.FAULT, "flatten", self._told(after, self._number(Liquidate(why=ClosedBy.FLATTENED)))

    def _crashes(self, state: State) -> Iterator[Move]:
        """Start again from each beginning of what was written; what was under way is lost on this side."""
        if not state.crashes:
            return
        for bracket in sorted(self.mind.records.values[state.records].beginnings):
            after = state._replace(
                bracket=bracket,
                crashes=state.crashes - 1,
                records=0 if state.crashes == 1 else self.mind.restarted(bracket),
                outgoing=(),
                incoming=(),
                late=(),
                timers=0,
                linked=True,
            )
            fills = len(self.mind.brackets.values[bracket].fills)
            yield Kind.FAULT, f"crash: {fills} fills are on the disk", self._told(after, self._number(RESUME))

    # What the broker hears and does

    def _arrivals(self, state: State) -> Iterator[Move]:
        if not state.outgoing:
            return
        message, rest = state.outgoing[0], state.outgoing[1:]
        text, wanted = self._text(message), self.mind.messages.values[message]
        after = state._replace(outgoing=rest)
        yield Kind.FAIR, f"arrived: {text}", self._moved(after, *self._taken(state.exchange, message))
        if state.mishaps and isinstance(wanted, Place):
            worse = after._replace(mishaps=state.mishaps - 1)
            yield Kind.FAULT, f"refused: {text}", self._moved(worse, *self._refused(state.exchange, message))
        if not state.faults or self.bracket_of(state).closed is not None:
            return
        worse = after._replace(faults=state.faults - 1, undisturbed=False)
        if isinstance(wanted, Ask) and wanted.whole:
            worse = worse._replace(incoming=(*state.incoming, self._number(BookFailed(reason="timed out"))))
        yield Kind.FAULT, f"lost on the way: {text}", worse

    def _moved(self, state: State, exchange: int, said: tuple[int, ...]) -> State:
        deaf = not state.linked or self.mind.brackets.values[state.bracket].closed is not None
        return state._replace(exchange=exchange, incoming=state.incoming if deaf else (*state.incoming, *said))

    def _taken(self, exchange: int, message: int) -> tuple[int, tuple[int, ...]]:
        known = self._taking.get((exchange, message))
        if known is None:
            known = self._taking[exchange, message] = self._take(self.exchanges.values[exchange], message)
        return known

    def _take(self, exchange: Exchange, message: int) -> tuple[int, tuple[int, ...]]:
        match self.mind.messages.values[message]:
            case Place(spec=spec):
                return self._numbered(placed(exchange, spec))
            case Change(order=spec):
                return self._numbered(changed(exchange, spec, self.rules))
            case Cancel(ref=ref):
                return self._numbered(cancelled(exchange, ref, self.rules))
            case Ask(known=refs, whole=whole):
                report: BookReport | HoldingsReport = book(exchange, self.rules) if whole else holdings(exchange)
                return self.exchanges.of(exchange), (self._number(Answer(refs, report)),)
            case other:
                raise AssertionError(f"{other} goes the other way")

    def _refused(self, exchange: int, message: int) -> tuple[int, tuple[int, ...]]:
        wanted = self.mind.messages.values[message]
        assert isinstance(wanted, Place), "only orders are refused"
        return self._numbered(placed(self.exchanges.values[exchange], wanted.spec, refused=True))

    def _numbered(self, said: tuple[Exchange, tuple[OrderReport, ...]]) -> tuple[int, tuple[int, ...]]:
        fees = {fee.exec_id: fee for fee in said[1] if isinstance(fee, CommissionReport)}
        heard = (
            Both(report, fees[report.exec_id]) if isinstance(report, ExecutionReport) else report
            for report in said[1]
            if not isinstance(report, CommissionReport)
        )
        return self.exchanges.of(said[0]), tuple(map(self._number, heard))

    def _market(self, state: State) -> Iterator[Move]:
        known = self._markets.get(state.exchange)
        if known is None:
            known = self._markets[state.exchange] = list(self._happenings(self.exchange_of(state)))
        for kind, text, exchange, said, partial in known:
            after = state
            if partial:
                after = after._replace(partials=state.partials - 1)
            elif kind is Kind.FAULT:
                after = after._replace(mishaps=state.mishaps - 1)
            if after.partials >= 0 and after.mishaps >= 0:
                yield kind, text, self._moved(after, exchange, said)

    def _happenings(self, exchange: Exchange) -> Iterator[tuple[Kind, str, int, tuple[int, ...], bool]]:
        """Return whatever may happen there: fills whole and in part, stops touched, orders cancelled by hand."""
        for order, most in openings(exchange, self.rules):
            for quantity in range(1, most + 1):
                said = self._numbered(executed(exchange, order.spec.ref, quantity, self.rules))
                yield Kind.MARKET, f"fills: {quantity} of {order.spec.ref}", *said, quantity < most
        for order in exchange:
            ref = order.spec.ref
            waits = order.status is BrokerStatus.PRE_SUBMITTED
            if waits and order.spec.trigger is not None and armed(exchange, order, self.rules):
                yield Kind.MARKET, f"touched: {ref}", *self._numbered(triggered(exchange, ref)), False
            if order.spec.side is Side.SELL and order.status is not None and order.status not in ENDED:
                yield (
                    Kind.FAULT,
                    f"cancelled by hand: {ref}",
                    *self._numbered(cancelled(exchange, ref, self.rules)),
                    False,
                )

    def _text(self, message: int) -> str:
        said = self.mind.messages.values[message]
        match said:
            case Place(spec=spec):
                return f"place {spec.ref} {spec.quantity} at {spec.limit}"
            case Answer(report=report):
                return f"{type(report).__name__} {[(o.ref, o.status.value) for o in report.open_orders]}"
            case _:
                ref = getattr(said, "ref", None) or getattr(getattr(said, "order", None), "ref", "")
                more = getattr(said, "status", None) or getattr(said, "quantity", "") or getattr(said, "effect", "")
                return f"{type(said).__name__} {ref} {more}"
