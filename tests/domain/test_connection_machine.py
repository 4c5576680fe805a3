"""Any events in any order: what the connection says of itself stays true."""

from datetime import timedelta
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.connection import Connection, alarm, step
from domain.connection_table import (
    BookFailed,
    BookReceived,
    Connected,
    ConnectFailed,
    ConnectionEvent,
    ConnectRequested,
    Effect,
    GatewayLost,
    GatewayRestored,
    HealthFailed,
    Phase,
    RetryDue,
    SocketClosed,
    StopRequested,
)
from tests.builders import NOW

EVENTS: Final[tuple[ConnectionEvent, ...]] = (
    ConnectRequested(),
    Connected(),
    ConnectFailed(reason="refused"),
    BookReceived(),
    BookFailed(reason="no positions"),
    SocketClosed(reason="gone"),
    GatewayLost(),
    GatewayRestored(kept=True),
    GatewayRestored(kept=False),
    HealthFailed(),
    RetryDue(),
    StopRequested(),
)


class ConnectionMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.connection = Connection()
        self.now = NOW
        self.announced_ready = False
        self.streams_live = False
        self.book_asked = False
        self.timer_runs = False
        self.told = 0

    @rule(event=st.sampled_from(EVENTS), seconds=st.integers(0, 90), jitter=st.floats(0, 1, exclude_max=True))
    def happen(self, event: ConnectionEvent, seconds: int, jitter: float) -> None:
        self.now += timedelta(seconds=seconds)
        before = self.connection

        taken = step(before, event, self.now, jitter)

        self.connection = taken.connection
        if taken.stale:
            assert (taken.connection, taken.effects) == (before, ())
            return
        if isinstance(event, Connected | SocketClosed) or event == GatewayRestored(kept=False):
            self.streams_live = False
        if self.connection.phase is Phase.DISCONNECTED:
            self.told = 0
        self.timer_runs = self.timer_runs and not isinstance(event, RetryDue)
        for effect in taken.effects:
            self.perform(effect, taken.backoff_seconds)

    def perform(self, effect: Effect, backoff_seconds: float) -> None:
        match effect:
            case Effect.START_BACKOFF:
                assert 0.5 <= backoff_seconds <= 60
                self.timer_runs = True
            case Effect.DISCONNECT | Effect.CONNECT:
                self.streams_live = self.book_asked = self.timer_runs = False
            case Effect.RESYNCHRONISE:
                self.book_asked = True
            case Effect.RESUBSCRIBE:
                self.streams_live = True
            case Effect.ANNOUNCE_READY:
                assert not self.announced_ready, "ready twice without a loss between"
                assert self.book_asked, "ready without a book"
                self.announced_ready = True
                self.told = 0
            case Effect.ANNOUNCE_LOST:
                assert self.announced_ready, "lost twice, or never had"
                self.announced_ready = False

    @rule(seconds=st.integers(0, 120))
    def look(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.connection, told = alarm(self.connection, self.now, [])
        self.told += told

    @invariant()
    def others_know_whether_it_is_ready(self) -> None:
        assert self.announced_ready == (self.connection.phase is Phase.READY)

    @invariant()
    def a_ready_connection_has_its_streams(self) -> None:
        assert self.streams_live or self.connection.phase is not Phase.READY

    @invariant()
    def it_backs_off_with_a_timer_running_and_only_then(self) -> None:
        assert self.timer_runs == (self.connection.phase is Phase.BACKING_OFF)

    @invariant()
    def a_loss_has_a_beginning_and_is_told_once(self) -> None:
        wanted_and_away = self.connection.phase not in {Phase.READY, Phase.DISCONNECTED}
        assert (self.connection.lost_at is not None) == wanted_and_away
        assert self.told <= 1

    @invariant()
    def failures_count_only_on_the_way_to_ready(self) -> None:
        assert self.connection.failures == 0 or self.connection.phase not in {Phase.READY, Phase.DISCONNECTED}


TestConnectionMachine = ConnectionMachine.TestCase
TestConnectionMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
