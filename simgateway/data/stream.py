"""One request for quotes: what it asked for, and what its client knows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from simgateway.data import generics, ticks
from simgateway.data.generics import BadGenericsError, read_generics
from simgateway.data.refusals import RefusedError
from simgateway.data.requests import QuoteRequest
from simgateway.data.rights import Verdict
from simgateway.data.ticks import Tick
from simgateway.market.base import Instrument, Quote
from simgateway.market.clock import TimerHandle
from simgateway.protocol.text import number
from simgateway.session import Session

_VALIDATING: Final = "Error validating request.-'bQ' : cause - "


@dataclass(slots=True, kw_only=True)
class Stream:
    """An open request: `sent` is the quote its client knows; `timer` ends a snapshot; `number` is the request's."""

    session: Session
    req_id: int
    instrument: Instrument
    kinds: frozenset[int]
    verdict: Verdict
    snapshot: bool
    sent: Quote
    greeks_at: float = 0.0
    timer: TimerHandle | None = None
    number: str = field(init=False)

    def __post_init__(self) -> None:
        self.number = str(self.req_id)

    @property
    def key(self) -> tuple[int, int]:
        """Return what names it: the connection's number and the request's."""
        return (self.session.number, self.req_id)

    @property
    def owner(self) -> str:
        """Return its name as one who watches a contract."""
        return f"stream:{self.session.number}:{self.req_id}"


def kinds_of(request: QuoteRequest, instrument: Instrument) -> frozenset[int]:
    """Return the extra kinds of ticks; RefusedError when one is not legal, or when a snapshot has any."""
    if not request.generics:
        return frozenset()
    if request.snapshot:
        raise RefusedError(321, f"{_VALIDATING}Snapshot market data subscription is not applicable to generic ticks")
    try:
        return read_generics(request.generics, instrument.sec_type)
    except BadGenericsError as error:
        raise RefusedError(321, f"{_VALIDATING}{error}") from error


def trade_texts(stream: Stream, quote: Quote, now: datetime) -> Iterator[Tick]:
    """Give the ticks of a trade that were asked for: price, size, time, volume, average, and that it was one trade."""
    traded = quote.volume - stream.sent.volume
    if stream.verdict.delayed or traded <= 0 or quote.last is None:
        return
    price = number(quote.last)
    text = f"{price};{traded};{int(now.timestamp() * 1000)};{quote.volume};{price};true"
    if generics.RT_VOLUME in stream.kinds:
        yield ticks.string(48, text)
    if generics.RT_TRADE_VOLUME in stream.kinds:
        yield ticks.string(77, text)
