"""What happened inside a run: a hash of every message, the deaths and restarts, told to the log."""

import hashlib
import traceback
from collections.abc import Callable
from typing import Any

from actors.runtime.control import kind_of
from actors.runtime.observer import ExceptionInfo, NullObserver
from actors.runtime.tree_messages import StartChild
from domain.ports import EventLog


class RunObserver(NullObserver):
    """Tells the log what the runtime does. Called on whatever thread it happened."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.restarts = 0
        self.failures = 0
        self._restarted: Callable[[str, str], None] = lambda _name, _reason: None

    def heard_by(self, restarted: Callable[[str, str], None]) -> None:
        """Tell this of every restart as well: the name, and the reason."""
        self._restarted = restarted

    def dead_letter(self, name: str, message: Any) -> None:
        """Say that a message reached nobody."""
        self._log.emit("dead_letter", actor=name, message=type(message).__name__)

    def dropped(self, name: str, message: Any) -> None:
        """Say that a message met a full mailbox."""
        self._log.emit("mail_dropped", actor=name, message=type(message).__name__)

    def started(self, name: str, epoch: int) -> None:
        """Say that an actor is ready for mail."""
        self._log.emit("actor_started", actor=name, epoch=epoch)

    def failed(self, name: str, epoch: int, message: Any, exc_info: ExceptionInfo) -> None:
        """Say what an actor died of."""
        self.failures += 1
        self._log.emit(
            "actor_failed",
            actor=name,
            epoch=epoch,
            error=f"{exc_info[0].__name__}: {exc_info[1]}",
            message=kind_of(message),
            stack="".join(traceback.format_exception(*exc_info)),
        )

    def hung(self, name: str, epoch: int, message: Any, reason: str) -> None:
        """Say that an actor does not answer."""
        self._log.emit("actor_hung", actor=name, epoch=epoch, message=kind_of(message), reason=reason)

    def restarted(self, name: str, epoch: int, reason: str, seconds: float) -> None:
        """Say that an actor lives again."""
        self.restarts += 1
        self._log.emit("actor_restarted", actor=name, epoch=epoch, reason=reason, seconds=round(seconds, 3))
        self._restarted(name, reason)

    def gave_up(self, name: str, epoch: int, reason: str) -> None:
        """Say that a supervisor used up its restarts."""
        self._log.emit("actor_gave_up", actor=name, epoch=epoch, reason=reason)


class TracingObserver(RunObserver):
    """Also hashes every message in the order of its handling; equal runs have equal hashes. One thread only."""

    def __init__(self, log: EventLog) -> None:
        super().__init__(log)
        self._hash = hashlib.sha256()

    def delivered(self, name: str, message: Any) -> None:
        """Add a message to the hash."""
        # A spec holds functions, whose text is an address; its name says as much.
        text = message.spec.name if isinstance(message, StartChild) else repr(message)
        self._hash.update(f"{name}\0{type(message).__name__}\0{text}\n".encode())

    @property
    def digest(self) -> str:
        """Return the hash of all messages so far."""
        return self._hash.hexdigest()
