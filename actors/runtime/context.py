"""What every actor is given at birth."""

from dataclasses import dataclass

from actors.runtime.directory import Directory
from actors.runtime.hosts import Host
from actors.runtime.observer import Observer
from actors.runtime.seams import Seams

MAILBOX_CAPACITY_MESSAGES = 1000
HANDLER_DEADLINE_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Name and epoch (which life of that name this is), where the actor runs, whom it can reach, who watches.

    `faults` is asked at every seam whether something goes wrong there; None, as always in earnest, costs nothing.
    """

    name: str
    epoch: int
    host: Host
    directory: Directory
    observer: Observer
    mailbox_capacity: int = MAILBOX_CAPACITY_MESSAGES
    handler_deadline_seconds: float = HANDLER_DEADLINE_SECONDS
    faults: Seams | None = None
