"""The exchange: works orders against the quotes, fills them, wholly or partly."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from simgateway.config import GatewayConfig
from simgateway.data.pulse import Pulse
from simgateway.market.base import Instrument, Quote
from simgateway.market.clock import GatewayClock, TimerHandle
from simgateway.trading.account import Ledger
from simgateway.trading.orders import Execution, Order, Stage, Status
from simgateway.trading.registry import Registry
from simgateway.trading.reporter import Reporter
from simgateway.trading.triggers import hits_needed, is_hit

_ORDERS: Final = "orders"
_HELD: Final = "held"
_CLOSED: Final = "Order Message: Warning: your order will not be placed at the exchange until the next session opens"


class Exchange:
    """Works orders while the session is open; who fills or goes is told to `after_fill` and `after_end`."""

    def __init__(
        self,
        *,
        config: GatewayConfig,
        clock: GatewayClock,
        pulse: Pulse,
        registry: Registry,
        ledger: Ledger,
        reporter: Reporter,
    ) -> None:
        self._config = config
        self._clock = clock
        self._pulse = pulse
        self._registry = registry
        self._ledger = ledger
        self._reporter = reporter
        self._draw = Random(f"{config.seed}:fills")
        self._working: dict[int, dict[int, Order]] = {}
        self._liquidity: dict[int, list[int]] = {}
        self._refills: dict[int, TimerHandle] = {}
        self.is_open = False
        self.after_fill: list[Callable[[Order, int], None]] = []
        self.after_end: list[Callable[[Order], None]] = []
        self.after_booking: list[Callable[[Instrument], None]] = []
        pulse.listeners.append(self.on_quote)

    def activate(self, order: Order) -> None:
        """Begin to work an order: it fills at once as far as it can."""
        quote = self._watch(order.instrument)
        order.stage = Stage.WORKING
        self._working.setdefault(order.instrument.con_id, {})[order.perm_id] = order
        if not self.is_open:
            self._reporter.opened(order)
            self._reporter.noted(order, 399, _CLOSED)
            return
        self._begin(order, quote)

    def amend(self, order: Order) -> None:
        """Work an order on after its prices or size have changed."""
        if order.remaining <= 0:
            self._end(order, Status.FILLED, "Filled Size")
            self._reporter.opened(order)
        elif order.stage is Stage.WORKING and self.is_open:
            self._begin(order, self._watch(order.instrument))
        else:
            self._reporter.opened(order)

    def rework(self, order: Order) -> None:
        """Work an order on that may fill more than before: its parent has brought in more."""
        if order.stage is Stage.WORKING and self.is_open:
            self._match(order, self._watch(order.instrument))

    def cancel(self, order: Order, reason: str) -> None:
        """Take an order out and report it cancelled."""
        if order.is_open:
            self._end(order, Status.CANCELLED, reason or "Cancelled")
            self._reporter.cancelled(order, reason)
            self._tell_end(order)

    def expire(self, order: Order) -> None:
        """Take out an order whose day is over."""
        if order.is_open:
            self._end(order, Status.CANCELLED, "Expired")
            self._reporter.expired(order)
            self._tell_end(order)

    def reject(self, order: Order, code: int, text: str) -> None:
        """Refuse an order that has arrived."""
        self._end(order, Status.INACTIVE, text)
        self._reporter.rejected(order, code, text)
        self._tell_end(order)

    def reduce(self, order: Order, by: int) -> None:
        """Make an order smaller because another of its group has filled; nothing left is a cancellation."""
        if order.remaining <= by:
            self.cancel(order, "OCA group filled")
            return
        order.quantity -= by
        self._reporter.opened(order)

    def open_session(self) -> None:
        """Begin the regular hours: what waited is worked now."""
        self.is_open = True
        for order in self._registry.open():
            if order.stage is Stage.WORKING:
                self._begin(order, self._watch(order.instrument))

    def close_session(self, day: date) -> None:
        """End the regular hours: day orders expire, and every order on an option that expires with the day."""
        self.is_open = False
        for order in self._registry.open():
            if order.ticket.tif == "DAY" or order.instrument.expiry == day:
                self.expire(order)

    def on_quote(self, instrument: Instrument, quote: Quote) -> None:
        """Take a changed quote: its sizes are new, stops look at it, orders meet it."""
        self._ledger.mark(instrument.con_id, quote)
        working = self._working.get(instrument.con_id)
        if not working or not self.is_open:
            return
        self._liquidity[instrument.con_id] = [quote.bid_size, quote.ask_size]
        for order in list(working.values()):
            if order.stage is Stage.WORKING:
                self._watch_trigger(order, quote)
                self._match(order, quote)

    def _begin(self, order: Order, quote: Quote) -> None:
        order.status = Status.SUBMITTED if _is_live(order) else Status.PRE_SUBMITTED
        before = order.filled
        self._match(order, quote)
        if order.filled == before:
            self._reporter.opened(order)

    def _watch(self, instrument: Instrument) -> Quote:
        """Return the quote now and see to it that its changes are heard."""
        is_new = instrument.con_id not in self._liquidity
        quote = self._pulse.want(instrument, _ORDERS, self._config.tick_seconds)
        if is_new or not self._working.get(instrument.con_id):
            self._liquidity[instrument.con_id] = [quote.bid_size, quote.ask_size]
        return quote

    def _watch_trigger(self, order: Order, quote: Quote) -> None:
        if not order.ticket.is_stop or order.triggered:
            return
        order.trigger_hits = order.trigger_hits + 1 if is_hit(order, quote) else 0
        if order.trigger_hits >= hits_needed(order):
            order.triggered = True
            order.status = Status.SUBMITTED
            self._reporter.opened(order)

    def _match(self, order: Order, quote: Quote) -> None:
        price = quote.ask if order.ticket.is_buy else quote.bid
        if price is None or not _is_live(order) or not _reaches(order, price):
            return
        sizes = self._liquidity[order.instrument.con_id]
        side = 1 if order.ticket.is_buy else 0
        workable = self._registry.workable(order)
        shares = min(workable, sizes[side])
        if shares <= 0:
            if workable > 0:
                self._refill_later(order.instrument)
            return
        if shares > 1 and self._draw.random() < self._config.partial_fill_probability:
            shares = self._draw.randint(1, shares - 1)
            sizes[side] = shares  # the rest of the quote was gone before we came
        sizes[side] -= shares
        if shares < workable:
            self._refill_later(order.instrument)
        self._fill(order, shares, price)

    def _refill_later(self, instrument: Instrument) -> None:
        """Have the shown size come back in a while: the market does not know of us, so its quote may never change."""
        if instrument.con_id not in self._refills:
            due = self._clock.now() + timedelta(seconds=self._draw.uniform(*self._config.refill_seconds))
            self._refills[instrument.con_id] = self._clock.call_at(due, self._refill, instrument)

    def _refill(self, instrument: Instrument) -> None:
        del self._refills[instrument.con_id]
        working = self._working.get(instrument.con_id)
        if not working or not self.is_open:
            return
        quote = self._watch(instrument)
        self._liquidity[instrument.con_id] = [quote.bid_size, quote.ask_size]
        for order in list(working.values()):
            if order.stage is Stage.WORKING:
                self._match(order, quote)

    def close(self) -> None:
        """Stop the timers."""
        for timer in self._refills.values():
            timer.cancel()
        self._refills.clear()

    def _fill(self, order: Order, shares: int, price: Decimal) -> None:
        was_resting = order.status is Status.SUBMITTED and order.ticket.order_type == "LMT"
        order.filled += shares
        order.value += shares * price
        order.last_price = price
        commission = self._ledger.tariff.charge(order.tab, order.instrument, shares, price)
        order.commission += commission
        signed = shares if order.ticket.is_buy else -shares
        realized = self._ledger.book(order.instrument, signed, price, commission)
        order.status = Status.SUBMITTED
        if order.remaining == 0:
            self._end(order, Status.FILLED, f"Filled Size: {order.filled}")
        execution = self._execution(order, shares, price, (commission, realized), takes_liquidity=not was_resting)
        self._registry.executions.append(execution)
        self._reporter.filled(order, execution)
        self._follow(order.instrument)
        for callback in self.after_fill:
            callback(order, shares)

    def _execution(
        self,
        order: Order,
        shares: int,
        price: Decimal,
        money: tuple[Decimal, Decimal | None],
        *,
        takes_liquidity: bool,
    ) -> Execution:
        number = len(self._registry.executions) + 1
        return Execution(
            exec_id=f"{self._config.seed & 0xFFFFFFFF:08x}.{order.perm_id:08x}.{number:06x}.01",
            order_id=order.order_id,
            client_id=order.client_id,
            perm_id=order.perm_id,
            instrument=order.instrument,
            at=self._clock.now(),
            is_buy=order.ticket.is_buy,
            shares=shares,
            price=price,
            cumulative=order.filled,
            average_price=order.average_price,
            commission=money[0],
            realized=money[1],
            order_ref=order.ticket.order_ref,
            takes_liquidity=takes_liquidity,
        )

    def _follow(self, instrument: Instrument) -> None:
        """Keep a position's mark up to date, and tell who shows positions."""
        if self._ledger.quantity(instrument.con_id):
            self._ledger.mark(instrument.con_id, self._pulse.want(instrument, _HELD, self._config.held_seconds))
        else:
            self._pulse.drop(instrument.con_id, _HELD)
        for callback in self.after_booking:
            callback(instrument)

    def _end(self, order: Order, status: Status, text: str) -> None:
        order.stage = Stage.DONE
        order.status = status
        order.done_at = self._clock.now()
        order.done_text = text
        self._registry.finish(order)
        con_id = order.instrument.con_id
        working = self._working.get(con_id)
        if working and working.pop(order.perm_id, None) and not working:
            del self._working[con_id]
            self._liquidity.pop(con_id, None)
            self._pulse.drop(con_id, _ORDERS)

    def _tell_end(self, order: Order) -> None:
        for callback in self.after_end:
            callback(order)


def _is_live(order: Order) -> bool:
    return order.triggered or not order.ticket.is_stop


def _reaches(order: Order, price: Decimal) -> bool:
    limit = order.ticket.limit
    if not order.ticket.has_limit or limit is None:
        return True
    return price <= limit if order.ticket.is_buy else price >= limit
