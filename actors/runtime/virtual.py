"""An event loop in virtual time: sockets are polled without waiting, and idle time is skipped."""

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeAlias, TypeVar, TypeVarTuple

from actors.runtime.errors import VirtualDeadlockError
from actors.runtime.pairs import SOCKET_BUFFER_BYTES, VirtualSelector
from actors.runtime.turns import TurningLoop

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Pair: TypeAlias = tuple[socket.socket, socket.socket]


class VirtualLoop(TurningLoop):
    """One thread, one loop, no waiting: the time is the time of the event that is being handled.

    `hosted` maps (host, port) to the factory of a server-side protocol. `create_connection` to such an address hands
    out one end of a socket pair and serves the other end on this same loop, so that client and server run in virtual
    time over real bytes. There are no threads here: what is sent to an executor runs at once, inline.
    """

    def __init__(self) -> None:
        self.hosted: dict[tuple[str, int], Callable[[], asyncio.BaseProtocol]] = {}
        self._pairs: list[Pair] = []
        self._files = VirtualSelector(self._advance)
        super().__init__(self._files)
        self._files.ignore_current_files()

    def run_forever(self) -> None:
        """Run until stopped, as this thread's current loop: ib_insync asks the policy for it, not the running one."""
        asyncio.set_event_loop(self)
        super().run_forever()

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        """Run the function now, in this thread; the future is done when it is returned."""
        del executor
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to who awaits the future
            future.set_exception(error)
        return future

    async def create_connection(
        self, protocol_factory: Callable[[], Any], host: Any = None, port: Any = None, **options: Any
    ) -> tuple[Any, Any]:
        """Connect to a hosted protocol, or to the socket given as `sock`. Raises ConnectionRefusedError elsewhere."""
        if options.get("sock") is not None:
            return await super().create_connection(protocol_factory, **options)
        server_factory = self.hosted.get((host, port))
        if server_factory is None:
            raise ConnectionRefusedError(errno.ECONNREFUSED, f"nothing is hosted at {host}:{port}")
        ours, theirs = self._files.pair()
        self._pairs = [pair for pair in self._pairs if any(end.fileno() >= 0 for end in pair)] + [(ours, theirs)]
        try:
            await self.connect_accepted_socket(server_factory, theirs)
            return await super().create_connection(protocol_factory, sock=ours)
        except BaseException:
            ours.close()
            raise

    def part_from_parent(self) -> None:
        """Share no byte any more with the process that this one was forked from; that one waits meanwhile."""
        for pair in self._pairs:
            _part(pair, self._files.pair())
        self._files.renew()
        asyncio.set_event_loop(self)  # Both know of the process they were told in.
        asyncio._set_running_loop(self)  # noqa: SLF001 - it is there for who makes a loop

    def _advance(self, seconds: float | None) -> None:
        if seconds is None:
            raise VirtualDeadlockError(
                f"nothing can happen any more at {self.now} s: no callback, timer or byte is left"
            )
        # Rounded to the loop's resolution, so that errors of addition do not pile up over a day.
        self.now = round(self.now + seconds, 9)


def _part(pair: Pair, fresh: Pair) -> None:
    """Put a new pair in the place of one that is shared with another process, with the bytes that were on their way."""
    for own, end, peer in ((pair[0], *fresh), (pair[1], *fresh[::-1])):
        if own.fileno() >= 0:
            with contextlib.suppress(BlockingIOError):  # Nothing is on its way.
                peer.sendall(own.recv(SOCKET_BUFFER_BYTES, socket.MSG_PEEK))
            os.dup2(end.fileno(), own.fileno(), inheritable=False)
    for end in fresh:
        end.close()
