"""The control socket: a Unix socket beside the state, its owner's alone; a line of JSON in, a line of JSON out.

``{"order": "halt"}``, ``resume`` or ``flatten`` is carried out and answered once it is on disk, and so is
``{"order": "ignore", "what": "SPY"}``, ``adopt`` or ``gone``; ``{"order": "ask"}`` changes nothing. It is served on the
loop of the supervisors, which waits for nothing and trades nothing.
"""

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Iterator
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as LateError
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from actors.runtime.directory import Directory
from actors.runtime.hosts import Host
from domain.bracket_gone import WriteOff
from domain.control import AskControl, GiveOrder, Order
from domain.errors import ConfigError
from domain.others import ForeignAnswer, Settle, SettleForeign, nobody_settles

SUFFIX: Final = ".sock"
ASK: Final = "ask"
ORDERS: Final = {order.value: order for order in (Order.HALT, Order.RESUME, Order.FLATTEN)}
SETTLES: Final = {settle.value: settle for settle in Settle}
GONE: Final = "gone"
HOW: Final = (
    'write a line such as {"order": "halt"} or {"order": "ignore", "what": "SPY"}, '
    f"with one of {', '.join((*ORDERS, *SETTLES, GONE, ASK))}"
)
LINE_BYTES_MAX: Final = 4096
LINE_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 8.0
SETTLE_SECONDS: Final = 35.0  # The broker is asked for what is held, how it is listed, and for a quote.
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

    def give(self, order: Order, by: str) -> dict[str, Any] | None:
        """Give an order as the socket does, from a thread that is none of the loops'; None when they are silent.

        Blocks for a second longer than `ANSWER_SECONDS` at most.
        """
        asked = self._asked("control", GiveOrder(order=order, by=by), ANSWER_SECONDS)
        try:
            waiting = asyncio.run_coroutine_threadsafe(asked, self._host.loop)
        except RuntimeError:  # The loop has ended.
            asked.close()
            return None
        try:
            return waiting.result(ANSWER_SECONDS + 1)
        except (LateError, CancelledError):
            waiting.cancel()
            return None

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
            return {"error": HOW}
        order, what = wanted
        if order in SETTLES:
            message: Any = SettleForeign(settle=SETTLES[order], what=what, by=f"./bot {order}")
            refused = settling_refused(self._directory)
            if refused:
                return plain(ForeignAnswer(refused=refused))
            return await self._asked("risk", message, SETTLE_SECONDS)
        if order == GONE:
            return await self._asked("brackets", WriteOff(what=what, by=f"./bot {order}"), SETTLE_SECONDS)
        message = AskControl() if order == ASK else GiveOrder(order=ORDERS[order], by=f"./bot {order}")
        return await self._asked("control", message, ANSWER_SECONDS)

    async def _asked(self, name: str, message: Any, seconds: float) -> dict[str, Any]:
        try:
            answer = await self._directory.address(name).ask(message, seconds, True)  # noqa: FBT003 - urgent; the hot path takes no keyword
        except Exception as error:  # noqa: BLE001 - down, silent, or dying of something that is in the log
            return {"error": f"nobody takes orders: {error}"}
        return plain(answer) if isinstance(answer, ForeignAnswer) else asdict(answer)


def settling_refused(directory: Directory) -> str:
    """Return why nobody is there who could adopt or ignore anything; empty while somebody is."""
    if directory.address("risk").is_alive:
        return ""
    return nobody_settles(trading_lives=directory.address("trading").is_alive)


def plain(answer: ForeignAnswer) -> dict[str, Any]:
    """Return the answer as JSON has it, each thing with what a person reads of it."""
    things = {"unsettled": answer.unsettled, "ignored": answer.ignored}
    rows = {name: [{**asdict(thing), "text": thing.text} for thing in found] for name, found in things.items()}
    return {"done": answer.done, "refused": answer.refused, "unknown": answer.unknown, **rows}


def wanted_order(line: bytes) -> tuple[str, str] | None:
    """Return the order that a line gives, and what it is about; None when it is none."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    order, what = (found.get("order"), found.get("what", "")) if isinstance(found, dict) else (None, "")
    if not isinstance(order, str) or not isinstance(what, str):
        return None
    needed = order in {*SETTLES, GONE}
    return (order, what) if (needed and what.strip()) or order == ASK or order in ORDERS else None
