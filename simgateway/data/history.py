"""Answers history requests: bars up to now, the last one forming."""

from collections import deque
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from simgateway.config import GatewayConfig
from simgateway.data.lookup import Lookup, UnknownContractError
from simgateway.data.spans import BAR_SECONDS, DAY_SECONDS, BadSpanError, start_of
from simgateway.market.base import Bar, Instrument, Market
from simgateway.market.clock import GatewayClock, TimerHandle
from simgateway.protocol import responses
from simgateway.protocol.requests import HistoryRequest, read_history_request
from simgateway.protocol.text import day_text, local_text, new_york_day, number, read_int, read_moment
from simgateway.protocol.wire import Fields
from simgateway.session import Session

_SERVICE: Final = "Historical Market Data Service error message:"
_WITH_VOLUME: Final = frozenset({"TRADES", "ADJUSTED_LAST"})
_KNOWN: Final = _WITH_VOLUME | {"MIDPOINT", "BID", "ASK"}
_SAME_REQUEST_SECONDS: Final = 15
_CONTRACT_BURST: Final = (6, 2)
_SMALL_BARS: Final = (60, 600)


class HistoryPacer:
    """IB's pacing rules for bars of 30 seconds or less; those of a minute and more are only limited in flight."""

    def __init__(self) -> None:
        self._asked: deque[tuple[datetime, tuple[object, ...], int]] = deque()

    def violates(self, request: HistoryRequest, instrument: Instrument, now: datetime) -> bool:
        """Note a request; return whether it comes too fast."""
        if BAR_SECONDS.get(request.bar_size, 60) >= 60:
            return False
        while self._asked and now - self._asked[0][0] > timedelta(seconds=_SMALL_BARS[1]):
            self._asked.popleft()
        same = any(key == request.key and _within(at, now, _SAME_REQUEST_SECONDS) for at, key, _ in self._asked)
        burst = sum(con == instrument.con_id and _within(at, now, _CONTRACT_BURST[1]) for at, _, con in self._asked)
        self._asked.append((now, request.key, instrument.con_id))
        return same or burst >= _CONTRACT_BURST[0] or len(self._asked) > _SMALL_BARS[0]


def _within(at: datetime, now: datetime, seconds: int) -> bool:
    return now - at < timedelta(seconds=seconds)


class History:
    """Serves bars after a drawn time; a request is in flight until then and can be cancelled."""

    def __init__(self, config: GatewayConfig, market: Market, clock: GatewayClock) -> None:
        self._config = config
        self._market = market
        self._clock = clock
        self._lookup = Lookup(market)
        self._draw = Random(f"{config.seed}:history")
        self._pacer = HistoryPacer()
        self._in_flight: dict[tuple[int, int], TimerHandle] = {}

    @property
    def in_flight(self) -> int:
        """Return how many requests wait for their answer."""
        return len(self._in_flight)

    def in_flight_of(self, session: Session) -> int:
        """Return how many requests of one connection wait for their answer."""
        return sum(key[0] == session.number for key in self._in_flight)

    def ask(self, session: Session, fields: Fields) -> None:
        """Take a historicalData request (20)."""
        request = read_history_request(fields)
        now = self._clock.now()
        try:
            instrument = self._lookup.one(request.contract, new_york_day(now))
        except UnknownContractError as error:
            self._refuse(session, request.req_id, 200, str(error))
            return
        if request.bar_size not in BAR_SECONDS or request.what not in _KNOWN:
            text = "Error validating request.-'bP' : cause - Historical data bar size setting is invalid."
            self._refuse(session, request.req_id, 321, text)
            return
        if self._is_too_fast(request, instrument, now):
            self._refuse(session, request.req_id, 162, f"{_SERVICE}Historical data request pacing violation")
            return
        due = now + timedelta(milliseconds=self._draw.uniform(*self._config.history_ms))
        key = (session.number, request.req_id)
        self._in_flight[key] = self._clock.call_at(due, self._answer, session, request, instrument)

    def cancel(self, session: Session, fields: Fields) -> None:
        """Take a cancel (25): a request that has been answered is not known any more, which is no error at IB."""
        req_id = read_int(fields[2])
        timer = self._in_flight.pop((session.number, req_id), None)
        if timer:
            timer.cancel()
            self._refuse(session, req_id, 162, f"{_SERVICE}API historical data query cancelled: {req_id}")

    def head(self, session: Session, fields: Fields) -> None:
        """Answer headTimestamp (87)."""
        session.send(responses.head_timestamp(read_int(fields[1]), "20100104-14:30:00"))

    def forget(self, session: Session) -> None:
        """Drop what a gone connection asked."""
        for key in [key for key in self._in_flight if key[0] == session.number]:
            self._in_flight.pop(key).cancel()

    def _is_too_fast(self, request: HistoryRequest, instrument: Instrument, now: datetime) -> bool:
        if not self._config.pacing:
            return False
        return self.in_flight >= self._config.history_lines or self._pacer.violates(request, instrument, now)

    def _refuse(self, session: Session, req_id: int, code: int, text: str) -> None:
        session.send(responses.error(req_id, code, text, session.version))

    def _answer(self, session: Session, request: HistoryRequest, instrument: Instrument) -> None:
        self._in_flight.pop((session.number, request.req_id), None)
        now = self._clock.now()
        try:
            end = min(read_moment(request.end), now) if request.end else now
            start = start_of(self._market, end, request.duration, regular_only=request.regular_only)
        except (BadSpanError, ValueError, IndexError, KeyError) as error:
            self._refuse(session, request.req_id, 321, f"Error validating request.-'bP' : cause - {error}")
            return
        seconds = BAR_SECONDS[request.bar_size]
        bars = self._market.bars(instrument, end, seconds, start, request.regular_only)
        if not bars:
            self._refuse(session, request.req_id, 162, f"{_SERVICE}HMDS query returned no data: {request.what}")
            return
        rows = [_row(bar, request, daily=seconds >= DAY_SECONDS) for bar in bars]
        session.send(responses.historical_data(request.req_id, local_text(start), local_text(end), rows))


def _row(bar: Bar, request: HistoryRequest, *, daily: bool) -> Fields:
    trades = request.what in _WITH_VOLUME
    return (
        _date(bar, request.format_date, daily=daily),
        *(number(bar.open), number(bar.high), number(bar.low), number(bar.close)),
        str(bar.volume) if trades else "-1",
        number(bar.wap.quantize(Decimal("0.0001"))) if trades else "-1",
        str(bar.count) if trades else "-1",
    )


def _date(bar: Bar, format_date: int, *, daily: bool) -> str:
    if daily:
        return day_text(new_york_day(bar.start))
    return str(int(bar.start.timestamp())) if format_date == 2 else local_text(bar.start)
