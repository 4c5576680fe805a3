"""Quotes: one at a time, or streamed for what is guarded. Stamped by our clock, kept in our own book."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from broker.ib.contract_cache import ContractCache
from broker.ib.error_codes import ConnectionEffect, ends_request, request_failure, row_of
from broker.ib.line import Line
from domain.connection_reports import ConnectivityReport
from domain.contracts import Contract, OptionContract
from domain.ids import ConId
from domain.prices import as_price
from domain.quotes import Quote
from domain.reports import (
    Failure,
    QuoteReport,
    RequestFailed,
    SnapshotReport,
)

# Tick types, live and delayed, by the field they fill; the price of bid and ask brings the size along.
PRICES: Final = {1: "bid", 66: "bid", 2: "ask", 67: "ask", 4: "last", 68: "last", 9: "close", 75: "close"}
SIZES: Final = {0: "bid_size", 69: "bid_size", 3: "ask_size", 70: "ask_size", 8: "volume", 74: "volume"}
OPEN_INTEREST: Final = {27: "open_interest", 28: "open_interest"}  # Calls and puts; an option has one of them.
DELAYED_TICKS: Final = range(66, 77)
DELAYED: Final = 3
COUNT_LIMIT: Final = 1e15  # No size is larger; an unset one is 1.797e308.
UPDATES_LOST: Final = 10182  # One subscription died of a disconnection behind the gateway.
RESUBSCRIBE_AFTER_SECONDS: Final = 1.0


@dataclass(slots=True, kw_only=True)
class Ticking:
    """The fields of one request as its ticks fill them; mutable, never leaves this file."""

    contract: Contract
    bid: Decimal | None = None
    ask: Decimal | None = None
    bid_size: int | None = None
    ask_size: int | None = None
    last: Decimal | None = None
    close: Decimal | None = None
    volume: int | None = None
    open_interest: int | None = None
    at: datetime | None = None
    market_data_type: int = 1
    ended: bool = False  # By the server; then there is nothing to cancel.
    notice: RequestFailed | None = None  # Why there is less than was asked for; prices may come all the same.

    @property
    def complete(self) -> bool:
        """Return whether bid, ask and both sizes are there."""
        return None not in (self.bid, self.ask, self.bid_size, self.ask_size)

    @property
    def sparse(self) -> bool:
        """Return whether an option's volume is still to come, which choosing among options needs."""
        return isinstance(self.contract, OptionContract) and self.volume is None

    @property
    def empty(self) -> bool:
        """Return whether no price of any kind came."""
        return self.bid is None and self.ask is None and self.last is None and self.close is None

    def quote(self, now: datetime) -> Quote:
        """Return what there is; without bid and ask it is as old as now."""
        return Quote(
            con_id=self.contract.con_id,
            bid=self.bid,
            ask=self.ask,
            bid_size=self.bid_size,
            ask_size=self.ask_size,
            last=self.last,
            close=self.close,
            volume=self.volume,
            open_interest=self.open_interest,
            at=self.at or now,
            market_data_type=self.market_data_type,
        )


