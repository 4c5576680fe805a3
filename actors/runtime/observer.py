"""Whoever wants to know what the runtime does: logs, tests, traces."""

from types import TracebackType
from typing import Any, Protocol, TypeAlias

ExceptionInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None]


class Observer(Protocol):
    """Told of everything worth a log line. Called on whatever thread it happened; must not raise nor block."""

    def delivered(self, name: str, message: Any) -> None:
        """Note that the actor is about to handle the message."""
        ...

    def dead_letter(self, name: str, message: Any) -> None:
        """Note that the message reached nobody."""
        ...

    def dropped(self, name: str, message: Any) -> None:
        """Note that the message met a full mailbox."""
        ...

    def started(self, name: str, epoch: int) -> None:
        """Note that the actor's `on_start` has finished."""
        ...

    def failed(self, name: str, epoch: int, message: Any, exc_info: ExceptionInfo) -> None:
        """Note that the actor died of an exception; `message` is what it was handling, or the Moment it was at."""
        ...

    def hung(self, name: str, epoch: int, message: Any, reason: str) -> None:
        """Note that the actor is alive and does not answer; `message` as in `failed`."""
        ...

    def restarted(self, name: str, epoch: int, reason: str, seconds: float) -> None:
        """Note a new life of the actor, and the seconds since the old one ended."""
        ...

    def gave_up(self, name: str, epoch: int, reason: str) -> None:
        """Note that the supervisor of this name has used up its restarts; its failure is told beside it."""
        ...


class NullObserver:
    """Looks away. Base for observers that care about some of it."""

    def delivered(self, name: str, message: Any) -> None:
        """Look away."""

    def dead_letter(self, name: str, message: Any) -> None:
        """Look away."""

    def dropped(self, name: str, message: Any) -> None:
        """Look away."""

    def started(self, name: str, epoch: int) -> None:
        """Look away."""

    def failed(self, name: str, epoch: int, message: Any, exc_info: ExceptionInfo) -> None:
        """Look away."""

    def hung(self, name: str, epoch: int, message: Any, reason: str) -> None:
        """Look away."""

    def restarted(self, name: str, epoch: int, reason: str, seconds: float) -> None:
        """Look away."""

    def gave_up(self, name: str, epoch: int, reason: str) -> None:
        """Look away."""
