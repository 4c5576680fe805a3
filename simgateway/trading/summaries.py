"""Account summaries: the values a client asks for by name."""

from dataclasses import dataclass
from typing import Final

from simgateway.config import GatewayConfig
from simgateway.market.clock import GatewayClock
from simgateway.protocol import responses
from simgateway.protocol.text import read_int
from simgateway.protocol.wire import Fields
from simgateway.session import Session
from simgateway.trading.account import Ledger
from simgateway.trading.every import Every
from simgateway.trading.values import BASE, LEDGER_TAG, USD, Row, ledger_values, summary_values

_MOST: Final = 2
_ALL: Final = "All"
_TOO_MANY: Final = (
    "Error processing request.-'Q' : cause - Maximum number of account summary requests exceeded; "
    "desubscribe to previous request first"
)
_CURRENCIES: Final = {
    LEDGER_TAG: (BASE,),
    f"{LEDGER_TAG}:BASE": (BASE,),
    f"{LEDGER_TAG}:USD": (USD,),
    f"{LEDGER_TAG}:ALL": (BASE, USD),
}
_Key = tuple[int, int]


@dataclass(slots=True)
class _Wish:
    session: Session
    tags: frozenset[str]
    sent: tuple[Row, ...] = ()


class Summaries:
    """Answers reqAccountSummary, then sends what has changed every `account_seconds`.

    A client has at most two at a time; a third one is error 322, as reported of the real gateway by many. Tags that
    the gateway does not know are passed over silently, as they are there (ib_insync's issues 588 and 589); a request
    that has no known tag at all is error 321 here.
    """

    def __init__(self, config: GatewayConfig, clock: GatewayClock, ledger: Ledger) -> None:
        self._account = config.account
        self._ledger = ledger
        self._wishes: dict[_Key, _Wish] = {}
        self._rounds = Every(clock, config.account_seconds, self._round)

    def ask(self, session: Session, fields: Fields) -> None:
        """Take accountSummary (62)."""
        key = (session.number, read_int(fields[2]))
        wish = _Wish(session, frozenset(tag.strip() for tag in fields[4].split(",")))
        refusal = self._refusal(key, fields[3], wish)
        if refusal is not None:
            session.send(responses.error(key[1], *refusal, session.version))
            return
        self._wishes[key] = wish
        self._send(key[1], wish, is_first=True)
        self._rounds.start()

    def cancel(self, session: Session, fields: Fields) -> None:
        """Take its cancel (63)."""
        self._wishes.pop((session.number, read_int(fields[2])), None)

    def forget(self, session: Session) -> None:
        """Drop what a gone connection had asked."""
        for key in [key for key in self._wishes if key[0] == session.number]:
            del self._wishes[key]

    def close(self) -> None:
        """Stop the timer."""
        self._rounds.close()

    def _refusal(self, key: _Key, group: str, wish: _Wish) -> tuple[int, str] | None:
        if group not in {_ALL, "", self._account}:
            return (321, f"Error validating request.-'bX' : cause - Unknown account group '{group}'.")
        if not self._rows(wish):
            return (321, "Error validating request.-'bX' : cause - None of the requested tags is known.")
        others = [other for other in self._wishes if other[0] == key[0] and other != key]
        return (322, _TOO_MANY) if len(others) >= _MOST else None

    def _round(self) -> bool:
        for (_, req_id), wish in self._wishes.items():
            self._send(req_id, wish, is_first=False)
        return bool(self._wishes)

    def _send(self, req_id: int, wish: _Wish, *, is_first: bool) -> None:
        rows = self._rows(wish)
        known = frozenset(wish.sent)
        wish.sent = tuple(rows)
        news = [row for row in rows if row not in known]
        messages = [responses.summary_value(req_id, self._account, *row) for row in news]
        if is_first or messages:
            wish.session.send(*messages, responses.end("64", req_id))

    def _rows(self, wish: _Wish) -> list[Row]:
        everything = bool(wish.tags & {"All", "all"})
        rows = [row for row in summary_values(self._ledger) if everything or row[0] in wish.tags]
        for tag in sorted(wish.tags & _CURRENCIES.keys()):
            rows += [row for row in ledger_values(self._ledger, _CURRENCIES[tag]) if row not in rows]
        return rows
