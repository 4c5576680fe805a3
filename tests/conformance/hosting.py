"""Gateways under test: one on a thread of the test process, whose market the case moves, or the product itself."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from simgateway.config import GatewayConfig
from simgateway.control.server import ControlServer
from simgateway.frames import Frame, FrameLog
from simgateway.market.clock import LoopClock
from simgateway.server import Gateway
from tests.house import CHECKOUT
from tests.simgateway.fake_market import FakeMarket

_T = TypeVar("_T")
_PATIENCE_SECONDS: Final = 30.0


class HostedGateway:
    """A gateway on an event loop in a thread of its own; its clock runs `speed` times as fast as the wall.

    Everything that touches it goes through `call`, which runs on its loop.
    """

    def __init__(self, config: GatewayConfig, start: datetime, speed: float, market: FakeMarket | None = None) -> None:
        self.market = market or FakeMarket()
        self.log = FrameLog(keep=True)
        self.port = 0
        self._control: ControlServer | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.gateway, self._server = self._wait(self._open(config, start, speed))

    def call(self, action: Callable[[Gateway], _T]) -> _T:
        """Do something with the gateway, on its loop; return what that returns."""

        async def act() -> _T:
            return action(self.gateway)

        result: _T = self._wait(act())
        return result

    def show(self, con_id: int, bid: str | None, ask: str | None, size: int = 10) -> None:
        """Change a quote."""
        self.call(lambda _: self.market.show(con_id, bid, ask, size))

    def frames(self) -> tuple[Frame, ...]:
        """Return all frames so far, in order."""
        return self.call(lambda _: tuple(self.log.frames))

    def command(self, **row: Any) -> dict[str, Any]:
        """Say one line on the gateway's control port, as anybody could; return its answer, which must be ok."""
        if self._control is None:
            self._control = self._wait(self._open_control())
        with socket.create_connection(("127.0.0.1", self._control.port), _PATIENCE_SECONDS) as line:
            line.sendall(json.dumps(row).encode() + b"\n")
            with line.makefile("rb") as answers:
                answer: dict[str, Any] = json.loads(answers.readline())
        assert answer["ok"], f"the control port refused {row}: {answer['error']}"
        return answer

    def close(self) -> None:
        """End the gateway and its thread."""
        self._wait(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE_SECONDS)
        self._loop.close()

    async def _open(self, config: GatewayConfig, start: datetime, speed: float) -> tuple[Gateway, asyncio.Server]:
        gateway = Gateway(config, self.market, LoopClock(self._loop, start, speed), self.log)
        gateway.start()
        server = await self._loop.create_server(gateway.protocol, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return gateway, server

    async def _open_control(self) -> ControlServer:
        control = ControlServer(self.gateway, 0)
        await control.start()
        return control

    async def _shut(self) -> None:
        if self._control is not None:
            await self._control.close()
        self._server.close()
        self.gateway.close()
        await self._server.wait_closed()
        await asyncio.sleep(0)  # aborted transports close on the loop's next turn

    def _wait(self, action: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(action, self._loop).result(_PATIENCE_SECONDS)


class ServedGateway:
    """The product: `python -m simgateway` in a process of its own, with a frame log in `folder`."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._log = folder / "frames.jsonl"
        command = [sys.executable, "-m", "simgateway", "--port", "0", "--log", str(self._log), *arguments]
        self._process = subprocess.Popen(command, cwd=CHECKOUT, text=True, stdout=subprocess.PIPE)  # noqa: S603 - our own program
        assert self._process.stdout is not None
        self.ready: dict[str, Any] = json.loads(self._process.stdout.readline())
        self.port: int = self.ready["port"]
        self.last_words: dict[str, Any] = {}

    def frames(self) -> Iterator[Frame]:
        """Return the frames of the log: only once it is closed are they all there."""
        return FrameLog.read(self._log)

    def close(self) -> None:
        """Stop it as an operator does, and take its last words."""
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            said, _ = self._process.communicate(timeout=_PATIENCE_SECONDS)
            self.last_words = json.loads(said.splitlines()[-1])
