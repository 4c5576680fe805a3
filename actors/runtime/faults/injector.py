"""Asked by the runtime at each of its seams whether something goes wrong there, and sees to it that it does."""

import threading
import weakref
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pykka import messages

from actors.runtime.control import TimerFired
from actors.runtime.faults.effects import at_start, in_handler
from actors.runtime.faults.kind import Place
from actors.runtime.faults.mail import Mail, Passed, Post, later
from actors.runtime.faults.model import ActorFault
from actors.runtime.faults.rule import Rule
from actors.runtime.lifecycle import LivingActor, Phase
from actors.runtime.mailbox import AnyEnvelope

_UNTOUCHED = (TimerFired, messages._ActorStop)  # noqa: SLF001 - Pykka has no public name for it
ON_START = "on_start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """A fault that struck: whom, in which life, at which message (its class's name), and the fault in a line."""

    kind: str
    actor: str
    epoch: int
    message: str
    cause: str


@dataclass(frozen=True, slots=True)
class _Nudge:
    """Lets a fault strike at its moment although no mail comes."""

    rule: Rule


class Injector:
    """Implements `Seams`. Deterministic: same faults, seed and messages, same strikes. Callable from any thread.

    `seed` is that of the faults that strike by chance, each with a stream of its own. `heard` is told of every strike,
    on the thread where it happens. A seam that no fault concerns costs a look into a dict.
    """

    def __init__(
        self, faults: Iterable[ActorFault] = (), *, seed: int = 0, heard: Callable[[Firing], None] | None = None
    ) -> None:
        self._seed = seed
        self._heard = heard
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._given = 0
        self._by_seam: dict[tuple[Place, str], tuple[Rule, ...]] = {}
        self._living: dict[str, weakref.ref[LivingActor]] = {}
        self._mail = Mail()
        self.firings: list[Firing] = []
        self.add(*faults)

    def add(self, *faults: ActorFault) -> None:
        """Put faults in force; their moments count from now, or from the start of the first actor they concern."""
        for fault in faults:
            self._given += 1
            rule = Rule(fault, self._given, self._seed)
            with self._lock:
                self._rules.append(rule)
                self._by_seam.clear()
            for actor in self._alive():
                self._plan(actor, rule)

    def clear(self) -> None:
        """Take all faults back; what has struck goes on."""
        with self._lock:
            self._rules.clear()
            self._by_seam.clear()

    def start(self, actor: LivingActor) -> Awaitable[None] | None:
        """Do what `on_start` does, or something worse."""
        with self._lock:
            self._living.pop(actor.name, None)
            self._living[actor.name] = weakref.ref(actor)
            rules = tuple(self._rules)
        for rule in rules:
            self._plan(actor, rule)
        fault = self._strike(Place.START, actor.name, actor.clock.now(), ON_START)
        return actor.on_start() if fault is None else at_start(fault, actor)

    def deliver(self, actor: LivingActor, envelope: AnyEnvelope, urgent: bool, always: bool) -> bool:  # noqa: FBT001 - as Seams has it
        """Tell whether the message goes into the mailbox now."""
        if type(envelope) is Passed or isinstance(envelope.message, _UNTOUCHED):
            return True
        if not self._mail.holds_any and not self._rules_for(Place.DELIVERY, actor.name):
            return True
        post = Post(actor=actor, envelope=envelope, urgent=urgent, always=always)
        fault = self._strike(Place.DELIVERY, actor.name, actor.clock.now(), type(envelope.message).__name__)
        if fault is not None and not self._mail.carry_out(fault, post):
            return False
        return not self._mail.put_in_before_held(post)

    def handle(self, actor: LivingActor, envelope: AnyEnvelope, receive: Callable[[Any], Any]) -> Any:
        """Do what `receive` does, or something worse."""
        message = envelope.message
        if isinstance(message, _Nudge):
            return self._handle_nudge(actor, message)
        if not self._rules_for(Place.HANDLER, actor.name):
            return receive(message)
        fault = self._strike(Place.HANDLER, actor.name, actor.clock.now(), type(message).__name__)
        return receive(message) if fault is None else in_handler(fault, actor, lambda: receive(message))

    def fire(self, actor: LivingActor, fired: TimerFired, deliver: Callable[[TimerFired], None]) -> None:
        """Do what `deliver` does, or something worse."""
        message = type(fired.message).__name__
        fault = self._strike(Place.TIMER, actor.name, actor.clock.now(), message, fired.name)
        if fault is None:
            deliver(fired)
        elif fault.kind == "late_timer":
            later(actor, fault.number("seconds"), deliver, fired)

    def store(self, actor: str, operation: str, now: datetime) -> ActorFault | None:
        """Return the fault of the store that strikes at this operation of the actor's; `now` is aware."""
        return self._strike(Place.STORE, actor, now, operation)

    def _rules_for(self, place: Place, actor: str) -> tuple[Rule, ...]:
        found = self._by_seam.get((place, actor))
        if found is None:
            with self._lock:
                found = tuple(r for r in self._rules if r.fault.row.place is place and r.fault.concerns(actor))
                self._by_seam[place, actor] = found
        return found

    def _strike(self, place: Place, actor: str, now: datetime, message: str, timer: str = "") -> ActorFault | None:
        """Let every fault count the chance, and the first of those that are due strike."""
        rules = [rule for rule in self._rules_for(place, actor) if rule.takes(message, timer)]
        if not rules:
            return None
        with self._lock:
            due = [rule for rule in rules if rule.is_due(now)]
            if due:
                due[0].strike(now)
        if not due:
            return None
        self._tell(due[0].fault, actor, message)
        return due[0].fault

    def _tell(self, fault: ActorFault, name: str, message: str) -> None:
        known = self._living.get(name)
        actor = None if known is None else known()
        epoch = 0 if actor is None else actor.epoch
        firing = Firing(kind=fault.kind, actor=name, epoch=epoch, message=message, cause=str(fault))
        self.firings.append(firing)
        if self._heard is not None:
            self._heard(firing)

    def _plan(self, actor: LivingActor, rule: Rule) -> None:
        """Begin a fault that concerns this actor, and see that it strikes at its moment when it waits for no mail."""
        fault, now = rule.fault, actor.clock.now()
        if not fault.concerns(actor.name):
            return
        with self._lock:
            rule.begin(now)
        if fault.is_timed and fault.row.place is Place.HANDLER and not fault.message and not rule.is_over(now):
            later(actor, rule.wait_seconds(now), actor.post_control, _Nudge(rule))

    def _handle_nudge(self, actor: LivingActor, nudge: _Nudge) -> Any:
        rule, now = nudge.rule, actor.clock.now()
        with self._lock:
            is_due = rule in self._rules and rule.is_due(now)
            if is_due:
                rule.strike(now)
        if is_due:
            self._tell(rule.fault, actor.name, "")
            return in_handler(rule.fault, actor, lambda: None)
        if rule in self._rules and not rule.is_over(now):
            later(actor, rule.wait_seconds(now), actor.post_control, nudge)  # the wall clock was set back meanwhile
        return None

    def _alive(self) -> list[LivingActor]:
        with self._lock:
            actors = [known() for known in self._living.values()]
        return [actor for actor in actors if actor is not None and actor.phase is not Phase.ENDED]
