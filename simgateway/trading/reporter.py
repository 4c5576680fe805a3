"""Tells clients what happens to their orders, in the sequences the real gateway has."""

from simgateway.protocol import responses
from simgateway.session import Session
from simgateway.sessions import Sessions
from simgateway.trading.order_messages import commission_report, execution_details, open_order, order_status
from simgateway.trading.orders import Execution, Order


class Reporter:
    """Sends to the client that placed the order, if it is connected; every group of messages has its own delay.

    Of an order that somebody placed in TWS itself client 0 hears when it has bound it (it has a number then).
    """

    def __init__(self, sessions: Sessions, account: str) -> None:
        self._sessions = sessions
        self._account = account

    def opened(self, order: Order) -> None:
        """Report an order as it stands: 5 and 3."""
        if session := self._owner(order):
            session.send(open_order(order, session.version, self._account), order_status(order))

    def noted(self, order: Order, code: int, text: str) -> None:
        """Send an error or notice that carries the order's id."""
        if session := self._owner(order):
            session.send(responses.error(order.order_id, code, text, session.version))

    def rejected(self, order: Order, code: int, text: str) -> None:
        """Report a rejection: the error, then 3 Inactive."""
        if session := self._owner(order):
            session.send(responses.error(order.order_id, code, text, session.version))
            session.send(order_status(order))

    def cancelled(self, order: Order, reason: str) -> None:
        """Report a cancellation: 3 Cancelled, then 202."""
        if session := self._owner(order):
            session.send(order_status(order))
            text = f"Order Canceled - reason:{reason}"
            session.send(responses.error(order.order_id, 202, text, session.version))

    def expired(self, order: Order) -> None:
        """Report that a day order's day is over: 3 Cancelled."""
        if session := self._owner(order):
            session.send(order_status(order))

    def filled(self, order: Order, execution: Execution) -> None:
        """Report a fill: 11, 5 and 3, both once more with the commission, 59."""
        session = self._owner(order)
        if session is None:
            return
        session.send(execution_details(-1, execution, self._account, session.version))
        state = (open_order(order, session.version, self._account), order_status(order))
        session.send(*state)
        if not order.is_open:
            session.send(*state)
        session.send(commission_report(execution))

    def _owner(self, order: Order) -> Session | None:
        return self._sessions.of_client(order.client_id) if order.order_id else None
