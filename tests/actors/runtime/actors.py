"""Small actors for tests."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from actors.runtime.loop_actor import Context, LoopActor


class Echo(LoopActor):
    """Remembers its mail. Answers with the message; raises what can be raised, calls what can be called."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.seen: list[Any] = []
        self.deaths: list[BaseException | None] = []
        self.stopped_in_order = False

    def receive(self, message: Any) -> Any:
        self.seen.append(message)
        if isinstance(message, BaseException):
            raise message
        if callable(message):
            return message(self)
        return message

    def on_stop(self) -> Awaitable[None] | None:
        self.stopped_in_order = True
        return None

    def on_failure(self, exception_type: Any, exception_value: BaseException | None, traceback: Any) -> None:
        del exception_type, traceback
        self.deaths.append(exception_value)


class Gated(Echo):
    """Its `on_start` waits until the test opens the gate, on whatever loop."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.gate = asyncio.Event()

    async def on_start(self) -> None:
        self.seen.append("starting")
        await self.gate.wait()
        self.seen.append("ready")

    def open(self) -> None:
        self.context.host.post(self.gate.set)


class Stuck(LoopActor):
    """Blocks its thread until the test lets go, or waits for ever in a coroutine."""

    def __init__(self, context: Context, let_go: threading.Event) -> None:
        super().__init__(context)
        self._let_go = let_go

    def receive(self, message: Any) -> Any:
        if message == "block":
            self._let_go.wait(10)
        elif message == "wait":
            return asyncio.Event().wait()
        return message


def failing(error: BaseException) -> Callable[[Context], LoopActor]:
    """Return a factory of actors whose `on_start` raises."""

    class Failing(Echo):
        def on_start(self) -> None:
            raise error

    return Failing
