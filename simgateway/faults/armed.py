"""A fault that has been given to a gateway: when it is due, what it has counted, how often it has happened."""

from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Final

from simgateway.faults.effect import Effect, Items, Passing, Stage
from simgateway.faults.effects import EFFECTS
from simgateway.faults.kind import HANDSHAKE
from simgateway.faults.model import After, At, Chance, Fault, Nth, Target
from simgateway.protocol.names import name_of
from simgateway.protocol.text import NEW_YORK

_ONE_DAY: Final = timedelta(days=1)


def matches(targets: tuple[Target, ...], passing: Passing) -> bool:
    """Return whether a message is one of these."""
    for target in targets:
        if target.direction == passing.direction:
            numbers = target.numbers
            if not numbers or passing.fields[0] in numbers:
                return True
            if HANDSHAKE in numbers and name_of(passing.direction, passing.fields) == HANDSHAKE:
                return True
    return False


def first_moment(fault: Fault, now: datetime) -> datetime | None:
    """Return when a fault begins, None when messages decide."""
    when = fault.when
    if isinstance(when, Nth):
        return None
    if isinstance(when, After):
        return now + timedelta(seconds=when.seconds)
    if isinstance(when, At):
        return next_moment(when.moment, now)
    return now


def next_moment(moment: datetime | time, now: datetime) -> datetime:
    """Return the moment, of a time of day the next one in New York that is not past; in aware UTC."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    local = now.astimezone(NEW_YORK)
    today = datetime.combine(local.date(), moment, NEW_YORK).astimezone(UTC)
    if today >= now:
        return today
    return datetime.combine(local.date() + _ONE_DAY, moment, NEW_YORK).astimezone(UTC)


class Armed:
    """One fault at work; `fired` counts how often it has happened, `seen` what its trigger has counted."""

    def __init__(self, fault: Fault, number: int, stage: Stage, draw: Random) -> None:
        self.fault = fault
        self.number = number
        self.fired = 0
        self.seen = 0
        self.begins: datetime | None = None
        self.effect: Effect = EFFECTS[fault.kind](fault, stage, draw)
        self._draw = draw
        self._stage = stage
        self._ends: datetime | None = None
        self._begin(first_moment(fault, stage.clock.now()))
        self._times_most = fault.times_most
        self._is_event = fault.is_event
        self._targets = fault.targets
        self._triggers = fault.triggers
        self._is_own_trigger = not self._is_event and self._triggers == self._targets
        self._due = 0

    @property
    def is_over(self) -> bool:
        """Return whether it can have no effect any more and may be forgotten by the gateway's hot path."""
        return self.is_spent and not self.effect.lingers

    @property
    def is_spent(self) -> bool:
        """Return whether it cannot happen again."""
        if self.fired >= self._times_most:
            return True
        return self._ends is not None and self._stage.clock.now() >= self._ends

    def _begin(self, moment: datetime | None) -> None:
        """Let it begin at a moment, which also tells when it ends; None leaves both open."""
        if moment is None:
            return
        self.begins = moment
        ends = []
        if self.fault.lasts is not None:
            ends.append(moment + timedelta(seconds=self.fault.lasts))
        if self.fault.until is not None:
            ends.append(next_moment(self.fault.until, moment))
        self._ends = min(ends, default=None)

    def follow(self, passing: Passing) -> Items | None:
        """Return what becomes of a message because of what happened before, None when nothing does."""
        return self.effect.follow(passing)

    def count(self, passing: Passing) -> None:
        """Count a message, whatever other faults make of it: they do not change when this one is due."""
        if not matches(self._triggers, passing) or self.is_spent:
            return
        if not self._is_own_trigger or self.effect.concerns(passing):
            self._count()

    def takes_event(self) -> bool:
        """Return whether an event is due by what was counted, once."""
        if not self._is_event or not self._due:
            return False
        self._due = 0
        return True

    def is_struck(self, passing: Passing) -> bool:
        """Return whether the fault happens to a message now; an event happens to none."""
        if self._is_event or not matches(self._targets, passing) or self.is_spent:
            return False
        return self._is_on and self.effect.concerns(passing)

    def strike(self, passing: Passing) -> Items:
        """Let it happen to a message."""
        self.fired += 1
        if isinstance(self.fault.when, Chance):
            self._due -= 1
        return self.effect.strike(passing)

    @property
    def _is_on(self) -> bool:
        if isinstance(self.fault.when, Chance):
            return self._due > 0
        return self.begins is not None and self._stage.clock.now() >= self.begins

    def _count(self) -> None:
        when = self.fault.when
        self.seen += 1
        if isinstance(when, Chance):
            kept = (
                0 if self._is_own_trigger else self._due
            )  # a draw is for its message, even when another fault has that
            self._due = kept + (self._draw.random() < when.probability)
        elif isinstance(when, Nth):
            is_due = self.seen % when.n == 0 if self.fault.is_event else self.seen == when.n
            self._due += is_due
            if is_due and self.begins is None:
                self._begin(self._stage.clock.now())
