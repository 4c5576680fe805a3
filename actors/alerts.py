"""AlertActor: says the loud things once, and never holds anybody up."""

from collections.abc import Awaitable
from typing import Any

from actors.base import Actor
from actors.runtime.context import Context
from domain.alerting import AlertBook, admitted
from domain.commands import SendAlert
from domain.ports import AlertPort, EventLog


class AlertActor(Actor):
    """De-duplicates and limits; the port retries in a worker of its own."""

    def __init__(self, context: Context, *, port: AlertPort, log: EventLog) -> None:
        super().__init__(context)
        self._port = port
        self._log = log
        self._book = AlertBook()

    def receive(self, message: Any) -> Awaitable[None] | None:
        """Send an alert, unless the same was sent a moment ago or too many were."""
        if not isinstance(message, SendAlert):
            return None
        self._book, go = admitted(self._book, message, self.clock.now())
        if not go:
            self._log.emit("alert_suppressed", kind=message.kind, text=message.text)
            return None
        return self._send(message)

    async def _send(self, message: SendAlert) -> None:
        delivered = await self._port.send(f"Stopward: {message.kind}", message.text)
        self._log.emit("alert", kind=message.kind, text=message.text, delivered=delivered)
