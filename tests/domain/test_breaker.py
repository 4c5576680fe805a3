from datetime import timedelta
from itertools import product

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.breaker import (
    NEXT_STATE,
    OUTCOME_OF,
    Breaker,
    BreakerEvent,
    BreakerLimits,
    BreakerState,
    BreakerStep,
    Outcome,
    ask,
    ended,
    failed,
    restored,
    tripped,
)
from domain.events import BreakerMoved
from domain.reports import Failure
from tests.builders import NOW
from tests.domain.ledger_builders import later

LIMITS = BreakerLimits()
COUNTED = (Failure.TIMED_OUT, Failure.DISCONNECTED, Failure.PACING)
ANSWERED = (Failure.NO_DATA, Failure.NOT_SUBSCRIBED, Failure.NO_SUCH_CONTRACT)
UNJUDGED = (Failure.REFUSED, Failure.BAD_ANSWER)


def an_open_breaker(*, seconds: float = 0) -> Breaker:
    return Breaker(state=BreakerState.OPEN, failures=3, waiting_since=later(seconds))


def a_probing_breaker() -> Breaker:
    return ask(an_open_breaker(), later(300), LIMITS).breaker


def test_the_table_has_a_row_for_every_state_and_event() -> None:
    assert set(NEXT_STATE) == set(product(BreakerState, BreakerEvent))


def test_every_failure_has_an_outcome() -> None:
    assert set(OUTCOME_OF) == set(Failure)


def test_it_opens_at_the_third_failure_in_a_row() -> None:
    second = failed(failed(Breaker(), "a", NOW, LIMITS).breaker, "b", NOW, LIMITS)

    third = failed(second.breaker, "timed out", later(7), LIMITS)

    assert (second.moved, second.breaker.state) == (None, BreakerState.CLOSED)
    assert third.moved == BreakerMoved(at=later(7), state="open", reason="timed out", failures=3)
    assert third.breaker.state is BreakerState.OPEN


@pytest.mark.parametrize("failure", COUNTED)
def test_time_outs_disconnects_and_pacing_count(failure: Failure) -> None:
    assert ended(Breaker(), failure, NOW, LIMITS).breaker.failures == 1


@pytest.mark.parametrize("failure", [None, *ANSWERED])
def test_any_completed_request_ends_the_row_of_failures(failure: Failure | None) -> None:
    twice = Breaker(failures=2)

    assert ended(twice, failure, NOW, LIMITS) == BreakerStep(breaker=Breaker())


@pytest.mark.parametrize("failure", UNJUDGED)
def test_what_says_nothing_of_the_broker_changes_nothing(failure: Failure) -> None:
    twice = Breaker(failures=2)

    assert ended(twice, failure, NOW, LIMITS).breaker == twice


def test_a_closed_breaker_lets_everything_through() -> None:
    assert ask(Breaker(failures=2), NOW, LIMITS) == BreakerStep(breaker=Breaker(failures=2), allowed=True)


@pytest.mark.parametrize(("seconds", "allowed"), [(0, False), (299.9, False), (300, True)])
def test_an_open_breaker_lets_one_through_after_the_reset_timeout(seconds: float, allowed: bool) -> None:  # noqa: FBT001 - a table's column
    assert ask(an_open_breaker(), later(seconds), LIMITS).allowed is allowed


def test_the_first_to_ask_in_time_is_the_probe_and_the_only_one() -> None:
    probe = ask(an_open_breaker(), later(300), LIMITS)
    second = ask(probe.breaker, later(301), LIMITS)

    assert probe.moved == BreakerMoved(at=later(300), state="half_open", reason="probing", failures=3)
    assert (second.allowed, second.moved) == (False, None)


def test_the_last_failure_counts_for_the_timeout_not_the_first() -> None:
    again = failed(an_open_breaker(), "timed out", later(200), LIMITS).breaker

    assert not ask(again, later(499.9), LIMITS).allowed
    assert ask(again, later(500), LIMITS).allowed


def test_the_probes_success_closes_it() -> None:
    step = ended(a_probing_breaker(), None, later(301), LIMITS)

    assert (step.breaker.state, step.breaker.failures) == (BreakerState.CLOSED, 0)
    assert step.moved == BreakerMoved(at=later(301), state="closed", reason="a request was completed", failures=0)


@pytest.mark.parametrize("failures_before", [0, 3])
def test_the_probes_failure_opens_it_again_for_the_whole_timeout(failures_before: int) -> None:
    probing = Breaker(state=BreakerState.HALF_OPEN, failures=failures_before, waiting_since=later(300))

    step = ended(probing, Failure.TIMED_OUT, later(390), LIMITS)

    assert step.breaker.state is BreakerState.OPEN
    assert step.moved is not None
    assert not ask(step.breaker, later(689), LIMITS).allowed
    assert ask(step.breaker, later(690), LIMITS).allowed