class Quotes:
    """Every market data request of one connection by its number. On the broker's loop alone."""

    def __init__(self, line: Line, cache: ContractCache) -> None:
        self._line = line
        self._cache = cache
        self._asked: dict[int, Ticking] = {}
        self._changed: dict[int, Ticking] = {}  # Watched ones that ticked since the last report.
        self._watched: dict[ConId, int] = {}
        self._lost: set[ConId] = set()  # Wanted, but ended by the server: about to be asked for again.

    def handlers(self) -> Mapping[str, Callable[..., object]]:
        """Return the server messages that are handled here, by the library's names."""
        return {
            "priceSizeTick": self._on_price,
            "tickSize": self._on_size,
            "tickSnapshotEnd": self._on_end,
            "marketDataType": self._on_type,
            "tickOptionComputation": _ignore,  # Greeks are our own.
        }

    async def snapshot(self, contract: Contract, timeout_seconds: float) -> SnapshotReport | RequestFailed:
        """Return one quote as soon as it is complete, or what there is at the end. One message, later a cancel."""
        what = f"quote of {contract.con_id}"
        try:
            request_id = self._line.new_id()
        except ConnectionError as error:
            return RequestFailed(failure=Failure.DISCONNECTED, text=f"{what}: {error}")
        ticking = self._asked[request_id] = Ticking(contract=contract)
        try:
            answer = await self._line.requests.ask(
                request_id, lambda: self._send(request_id, contract, "", snapshot=True), timeout_seconds, what
            )
        finally:
            self._close(request_id)
        return self._outcome(ticking, answer, what)

    def _outcome(self, ticking: Ticking, answer: object, what: str) -> SnapshotReport | RequestFailed:
        if ticking.empty and ticking.notice is not None:
            return ticking.notice
        if isinstance(answer, RequestFailed) and (ticking.empty or answer.failure is not Failure.TIMED_OUT):
            return answer
        if ticking.empty:
            return RequestFailed(failure=Failure.NO_DATA, text=f"{what}: ended without a price")
        return SnapshotReport(contract=ticking.contract, quote=ticking.quote(self._line.clock.now()))

    def watch(self, contract: OptionContract) -> None:
        """Subscribe, unless subscribed or not connected: a connection's end ends its subscriptions anyway."""
        if contract.con_id in self._watched or not self._line.writable:
            return
        request_id = self._line.new_id()
        self._asked[request_id] = Ticking(contract=contract)
        self._watched[contract.con_id] = request_id
        self._send(request_id, contract, self._line.config.watch_generic_ticks, snapshot=False)

    def unwatch(self, con_id: ConId) -> None:
        """Cancel the subscription, if there is one."""
        self._lost.discard(con_id)
        request_id = self._watched.pop(con_id, None)
        if request_id is not None:
            self._close(request_id)

    def watched(self) -> tuple[ConId, ...]:
        """Return what streams."""
        return tuple(self._watched)

    def owns(self, request_id: int) -> bool:
        """Return whether a message with this number is about a quote."""
        return request_id in self._asked

    def stream_of(self, request_id: int) -> ConId | None:
        """Return the contract that streams under this number."""
        return next((con_id for con_id, number in self._watched.items() if number == request_id), None)

    def on_error(self, request_id: int, code: int, text: str) -> None:
        """Take an error that names a quote of ours: a notice marks delayed data, anything else ends it."""
        if code == 10167:
            ticking = self._asked[request_id]
            ticking.market_data_type = DELAYED
            ticking.notice = RequestFailed(failure=Failure.NOT_SUBSCRIBED, code=code, text=text)
        if not ends_request(code):
            return
        self._asked[request_id].ended = True
        if self._line.requests.settle(request_id, request_failure(code, text)):
            return
        ticking = self._asked.pop(request_id)
        self._watched.pop(ticking.contract.con_id, None)
        if code == UPDATES_LOST and isinstance(ticking.contract, OptionContract):
            self._lost.add(ticking.contract.con_id)
            asyncio.get_running_loop().call_later(RESUBSCRIBE_AFTER_SECONDS, self._watch_again, ticking.contract)
        if row_of(code).connection is ConnectionEffect.NONE:  # The others are reported whatever they name.
            at, what = self._line.clock.now(), f"watch of {ticking.contract.con_id}: {text}"
            self._line.sink(ConnectivityReport(generation=self._line.generation, at=at, code=code, text=what))

    def _watch_again(self, contract: OptionContract) -> None:
        """Subscribe anew, once there is room: all may have been lost at once; not what nobody wants any more."""

        def watch() -> None:
            if contract.con_id in self._lost:
                self._lost.discard(contract.con_id)
                self.watch(contract)

        self._line.when_room(watch)

    def forget(self) -> None:
        """Drop the book of subscriptions: the other side lost its own, with the socket or without (1101)."""
        for request_id in self._watched.values():
            self._asked.pop(request_id, None)
        self._watched.clear()
        self._lost.clear()

    def _send(self, request_id: int, contract: Contract, generic_ticks: str, *, snapshot: bool) -> None:
        self._line.client.reqMktData(
            request_id, self._cache.of(contract), generic_ticks, snapshot, regulatorySnapshot=False, mktDataOptions=[]
        )

    def _close(self, request_id: int) -> None:
        ticking = self._asked.pop(request_id, None)
        if ticking is not None and not ticking.ended:
            self._line.when_room(lambda: self._line.client.cancelMktData(request_id))

    def _on_price(self, request_id: int, tick_type: int, price: float, size: float) -> None:
        name, ticking = PRICES.get(tick_type), self._asked.get(request_id)
        if ticking is None or name is None:
            return
        setattr(ticking, name, as_price(price))
        if name in {"bid", "ask"}:
            setattr(ticking, f"{name}_size", _count(size))
            ticking.at = self._line.clock.now()
        self._ticked(request_id, ticking, tick_type)

    def _on_size(self, request_id: int, tick_type: int, size: float) -> None:
        name, ticking = (SIZES | OPEN_INTEREST).get(tick_type), self._asked.get(request_id)
        if ticking is None or name is None:
            return
        if tick_type in OPEN_INTEREST and size <= 0:
            return  # The other right's number, which is nobody's.
        setattr(ticking, name, _count(size))
        if name in {"bid_size", "ask_size"}:
            ticking.at = self._line.clock.now()
        self._ticked(request_id, ticking, tick_type)

    def _on_type(self, request_id: int, market_data_type: int) -> None:
        ticking = self._asked.get(request_id)
        if ticking is not None:
            ticking.market_data_type = market_data_type

    def _on_end(self, request_id: int) -> None:
        ticking = self._asked.get(request_id)
        if ticking is not None:
            ticking.ended = True
        self._line.requests.settle(request_id)

    def _ticked(self, request_id: int, ticking: Ticking, tick_type: int) -> None:
        if tick_type in DELAYED_TICKS:
            ticking.market_data_type = max(DELAYED, ticking.market_data_type)
        if self._watched.get(ticking.contract.con_id) == request_id:
            self._report_soon(request_id, ticking)
        elif ticking.complete and not ticking.sparse:
            self._line.requests.settle(request_id)
        elif ticking.complete:
            asyncio.get_running_loop().call_later(
                self._line.config.quote_linger_seconds, self._line.requests.settle, request_id
            )

    def _report_soon(self, request_id: int, ticking: Ticking) -> None:
        """Report once the packet has been read to its end: half of a change is no quote, and would touch a stop."""
        if not self._changed:
            asyncio.get_running_loop().call_soon(self._report_changed)
        self._changed[request_id] = ticking

    def _report_changed(self) -> None:
        changed, self._changed = self._changed, {}
        for request_id, ticking in changed.items():
            if self._watched.get(ticking.contract.con_id) == request_id:
                quote = ticking.quote(self._line.clock.now())
                self._line.sink(QuoteReport(generation=self._line.generation, quote=quote))


def _count(size: float) -> int | None:
    """Return a size or volume; None for the ways to say that there is none."""
    return int(size) if 0 <= size < COUNT_LIMIT else None


def _ignore(*_: Any) -> None:
    """Leave a message alone."""
