"""Every trade, quote or midpoint of a share as it comes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from simgateway.config import GatewayConfig
from simgateway.data import tick_messages
from simgateway.data.history_ticks import MOST, HistoryTicks
from simgateway.data.lookup import Lookup, UnknownContractError
from simgateway.data.pulse import Pulse
from simgateway.data.refusals import RefusedError
from simgateway.data.requests import EachTickRequest, TicksRequest, read_each_tick_request
from simgateway.data.rights import Rights
from simgateway.data.subscriptions import Subscriptions
from simgateway.market.base import Instrument, Print, Quote
from simgateway.market.clock import GatewayClock
from simgateway.protocol import responses
from simgateway.protocol.text import new_york_day, read_int
from simgateway.protocol.wire import Fields
from simgateway.session import Session

_KINDS: Final = {"Last": "TRADES", "AllLast": "TRADES", "BidAsk": "BID_ASK", "MidPoint": "MIDPOINT"}
_FAILED: Final = "Failed to request tick-by-tick data."
_EVERY_SECONDS: Final = 0.25
_EXCHANGE: Final = "ISLAND"


@dataclass(slots=True, kw_only=True)
class _Each:
    session: Session
    req_id: int
    request: EachTickRequest
    instrument: Instrument
    sent: Quote

    @property
    def owner(self) -> str:
        return f"each:{self.session.number}:{self.req_id}"


class TickByTick:
    """Serves requests 97 and 98: for shares only, since IB has none for options, and only a few at a time."""

    def __init__(
        self,
        *,
        config: GatewayConfig,
        lookup: Lookup,
        clock: GatewayClock,
        pulse: Pulse,
        rights: Rights,
        past: HistoryTicks,
    ) -> None:
        self._config = config
        self._lookup = lookup
        self._clock = clock
        self._pulse = pulse
        self._rights = rights
        self._past = past
        self._open: Subscriptions[_Each] = Subscriptions()
        pulse.listeners.append(self._on_quote)

    def ask(self, session: Session, fields: Fields) -> None:
        """Take a tickByTick request (97)."""
        request = read_each_tick_request(fields)
        try:
            instrument = self._checked(session, request)
        except UnknownContractError as error:
            session.send(responses.error(request.req_id, 200, str(error), session.version))
        except RefusedError as error:
            session.send(responses.error(request.req_id, error.code, str(error), session.version))
        else:
            self._begin(session, request, instrument)

    def cancel(self, session: Session, fields: Fields) -> None:
        """Take a cancel (98); of an unknown one it is error 300."""
        req_id = read_int(fields[1])
        row = self._open.take(session, req_id)
        if row is None:
            session.send(responses.error(req_id, 300, f"Can't find EId with tickerId:{req_id}", session.version))
        else:
            self._pulse.drop(row.instrument.con_id, row.owner)

    def forget(self, session: Session) -> None:
        """Drop what a gone connection had open."""
        for row in self._open.take_all(session):
            self._pulse.drop(row.instrument.con_id, row.owner)

    def _checked(self, session: Session, request: EachTickRequest) -> Instrument:
        instrument = self._lookup.one(request.contract, new_york_day(self._clock.now()))
        if request.kind not in _KINDS:
            raise RefusedError(321, f"Error validating request.-'bM' : cause - Unknown tick type {request.kind}")
        if instrument.right:
            text = f"{request.kind} tick-by-tick requests are not supported for {instrument.local_symbol}."
            raise RefusedError(10189, f"{_FAILED}{text}")
        missing = self._rights.missing(instrument, live=True)
        if missing:
            raise RefusedError(10189, f"{_FAILED}{missing}")
        if self._open.has(session, request.req_id):
            raise RefusedError(322, "Error processing request.-'bM' : cause - Duplicate ticker ID")
        if len(self._open) >= self._config.tick_by_tick_lines:
            raise RefusedError(10190, "Max number of tick-by-tick requests has been reached.")
        return instrument

    def _begin(self, session: Session, request: EachTickRequest, instrument: Instrument) -> None:
        if request.past > 0:
            session.send(self._past.past(_as_past(request), instrument, None, self._clock.now()))
        row = _Each(
            session=session,
            req_id=request.req_id,
            request=request,
            instrument=instrument,
            sent=self._pulse.quote(instrument),
        )
        self._open.add(row)
        self._pulse.want(instrument, row.owner, _EVERY_SECONDS)

    def _on_quote(self, instrument: Instrument, quote: Quote) -> None:
        if not len(self._open):
            return
        now = self._clock.now()
        for row in self._open.all():
            if row.instrument.con_id == instrument.con_id:
                row.session.send(*_ticks(row, quote, now))
                row.sent = quote


def _ticks(row: _Each, new: Quote, now: datetime) -> Iterator[Fields]:
    old, kind = row.sent, row.request.kind
    if kind in {"Last", "AllLast"}:
        if new.volume > old.volume and new.last is not None:
            number = 1 if kind == "Last" else 2
            trade = Print(now, new.last, new.volume - old.volume)
            yield tick_messages.each_trade(row.req_id, number, trade, _EXCHANGE)
        return
    prices = (new.bid, new.ask) != (old.bid, old.ask)
    if kind == "MidPoint" and prices and new.bid is not None and new.ask is not None:
        yield tick_messages.each_midpoint(row.req_id, now, new)
    sizes = not row.request.ignore_size and (new.bid_size, new.ask_size) != (old.bid_size, old.ask_size)
    if kind == "BidAsk" and (prices or sizes):
        yield tick_messages.each_quote(row.req_id, now, new)


def _as_past(request: EachTickRequest) -> TicksRequest:
    return TicksRequest(
        req_id=request.req_id,
        contract=request.contract,
        expired=False,
        start="",
        end="",
        count=min(MOST, request.past),
        what=_KINDS[request.kind],
        regular_only=False,
        ignore_size=request.ignore_size,
    )
