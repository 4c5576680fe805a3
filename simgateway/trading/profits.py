"""Profit and loss, of the account and of single positions, as the quotes move."""

from datetime import datetime, timedelta
from decimal import Decimal

from simgateway.config import GatewayConfig
from simgateway.market.clock import GatewayClock
from simgateway.protocol import responses
from simgateway.protocol.text import UNSET_DOUBLE, cents, read_int
from simgateway.protocol.wire import Fields
from simgateway.session import Session
from simgateway.trading.account import Ledger
from simgateway.trading.accounts import is_known
from simgateway.trading.every import Every

_Key = tuple[int, int]


class Profits:
    """Answers reqPnL and reqPnLSingle; pushes on bookings, with the quotes, and at a heartbeat anyway."""

    def __init__(self, config: GatewayConfig, clock: GatewayClock, ledger: Ledger) -> None:
        self._account = config.account
        self._clock = clock
        self._ledger = ledger
        self._least = timedelta(seconds=config.pnl_seconds)
        self._next: datetime | None = None
        self._whole: dict[_Key, Session] = {}
        self._singles: dict[_Key, tuple[Session, int]] = {}
        self._sent: dict[_Key, Fields] = {}
        self._rounds = Every(clock, config.pnl_heartbeat_seconds, self._round)

    def ask(self, session: Session, fields: Fields) -> None:
        """Take reqPnL (92)."""
        key = (session.number, read_int(fields[1]))
        if is_known(session, key[1], fields[2], self._account):
            self._whole[key] = session
            self._begin(key, session, self._profit(key[1]))

    def cancel(self, session: Session, fields: Fields) -> None:
        """Take its cancel (93)."""
        self._whole.pop((session.number, read_int(fields[1])), None)

    def ask_single(self, session: Session, fields: Fields) -> None:
        """Take reqPnLSingle (94)."""
        key = (session.number, read_int(fields[1]))
        if is_known(session, key[1], fields[2], self._account):
            con_id = read_int(fields[4])
            self._singles[key] = (session, con_id)
            self._begin(key, session, self._single(key[1], con_id))

    def cancel_single(self, session: Session, fields: Fields) -> None:
        """Take its cancel (95)."""
        self._singles.pop((session.number, read_int(fields[1])), None)

    def forget(self, session: Session) -> None:
        """Drop what a gone connection had asked."""
        for table in (self._whole, self._singles, self._sent):
            for key in [key for key in table if key[0] == session.number]:
                del table[key]

    def push(self) -> None:
        """Send what has changed."""
        self._next = self._clock.now() + self._least
        self._send(only_news=True)

    def on_quotes(self) -> None:
        """Send what quotes have changed, but not more often than configured."""
        if (self._whole or self._singles) and (self._next is None or self._clock.now() >= self._next):
            self.push()

    def close(self) -> None:
        """Stop the timer."""
        self._rounds.close()

    def _begin(self, key: _Key, session: Session, message: Fields) -> None:
        self._sent[key] = message
        session.send(message)
        self._rounds.start()

    def _round(self) -> bool:
        self._send(only_news=False)
        return bool(self._whole or self._singles)

    def _send(self, *, only_news: bool) -> None:
        for key, session in self._whole.items():
            self._tell(key, session, self._profit(key[1]), only_news=only_news)
        for key, (session, con_id) in self._singles.items():
            self._tell(key, session, self._single(key[1], con_id), only_news=only_news)

    def _tell(self, key: _Key, session: Session, message: Fields, *, only_news: bool) -> None:
        if not only_news or self._sent.get(key) != message:
            self._sent[key] = message
            session.send(message)

    def _profit(self, req_id: int) -> Fields:
        ledger = self._ledger
        return responses.profit(req_id, ledger.daily, ledger.unrealized, ledger.day_realized)

    def _single(self, req_id: int, con_id: int) -> Fields:
        """Return one contract's profit; what it has not is unset: no position, nothing closed, not held today."""
        holding = self._ledger.holdings.get(con_id)
        daily, realized = self._ledger.daily_of(con_id), self._ledger.realized_of(con_id)
        quantity, value = (holding.quantity, holding.value) if holding else (0, Decimal(0))
        profits = (daily, holding.unrealized if holding else None, realized)
        texts = (UNSET_DOUBLE if profit is None else cents(profit) for profit in profits)
        return ("95", str(req_id), str(quantity), *texts, cents(value))
