"""The door to an actor: any thread puts mail in; a dead actor's door turns it into dead letters."""

from collections.abc import Callable
from typing import Any, Protocol

from pykka import messages

from actors.runtime.control import Ping
from actors.runtime.errors import ActorDeadError, MailboxFullError
from actors.runtime.futures import settle, settle_failure
from actors.runtime.mailbox import AnyEnvelope, Mailbox
from actors.runtime.observer import Observer


class Resident(Protocol):
    """Who lives behind the door, as far as the door knows."""

    name: str

    def wake(self) -> None:
        """Note that there is mail."""
        ...

    def lose(self, message: Any) -> None:
        """Count a message that will not be handled."""
        ...


class LoopInbox:
    """Pykka's `actor_inbox`. Made before its actor knows its own name, hence `bind`."""

    __slots__ = ("_delivers", "_observer", "_resident", "armed", "closed", "mailbox")

    _resident: Resident
    _observer: Observer
    _delivers: Callable[[AnyEnvelope, bool, bool], bool] | None
    mailbox: Mailbox

    def __init__(self) -> None:
        self.closed = False
        self.armed = False  # whether the host knows that there is mail

    def bind(
        self,
        resident: Resident,
        mailbox: Mailbox,
        observer: Observer,
        delivers: Callable[[AnyEnvelope, bool, bool], bool] | None = None,
    ) -> None:
        """Say whose door it is; `delivers`, as `Seams.deliver` has it, tells whether a message goes in now."""
        self._resident = resident
        self._delivers = delivers
        self.mailbox = mailbox
        self._observer = observer

    def put(self, envelope: AnyEnvelope, /) -> None:
        """Take mail from stock Pykka; a stop order is taken even by a full mailbox."""
        self.post(envelope, always=isinstance(envelope.message, messages._ActorStop))  # noqa: SLF001 - Pykka has no public name for it

    def get(self) -> AnyEnvelope:
        """Return the next message. Raises LookupError without mail: nobody blocks here."""
        envelope = self.mailbox.get()
        if envelope is None:
            raise LookupError("no mail")
        return envelope

    def empty(self) -> bool:
        """Tell whether there is no mail."""
        return self.mailbox.depth == 0

    def post(self, envelope: AnyEnvelope, urgent: bool = False, always: bool = False) -> bool:  # noqa: FBT001, FBT002 - the hot path: keywords cost
        """Put mail in and wake the actor. Return whether it will be handled, as far as anyone knows. Never raises."""
        if self.closed:
            self.refuse(envelope)
            return False
        if self._delivers is not None and not self._delivers(envelope, urgent, always):
            return True
        if not self.mailbox.put(envelope, urgent, always):
            self._observer.dropped(self._resident.name, envelope.message)
            settle_failure(envelope.reply_to, MailboxFullError(f"the mailbox of {self._resident.name} is full"))
            return False
        self.arm()
        return True

    def post_control(self, envelope: AnyEnvelope) -> bool:
        """Put in a message of the runtime, which overtakes all others and is handled even inside a start."""
        if self.closed:
            self.refuse(envelope)
            return False
        self.mailbox.put_control(envelope)
        self.arm()
        return True

    def refuse(self, envelope: AnyEnvelope) -> None:
        """Dead-letter a message; who asked gets ActorDeadError. Pings and stop orders are no loss."""
        message = envelope.message
        if isinstance(message, messages._ActorStop):  # noqa: SLF001 - Pykka has no public name for it
            settle(envelope.reply_to, None)  # as Pykka does: it is stopped, which is what was wanted
            return
        if not isinstance(message, Ping):
            self._resident.lose(message)
        settle_failure(envelope.reply_to, ActorDeadError(f"{self._resident.name} died before it handled the message"))

    def close(self) -> None:
        """Refuse all mail from now on, and what is unread. Callable from any thread, any number of times."""
        self.closed = True
        while (envelope := self.mailbox.get()) is not None:
            self.refuse(envelope)

    def arm(self) -> None:
        """Wake the actor, unless that is under way."""
        if not self.armed:
            self.armed = True
            self._resident.wake()
        if self.closed:
            self.close()  # it died between our look and our put: whoever comes last sweeps
