"""Quotes for clients: snapshots that end by themselves, and streams until they are cancelled."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from simgateway.config import GatewayConfig
from simgateway.data import ticks
from simgateway.data.greeks import GreeksDesk, mark_of
from simgateway.data.hours import is_open, last_session
from simgateway.data.lookup import Lookup, UnknownContractError
from simgateway.data.pulse import Pulse
from simgateway.data.refusals import RefusedError
from simgateway.data.requests import QuoteRequest, read_quote_request
from simgateway.data.rights import LAG, Rights, Verdict
from simgateway.data.statistics import Statistics
from simgateway.data.stream import Stream, kinds_of, trade_texts
from simgateway.data.tick_messages import EXCHANGES, option_computation
from simgateway.data.ticks import Tick, addressed
from simgateway.market.base import Instrument, Market, Quote
from simgateway.market.clock import GatewayClock
from simgateway.protocol import responses
from simgateway.protocol.text import new_york_day, read_int
from simgateway.protocol.wire import Fields
from simgateway.session import Session

_FROZEN: Final = frozenset({2, 4})
_BID_GREEKS, _ASK_GREEKS, _LAST_GREEKS, _MODEL_GREEKS = range(10, 14)
_LETTERS: Final = "".join(letter for _, letter in EXCHANGES)


class Streams:
    """Serves market data requests. What one beat of the pulse changes goes to a client together, in one sending."""

    def __init__(
        self, config: GatewayConfig, market: Market, clock: GatewayClock, pulse: Pulse, rights: Rights | None = None
    ) -> None:
        self._config = config
        self._market = market
        self._clock = clock
        self._pulse = pulse
        self._rights = rights or Rights(config)
        self._lookup = Lookup(market)
        self._statistics = Statistics(market)
        self._greeks = GreeksDesk(market)
        self._draw = Random(f"{config.seed}:snapshots")
        self._streams: dict[tuple[int, int], Stream] = {}
        self._by_con_id: dict[int, dict[tuple[int, int], Stream]] = {}
        self._waiting: dict[Session, list[Fields]] = {}
        self._ranges: dict[int, tuple[Decimal, Decimal]] = {}
        self.most = 0
        pulse.listeners.append(self.on_quote)
        pulse.after.append(self._flush)

    @property
    def count(self) -> int:
        """Return how many requests are open, snapshots that have not ended included."""
        return len(self._streams)

    def count_of(self, session: Session) -> int:
        """Return how many requests of one connection are open."""
        return sum(key[0] == session.number for key in self._streams)

    def open(self, session: Session, fields: Fields) -> None:
        """Take a mktData request (1)."""
        request = read_quote_request(fields)
        try:
            stream = self._checked(session, request)
        except UnknownContractError as error:
            session.send(responses.error(request.req_id, 200, str(error), session.version))
        except RefusedError as error:
            session.send(responses.error(request.req_id, error.code, str(error), session.version))
        else:
            self._begin(stream)

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
        """Take the sort of data wanted (59): 1 live, 2 frozen, 3 delayed, 4 delayed and frozen; for later requests."""
        session.data_type = read_int(fields[2])

    def forget(self, session: Session) -> None:
        """Drop what a gone connection had open."""
        for stream in [row for row in self._streams.values() if row.session is session]:
            self._end(stream)
        self._waiting.pop(session, None)

    def new_day(self) -> None:
        """Forget the day's ranges: the first trade of the next one is its high and its low."""
        nothing = (Decimal("Infinity"), Decimal("-Infinity"))
        self._ranges = dict.fromkeys(self._ranges, nothing)

    def on_quote(self, instrument: Instrument, quote: Quote) -> None:
        """Prepare for the streams of a contract what has changed; it leaves when the pulse's beat is over."""
        streams = self._by_con_id.get(instrument.con_id)
        if not streams:
            return
        now = self._clock.now()
        extremes = self._extremes(instrument, quote)
        old: Quote | None = None
        shared: list[Tick] = []
        for stream in streams.values():
            if stream.verdict.delayed or stream.kinds:
                self._tell(stream, quote, now, extremes)
                continue
            if stream.sent is not old:
                old, shared = stream.sent, [*self._changes(instrument, stream.sent, quote, now), *extremes]
            stream.sent = quote
            out = self._out(stream)
            out += [addressed(stream.number, tick) for tick in shared]
        if instrument.right:
            self._compute(streams, instrument, quote, now)

    def _changes(self, instrument: Instrument, old: Quote, new: Quote, now: datetime) -> list[Tick]:
        changed = list(ticks.changes(old, new, now))
        if (new.bid is None and new.ask is None) != (old.bid is None and old.ask is None):
            changed.append(ticks.halted(is_halted=self._market.is_halted(instrument, now)))
        return changed

    def _extremes(self, instrument: Instrument, quote: Quote) -> list[Tick]:
        """Return the day's new high or low, if the newest trade is one; a share's range is known from its first day."""
        known, last = self._ranges.get(instrument.con_id), quote.last
        if known is None or last is None:
            return []
        low, high = known
        self._ranges[instrument.con_id] = (min(low, last), max(high, last))
        return [ticks.price(ticks.HIGH, last, 0)] * (last > high) + [ticks.price(ticks.LOW, last, 0)] * (last < low)

    def _tell(self, stream: Stream, quote: Quote, now: datetime, extremes: list[Tick]) -> None:
        """Do for a stream of its own kind, delayed or with extra ticks, what the others have together."""
        delayed = stream.verdict.delayed
        if delayed:
            quote = self._market.quote(stream.instrument, now - LAG)
        changed = [*self._changes(stream.instrument, stream.sent, quote, now), *trade_texts(stream, quote, now)]
        changed += [] if delayed else extremes
        stream.sent = quote
        out = self._out(stream)
        out += [addressed(stream.number, tick, delayed=delayed) for tick in changed]

    def _compute(
        self, streams: dict[tuple[int, int], Stream], instrument: Instrument, quote: Quote, now: datetime
    ) -> None:
        seconds = now.timestamp()
        due = [row for row in streams.values() if self._wants_greeks(row) and seconds - row.greeks_at >= self._every]
        if not due:
            return
        made = self._greeks_of(instrument, quote, now)
        for stream in due:
            stream.greeks_at = seconds
            out = self._out(stream)
            out += [(*row[:1], stream.number, *row[2:]) for row in made]

    @property
    def _every(self) -> float:
        return self._config.greeks_seconds

    def _wants_greeks(self, stream: Stream) -> bool:
        return bool(self._every and stream.instrument.right) and not (stream.verdict.in_part or stream.verdict.delayed)

    def _greeks_of(self, instrument: Instrument, quote: Quote, now: datetime, shift: int = 0) -> list[Fields]:
        """Return the greeks at bid, ask and last and those of the model, which is the middle of the book."""
        spot = self._greeks.spot(instrument, now)
        kinds = ((_BID_GREEKS, quote.bid), (_ASK_GREEKS, quote.ask), (_LAST_GREEKS, quote.last))
        rows: list[tuple[int, Decimal | None]] = [row for row in kinds if row[1] is not None]
        rows.append((_MODEL_GREEKS, mark_of(quote)))
        return [
            option_computation(0, kind + shift, self._greeks.of(instrument, value, spot, now), value, spot)
            for kind, value in rows
        ]

    def _out(self, stream: Stream) -> list[Fields]:
        return self._waiting.setdefault(stream.session, [])

    def _flush(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, {}
            for session, messages in waiting.items():
                session.send(*messages)

    def _checked(self, session: Session, request: QuoteRequest) -> Stream:
        """Return the stream of a request that nothing speaks against; RefusedError, UnknownContractError."""
        now = self._clock.now()
        instrument = self._lookup.one(request.contract, new_york_day(now))
        kinds = kinds_of(request, instrument)
        if (session.number, request.req_id) in self._streams:
            raise RefusedError(322, "Error processing request.-'bQ' : cause - Duplicate ticker ID")
        verdict = self._rights.quotes(instrument, session.data_type)
        if verdict.error and not verdict.is_served:
            raise RefusedError(*verdict.error)
        if len(self._streams) >= self._config.market_lines:
            raise RefusedError(101, "Max number of tickers has been reached")
        return Stream(
            session=session,
            req_id=request.req_id,
            instrument=instrument,
            kinds=kinds,
            verdict=verdict,
            snapshot=request.snapshot,
            sent=self._first_quote(instrument, session.data_type, verdict, now),
        )

    def _first_quote(self, instrument: Instrument, data_type: int, verdict: Verdict, now: datetime) -> Quote:
        if verdict.delayed:
            now -= LAG
        if data_type in _FROZEN and not is_open(self._market, instrument, now):
            session = last_session(self._market, now)
            now = session[1] - timedelta(seconds=1) if session else now
        return self._market.quote(instrument, now)

    def _begin(self, stream: Stream) -> None:
        self._streams[stream.key] = stream
        self.most = max(self.most, len(self._streams))
        session, version = stream.session, stream.session.version
        if stream.verdict.error:
            session.send(responses.error(stream.req_id, *stream.verdict.error, version))
        kind = responses.market_data_type(stream.req_id, self._kind(stream))
        session.send(responses.tick_parameters(stream.req_id, stream.instrument), kind)
        session.send(*self._first(stream))
        if stream.snapshot:
            wait = timedelta(milliseconds=self._draw.uniform(*self._config.snapshot_end_ms))
            stream.timer = self._clock.call_at(self._clock.now() + wait, self._finish, stream)
        else:
            self._by_con_id.setdefault(stream.instrument.con_id, {})[stream.key] = stream
            self._pulse.want(stream.instrument, stream.owner, self._config.tick_seconds)

    def _kind(self, stream: Stream) -> int:
        """Return what sort of data follows: 1 live, 2 frozen, 3 delayed, 4 delayed and frozen."""
        now = self._clock.now()
        frozen = stream.session.data_type in _FROZEN and not is_open(self._market, stream.instrument, now)
        return (3 if stream.verdict.delayed else 1) + frozen

    def _first(self, stream: Stream) -> Iterator[Fields]:
        """Give the messages a request begins with."""
        now, delayed, instrument = self._clock.now(), stream.verdict.delayed, stream.instrument
        halted = self._market.is_halted(instrument, now)
        begin = [*ticks.everything(stream.sent, now, is_halted=halted), *self._day(instrument, now)]
        begin += self._statistics.asked_for(instrument, stream.sent, stream.kinds, now)
        if not delayed:
            begin += [ticks.string(kind, _LETTERS) for kind in (ticks.BID_EXCHANGE, ticks.ASK_EXCHANGE)]
        for tick in begin:
            if not delayed or tick[1] in ticks.DELAYED:
                yield addressed(stream.number, tick, delayed=delayed)
        if instrument.right and self._every and not stream.verdict.in_part:
            stream.greeks_at = now.timestamp()
            for row in self._greeks_of(instrument, stream.sent, now, 70 if delayed else 0):
                yield (*row[:1], stream.number, *row[2:])

    def _day(self, instrument: Instrument, now: datetime) -> list[Tick]:
        bar = self._statistics.day(instrument, now)
        if bar is None:
            return []
        self._ranges[instrument.con_id] = (bar.low, bar.high)
        return ticks.day(bar)

    def _finish(self, stream: Stream) -> None:
        self._end(stream)
        stream.session.send(responses.end("57", stream.req_id))

    def _end(self, stream: Stream) -> None:
        del self._streams[stream.key]
        of_contract = self._by_con_id.get(stream.instrument.con_id)
        if of_contract is not None and of_contract.pop(stream.key, None) is not None and not of_contract:
            del self._by_con_id[stream.instrument.con_id]
            self._ranges.pop(stream.instrument.con_id, None)
        if stream.timer:
            stream.timer.cancel()
        self._pulse.drop(stream.instrument.con_id, stream.owner)
