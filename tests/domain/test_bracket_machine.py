"""Every order of events that Hypothesis can think of, against a broker that may do anything a real one does."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.bracket_effects import (
    AskBook,
    Begin,
    BracketInput,
    Cancel,
    Change,
    Disconnected,
    Due,
    Effect,
    Finish,
    Liquidate,
    Record,
    Resume,
    Send,
    SetTimer,
    StopEntry,
)
from domain.bracket_steps import step
from domain.brackets import Bracket, BracketPolicy, folded
from domain.events import BracketPlanned, ClosedBy, Journaled
from domain.reports import BrokerStatus, ExecutionReport, Side
from tests.builders import NOW, a_bracket, a_quote
from tests.domain.toy_broker import ToyBroker

POLICY = BracketPolicy()


class BracketLife(RuleBasedStateMachine):
    """A bracket, its broker, its journal and its timers."""

    bracket: Bracket
    broker: ToyBroker
    now: datetime

    @initialize(
        children=st.sampled_from(["armed_at_first_fill", "armed_when_complete", "cancelled_with_remainder"]),
        groups=st.sampled_from(["reduced", "cancelled"]),
        rejects_stops=st.booleans(),
        native=st.booleans(),
        quantity=st.integers(1, 4),
    )
    def begin(self, *, children: str, groups: str, rejects_stops: bool, native: bool, quantity: int) -> None:
        self.now = NOW
        self.broker = ToyBroker(children=children, groups=groups, rejects_stops=rejects_stops)
        self.bracket = a_bracket(native=native, quantity=quantity)
        self.records: list[Journaled] = [BracketPlanned(at=NOW, plan=self.bracket.plan)]
        self.timers: dict[str, datetime] = {}
        self.finished = 0
        self.tell(Begin())

    def tell(self, message: BracketInput) -> None:
        self.bracket, effects = step(self.bracket, message, self.now)
        for effect in effects:
            self.perform(effect)

    def perform(self, effect: Effect) -> None:
        match effect:
            case SetTimer():
                self.timers[effect.timer] = self.now + timedelta(seconds=effect.seconds)
            case Record():
                self.records.append(effect.record)
            case Finish():
                self.finished += 1
            case Send() | Change() | Cancel() | AskBook():
                self.broker.accept(effect, self.now)
            case _:
                pass

    # What may happen

    @rule(times=st.integers(1, 4))
    def the_broker_hears(self, times: int) -> None:
        for _ in range(times):
            self.broker.take()

    @rule(times=st.integers(1, 6), twice=st.booleans())
    def we_hear(self, times: int, *, twice: bool) -> None:
        for _ in range(times):
            if not self.broker.incoming:
                return
            message = self.broker.incoming.popleft()
            self.tell(message)
            if twice and isinstance(message, ExecutionReport):
                self.tell(message)

    @rule(which=st.integers(0, 5), quantity=st.integers(1, 4))
    def something_fills(self, which: int, quantity: int) -> None:
        refs = list(self.broker.orders)
        if refs:
            self.broker.fill(refs[which % len(refs)], quantity)

    @rule(which=st.integers(0, 5))
    def a_stop_is_touched(self, which: int) -> None:
        refs = list(self.broker.orders)
        if refs:
            self.broker.trigger(refs[which % len(refs)])

    @rule(which=st.integers(0, 5))
    def somebody_cancels_by_hand(self, which: int) -> None:
        live = [o for o in self.broker.orders.values() if o.remaining and o.spec.side is Side.SELL]
        if live:
            order = live[which % len(live)]
            order.status = BrokerStatus.CANCELLED
            if self.broker.connected:
                self.broker._say(order)

    @rule(bid=st.sampled_from(["2.00", "1.60", "1.50", "3.10", None]))
    def a_quote_arrives(self, bid: str | None) -> None:
        self.now += timedelta(milliseconds=100)
        self.tell(a_quote(bid, "3.20", at=self.now))

    @rule(seconds=st.sampled_from([1, 2, 5, 10, 30]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        for timer, due in sorted(self.timers.items(), key=lambda item: item[1]):
            if due <= self.now and self.timers.get(timer) == due:
                del self.timers[timer]
                self.tell(Due(timer=timer))

    @rule()
    def the_connection_breaks(self) -> None:
        if self.broker.connected:
            self.broker.cut()
            self.tell(Disconnected())

    @rule()
    def the_connection_is_back(self) -> None:
        if not self.broker.connected:
            self.broker.connected = True
            self.tell(self.broker.book(self.now))

    @rule()
    def the_actor_crashes(self) -> None:
        state = folded(self.records, POLICY)
        assert state is not None
        self.bracket, self.timers = state, {}
        # Reports on their way to the dead actor are lost with it.
        self.broker.incoming.clear()
        self.tell(Resume())

    @rule()
    def it_is_told_to_close(self) -> None:
        self.tell(Liquidate(why=ClosedBy.FLATTENED))

    @rule()
    def its_entry_is_unwanted(self) -> None:
        self.tell(StopEntry(reason="loss limit"))

    # What must hold

    @invariant()
    def nothing_is_sent_twice(self) -> None:
        if hasattr(self, "broker"):
            assert len(self.broker.sent_refs) == len(set(self.broker.sent_refs))
            assert sum(r.split(".")[1] == "E" for r in self.broker.sent_refs) <= 1

    @invariant()
    def exits_never_sell_more_than_is_held(self) -> None:
        if hasattr(self, "broker"):
            assert self.broker.position >= 0
            assert self.broker.could_sell() <= self.broker.position

    @invariant()
    def fills_are_counted_once(self) -> None:
        if hasattr(self, "broker"):
            counted = [fill.exec_id for fill in self.bracket.fills]
            assert len(counted) == len(set(counted))
            assert set(counted) <= {e.exec_id for e in self.broker.executions}

    def teardown(self) -> None:
        """Whatever happened: with a broker that answers and a market that trades, it ends flat, nothing working."""
        if not hasattr(self, "broker"):
            return
        self.the_connection_is_back()
        self.tell(Liquidate(why=ClosedBy.FLATTENED))
        for _ in range(60):
            if self.bracket.closed is not None:
                break
            self.settle()
        assert self.bracket.closed is not None, self.bracket
        assert self.broker.position == 0
        assert all(order.remaining == 0 for order in self.broker.orders.values())
        assert len(self.bracket.fills) == len(self.broker.executions)

    def settle(self) -> None:
        while self.broker.outgoing or self.broker.incoming:
            while self.broker.outgoing:
                self.broker.take()
            while self.broker.incoming:
                self.tell(self.broker.incoming.popleft())
        for ref, order in list(self.broker.orders.items()):
            if order.spec.side is Side.SELL:
                self.broker.fill(ref, 9)
        self.a_quote_arrives("2.00")
        self.time_passes(5)


BracketLife.TestCase.settings = settings(
    max_examples=100,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    report_multiple_bugs=False,
    print_blob=True,
)
TestBracketLife = BracketLife.TestCase
