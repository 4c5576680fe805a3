"""TripwireActor: trips the breaker when restarts run out, the breaker's own among them."""

from typing import Any

from actors.base import Actor
from actors.breaker import STREAM
from actors.runtime.context import Context
from domain.breaker import Breaker, tripped
from domain.commands import TripBreaker

ANSWER_SECONDS = 5.0


class TripwireActor(Actor):
    """Guards, not trades: it is there when trading, with the breaker, is down for good.

    Nothing is opened then, and nobody asks. But the next process reads the breaker from the disk: it is tripped there.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._tripped: list[TripBreaker] = []

    def receive(self, message: Any) -> Any:
        """Serve TripBreaker."""
        return self._trip(message) if isinstance(message, TripBreaker) else None

    def on_written(self) -> None:
        """Tell a breaker that came back meanwhile, perhaps before there was anything to read."""
        told, self._tripped = self._tripped, []
        if self.directory.address("breaker").is_alive:
            for message in told:
                self.tell("breaker", message)

    async def _trip(self, message: TripBreaker) -> None:
        breaker = self.directory.address("breaker")
        if breaker.is_alive and await self.ask_or_none("breaker", message, timeout_seconds=ANSWER_SECONDS) is not None:
            return
        moved = tripped(Breaker(), message.reason, self.clock.now()).moved
        assert moved is not None, "a closed one moves"
        self._tripped.append(message)
        self.write(STREAM, moved)
