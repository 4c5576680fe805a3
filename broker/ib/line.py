"""What every part of one connection shares."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from broker.ib.config import IbConfig
from broker.ib.requests import Requests
from domain.errors import BrokerUnavailableError
from domain.ids import Generation
from domain.ports import Clock, Later, ReportSink


@dataclass(slots=True, kw_only=True)
class Line:
    """One connection of one generation: the library's gateway, who hears its reports, and what is in flight.

    ``account`` is known once logged on. Everything here belongs to the broker's loop.
    """

    config: IbConfig
    clock: Clock
    generation: Generation
    sink: ReportSink
    gateway: Any = None
    later: Later
    account: str = ""
    requests: Requests = field(default_factory=Requests)

    @property
    def client(self) -> Any:
        """Return the library's sender of messages."""
        return self.gateway.client

    @property
    def writable(self) -> bool:
        """Return whether bytes written now have a socket to go to."""
        transport = self.client.conn.transport
        return bool(self.client.isReady()) and transport is not None and not transport.is_closing()

    def when_room(self, send: Callable[[], None]) -> None:
        """Send one message more when the budget has room for it; nothing once the connection is gone."""
        self.later(lambda: send() if self.writable else None)

    def new_id(self) -> int:
        """Return the next number for a request or an order. Raises ConnectionError when not connected."""
        return int(self.client.getReqId())

    def demand_writable(self) -> None:
        """Raise BrokerUnavailableError unless an order could be sent now."""
        if self.config.read_only:
            raise BrokerUnavailableError("read-only: no order leaves")
        if not self.writable:
            raise BrokerUnavailableError("not connected: nothing was sent")
