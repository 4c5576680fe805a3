"""Account updates: values and portfolio lines, at once and then as they change."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from simgateway.config import GatewayConfig
from simgateway.market.base import Instrument
from simgateway.market.clock import GatewayClock
from simgateway.protocol import responses
from simgateway.protocol.text import local_text, read_flag, read_int
from simgateway.protocol.wire import Fields
from simgateway.session import Session
from simgateway.trading.account import Ledger
from simgateway.trading.accounts import is_known
from simgateway.trading.every import Every
from simgateway.trading.holding import Holding
from simgateway.trading.values import BASE, USD, Row, account_values, ledger_values

_Key = tuple[int, int]
_ZERO: Final = Decimal(0)


@dataclass(slots=True)
class _Wish:
    """Who wants updates, what was sent last, and whether only the cash ledger and the net liquidation are wanted."""

    session: Session
    brief: bool = False
    sent: tuple[Row, ...] = ()
    lines: dict[int, Fields] = field(default_factory=dict)

    def news(self, rows: Iterable[Row]) -> list[Row]:
        """Return the rows this client does not have, and take note of all."""
        rows = tuple(rows)
        known = set(self.sent)
        self.sent = rows
        return [row for row in rows if row not in known]


class Updates:
    """Answers reqAccountUpdates and reqAccountUpdatesMulti; pushes on every booking and every `account_seconds`."""

    def __init__(self, config: GatewayConfig, clock: GatewayClock, ledger: Ledger) -> None:
        self._account = config.account
        self._clock = clock
        self._ledger = ledger
        self._plain: dict[int, _Wish] = {}
        self._multi: dict[_Key, _Wish] = {}
        self._rounds = Every(clock, config.account_seconds, self._round)

    def ask(self, session: Session, fields: Fields) -> None:
        """Take reqAccountUpdates (6): everything now, then what changes; or the end of it."""
        if not read_flag(fields[2]):
            self._plain.pop(session.number, None)
        elif is_known(session, -1, fields[3], self._account):
            wish = self._plain[session.number] = _Wish(session)
            self._push_plain(wish)
            self._rounds.start()

    def ask_multi(self, session: Session, fields: Fields) -> None:
        """Take accountUpdatesMulti (76); there are no models here, so every model has the account's values."""
        req_id = read_int(fields[2])
        if is_known(session, req_id, fields[3], self._account):
            wish = self._multi[session.number, req_id] = _Wish(session, brief=read_flag(fields[5]))
            rows = self._multi_rows(req_id, wish)
            session.send(*rows, responses.end("74", req_id))
            self._rounds.start()

    def cancel_multi(self, session: Session, fields: Fields) -> None:
        """Take its cancel (77)."""
        self._multi.pop((session.number, read_int(fields[2])), None)

    def forget(self, session: Session) -> None:
        """Drop what a gone connection had asked."""
        self._plain.pop(session.number, None)
        for key in [key for key in self._multi if key[0] == session.number]:
            del self._multi[key]

    def booked(self, instrument: Instrument) -> None:
        """Push the portfolio line of a contract whose position has changed, and the values that have."""
        for wish in self._plain.values():
            wish.lines.pop(instrument.con_id, None)
            self._push_plain(wish, gone=instrument)
        self._push_multi()

    def close(self) -> None:
        """Stop the timer."""
        self._rounds.close()

    def _round(self) -> bool:
        for wish in self._plain.values():
            self._push_plain(wish)
        self._push_multi()
        return bool(self._plain or self._multi)

    def _push_plain(self, wish: _Wish, gone: Instrument | None = None) -> None:
        rows = wish.news(account_values(self._ledger, self._account))
        lines = {con_id: self._line(holding) for con_id, holding in self._ledger.holdings.items()}
        changed = [line for con_id, line in lines.items() if wish.lines.get(con_id) != line]
        if gone is not None and gone.con_id not in lines:
            changed.append(self._closed_line(gone))
        wish.lines = lines
        values = [responses.account_value(*row, self._account) for row in rows]
        wish.session.send(*values, *changed, *self._download_end())

    def _push_multi(self) -> None:
        for (_, req_id), wish in self._multi.items():
            wish.session.send(*self._multi_rows(req_id, wish))

    def _multi_rows(self, req_id: int, wish: _Wish) -> list[Fields]:
        if wish.brief:
            rows = ledger_values(self._ledger, (BASE, USD))
            rows.append(("NetLiquidation", f"{self._ledger.net_liquidation:.2f}", USD))
        else:
            rows = account_values(self._ledger, self._account)
        return [responses.account_value_multi(req_id, self._account, *row) for row in wish.news(rows)]

    def _download_end(self) -> tuple[Fields, Fields]:
        clock = local_text(self._clock.now())[9:14]
        return (responses.end("8", clock), responses.end("54", self._account))

    def _line(self, holding: Holding) -> Fields:
        realized = self._ledger.realized_of(holding.instrument.con_id) or _ZERO
        profits = (holding.value, holding.unrealized, realized)
        size, mark, average = holding.quantity, holding.mark, holding.average_cost
        return responses.portfolio(holding.instrument, size, mark, average, profits, account=self._account)

    def _closed_line(self, instrument: Instrument) -> Fields:
        realized = self._ledger.realized_of(instrument.con_id) or _ZERO
        return responses.portfolio(instrument, 0, _ZERO, _ZERO, (_ZERO, _ZERO, realized), account=self._account)
