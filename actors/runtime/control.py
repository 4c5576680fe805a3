"""Messages of the runtime itself; they overtake ordinary mail, or never reach `receive`. And what actors are at."""

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


@dataclass(frozen=True, slots=True)
class Moment:
    """What an actor was at when it failed, where that was no message: being built, `on_start`, a task of its own."""

    what: str


FACTORY = Moment("factory")
ON_START = Moment("on_start")
ON_STOP = Moment("on_stop")
ON_FAILURE = Moment("on_failure")
NOTHING = Moment("nothing")  # It is its loop that does not turn.


def kind_of(message: Any) -> str:
    """Return what to call a message, or a moment, in logs and on screens."""
    return message.what if type(message) is Moment else type(message).__name__
