"""The two ends of a connection inside one process, and the selector that knows when looking at them is worth it."""

import itertools
import selectors
import socket
from collections.abc import Callable
from typing import Any

SOCKET_BUFFER_BYTES = 4 * 1024 * 1024


class VirtualSelector(selectors.DefaultSelector):
    """Never waits: what is not ready now makes `advance` move the time instead.

    Most turns of the loop touch no connection. While only ends of pairs are registered, whose bytes all come from this
    thread, the kernel is asked only after something was sent, ended or registered, until nothing is ready any more.
    """

    def __init__(self, advance: Callable[[float | None], None]) -> None:
        super().__init__()
        self._advance = advance
        self._ordinals: dict[int, int] = {}
        self._next_ordinal = itertools.count()
        self._known: set[int] = set()
        self._is_touched = True
        self._is_alone = True

    def ignore_current_files(self) -> None:
        """Take what is registered now (the loop's wake-up pipe) as no source of events: this loop never sleeps."""
        self._known.update(self._ordinals)
        self._look_around()

    def pair(self) -> tuple[socket.socket, socket.socket]:
        """Return the connected ends of a new pair, which do not block."""
        ours, theirs = socket.socketpair()
        return self._end(ours), self._end(theirs)

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Register a file and remember when; its rank decides the order of simultaneous events."""
        key = super().register(fileobj, events, data)
        self._ordinals[key.fd] = next(self._next_ordinal)
        self._look_around()
        return key

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Change what is waited for; its rank stays."""
        self._is_touched = True
        return super().modify(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Forget a file."""
        key = super().unregister(fileobj)
        self._ordinals.pop(key.fd, None)
        self._look_around()
        return key

    def renew(self) -> None:
        """Ask the kernel anew for all that is registered: what a forked process inherited is its parent's."""
        keys = sorted(self.get_map().values(), key=lambda key: self._ordinals[key.fd])
        super().__init__()
        for key in keys:
            super().register(key.fileobj, key.events, key.data)
        self._is_touched = True

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready, in order of registration; when nothing is, let `timeout` seconds pass at once."""
        events: list[tuple[selectors.SelectorKey, int]] = []
        if self._is_touched or not self._is_alone:
            events = super().select(0)
            self._is_touched = bool(events)
            if len(events) > 1:
                events.sort(key=lambda event: self._ordinals[event[0].fd])
        if not events and timeout != 0:
            self._advance(timeout)
        return events

    def _end(self, end: socket.socket) -> "_End":
        made = _End(end, self._touched)
        self._known.add(made.fileno())
        return made

    def _touched(self, gone: int | None = None) -> None:
        self._is_touched = True
        if gone is not None:
            self._known.discard(gone)

    def _look_around(self) -> None:
        self._is_touched = True
        self._is_alone = self._known.issuperset(self._ordinals)


class _End(socket.socket):
    """One end of a pair; says when it sends or ends."""

    def __init__(self, end: socket.socket, touched: Callable[..., None]) -> None:
        super().__init__(end.family, end.type, end.proto, fileno=end.detach())
        self._touched = touched
        self.setblocking(False)  # noqa: FBT003 - it takes no keyword
        # Big enough that no burst meets a full buffer: then every write is whole and arrives whole.
        self.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER_BYTES)
        self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)

    def send(self, *arguments: Any) -> int:
        self._touched()
        return super().send(*arguments)

    def sendall(self, *arguments: Any) -> None:
        self._touched()
        super().sendall(*arguments)

    def sendmsg(self, *arguments: Any) -> int:
        self._touched()
        return super().sendmsg(*arguments)

    def shutdown(self, how: int, /) -> None:
        self._touched()
        super().shutdown(how)

    def close(self) -> None:
        self._touched(self.fileno())
        super().close()
