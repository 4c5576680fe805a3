"""Account news for clients: updates, summaries, positions, profit and loss."""

from datetime import datetime, timedelta
from decimal import Decimal

from simgateway.config import GatewayConfig
from simgateway.market.base import Instrument
from simgateway.market.clock import GatewayClock, TimerHandle
from simgateway.protocol import responses
from simgateway.protocol.text import local_text, read_flag, read_int
from simgateway.protocol.wire import Fields
from simgateway.session import Session
from simgateway.trading.account import Ledger
from simgateway.trading.values import Row, account_values

_Key = tuple[int, int]


class AccountFeed:
    """Answers account requests and pushes what changes: positions and values on every trade, profits by the clock."""

    def __init__(self, config: GatewayConfig, clock: GatewayClock, ledger: Ledger) -> None:
        self._config = config
        self._clock = clock
        self._ledger = ledger
        self._updates: dict[int, Session] = {}
        self._positions: dict[int, Session] = {}
        self._multi: dict[_Key, Session] = {}
        self._summaries: dict[_Key, tuple[Session, tuple[str, ...]]] = {}
        self._profits: dict[_Key, Session] = {}
        self._singles: dict[_Key, tuple[Session, int]] = {}
        self._sent_values: tuple[Row, ...] = ()
        self._sent_profit: tuple[Decimal, ...] = ()
        self._next_profit: datetime | None = None
        self._timers: dict[str, TimerHandle] = {}

    def updates(self, session: Session, fields: Fields) -> None:
        """Take reqAccountUpdates (6): everything now, then what changes."""
        if not read_flag(fields[2]):
            self._updates.pop(session.number, None)
            return
        self._updates[session.number] = session
        account = self._config.account
        values = account_values(self._ledger, account)
        portfolio = [self._portfolio(con_id) for con_id in self._ledger.holdings]
        session.send(*(responses.account_value(*row, account) for row in values))
        session.send(*portfolio, *self._download_end())
        self._keep("account", self._config.account_seconds)

    def updates_multi(self, session: Session, fields: Fields) -> None:
        """Take accountUpdatesMulti (76)."""
        req_id = read_int(fields[2])
        self._multi[session.number, req_id] = session
        account = self._config.account
        rows = account_values(self._ledger, account)
        messages = [responses.account_value_multi(req_id, account, *row) for row in rows]
        session.send(*messages, responses.end("74", req_id))

    def cancel_multi(self, session: Session, fields: Fields) -> None:
        """Take its cancel (77)."""
        self._multi.pop((session.number, read_int(fields[2])), None)

    def summary(self, session: Session, fields: Fields) -> None:
        """Take accountSummary (62): the requested tags alone, again every three minutes."""
        key = (session.number, read_int(fields[2]))
        self._summaries[key] = (session, tuple(fields[4].split(",")))
        self._send_summary(key)
        self._keep("account", self._config.account_seconds)

    def cancel_summary(self, session: Session, fields: Fields) -> None:
        """Take its cancel (63)."""
        self._summaries.pop((session.number, read_int(fields[2])), None)

    def positions(self, session: Session, fields: Fields) -> None:
        """Take reqPositions (61): all now, then those that change."""
        del fields
        self._positions[session.number] = session
        rows = [self._position(holding.instrument) for holding in self._ledger.holdings.values()]
        session.send(*rows, ("62", "1"))

    def cancel_positions(self, session: Session, fields: Fields) -> None:
        """Take its cancel (64)."""
        del fields
        self._positions.pop(session.number, None)

    def profit(self, session: Session, fields: Fields) -> None:
        """Take reqPnL (92)."""
        req_id = read_int(fields[1])
        self._profits[session.number, req_id] = session
        session.send(responses.profit(req_id, *self._profit()))
        self._keep("profit", self._config.pnl_heartbeat_seconds)

    def cancel_profit(self, session: Session, fields: Fields) -> None:
        """Take its cancel (93)."""
        self._profits.pop((session.number, read_int(fields[1])), None)

    def profit_single(self, session: Session, fields: Fields) -> None:
        """Take reqPnLSingle (94)."""
        key = (session.number, read_int(fields[1]))
        self._singles[key] = (session, read_int(fields[4]))
        self._send_single(key)
        self._keep("profit", self._config.pnl_heartbeat_seconds)

    def cancel_profit_single(self, session: Session, fields: Fields) -> None:
        """Take its cancel (95)."""
        self._singles.pop((session.number, read_int(fields[1])), None)

    def forget(self, session: Session) -> None:
        """Drop what a gone connection had asked."""
        self._updates.pop(session.number, None)
        self._positions.pop(session.number, None)
        for table in (self._multi, self._summaries, self._profits, self._singles):
            for key in [key for key in table if key[0] == session.number]:
                del table[key]

    def on_booking(self, instrument: Instrument) -> None:
        """Push a position that has changed, and what else has with it."""
        for session in self._positions.values():
            session.send(self._position(instrument))
        for session in self._updates.values():
            session.send(self._portfolio_of(instrument))
        self._push_values()
        self._push_profit()

    def on_quotes(self) -> None:
        """Push the profit after quotes have changed, but not more often than configured."""
        if self._profits and (self._next_profit is None or self._clock.now() >= self._next_profit):
            self._push_profit()

    def close(self) -> None:
        """Stop the timers."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _push_values(self) -> None:
        account = self._config.account
        values = tuple(account_values(self._ledger, account))
        changed = [row for row in values if row not in self._sent_values]
        self._sent_values = values
        for session in self._updates.values():
            session.send(*(responses.account_value(*row, account) for row in changed), *self._download_end())
        for (_, req_id), session in self._multi.items():
            session.send(*(responses.account_value_multi(req_id, account, *row) for row in changed))

    def _push_profit(self) -> None:
        profit = self._profit()
        self._next_profit = self._clock.now() + timedelta(seconds=self._config.pnl_seconds)
        if profit == self._sent_profit:
            return
        self._send_profit(profit)

    def _send_profit(self, profit: tuple[Decimal, Decimal, Decimal]) -> None:
        self._sent_profit = profit
        for (_, req_id), session in self._profits.items():
            session.send(responses.profit(req_id, *profit))
        for key in self._singles:
            self._send_single(key)

    def _send_single(self, key: _Key) -> None:
        session, con_id = self._singles[key]
        holding = self._ledger.holdings.get(con_id)
        if holding is None:
            zero = Decimal(0)
            session.send(responses.profit_single(key[1], 0, zero, zero, zero))
            return
        money = (holding.unrealized, holding.realized, holding.value)
        session.send(responses.profit_single(key[1], holding.quantity, *money))

    def _send_summary(self, key: _Key) -> None:
        session, tags = self._summaries[key]
        account = self._config.account
        rows = [row for row in account_values(self._ledger, account) if row[0] in tags]
        messages = [responses.summary_value(key[1], account, *row) for row in rows]
        session.send(*messages, responses.end("64", key[1]))

    def _keep(self, name: str, seconds: float) -> None:
        """Have a round of news every so often, as long as somebody wants it."""
        if name not in self._timers:
            due = self._clock.now() + timedelta(seconds=seconds)
            self._timers[name] = self._clock.call_at(due, self._round, name, seconds)

    def _round(self, name: str, seconds: float) -> None:
        del self._timers[name]
        if name == "account" and (self._updates or self._summaries):
            self._push_values()
            for key in self._summaries:
                self._send_summary(key)
            self._keep(name, seconds)
        if name == "profit" and (self._profits or self._singles):
            self._send_profit(self._profit())
            self._keep(name, seconds)

    def _profit(self) -> tuple[Decimal, Decimal, Decimal]:
        return (self._ledger.daily, self._ledger.unrealized, self._ledger.day_realized)

    def _download_end(self) -> tuple[Fields, Fields]:
        clock = local_text(self._clock.now())[9:14]
        return (responses.end("8", clock), responses.end("54", self._config.account))

    def _position(self, instrument: Instrument) -> Fields:
        holding = self._ledger.holdings.get(instrument.con_id)
        average = holding.average_cost if holding else Decimal(0)
        return responses.position(self._config.account, instrument, holding.quantity if holding else 0, average)

    def _portfolio(self, con_id: int) -> Fields:
        return self._portfolio_of(self._ledger.holdings[con_id].instrument)

    def _portfolio_of(self, instrument: Instrument) -> Fields:
        holding = self._ledger.holdings.get(instrument.con_id)
        if holding is None:
            zero = Decimal(0)
            return responses.portfolio(instrument, 0, zero, zero, (zero, zero, zero), account=self._config.account)
        profits = (holding.value, holding.unrealized, holding.realized)
        return responses.portfolio(
            instrument, holding.quantity, holding.mark, holding.average_cost, profits, account=self._config.account
        )
