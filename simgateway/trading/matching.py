"""What fills, how much of it and at which price: our orders meet the quotes, the market itself does not know of them.

An order that arrives marketable gets the quote, by the size shown, until the market moves away from its limit; once it
has rested it fills at its limit and never better: by trades at its price or through it, behind those who stood before
it, and by the size of an opposite quote that comes to its limit. A size used up comes back after a while, because a
quote that nobody else touches may never change.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from random import Random

from simgateway.config import GatewayConfig
from simgateway.market.base import Instrument, Quote
from simgateway.market.clock import GatewayClock, TimerHandle
from simgateway.trading.orders import Order
from simgateway.trading.queueing import reaches, served, stand
from simgateway.trading.registry import Registry

_BID, _ASK = 0, 1


@dataclass(frozen=True, slots=True)
class Match:
    """One fill to be booked: `takes` when it takes what others quote, not when it was resting."""

    shares: int
    price: Decimal
    takes: bool


@dataclass(slots=True)
class _Book:
    """A contract's quote as our orders have used it: `left` of bid and ask size, `traded` not yet given to each side.

    `look` numbers the sights of it, so that a queue is eaten once by each.
    """

    quote: Quote
    left: list[int]
    traded: list[int] = field(default_factory=lambda: [0, 0])
    look: int = 0


class Matcher:
    """Keeps what is left of the quotes of the contracts that have working orders."""

    def __init__(
        self, config: GatewayConfig, clock: GatewayClock, registry: Registry, again: Callable[[Instrument], None]
    ) -> None:
        self._config = config
        self._clock = clock
        self._registry = registry
        self._again = again
        self._draw = Random(f"{config.seed}:fills")
        self._books: dict[int, _Book] = {}
        self._refills: dict[int, TimerHandle] = {}

    def see(self, instrument: Instrument, quote: Quote) -> None:
        """Take a changed quote: its sizes are new, and what its volume has grown by was traded at its last price."""
        book = self._books.get(instrument.con_id)
        if book is None:
            self._books[instrument.con_id] = _Book(quote, [quote.bid_size, quote.ask_size])
            return
        grown = max(0, quote.volume - book.quote.volume)
        book.quote = quote
        book.left = [quote.bid_size, quote.ask_size]
        book.traded = [grown, grown]
        book.look += 1

    def begin(self, instrument: Instrument, quote: Quote) -> None:
        """Know a contract's quote from now on, unless it is known already."""
        if instrument.con_id not in self._books:
            self.see(instrument, quote)

    def settle(self, instrument: Instrument) -> None:
        """End a look: what was traded and came to nobody is gone."""
        if book := self._books.get(instrument.con_id):
            book.traded = [0, 0]

    def forget(self, con_id: int) -> None:
        """Forget a contract that has no more working orders."""
        self._books.pop(con_id, None)

    def match(self, order: Order, *, is_look: bool) -> Match | None:
        """Return what fills now of a live order, None when nothing does; the size is used up by it.

        `is_look`: the quote is seen anew (changed, or its size is back), which is what eats the queue before an order.
        """
        book = self._books[order.instrument.con_id]
        far = book.quote.ask if order.ticket.is_buy else book.quote.bid
        limit = order.limit
        meets = far is not None and (limit is None or reaches(limit, far, is_buy=order.ticket.is_buy))
        if limit is None or (meets and not order.rests):
            return self._take(order, book, far) if far is not None else None
        return self._rest(order, book, limit, far if meets else None, is_look=is_look)

    def refill_later(self, instrument: Instrument) -> None:
        """Have the shown size come back in a while."""
        if instrument.con_id not in self._refills:
            due = self._clock.now() + timedelta(seconds=self._draw.uniform(*self._config.refill_seconds))
            self._refills[instrument.con_id] = self._clock.call_at(due, self._refill, instrument)

    def close(self) -> None:
        """Stop the timers."""
        for timer in self._refills.values():
            timer.cancel()
        self._refills.clear()

    def _refill(self, instrument: Instrument) -> None:
        del self._refills[instrument.con_id]
        if book := self._books.get(instrument.con_id):
            book.left = [book.quote.bid_size, book.quote.ask_size]
            self._again(instrument)

    def _take(self, order: Order, book: _Book, price: Decimal) -> Match | None:
        """Take what is quoted, as far as it goes."""
        workable = self._registry.workable(order)
        shares = self._from_quote(order, book, workable, 0)
        return Match(shares, price, takes=True) if shares else None

    def _rest(self, order: Order, book: _Book, limit: Decimal, far: Decimal | None, *, is_look: bool) -> Match | None:
        """Fill a resting order at its limit; `far` is an opposite quote that has come to it."""
        order.rests = True
        workable = self._registry.workable(order)
        shares = self._from_trades(order, book, workable) if is_look else 0
        if far is None:
            stand(order, book.quote)
        else:
            shares += self._from_arrivals(order, book, workable - shares, is_at_limit=far == limit, is_look=is_look)
        return Match(shares, limit, takes=False) if shares else None

    def _from_trades(self, order: Order, book: _Book, workable: int) -> int:
        side = _BID if order.ticket.is_buy else _ASK
        shares = min(workable, served(order, book.traded[side], book.quote.last))
        if shares <= 0 or (order.only_whole and shares < workable):
            return 0
        book.traded[side] -= shares
        return shares

    def _from_arrivals(self, order: Order, book: _Book, workable: int, *, is_at_limit: bool, is_look: bool) -> int:
        """Fill by an opposite quote at the limit, behind who stands before; one through the limit has eaten those."""
        ahead = (order.ahead or 0) if is_at_limit else 0
        if is_look or not is_at_limit:
            order.ahead = max(0, ahead - book.left[_far_side(order)])
        return self._from_quote(order, book, workable, ahead)

    def _from_quote(self, order: Order, book: _Book, workable: int, ahead: int) -> int:
        side = _far_side(order)
        shares = min(workable, max(0, book.left[side] - ahead))
        if shares < workable:
            self.refill_later(order.instrument)
        if shares <= 0 or (order.only_whole and shares < workable):
            return 0
        if shares > 1 and not order.only_whole and self._draw.random() < self._config.partial_fill_probability:
            shares = self._draw.randint(1, shares - 1)
            book.left[side] = shares  # The rest of the quote was gone before we came.
            self.refill_later(order.instrument)
        book.left[side] -= shares
        return shares


def _far_side(order: Order) -> int:
    return _ASK if order.ticket.is_buy else _BID


def priority(order: Order) -> tuple[bool, Decimal]:
    """Return what sorts market orders first, then the better limit; what is equal keeps its age."""
    limit = order.limit
    if limit is None:
        return (False, Decimal(0))
    return (True, -limit if order.ticket.is_buy else limit)
