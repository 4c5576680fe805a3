"""What faults of mail do: lose a message, copy it, hold it back, or let the mailbox be full."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pykka._envelope import Envelope

from actors.runtime.faults.model import ActorFault
from actors.runtime.inbox import LoopInbox
from actors.runtime.lifecycle import LivingActor
from actors.runtime.mailbox import AnyEnvelope


class Passed(Envelope[Any]):
    """A message that has been through a fault, and meets no other."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message on its way to an actor, with what it was sent with. Callable from any thread."""

    actor: LivingActor
    envelope: AnyEnvelope
    urgent: bool
    always: bool

    @property
    def inbox(self) -> LoopInbox:
        """The door it is going to."""
        inbox = self.actor.actor_inbox
        assert isinstance(inbox, LoopInbox), "only our actors are given faults"
        return inbox

    def deliver(self) -> None:
        """Put a copy in, whatever faults there are."""
        passed = Passed(self.envelope.message, self.envelope.reply_to)
        self.inbox.post(passed, self.urgent, self.always)


@dataclass(slots=True, eq=False)
class _Held:
    post: Post
    left: int


class Mail:
    """Carries faults of mail out. Callable from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: list[_Held] = []

    @property
    def holds_any(self) -> bool:
        """Whether any message is held back until others have passed it."""
        return bool(self._held)

    def put_in_before_held(self, post: Post) -> bool:
        """Count a message that goes in now; put it in, and behind it what it was the last to pass, if anything."""
        with self._lock:
            passed = [held for held in self._held if held.post.actor is post.actor]
            for held in passed:
                held.left -= 1
            let_go = [held for held in passed if held.left <= 0]
        if let_go:
            post.deliver()
        for held in let_go:
            self._release(held)
        return bool(let_go)

    def carry_out(self, fault: ActorFault, post: Post) -> bool:
        """Let the fault strike; tell whether the message itself goes in now."""
        match fault.kind:
            case "duplicate":
                for _ in range(int(fault.number("copies"))):
                    post.deliver()
                return True
            case "fill":
                _fill(post.actor, fault.number("seconds"))
                return True
            case "delay":
                later(post.actor, fault.number("seconds"), post.deliver)
            case "reorder":
                held = _Held(post, int(fault.number("passed_by")))
                with self._lock:
                    self._held.append(held)
                later(post.actor, fault.number("seconds"), self._release, held)
        return False

    def _release(self, held: _Held) -> None:
        with self._lock:
            if held not in self._held:
                return
            self._held.remove(held)
        held.post.deliver()


def later(actor: LivingActor, seconds: float, call: Callable[..., object], *arguments: Any) -> None:
    """Call on the actor's loop after so many of its seconds; from any thread. Never, when its host has closed."""
    host = actor.context.host
    if seconds > 0:
        host.post(host.loop.call_later, seconds, call, *arguments)
    else:
        host.post(call, *arguments)


def _fill(actor: LivingActor, seconds: float) -> None:
    mailbox = actor.mailbox
    mailbox.capacity = 0
    later(actor, seconds, _empty, actor)


def _empty(actor: LivingActor) -> None:
    actor.mailbox.capacity = actor.context.mailbox_capacity
