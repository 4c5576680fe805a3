"""Who may speak: client ids that are in use or not free yet, and clients that send too fast."""

from datetime import datetime, timedelta
from typing import Final

from simgateway.config import GatewayConfig
from simgateway.market.clock import GatewayClock
from simgateway.protocol import responses
from simgateway.protocol.text import read_int
from simgateway.protocol.wire import Fields
from simgateway.session import Session
from simgateway.sessions import Sessions
from simgateway.trading.registry import Registry

_CLIENT_IN_USE: Final = "Unable to connect as the client id is already in use. Retry with a unique client id."
_TOO_FAST: Final = "Max rate of messages per second has been exceeded: max={limit}"
_WARNINGS_MOST: Final = 3
_ONE_SECOND: Final = timedelta(seconds=1)
_FARMS: Final = (
    (2104, "Market data farm connection is OK:usopt"),
    (2106, "HMDS data farm connection is OK:ushmds"),
    (2158, "Sec-def data farm connection is OK:secdefil"),
)


class Admission:
    """Lets one connection per client id start, and counts what comes within a second.

    A client id can be held for a while without a connection: the real gateway does not always notice an unclean drop
    at once and then answers 326 to the client that comes back.
    """

    def __init__(self, config: GatewayConfig, clock: GatewayClock, sessions: Sessions, registry: Registry) -> None:
        self._config = config
        self._clock = clock
        self._sessions = sessions
        self._registry = registry
        self._held: dict[int, datetime] = {}

    def hold(self, client_id: int, seconds: float) -> None:
        """Answer 326 to this client id for so many simulated seconds from now."""
        until = self._clock.now() + timedelta(seconds=seconds)
        self._held[client_id] = max(until, self._held.get(client_id, until))

    def start_api(self, session: Session, fields: Fields) -> None:
        """Take startApi (71): accounts, the next order id and the state of the farms, or 326 and a closed connection.

        ValueError when the id is none or the connection has started before.
        """
        client_id = read_int(fields[2])
        if client_id < 0 or session.is_started:
            raise ValueError("client id below 0" if client_id < 0 else "the API was started before")
        if self._is_taken(client_id):
            session.send_and_close(responses.error(-1, 326, _CLIENT_IN_USE, session.version))
            return
        session.client_id = client_id
        session.send(
            responses.managed_accounts(self._config.account),
            responses.next_valid_id(self._registry.next_order_id(client_id)),
        )
        session.send(*(responses.error(-1, code, text, session.version) for code, text in _FARMS))

    def refuses(self, session: Session) -> bool:
        """Return whether the newest message is one too many in its second; it then is dropped as IB does.

        That is error 100, at most one a second, and at the third one the connection ends.
        """
        if not self._config.pacing or session.in_last_second <= self._config.messages_per_second:
            return False
        now = self._clock.now()
        if session.warned_at is None or now - session.warned_at >= _ONE_SECOND:
            session.warned_at = now
            session.warnings += 1
            self.warn(session, close=session.warnings >= _WARNINGS_MOST)
        return True

    def warn(self, session: Session, *, close: bool) -> None:
        """Send error 100, too many messages, and close the connection behind it when told so."""
        text = _TOO_FAST.format(limit=self._config.messages_per_second)
        message = responses.error(-1, 100, text, session.version)
        if close:
            session.send_and_close(message)
        else:
            session.send(message)

    def _is_taken(self, client_id: int) -> bool:
        until = self._held.get(client_id)
        if until is not None and self._clock.now() >= until:
            del self._held[client_id]
            until = None
        return until is not None or self._sessions.of_client(client_id) is not None
