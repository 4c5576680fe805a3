"""Answers history requests: bars up to now, the last one forming, then kept up to date if the client wants that."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

from simgateway.config import GatewayConfig
from simgateway.data import bar_messages
from simgateway.data.bars import KINDS, BarSource, Span, finished
from simgateway.data.history_checks import check
from simgateway.data.hours import hours_of, sessions_between
from simgateway.data.lookup import Lookup, UnknownContractError
from simgateway.data.moments import moment_of
from simgateway.data.pacing import HistoryPacer
from simgateway.data.pulse import Pulse
from simgateway.data.refusals import BAD_KIND, PROCESSING, SERVICE, VALIDATING, RefusedError
from simgateway.data.requests import BarsRequest, HeadRequest, read_bars_request, read_head_request
from simgateway.data.rights import LATE_HISTORY, Rights
from simgateway.data.spans import BAR_SECONDS, read_duration, start_of
from simgateway.data.updates import BarUpdates, LiveBars
from simgateway.market.base import Bar, Instrument, Market
from simgateway.market.clock import GatewayClock, TimerHandle
from simgateway.protocol import responses
from simgateway.protocol.text import local_text, new_york_day, read_int
from simgateway.protocol.wire import Fields
from simgateway.session import Session

_SCHEDULE_SINCE: Final = 165
"""The server version that has message 106 (`server_versions.py` of ibapi 10.50); no older client could read one."""


@dataclass(slots=True, kw_only=True)
class _Query:
    """A request on its way: what is still to be computed of it, and what is there."""

    session: Session
    request: BarsRequest
    instrument: Instrument
    span: Span | None = None
    parts: deque[Span] = field(default_factory=deque)
    bars: list[Bar] = field(default_factory=list)
    timer: TimerHandle | None = None

    @property
    def key(self) -> tuple[int, int]:
        return (self.session.number, self.request.req_id)


class History:
    """Serves bars after a drawn time; a request is in flight until then and can be cancelled."""

    def __init__(
        self,
        config: GatewayConfig,
        market: Market,
        clock: GatewayClock,
        pulse: Pulse | None = None,
        rights: Rights | None = None,
    ) -> None:
        self._config = config
        self._market = market
        self._clock = clock
        self._lookup = Lookup(market)
        self._rights = rights or Rights(config)
        self._source = BarSource(market)
        self._draw = Random(f"{config.seed}:history")
        self._pacer = HistoryPacer()
        self._queries: dict[tuple[int, int], _Query] = {}
        self._updates = BarUpdates(self._source, clock, pulse or Pulse(market, clock))

    @property
    def in_flight(self) -> int:
        """Return how many requests wait for their answer."""
        return len(self._queries)

    @property
    def live(self) -> int:
        """Return how many requests are kept up to date."""
        return len(self._updates)

    def in_flight_of(self, session: Session) -> int:
        """Return how many requests of one connection wait for their answer."""
        return sum(key[0] == session.number for key in self._queries)

    def ask(self, session: Session, fields: Fields) -> None:
        """Take a historicalData request (20)."""
        request = read_bars_request(fields)
        try:
            instrument = self._checked(session, request)
        except UnknownContractError as error:
            self._refuse(session, request.req_id, 200, str(error))
            return
        except RefusedError as error:
            self._refuse(session, request.req_id, error.code, str(error))
            return
        query = _Query(session=session, request=request, instrument=instrument)
        due = self._clock.now() + timedelta(milliseconds=self._draw.uniform(*self._config.history_ms))
        self._queries[query.key] = query
        query.timer = self._clock.call_at(due, self._begin, query)

    def cancel(self, session: Session, fields: Fields) -> None:
        """Take a cancel (25): of one that waits or is kept up to date it is error 162, of any other 366."""
        req_id = read_int(fields[2])
        query = self._queries.pop((session.number, req_id), None)
        if query is None and not self._updates.drop((session.number, req_id)):
            self._refuse(session, req_id, 366, f"No historical data query found for ticker id:{req_id}")
            return
        if query and query.timer:
            query.timer.cancel()
        self._refuse(session, req_id, 162, f"{SERVICE}API historical data query cancelled: {req_id}")

    def head(self, session: Session, fields: Fields) -> None:
        """Answer headTimestamp (87): the oldest moment of history, in UTC or in epoch seconds."""
        request = read_head_request(fields)
        try:
            session.send(responses.head_timestamp(request.req_id, self._head(request)))
        except UnknownContractError as error:
            self._refuse(session, request.req_id, 200, str(error))
        except RefusedError as error:
            self._refuse(session, request.req_id, error.code, str(error))

    def forget(self, session: Session) -> None:
        """Drop what a gone connection asked."""
        for key in [key for key in self._queries if key[0] == session.number]:
            timer = self._queries.pop(key).timer
            if timer:
                timer.cancel()
        self._updates.forget(session)

    def _head(self, request: HeadRequest) -> str:
        instrument = self._lookup.one(request.contract, new_york_day(self._clock.now()), expired=request.expired)
        if request.what not in KINDS:
            raise RefusedError(321, f"{VALIDATING}{BAD_KIND}")
        first = self._market.first_data(instrument)
        return str(int(first.timestamp())) if request.format_date == 2 else f"{first:%Y%m%d-%H:%M:%S}"

    def _checked(self, session: Session, request: BarsRequest) -> Instrument:
        """Return the instrument of a request that nothing speaks against; RefusedError, UnknownContractError."""
        now = self._clock.now()
        instrument = self._lookup.one(request.contract, new_york_day(now), expired=request.expired)
        if request.what == "SCHEDULE" and session.version < _SCHEDULE_SINCE:
            raise RefusedError(321, f"{VALIDATING}{BAD_KIND}")
        check(request, instrument, now)
        refusal = self._rights.missing(instrument, live=request.live)
        if refusal:
            raise RefusedError(162, f"{SERVICE}{refusal}")
        key = (session.number, request.req_id)
        if key in self._queries or key in self._updates:
            raise RefusedError(322, f"{PROCESSING}Duplicate ticker ID for API historical data query")
        if self._config.pacing:
            self._check_pace(request, instrument, now)
        return instrument

    def _check_pace(self, request: BarsRequest, instrument: Instrument, now: datetime) -> None:
        """Hold IB's limits; how many may be open is one of processing, 322 (erdewit/ib_insync issue 293)."""
        if self.in_flight + self.live >= self._config.history_lines:
            text = f"Only {self._config.history_lines} simultaneous API historical data requests allowed."
            raise RefusedError(322, f"{PROCESSING}{text}")
        small = BAR_SECONDS[request.bar_size] < 60
        if small and self._pacer.violates(request.key, instrument.con_id, request.what, now):
            raise RefusedError(162, f"{SERVICE}Historical data request pacing violation")

    def _begin(self, query: _Query) -> None:
        query.span = span = self._span(query)
        if query.request.what == "SCHEDULE":
            del self._queries[query.key]
            self._send_schedule(query, span)
            return
        query.parts.extend(self._source.parts(query.instrument, query.request.what, span))
        self._go_on(query)

    def _go_on(self, query: _Query) -> None:
        """Compute one part; the next one comes after whatever else is due, so that nobody waits for a long answer."""
        if query.parts:
            query.bars += self._source.piece(query.instrument, query.request.what, query.parts.popleft())
        if query.parts:
            query.timer = self._clock.call_at(self._clock.now(), self._go_on, query)
            return
        del self._queries[query.key]
        assert query.span is not None, "a query has begun before it goes on"
        self._answer(query, query.span, finished(query.bars, query.span))

    def _answer(self, query: _Query, span: Span, bars: list[Bar]) -> None:
        request, session = query.request, query.session
        if not bars:
            place = f"{query.instrument.local_symbol}@{query.instrument.exchange} {request.what.capitalize()}"
            self._refuse(session, request.req_id, 162, f"{SERVICE}HMDS query returned no data: {place}")
            return
        rows = [bar_messages.history_row(bar, request.what, request.format_date) for bar in bars]
        first, last = local_text(span.start), local_text(span.end)
        session.send(responses.historical_data(request.req_id, first, last, rows))
        if request.live:
            self._updates.add(LiveBars(session=session, request=request, instrument=query.instrument, newest=bars[-1]))

    def _span(self, query: _Query) -> Span:
        """Return the span a request means now; with delayed rights it ends a quarter of an hour ago."""
        request, now = query.request, self._clock.now()
        wanted = min(moment_of(request.end, now) or now, now)
        end = min(wanted, now - self._rights.lag(query.instrument))
        if end < wanted:
            self._refuse(query.session, request.req_id, *LATE_HISTORY)
        hours = hours_of(self._market, query.instrument, regular_only=request.regular_only)
        start = start_of(hours, end, read_duration(request.duration), self._market.first_data(query.instrument))
        return Span(start=start, end=end, seconds=BAR_SECONDS[request.bar_size], regular_only=request.regular_only)

    def _send_schedule(self, query: _Query, span: Span) -> None:
        hours = hours_of(self._market, query.instrument, regular_only=span.regular_only)
        sessions = sessions_between(hours, span.start, span.end)
        if not sessions:
            self._refuse(query.session, query.request.req_id, 162, f"{SERVICE}HMDS query returned no data")
            return
        first, last = sessions[0][1], sessions[-1][2]
        query.session.send(bar_messages.schedule(query.request.req_id, first, last, sessions))

    def _refuse(self, session: Session, req_id: int, code: int, text: str) -> None:
        session.send(responses.error(req_id, code, text, session.version))
