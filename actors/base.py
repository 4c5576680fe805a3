"""What every actor of the bot has beyond the runtime's."""

from collections.abc import Awaitable
from typing import Any

from actors.runtime.errors import ActorDeadError, AskTimeoutError, MailboxFullError
from actors.runtime.loop_actor import LoopActor


class Actor(LoopActor):
    """A LoopActor that may ask without fear: silence is a value."""

    async def prepare(self) -> None:
        """Get ready; no mail is handled before it has finished. Pykka's ``on_start`` may not be a coroutine."""

    def on_start(self) -> Awaitable[None] | None:
        """Hand over to ``prepare``."""
        return self.prepare()

    async def ask_or_none(self, name: str, message: Any, *, timeout_seconds: float) -> Any:
        """Return the answer; None when nobody is there, nobody answers in time, or the one asked died of it."""
        try:
            return await self.ask(name, message, timeout_seconds)
        except (ActorDeadError, AskTimeoutError, MailboxFullError):
            return None