def test_a_probe_that_never_left_frees_the_way_for_the_next() -> None:
    step = ended(a_probing_breaker(), Failure.REFUSED, later(301), LIMITS)

    assert (step.moved, ask(step.breaker, later(301), LIMITS).allowed) == (None, True)


def test_a_probe_that_never_came_back_is_followed_by_another_after_the_timeout() -> None:
    probing = a_probing_breaker()

    assert not ask(probing, later(599.9), LIMITS).allowed
    assert ask(probing, later(600), LIMITS) == BreakerStep(
        breaker=Breaker(state=BreakerState.HALF_OPEN, failures=3, waiting_since=later(600)), allowed=True
    )


def test_a_success_asked_for_before_it_opened_does_not_close_it() -> None:
    step = ended(an_open_breaker(), None, later(1), LIMITS)

    assert (step.breaker.state, step.moved) == (BreakerState.OPEN, None)
    assert not ask(step.breaker, later(299), LIMITS).allowed


@pytest.mark.parametrize("state", [BreakerState.CLOSED, BreakerState.HALF_OPEN])
def test_a_trip_opens_it_whatever_the_count(state: BreakerState) -> None:
    step = tripped(Breaker(state=state), "restarts ran out", NOW)

    assert step.moved == BreakerMoved(at=NOW, state="open", reason="restarts ran out", failures=0)
    assert not ask(step.breaker, later(299), LIMITS).allowed


def test_a_trip_of_an_open_one_begins_its_timeout_anew_and_says_nothing() -> None:
    step = tripped(an_open_breaker(), "again", later(100))

    assert (step.moved, ask(step.breaker, later(399), LIMITS).allowed) == (None, False)


def test_it_survives_a_restart() -> None:
    event = BreakerMoved(at=NOW, state="open", reason="timed out", failures=3)

    assert restored(Breaker(), event) == an_open_breaker()


class BreakerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.breaker = Breaker()
        self.journal: list[BreakerMoved] = []
        self.now = NOW
        self.in_a_row = 0
        self.last_trouble = NOW - timedelta(days=1)
        self.last_probe = NOW - timedelta(days=1)

    def take(self, step: BreakerStep) -> None:
        assert (step.moved is not None) == (step.breaker.state is not self.breaker.state)
        self.breaker = step.breaker
        if step.moved is not None:
            self.journal.append(step.moved)

    @rule(seconds=st.sampled_from([1, 100, 299, 300, 301]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(failure=st.sampled_from(COUNTED))
    def fail(self, failure: Failure) -> None:
        was = self.breaker.state
        self.in_a_row += 1
        self.last_trouble = self.now
        self.take(ended(self.breaker, failure, self.now, LIMITS))

        assert (self.breaker.state is BreakerState.CLOSED) == (was is BreakerState.CLOSED and self.in_a_row < 3)

    @rule(failure=st.sampled_from([None, *ANSWERED]))
    def complete(self, failure: Failure | None) -> None:
        was = self.breaker.state
        self.in_a_row = 0
        self.take(ended(self.breaker, failure, self.now, LIMITS))

        assert (self.breaker.state is BreakerState.OPEN) == (was is BreakerState.OPEN)

    @rule()
    def trip(self) -> None:
        self.last_trouble = self.now
        self.take(tripped(self.breaker, "tripped", self.now))

        assert self.breaker.state is BreakerState.OPEN

    @rule()
    def ask_to_pass(self) -> None:
        was = self.breaker.state
        step = ask(self.breaker, self.now, LIMITS)
        self.take(step)

        if step.allowed and was is not BreakerState.CLOSED:
            assert self.now - max(self.last_trouble, self.last_probe) >= timedelta(seconds=300)
            self.last_probe = self.now

    @invariant()
    def the_journal_brings_back_the_state(self) -> None:
        again = Breaker()
        for event in self.journal:
            again = restored(again, event)
        assert again.state is self.breaker.state

    @invariant()
    def a_closed_one_passes_and_a_probing_one_waits_for_its_probe(self) -> None:
        if self.breaker.state is BreakerState.CLOSED:
            assert ask(self.breaker, self.now, LIMITS).allowed


TestBreakerMachine = BreakerMachine.TestCase
TestBreakerMachine.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)


def test_outcomes_are_of_three_kinds() -> None:
    kinds = {outcome: {failure for failure in Failure if OUTCOME_OF[failure] is outcome} for outcome in Outcome}

    assert kinds == {Outcome.FAILURE: set(COUNTED), Outcome.SUCCESS: set(ANSWERED), Outcome.NOTHING: set(UNJUDGED)}
