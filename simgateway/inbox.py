"""Where a client's messages come in: counted, let through the faults, answered; whatever a client sends stays its own.

One client's message never harms another's connection: a message that cannot be read is error 320, and an error of
ours ends the connection that met it, counted, logged and noted, while the gateway goes on.
"""

import logging
from collections.abc import Mapping
from typing import Final, Protocol
from zoneinfo import ZoneInfoNotFoundError

from simgateway.admission import Admission
from simgateway.config import GatewayConfig
from simgateway.frames import FrameLog
from simgateway.market.clock import GatewayClock
from simgateway.protocol import responses
from simgateway.protocol.wire import Fields
from simgateway.router import Handler
from simgateway.session import Session
from simgateway.sessions import Sessions

_LOG: Final = logging.getLogger(__name__)
_UNREADABLE: Final = (ValueError, IndexError, ArithmeticError, ZoneInfoNotFoundError)


class Incoming(Protocol):
    """What may change messages on their way in."""

    def incoming(self, session: Session, fields: Fields) -> tuple[Fields, ...]:
        """Return what of a message arrives now."""
        ...


class Inbox:
    """Answers messages by the table of routes; errors that are ours are counted in the sessions' `broken`."""

    def __init__(
        self,
        *,
        config: GatewayConfig,
        clock: GatewayClock,
        log: FrameLog,
        sessions: Sessions,
        admission: Admission,
        routes: Mapping[str, Handler],
    ) -> None:
        self._config = config
        self._clock = clock
        self._log = log
        self._sessions = sessions
        self._admission = admission
        self._routes = routes

    def received(self, session: Session, fields: Fields, faults: Incoming) -> None:
        """Take a message that came over the socket."""
        self._sessions.count(session)
        if self._admission.refuses(session):
            return
        for message in faults.incoming(session, fields):
            self.handle(session, message)

    def handle(self, session: Session, fields: Fields) -> None:
        """Answer a message; one that cannot be read or is not known is error 320."""
        try:
            self._answer(session, fields)
        except _UNREADABLE as error:
            self._unreadable(session, fields, str(error))
        except Exception as error:  # noqa: BLE001 - one client's message must not end the others' gateway
            self._break(session, fields, error)

    def _answer(self, session: Session, fields: Fields) -> None:
        if fields[0] == "71":
            self._admission.start_api(session, fields)
        elif not session.is_started:
            session.abort()
        elif fields[0] == "17":
            session.send(responses.managed_accounts(self._config.account))
        elif fields[0] == "49":
            session.send(responses.current_time(self._clock.now()))
        elif handler := self._routes.get(fields[0]):
            handler(session, fields)
        else:
            self._unreadable(session, fields, "unknown message")

    def _unreadable(self, session: Session, fields: Fields, why: str) -> None:
        text = f"Error reading request. Message {fields[0][:20]}: {why}"
        session.send(responses.error(-1, 320, text.replace("\0", " "), session.version))

    def _break(self, session: Session, fields: Fields, error: Exception) -> None:
        self._sessions.broken += 1
        _LOG.error("simgateway: message %s of connection %d broke a handler", fields[0], session.number, exc_info=error)
        what = f"{type(error).__name__}: {error}"
        now = self._clock.now()
        self._log.remark(now, "broken", what, *fields, connection=session.number, client_id=session.client_id)
        session.abort()
