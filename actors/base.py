"""What every actor of the bot has beyond the runtime's."""

import asyncio
from typing import Any, Final

from actors.outbox import Outbox, WriteAgain
from actors.runtime.context import Context
from actors.runtime.errors import ActorDeadError, AskTimeoutError, MailboxFullError
from actors.runtime.loop_actor import LoopActor
from domain.events import Journaled

ANSWER_SECONDS: Final = 10.0
FIRST_PAUSE_SECONDS: Final = 0.2
LONGEST_PAUSE_SECONDS: Final = 2.0


class Actor(LoopActor):
    """A LoopActor that may ask without fear, silence being a value, and whose records reach the journal."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._outbox = Outbox(self, self.on_written)

    def write(self, stream: str, record: Journaled) -> None:
        """Have this written to the journal, behind all earlier ones, however often it takes."""
        self._outbox.add(stream, record)

    def on_written(self) -> None:
        """Go on now that everything given to `write` is on the disk. Called after each time it came to that."""

    def _handle_receive(self, message: Any) -> Any:
        if type(message) is WriteAgain:
            self._outbox.work()
            return None
        return super()._handle_receive(message)

    async def ask_journal(self, message: Any) -> Any:
        """Return the journal's answer to a question of a start; while it is full, dead or silent, ask again.

        To die of that would use up in seconds the restarts that are there for bugs, and its supervisor gives a start
        its time anyway. Only for what may be asked twice. Raises what the journal's handler raises: StoreError.
        """
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                return await self.ask("journal", message, ANSWER_SECONDS)
            except (ActorDeadError, AskTimeoutError, MailboxFullError):
                await asyncio.sleep(pause)  # No timer: before a start has finished no mail is handled.
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def ask_or_none(self, name: str, message: Any, *, timeout_seconds: float) -> Any:
        """Return the answer; None when nobody is there, nobody answers in time, or the one asked died of it."""
        try:
            return await self.ask(name, message, timeout_seconds)
        except Exception:  # noqa: BLE001 - what killed the one asked is in the log, and its supervisor's business
            return None
