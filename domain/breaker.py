"""The circuit breaker: when data for entries, and entries, may be asked for. The table below is what runs.

It never gates guards' quotes, exits, cancels or reconciliation; nobody asks it for those.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.events import BreakerMoved
from domain.reports import Failure


class BreakerState(StrEnum):
    """Where the breaker stands."""

    CLOSED = "closed"  # Everything passes.
    OPEN = "open"  # Nothing passes.
    HALF_OPEN = "half_open"  # One probe was let through; nothing else passes.


class BreakerEvent(StrEnum):
    """What can happen to a breaker."""

    SUCCEEDED = "succeeded"  # Any request was completed.
    FAILED = "failed"  # One that counts, below the threshold.
    FAILED_TOO_OFTEN = "failed_too_often"
    TRIPPED = "tripped"
    WAITED = "waited"  # Somebody asks, and the reset timeout is over.


class Outcome(StrEnum):
    """What the end of a request says about the broker."""

    SUCCESS = "success"
    FAILURE = "failure"
    NOTHING = "nothing"  # It never left, or cannot be judged.


_S, _E = BreakerState, BreakerEvent

NEXT_STATE: Final[Mapping[tuple[BreakerState, BreakerEvent], BreakerState]] = {
    (_S.CLOSED, _E.SUCCEEDED): _S.CLOSED,
    (_S.CLOSED, _E.FAILED): _S.CLOSED,
    (_S.CLOSED, _E.FAILED_TOO_OFTEN): _S.OPEN,
    (_S.CLOSED, _E.TRIPPED): _S.OPEN,
    (_S.CLOSED, _E.WAITED): _S.CLOSED,
    (_S.OPEN, _E.SUCCEEDED): _S.OPEN,  # Asked before it opened; the probe decides.
    (_S.OPEN, _E.FAILED): _S.OPEN,  # Its time counts.
    (_S.OPEN, _E.FAILED_TOO_OFTEN): _S.OPEN,
    (_S.OPEN, _E.TRIPPED): _S.OPEN,
    (_S.OPEN, _E.WAITED): _S.HALF_OPEN,  # The one who asked is the probe.
    (_S.HALF_OPEN, _E.SUCCEEDED): _S.CLOSED,
    (_S.HALF_OPEN, _E.FAILED): _S.OPEN,
    (_S.HALF_OPEN, _E.FAILED_TOO_OFTEN): _S.OPEN,
    (_S.HALF_OPEN, _E.TRIPPED): _S.OPEN,
    (_S.HALF_OPEN, _E.WAITED): _S.HALF_OPEN,  # The probe never came back: another one.
}

OUTCOME_OF: Final[Mapping[Failure, Outcome]] = {
    Failure.TIMED_OUT: Outcome.FAILURE,
    Failure.DISCONNECTED: Outcome.FAILURE,
    Failure.PACING: Outcome.FAILURE,
    # The broker answered, and the answer was no: the line to it works.
    Failure.NO_DATA: Outcome.SUCCESS,
    Failure.NOT_SUBSCRIBED: Outcome.SUCCESS,
    Failure.NO_SUCH_CONTRACT: Outcome.SUCCESS,
    Failure.REFUSED: Outcome.NOTHING,
    Failure.BAD_ANSWER: Outcome.NOTHING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerLimits:
    """How many failures in a row open it, and how long after the last one a probe may go."""

    failure_threshold: int = 3
    reset_timeout_seconds: int = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """The breaker. ``failures`` counts those in a row; ``waiting_since`` is the last failure or the probe's start."""

    state: BreakerState = BreakerState.CLOSED
    failures: int = 0
    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerStep:
    """The breaker afterwards; the event to journal where its state changed; whether the one who asked may go."""

    breaker: Breaker
    moved: BreakerMoved | None = None
    allowed: bool = False


def ended(breaker: Breaker, failure: Failure | None, now: datetime, limits: BreakerLimits) -> BreakerStep:
    """Return the step after a request ended; ``failure`` None is an answer."""
    outcome = Outcome.SUCCESS if failure is None else OUTCOME_OF[failure]
    if failure is None or outcome is Outcome.SUCCESS:
        return _step(
            replace(breaker, failures=0), BreakerEvent.SUCCEEDED, breaker.waiting_since, now, "a request was completed"
        )
    if outcome is Outcome.NOTHING:
        # A probe that never left proves nothing: the next one who asks is the probe.
        probing = breaker.state is BreakerState.HALF_OPEN
        return BreakerStep(breaker=replace(breaker, waiting_since=None) if probing else breaker)
    return failed(breaker, failure.value, now, limits)


def failed(breaker: Breaker, reason: str, now: datetime, limits: BreakerLimits) -> BreakerStep:
    """Return the step after a failure that counts."""
    counted = replace(breaker, failures=breaker.failures + 1)
    too_often = counted.failures >= limits.failure_threshold
    event = BreakerEvent.FAILED_TOO_OFTEN if too_often else BreakerEvent.FAILED
    return _step(counted, event, now, now, reason)


def tripped(breaker: Breaker, reason: str, now: datetime) -> BreakerStep:
    """Return the step after somebody opened it, whatever the count; it closes again by a probe, like any other."""
    return _step(breaker, BreakerEvent.TRIPPED, now, now, reason)


def ask(breaker: Breaker, now: datetime, limits: BreakerLimits) -> BreakerStep:
    """Return whether the one who asks may go. Half open lets one probe through in each reset timeout."""
    if breaker.state is BreakerState.CLOSED:
        return BreakerStep(breaker=breaker, allowed=True)
    since = breaker.waiting_since
    if since is not None and now - since < timedelta(seconds=limits.reset_timeout_seconds):
        return BreakerStep(breaker=breaker)
    step = _step(breaker, BreakerEvent.WAITED, now, now, "probing")
    return replace(step, allowed=True)


def restored(breaker: Breaker, event: BreakerMoved) -> Breaker:
    """Return the breaker after an event from the journal. A probe that was out at the end is waited for again."""
    return replace(breaker, state=BreakerState(event.state), failures=event.failures, waiting_since=event.at)


def _step(breaker: Breaker, event: BreakerEvent, since: datetime | None, now: datetime, reason: str) -> BreakerStep:
    state = NEXT_STATE[breaker.state, event]
    after = replace(breaker, state=state, waiting_since=since)
    if state is breaker.state:
        return BreakerStep(breaker=after)
    moved = BreakerMoved(at=now, state=state.value, reason=reason, failures=after.failures)
    return BreakerStep(breaker=after, moved=moved)
