"""What can go wrong between actors. `ActorDeadError` is Pykka's own."""

from pykka import ActorDeadError

__all__ = [
    "ActorDeadError",
    "AskTimeoutError",
    "BlockingInLoopError",
    "GaveUpError",
    "HungError",
    "InjectedCrashError",
    "MailboxFullError",
    "NameTakenError",
    "RuntimeFaultError",
    "StartFailedError",
    "VirtualDeadlockError",
]


class RuntimeFaultError(Exception):
    """Any fault of the runtime itself."""


class AskTimeoutError(RuntimeFaultError):
    """The answer to an ask did not come in time; whether the message was handled is unknown."""


class MailboxFullError(RuntimeFaultError):
    """The receiver's mailbox is full and the message was not of a kind that is always taken."""


class NameTakenError(RuntimeFaultError):
    """A live actor already has this name."""


class BlockingInLoopError(RuntimeFaultError):
    """Somebody would block an event loop by waiting on `future`, which is to be awaited."""

    def __init__(self, message: str, future: object) -> None:
        super().__init__(message)
        self.future = future


class InjectedCrashError(RuntimeFaultError):
    """Somebody asked for this actor's crash, to see what the others do."""


class HungError(RuntimeFaultError):
    """The actor did not answer its pings, or one of its handlers is past its deadline."""


class StartFailedError(RuntimeFaultError):
    """The child's `on_start` did not finish in time, or the child stopped inside it."""


class GaveUpError(RuntimeFaultError):
    """A supervisor's children died more often than it may restart them."""


class VirtualDeadlockError(RuntimeFaultError):
    """Everything waits and nothing is on its way: no callback, no timer, no byte on a socket."""
