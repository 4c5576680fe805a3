"""The day's loss, once it is reached: in force for everybody at once, whoever dies and whatever the disk refuses."""

from collections.abc import Callable
from datetime import date

from actors.base import Actor
from domain.commands import CancelEntries, FlattenBracket, SendAlert, Wake
from domain.events import ClosedBy, LossLimitReached
from domain.ledger import Ledger, apply
from domain.ports import EventLog

LATCHED = "latched"
AGAIN_SECONDS = 5.0
"""Guards are told again: one that was just starting, or died while it sold, has not heard it."""


class LossLatch:
    """What was reached on which day. One per process; outlives the actor that found it. Any thread; nobody waits."""

    def __init__(self) -> None:
        self._reached: LossLimitReached | None = None

    @property
    def reached(self) -> LossLimitReached | None:
        """Return what the newest day reached, None while it may still lose."""
        return self._reached

    def close(self, reached: LossLimitReached) -> None:
        """Let no entry pass from now on."""
        self._reached = reached

    def open_for(self, day: date) -> None:
        """Let entries pass again on a later trading day."""
        if self._reached is not None and day > self._reached.day:
            self._reached = None

    def forbids(self) -> str:
        """Return why no entry may leave; empty while it may."""
        one = self._reached
        return "" if one is None else f"the day lost {one.loss:.2f} USD of at most {one.limit:.2f}"


class LatchKeeper:
    """The ledger's hand on the latch. On the loop of the actor that it belongs to."""

    def __init__(
        self, actor: Actor, latch: LossLatch, log: EventLog, *, write: Callable[[LossLimitReached], None], flatten: bool
    ) -> None:
        self._actor = actor
        self._latch = latch
        self._log = log
        self._write = write
        self._flatten = flatten  # Whether what is held is sold, too.

    def reached(self, reached: LossLimitReached) -> None:
        """Close the latch, have it written, and tell everybody."""
        self._latch.close(reached)
        self._write(reached)
        self._log.emit("daily_loss_limit", day=reached.day.isoformat(), loss=reached.loss, loss_limit=reached.limit)
        text = f"the day lost {reached.loss:.2f} of at most {reached.limit:.2f}; no entry until the next trading day"
        self._actor.tell("alerts", SendAlert(kind="loss_limit", text=text, level="CRITICAL"))
        self.enforce()

    def remember(self, ledger: Ledger) -> Ledger:
        """Return a ledger latched as the one before it was: that one may have died before the disk had it."""
        if ledger.day is not None:
            self._latch.open_for(ledger.day)
        reached = self._latch.reached
        if reached is not None and ledger.latched is None and ledger.day == reached.day:
            ledger = apply(ledger, reached)
            self._write(reached)
        if ledger.latched is not None:
            self._latch.close(ledger.latched)
            self.enforce()
        return ledger

    def enforce(self) -> None:
        """Tell our brackets, and again in a while; each may hear it as often as it comes."""
        if self._latch.reached is None:
            return
        self._actor.directory.broadcast("oco:", CancelEntries(reason="daily loss limit"))
        if self._flatten:
            self._actor.directory.broadcast("oco:", FlattenBracket(why=ClosedBy.FLATTENED))
        self._actor.timers.start(LATCHED, AGAIN_SECONDS, Wake(what=LATCHED))
