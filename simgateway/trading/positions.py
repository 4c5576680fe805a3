"""Positions: all at once, then those that change."""

from decimal import Decimal

from simgateway.market.base import Instrument
from simgateway.protocol import responses
from simgateway.protocol.text import read_int
from simgateway.protocol.wire import Fields
from simgateway.session import Session
from simgateway.trading.account import Ledger
from simgateway.trading.accounts import is_known


class Positions:
    """Answers reqPositions and reqPositionsMulti, and tells whoever asked of every change."""

    def __init__(self, account: str, ledger: Ledger) -> None:
        self._account = account
        self._ledger = ledger
        self._plain: dict[int, Session] = {}
        self._multi: dict[tuple[int, int], Session] = {}

    def ask(self, session: Session, fields: Fields) -> None:
        """Take reqPositions (61)."""
        del fields
        self._plain[session.number] = session
        rows = [self._position(holding.instrument) for holding in self._ledger.holdings.values()]
        session.send(*rows, ("62", "1"))

    def cancel(self, session: Session, fields: Fields) -> None:
        """Take its cancel (64)."""
        del fields
        self._plain.pop(session.number, None)

    def ask_multi(self, session: Session, fields: Fields) -> None:
        """Take reqPositionsMulti (74); there are no models here, so every model has the account's positions."""
        req_id = read_int(fields[2])
        if is_known(session, req_id, fields[3], self._account):
            self._multi[session.number, req_id] = session
            rows = [self._position_multi(req_id, holding.instrument) for holding in self._ledger.holdings.values()]
            session.send(*rows, responses.end("72", req_id))

    def cancel_multi(self, session: Session, fields: Fields) -> None:
        """Take its cancel (75)."""
        self._multi.pop((session.number, read_int(fields[2])), None)

    def forget(self, session: Session) -> None:
        """Drop what a gone connection had asked."""
        self._plain.pop(session.number, None)
        for key in [key for key in self._multi if key[0] == session.number]:
            del self._multi[key]

    def booked(self, instrument: Instrument) -> None:
        """Push a position that has changed; a closed one has quantity 0."""
        for session in self._plain.values():
            session.send(self._position(instrument))
        for (_, req_id), session in self._multi.items():
            session.send(self._position_multi(req_id, instrument))

    def _position(self, instrument: Instrument) -> Fields:
        holding = self._ledger.holdings.get(instrument.con_id)
        average = holding.average_cost if holding else Decimal(0)
        return responses.position(self._account, instrument, holding.quantity if holding else 0, average)

    def _position_multi(self, req_id: int, instrument: Instrument) -> Fields:
        """Return message 71: that of a position (61) with the request's number before and a model behind it."""
        return ("71", "1", str(req_id), *self._position(instrument)[2:], "")
