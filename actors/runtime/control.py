"""Messages of the runtime itself; they overtake ordinary mail, or never reach `receive`."""

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True, eq=False)
class Ping:
    """Are you there? The actor says so by setting `answered`; the asker looks at its own copy.

    No answering message: a thousand pinged children cost a thousand mailbox slots and nothing else.
    """

    answered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """Raise InjectedCrashError in the actor, as a bug would."""

    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class TimerFired:
    """A timer's message with the start it belongs to; a timer cancelled or restarted meanwhile is told by `serial`."""

    name: str
    serial: int
    message: Any
