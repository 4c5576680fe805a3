"""Quotes for clients: snapshots that end by themselves, and streams until they are cancelled."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Final

from simgateway.config import GatewayConfig
from simgateway.data.lookup import Lookup, UnknownContractError
from simgateway.data.pulse import Pulse
from simgateway.market.base import Instrument, Market, Quote
from simgateway.market.clock import GatewayClock, TimerHandle
from simgateway.protocol import responses
from simgateway.protocol.requests import DataRequest, read_data_request
from simgateway.protocol.text import new_york_day, read_int
from simgateway.protocol.wire import Fields
from simgateway.session import Session

BID_SIZE: Final = 0
BID: Final = 1
ASK: Final = 2
ASK_SIZE: Final = 3
LAST: Final = 4
LAST_SIZE: Final = 5
VOLUME: Final = 8
CLOSE: Final = 9
CALL_OPEN_INTEREST: Final = 27
PUT_OPEN_INTEREST: Final = 28
_OPEN_INTEREST_GENERIC: Final = "101"


@dataclass(slots=True)
class _Stream:
    """One request for quotes: `sent` is what the client knows; `timer` ends a snapshot."""

    session: Session
    request: DataRequest
    instrument: Instrument
    sent: Quote
    timer: TimerHandle | None = None

    @property
    def key(self) -> tuple[int, int]:
        return (self.session.number, self.request.req_id)

    @property
    def owner(self) -> str:
        return f"stream:{self.session.number}:{self.request.req_id}"


class Streams:
    """Serves market data requests; a changed quote is at most four ticks."""

    def __init__(self, config: GatewayConfig, market: Market, clock: GatewayClock, pulse: Pulse) -> None:
        self._config = config
        self._clock = clock
        self._pulse = pulse
        self._lookup = Lookup(market)
        self._draw = Random(f"{config.seed}:snapshots")
        self._streams: dict[tuple[int, int], _Stream] = {}
        self._by_con_id: dict[int, dict[tuple[int, int], _Stream]] = {}
        self.most = 0
        pulse.listeners.append(self.on_quote)

    @property
    def count(self) -> int:
        """Return how many requests are open, snapshots that have not ended included."""
        return len(self._streams)

    def count_of(self, session: Session) -> int:
        """Return how many requests of one connection are open."""
        return sum(key[0] == session.number for key in self._streams)

    def open(self, session: Session, fields: Fields) -> None:
        """Take a mktData request (1)."""
        request = read_data_request(fields)
        try:
            instrument = self._lookup.one(request.contract, new_york_day(self._clock.now()))
        except UnknownContractError as error:
            session.send(responses.error(request.req_id, 200, str(error), session.version))
            return
        refused = dict(self._config.refused_data).get(instrument.sec_type)
        if refused is not None:
            text = "Requested market data is not subscribed."
            session.send(responses.error(request.req_id, refused, text, session.version))
            return
        if len(self._streams) >= self._config.market_lines:
            text = "Max number of tickers has been reached"
            session.send(responses.error(request.req_id, 101, text, session.version))
            return
        if (session.number, request.req_id) in self._streams:
            session.send(responses.error(request.req_id, 322, "Duplicate ticker id", session.version))
            return
        self._begin(session, request, instrument)

    def cancel(self, session: Session, fields: Fields) -> None:
        """Take a cancel (2); of an unknown one it is error 300."""
        req_id = read_int(fields[2])
        stream = self._streams.get((session.number, req_id))
        if stream is None:
            text = f"Can't find EId with tickerId:{req_id}"
            session.send(responses.error(req_id, 300, text, session.version))
            return
        self._end(stream)

    def data_type(self, session: Session, fields: Fields) -> None:
        """Take the sort of data wanted (59): data here is always live, so it is only remembered."""
        session.data_type = read_int(fields[2])

    def forget(self, session: Session) -> None:
        """Drop what a gone connection had open."""
        for stream in [row for row in self._streams.values() if row.session is session]:
            self._end(stream)

    def on_quote(self, instrument: Instrument, quote: Quote) -> None:
        """Tell the streams of a contract what has changed."""
        for stream in list(self._by_con_id.get(instrument.con_id, {}).values()):
            if not stream.request.snapshot:
                stream.session.send(*_changes(stream.request.req_id, stream.sent, quote))
                stream.sent = quote

    def _begin(self, session: Session, request: DataRequest, instrument: Instrument) -> None:
        stream = _Stream(session, request, instrument, self._pulse.quote(instrument))
        self._streams[stream.key] = stream
        self._by_con_id.setdefault(instrument.con_id, {})[stream.key] = stream
        self.most = max(self.most, len(self._streams))
        kind = responses.market_data_type(request.req_id, 1)
        session.send(responses.tick_parameters(request.req_id, instrument), kind)
        session.send(*_everything(request, instrument, stream.sent))
        if request.snapshot:
            wait = timedelta(milliseconds=self._draw.uniform(*self._config.snapshot_end_ms))
            stream.timer = self._clock.call_at(self._clock.now() + wait, self._finish, stream)
        else:
            self._pulse.want(instrument, stream.owner, self._config.tick_seconds)

    def _finish(self, stream: _Stream) -> None:
        self._end(stream)
        stream.session.send(responses.end("57", stream.request.req_id))

    def _end(self, stream: _Stream) -> None:
        del self._streams[stream.key]
        of_contract = self._by_con_id[stream.instrument.con_id]
        del of_contract[stream.key]
        if not of_contract:
            del self._by_con_id[stream.instrument.con_id]
        if stream.timer:
            stream.timer.cancel()
        self._pulse.drop(stream.instrument.con_id, stream.owner)


def _everything(request: DataRequest, instrument: Instrument, quote: Quote) -> Iterator[Fields]:
    """Give the ticks a new request begins with."""
    req_id = request.req_id
    yield responses.tick_price(req_id, BID, quote.bid, quote.bid_size if quote.bid is not None else 0)
    yield responses.tick_price(req_id, ASK, quote.ask, quote.ask_size if quote.ask is not None else 0)
    if quote.last is not None:
        yield responses.tick_price(req_id, LAST, quote.last, 1)
    yield responses.tick_size(req_id, BID_SIZE, quote.bid_size)
    yield responses.tick_size(req_id, ASK_SIZE, quote.ask_size)
    if quote.last is not None:
        yield responses.tick_size(req_id, LAST_SIZE, 1)
    yield responses.tick_size(req_id, VOLUME, quote.volume)
    if quote.close is not None:
        yield responses.tick_price(req_id, CLOSE, quote.close, 0)
    if _OPEN_INTEREST_GENERIC in request.generics and instrument.right and quote.open_interest is not None:
        calls, puts = (quote.open_interest, 0) if instrument.right == "C" else (0, quote.open_interest)
        yield responses.tick_size(req_id, CALL_OPEN_INTEREST, calls)
        yield responses.tick_size(req_id, PUT_OPEN_INTEREST, puts)


def _changes(req_id: int, old: Quote, new: Quote) -> Iterator[Fields]:
    """Give the ticks that turn one quote into another: a price carries its size, a size alone goes alone."""
    if new.bid != old.bid:
        yield responses.tick_price(req_id, BID, new.bid, new.bid_size if new.bid is not None else 0)
    elif new.bid_size != old.bid_size:
        yield responses.tick_size(req_id, BID_SIZE, new.bid_size)
    if new.ask != old.ask:
        yield responses.tick_price(req_id, ASK, new.ask, new.ask_size if new.ask is not None else 0)
    elif new.ask_size != old.ask_size:
        yield responses.tick_size(req_id, ASK_SIZE, new.ask_size)
    if new.last is not None and new.last != old.last:
        yield responses.tick_price(req_id, LAST, new.last, 1)
    if new.volume != old.volume:
        yield responses.tick_size(req_id, VOLUME, new.volume)
