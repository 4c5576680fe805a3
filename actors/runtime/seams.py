"""Where faults may be put in: four questions the runtime asks, and only of actors that were given somebody to ask."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol

from actors.runtime.control import TimerFired
from actors.runtime.mailbox import AnyEnvelope

if TYPE_CHECKING:
    from actors.runtime.lifecycle import LivingActor


class Seams(Protocol):
    """Implemented by `faults.injector.Injector`. All but `deliver` are called on the actor's own thread."""

    def start(self, actor: "LivingActor") -> Awaitable[None] | None:
        """Do what `on_start` does, or something worse."""
        ...

    def deliver(self, actor: "LivingActor", envelope: AnyEnvelope, urgent: bool, always: bool) -> bool:  # noqa: FBT001 - the hot path: keywords cost
        """Tell whether the message is to be put into the mailbox now. Any thread."""
        ...

    def handle(self, actor: "LivingActor", envelope: AnyEnvelope, receive: Callable[[Any], Any]) -> Any:
        """Do what `receive` does with the envelope's message, or something worse."""
        ...

    def fire(self, actor: "LivingActor", fired: TimerFired, deliver: Callable[[TimerFired], None]) -> None:
        """Do what `deliver` does with the timer's message, or something worse."""
        ...
