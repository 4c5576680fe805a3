"""A fault that is in force: counts its chances, draws, knows when it began and when it is over."""

from datetime import datetime, timedelta
from random import Random

from actors.runtime.faults.model import ActorFault, After, At, Chance, Nth

ROUNDING_SECONDS = 0.001  # A loop's time and its clock's are rounded apart.


class Rule:
    """Used under the injector's lock."""

    __slots__ = ("_begins_at", "_chances", "_ends_at", "_random", "fault", "struck")

    def __init__(self, fault: ActorFault, number: int, seed: int) -> None:
        self.fault = fault
        self.struck = 0
        self._chances = 0
        # A text as a seed is hashed by the generator itself, alike on every machine.
        self._random = Random(f"{seed}:{number}:{fault.kind}:{fault.actor}:{fault.message}")  # noqa: S311 - a drawn fault, no secret
        self._begins_at: datetime | None = None
        self._ends_at: datetime | None = None

    def __repr__(self) -> str:
        """Say which fault: a trace that had the object's address in it would differ from run to run."""
        return f"Rule({self.fault})"

    def begin(self, now: datetime) -> None:
        """Fix its moments, once; `now` is aware."""
        if self._begins_at is None:
            self._begins_at = _beginning(self.fault, now)
            if self.fault.is_timed:
                self._set_end(self._begins_at)

    def wait_seconds(self, now: datetime) -> float:
        """Return in how many seconds it begins; 0 when it has. After `begin`."""
        assert self._begins_at is not None, "begin comes first"
        return max(0.0, (self._begins_at - now).total_seconds())

    def is_over(self, now: datetime) -> bool:
        """Tell whether it will never strike again."""
        return self.struck >= self.fault.times_most or (self._ends_at is not None and now >= self._ends_at)

    def takes(self, message: str, timer: str) -> bool:
        """Tell whether it may strike at a message of this class's name, which a timer of this name brings if any."""
        fault = self.fault
        among = (fault.message,) if fault.message else fault.row.messages
        return (not among or message in among) and fault.text("timer") in {"", timer}

    def is_due(self, now: datetime) -> bool:
        """Count a chance to strike; tell whether it is to be taken."""
        self.begin(now)
        return not self.is_over(now) and self.wait_seconds(now) <= ROUNDING_SECONDS and self._is_drawn()

    def strike(self, now: datetime) -> None:
        """Note that it strikes."""
        if not self.struck and not self.fault.is_timed:
            self._set_end(now)
        self.struck += 1

    def _is_drawn(self) -> bool:
        when = self.fault.when
        self._chances += 1
        if isinstance(when, Nth):
            return self._chances >= when.n
        return not isinstance(when, Chance) or self._random.random() < when.probability

    def _set_end(self, begin: datetime) -> None:
        if self.fault.lasts is not None:
            self._ends_at = begin + timedelta(seconds=self.fault.lasts)


def _beginning(fault: ActorFault, now: datetime) -> datetime:
    when = fault.when
    if isinstance(when, After):
        return now + timedelta(seconds=when.seconds)
    if not isinstance(when, At):
        return now
    if isinstance(when.moment, datetime):
        return when.moment
    today = now.astimezone(when.moment.tzinfo).date()
    moment = datetime.combine(today, when.moment)
    return moment if moment >= now else datetime.combine(today + timedelta(days=1), when.moment)
