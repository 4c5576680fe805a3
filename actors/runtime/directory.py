"""Who is where. Peers hold addresses, never references, so that a restart changes nothing for them."""

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Mapping
from types import MappingProxyType
from typing import Any

from pykka import ActorRef
from pykka._envelope import Envelope

from actors.runtime.errors import ActorDeadError, AskTimeoutError, NameTakenError
from actors.runtime.futures import LoopReply, failure_of
from actors.runtime.inbox import LoopInbox
from actors.runtime.observer import NullObserver, Observer

__all__ = ["ActorDeadError", "Address", "AskTimeoutError", "Directory"]

# Of so many names that nobody bears the epoch is known at least: names of brackets come, and go for ever.
EPOCHS_KEPT = 4096


class Address:
    """A name to write to. Valid for ever: it reaches whoever bears the name at the moment of writing."""

    __slots__ = ("_directory", "_inboxes", "name")

    def __init__(self, name: str, directory: "Directory", inboxes: Mapping[str, LoopInbox]) -> None:
        self.name = name
        self._directory = directory
        self._inboxes = inboxes

    def __repr__(self) -> str:
        return f"Address({self.name!r})"

    @property
    def is_alive(self) -> bool:
        """Whether somebody bears the name now."""
        inbox = self._inboxes.get(self.name)
        return inbox is not None and not inbox.closed

    def tell(self, message: Any, urgent: bool = False) -> bool:  # noqa: FBT001, FBT002 - the hot path: keywords cost
        """Send. Never raises; False when nobody is there (a dead letter) or the mailbox is full. Any thread."""
        inbox = self._inboxes.get(self.name)
        if inbox is None:
            self._directory.lose(self.name, message)
            return False
        return inbox.post(Envelope(message), urgent)

    def ask(self, message: Any, timeout_seconds: float, urgent: bool = False) -> Awaitable[Any]:  # noqa: FBT001, FBT002 - as tell
        """Send now and return the answer to await on the loop that is running here.

        Awaiting raises what the handler raised, AskTimeoutError, ActorDeadError, or MailboxFullError.
        """
        reply = LoopReply(asyncio.get_running_loop())
        reply.expire_after(timeout_seconds, f"{type(message).__name__} to {self.name}")
        inbox = self._inboxes.get(self.name)
        if inbox is None:
            self._directory.lose(self.name, message)
            reply.set_exception(failure_of(ActorDeadError(f"nobody is called {self.name}")))
        else:
            inbox.post(Envelope(message, reply), urgent)
        return reply.future


class Directory:
    """Names of live actors, and which life of each name is the valid one. Callable from any thread."""

    def __init__(self, observer: Observer | None = None) -> None:
        self._observer: Observer = NullObserver() if observer is None else observer
        self._lock = threading.Lock()
        self._inboxes: dict[str, LoopInbox] = {}
        self._refs: dict[str, ActorRef[Any]] = {}
        self._epochs: dict[str, int] = {}
        self._lost: Counter[str] = Counter()

    @property
    def dead_letters(self) -> Mapping[str, int]:
        """How many messages of each type (by its name) reached nobody."""
        return MappingProxyType(self._lost)

    def register(self, name: str, ref: ActorRef[Any]) -> None:
        """Enter a live actor. Raises NameTakenError when another live one has the name."""
        inbox = ref.actor_inbox
        if not isinstance(inbox, LoopInbox):
            raise TypeError(f"{ref} is no LoopActor")
        with self._lock:
            holder = self._refs.get(name)
            if holder is not None and holder is not ref and holder.is_alive():
                raise NameTakenError(f"{name} is taken by a live {holder}")
            self._refs[name] = ref
            self._inboxes[name] = inbox

    def unregister(self, name: str, ref: ActorRef[Any] | None = None) -> None:
        """Strike out the name; given a ref, only if it is still that actor's."""
        with self._lock:
            if ref is None or self._refs.get(name) is ref:
                self._refs.pop(name, None)
                self._inboxes.pop(name, None)

    def address(self, name: str) -> Address:
        """Return the address of that name, whether or not anybody bears it yet."""
        return Address(name, self, self._inboxes)

    def ref(self, name: str) -> ActorRef[Any] | None:
        """Return the stock Pykka reference of who bears the name now: for outside of actors only."""
        return self._refs.get(name)

    def names(self, prefix: str = "") -> tuple[str, ...]:
        """Return the names of live actors that start so, sorted."""
        with self._lock:
            return tuple(sorted(name for name in self._inboxes if name.startswith(prefix)))

    def broadcast(self, prefix: str, message: Any) -> int:
        """Tell everyone whose name starts so; return how many took it."""
        return sum(self.address(name).tell(message) for name in self.names(prefix))

    def epoch(self, name: str) -> int:
        """Return the one life of the name whose word counts; 0 when it never lived."""
        return self._epochs.get(name, 0)

    def advance_epoch(self, name: str) -> int:
        """Retire every earlier life of the name and return the number of the next.

        What is forgotten of a name that has not lived for long is safe: its last life's word no longer counts either.
        """
        with self._lock:
            epoch = self._epochs.pop(name, 0) + 1
            self._epochs[name] = epoch  # Anew at the end, so that the oldest come first.
            if len(self._epochs) > len(self._refs) + 2 * EPOCHS_KEPT:
                gone = [each for each in self._epochs if each not in self._refs][:-EPOCHS_KEPT]
                for each in gone:
                    del self._epochs[each]
            return epoch

    def lose(self, name: str, message: Any) -> None:
        """Count a dead letter."""
        with self._lock:
            self._lost[type(message).__name__] += 1
        self._observer.dead_letter(name, message)
