"""What every actor of the bot has beyond the runtime's."""

from typing import Any

from actors.runtime.loop_actor import LoopActor


class Actor(LoopActor):
    """A LoopActor that may ask without fear: silence is a value."""

    async def ask_or_none(self, name: str, message: Any, *, timeout_seconds: float) -> Any:
        """Return the answer; None when nobody is there, nobody answers in time, or the one asked died of it."""
        try:
            return await self.ask(name, message, timeout_seconds)
        except Exception:  # noqa: BLE001 - what killed the one asked is in the log, and its supervisor's business
            return None
