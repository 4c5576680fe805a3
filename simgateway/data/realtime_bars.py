"""Real-time bars: five seconds each, sent when they are complete."""

import math
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from simgateway.config import GatewayConfig
from simgateway.data import bar_messages
from simgateway.data.greeks import mark_of
from simgateway.data.hours import hours_of
from simgateway.data.lookup import Lookup, UnknownContractError
from simgateway.data.refusals import BAD_KIND, RefusedError
from simgateway.data.requests import LiveBarsRequest, read_live_bars_request
from simgateway.data.rights import Rights
from simgateway.data.subscriptions import Subscriptions
from simgateway.market.base import Bar, Instrument, Market, Print, Quote
from simgateway.market.clock import GatewayClock, TimerHandle
from simgateway.protocol import responses
from simgateway.protocol.text import new_york_day, read_int
from simgateway.protocol.wire import Fields
from simgateway.session import Session

_SECONDS: Final = 5
_LENGTH: Final = timedelta(seconds=_SECONDS)
_VALIDATING: Final = "Error validating request.-'bY' : cause - "
_QUERY: Final = "Invalid Real-time Query:"
_KINDS: Final = frozenset({"TRADES", "MIDPOINT", "BID", "ASK"})
_WINDOW: Final = timedelta(minutes=10)
_WINDOW_MOST: Final = 60
_TICKS_MOST: Final = 10_000
_PRECISION: Final = Decimal("0.0001")


@dataclass(slots=True, kw_only=True)
class _Live:
    session: Session
    req_id: int
    request: LiveBarsRequest
    instrument: Instrument


class RealtimeBars:
    """Serves requests 50 and 51. One timer for all, at the multiples of five seconds; none when nobody listens."""

    def __init__(self, config: GatewayConfig, market: Market, clock: GatewayClock, rights: Rights) -> None:
        self._config = config
        self._market = market
        self._clock = clock
        self._rights = rights
        self._lookup = Lookup(market)
        self._live: Subscriptions[_Live] = Subscriptions()
        self._asked: deque[datetime] = deque()
        self._timer: TimerHandle | None = None

    def ask(self, session: Session, fields: Fields) -> None:
        """Take a realTimeBars request (50)."""
        request = read_live_bars_request(fields)
        try:
            instrument = self._checked(session, request)
        except UnknownContractError as error:
            session.send(responses.error(request.req_id, 200, str(error), session.version))
        except RefusedError as error:
            session.send(responses.error(request.req_id, error.code, str(error), session.version))
        else:
            self._live.add(_Live(session=session, req_id=request.req_id, request=request, instrument=instrument))
            self._arm()

    def cancel(self, session: Session, fields: Fields) -> None:
        """Take a cancel (51); of an unknown one it is error 300."""
        req_id = read_int(fields[2])
        if self._live.take(session, req_id) is None:
            session.send(responses.error(req_id, 300, f"Can't find EId with tickerId:{req_id}", session.version))
        self._rest()

    def forget(self, session: Session) -> None:
        """Drop what a gone connection had open."""
        self._live.take_all(session)
        self._rest()

    def _checked(self, session: Session, request: LiveBarsRequest) -> Instrument:
        now = self._clock.now()
        instrument = self._lookup.one(request.contract, new_york_day(now))
        if request.what not in _KINDS:
            raise RefusedError(321, f"{_VALIDATING}{BAD_KIND}")
        if request.seconds != _SECONDS:
            raise RefusedError(321, f"{_VALIDATING}Real-time bar size is invalid. Legal one is: {_SECONDS}")
        if self._live.has(session, request.req_id):
            raise RefusedError(322, "Error processing request.-'bY' : cause - Duplicate ticker ID")
        missing = self._rights.missing(instrument, live=True)
        if missing:
            raise RefusedError(420, f"{_QUERY}{missing}")
        if len(self._live) >= self._config.market_lines:
            raise RefusedError(101, "Max number of tickers has been reached")
        if self._config.pacing and self._is_too_fast(now):
            raise RefusedError(420, f"{_QUERY}Historical data request pacing violation")
        return instrument

    def _is_too_fast(self, now: datetime) -> bool:
        """Note a request; return whether there were more than 60 in ten minutes (IB's page on real-time bars)."""
        while self._asked and now - self._asked[0] > _WINDOW:
            self._asked.popleft()
        self._asked.append(now)
        return len(self._asked) > _WINDOW_MOST

    def _arm(self) -> None:
        if self._timer is None and len(self._live):
            seconds = math.floor(self._clock.now().timestamp() / _SECONDS + 1) * _SECONDS
            due = datetime.fromtimestamp(seconds, UTC)
            self._timer = self._clock.call_at(due, self._beat, due)

    def _rest(self) -> None:
        if self._timer and not len(self._live):
            self._timer.cancel()
            self._timer = None

    def _beat(self, end: datetime) -> None:
        self._timer = None
        known: dict[tuple[int, str], Bar | None] = {}
        for live in self._live.all():
            instrument, what = live.instrument, live.request.what
            if not self._is_open(live, end):
                continue
            key = (instrument.con_id, what)
            if key not in known:
                known[key] = self._bar(instrument, what, end)
            bar = known[key]
            if bar is not None:
                live.session.send(bar_messages.live_bar(live.req_id, bar, what))
        self._arm()

    def _is_open(self, live: _Live, end: datetime) -> bool:
        hours = hours_of(self._market, live.instrument, regular_only=live.request.regular_only)
        span = hours(new_york_day(end - _LENGTH))
        return span is not None and span[0] <= end - _LENGTH < span[1]

    def _bar(self, instrument: Instrument, what: str, end: datetime) -> Bar | None:
        """Return the bar that ends now; without trades or changes it is flat, without any price there is none."""
        start = end - _LENGTH
        before = self._market.quote(instrument, start)
        if what == "TRADES":
            prints = self._market.prints(instrument, start, end, _TICKS_MOST)
            return _of_trades(start, prints) if prints else _flat(start, before.last or before.close)
        books = [before, *(quote for _, quote in self._market.quotes(instrument, start, end, _TICKS_MOST))]
        prices = [price for price in (_side(quote, what) for quote in books) if price is not None]
        return _of_prices(start, prices) if prices else None


def _side(quote: Quote, what: str) -> Decimal | None:
    if what == "MIDPOINT":
        return mark_of(quote) if quote.bid is not None and quote.ask is not None else None
    return quote.bid if what == "BID" else quote.ask


def _of_prices(start: datetime, prices: list[Decimal]) -> Bar:
    return Bar(start, _SECONDS, prices[0], max(prices), min(prices), prices[-1], 0, prices[-1], 0)


def _of_trades(start: datetime, prints: list[Print]) -> Bar:
    prices = [row.price for row in prints]
    volume = sum(row.size for row in prints)
    value = sum((row.price * row.size for row in prints), Decimal(0))
    average = (value / volume).quantize(_PRECISION) if volume else prices[-1]
    return Bar(start, _SECONDS, prices[0], max(prices), min(prices), prices[-1], volume, average, len(prints))


def _flat(start: datetime, price: Decimal | None) -> Bar | None:
    return _of_prices(start, [price]) if price is not None else None
