"""The control socket: a Unix socket beside the state, its owner's alone; a line of JSON in, a line of JSON out.

``{"order": "halt"}``, ``resume`` or ``flatten`` is carried out and answered once it is on disk; ``{"order": "ask"}``
changes nothing. It is served on the loop of the supervisors, which waits for nothing and trades nothing.
"""

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from actors.runtime.directory import Directory
from actors.runtime.hosts import Host
from domain.control import AskControl, ControlAnswer, GiveOrder, Order
from domain.errors import ConfigError

SUFFIX: Final = ".sock"
ASK: Final = "ask"
ORDERS: Final = {order.value: order for order in (Order.HALT, Order.RESUME, Order.FLATTEN)}
LINE_BYTES_MAX: Final = 4096
LINE_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 8.0
PATH_BYTES_MAX: Final = 100  # sun_path holds 108 on Linux, 104 elsewhere; see unix(7).


@contextlib.contextmanager
def listening(path: Path) -> Iterator[socket.socket]:
    """Give the socket, listening, owner only; what a dead process left in its place is removed, and so is this.

    Raises ConfigError where it cannot be made. The caller holds the account's lock: nobody else listens here.
    """
    if len(os.fsencode(path)) > PATH_BYTES_MAX:
        raise ConfigError(
            f"paths.state_dir: {path} is too long for a socket, at most {PATH_BYTES_MAX} bytes; shorten it"
        )
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        try:
            path.unlink(missing_ok=True)
            made.bind(str(path))
            path.chmod(0o600)  # Before it listens: until then nobody gets in.
            made.listen()
            made.setblocking(False)  # noqa: FBT003 - it takes no keyword
        except OSError as error:
            raise ConfigError(f"{path}: {error.strerror}; choose another paths.state_dir") from error
        yield made
    finally:
        made.close()
        path.unlink(missing_ok=True)


class ControlServer:
    """Takes orders on the socket for the ControlActor. Started and stopped from outside of the host's loop."""

    def __init__(self, opened: socket.socket, directory: Directory, host: Host) -> None:
        self._socket = opened
        self._directory = directory
        self._host = host
        self._server: asyncio.Server | None = None

    def start(self) -> None:
        """Begin to serve, as soon as the loop has a moment."""
        self._host.post(lambda: asyncio.ensure_future(self._serve()))

    def stop(self) -> None:
        """Take no more orders; a loop that hangs takes none anyway."""
        self._host.post(self._close)

    async def _serve(self) -> None:
        self._server = await asyncio.start_unix_server(self._talk, sock=self._socket, limit=LINE_BYTES_MAX)

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one line and hang up."""
        try:
            answer = await self._answer(await asyncio.wait_for(reader.readline(), LINE_SECONDS))
            writer.write(json.dumps(answer, default=str).encode() + b"\n")
            await writer.drain()
        except (OSError, TimeoutError):
            pass  # Whoever asked is gone, or never spoke; orders given are in the log and the journal.
        except ValueError:
            writer.write(b'{"error": "the line is too long"}\n')
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        wanted = wanted_order(line)
        if wanted is None:
            return {"error": f'write a line such as {{"order": "halt"}}, with one of {", ".join((*ORDERS, ASK))}'}
        message = AskControl() if wanted == ASK else GiveOrder(order=ORDERS[wanted], by=f"./bot {wanted}")
        try:
            answer = await self._directory.address("control").ask(message, ANSWER_SECONDS, True)  # noqa: FBT003 - urgent; the hot path takes no keyword
        except Exception as error:  # noqa: BLE001 - down, silent, or dying of something that is in the log
            return {"error": f"nobody takes orders: {error}"}
        assert isinstance(answer, ControlAnswer), answer
        return asdict(answer)


def wanted_order(line: bytes) -> str | None:
    """Return the order that a line gives; None when it is none."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    order = found.get("order") if isinstance(found, dict) else None
    return order if isinstance(order, str) and (order == ASK or order in ORDERS) else None
