"""The exchange: which orders are worked and when; `matching` says what fills, `fills` books it."""

from collections.abc import Callable
from datetime import date
from typing import Final

from simgateway.config import GatewayConfig
from simgateway.data.pulse import Pulse
from simgateway.market.base import Instrument, Market, Quote
from simgateway.market.clock import GatewayClock
from simgateway.trading.account import Ledger
from simgateway.trading.fills import Fills
from simgateway.trading.hours import Hours
from simgateway.trading.lifetimes import Lifetimes
from simgateway.trading.matching import Match, Matcher, priority
from simgateway.trading.orders import Order, Stage, Status
from simgateway.trading.registry import Registry
from simgateway.trading.reporter import Reporter
from simgateway.trading.trailing import follow
from simgateway.trading.triggers import hits_needed, is_hit

_ORDERS: Final = "orders"
_HELD: Final = "held"
_FOR_A_DAY: Final = frozenset({"DAY", "IOC", "FOK"})


class Exchange:
    """Works orders in their hours; who fills or goes is told to `after_fill` and `after_end`.

    While a contract is halted nothing of it fills or is triggered.
    """

    def __init__(
        self,
        *,
        config: GatewayConfig,
        market: Market,
        clock: GatewayClock,
        pulse: Pulse,
        registry: Registry,
        ledger: Ledger,
        reporter: Reporter,
    ) -> None:
        self._config = config
        self._market = market
        self._clock = clock
        self._hours = Hours(market, clock)
        self.is_over = self._hours.is_over
        self._pulse = pulse
        self._registry = registry
        self._ledger = ledger
        self._reporter = reporter
        self._fills = Fills(config.seed, clock, registry, ledger)
        self._matcher = Matcher(config, clock, registry, self._refilled)
        self._lifetimes = Lifetimes(clock, market, lambda order: self._open([order]), self.expire)
        self._working: dict[int, dict[int, Order]] = {}
        self.after_fill: list[Callable[[Order, int], None]] = []
        self.after_end: list[Callable[[Order], None]] = []
        self.after_booking: list[Callable[[Instrument], None]] = []
        pulse.listeners.append(self.on_quote)

    def start(self) -> None:
        """Learn which hours it is."""
        self._hours.start()

    def activate(self, order: Order) -> None:
        """Begin to work an order: it fills at once as far as it can."""
        quote = self._watch(order)
        if not order.is_open:
            return
        order.stage = Stage.WORKING
        self._working.setdefault(order.instrument.con_id, {})[order.perm_id] = order
        self._lifetimes.begin(order)
        if self._hours.allow(order):
            self._begin(order, quote)
            return
        self._reporter.opened(order)
        if order.wakes_at is None and order.is_open:
            self._reporter.noted(order, 399, self._hours.closed_note(order))

    def hold(self, order: Order) -> None:
        """Let an order wait for its parent from now on, off the book; its good-till moment counts all the same."""
        self._drop(order)
        order.stage, order.status = Stage.WAITING, Status.PRE_SUBMITTED
        order.rests, order.ahead = False, None
        self._lifetimes.begin(order)

    def amend(self, order: Order) -> None:
        """Work an order on after its prices, size or life have changed."""
        self._lifetimes.begin(order)
        if order.remaining <= 0:
            self._end(order, Status.FILLED, f"Filled Size: {order.filled}")
            self._reporter.opened(order)
            self._tell_end(order)
        elif order.stage is Stage.WORKING and self._hours.allow(order):
            if not order.rests:
                self._to_the_back(order)
            self._begin(order, self._watch(order))
        else:
            self._reporter.opened(order)

    def rework(self, order: Order) -> None:
        """Work an order on that may fill more than before: its parent has brought in more."""
        if order.stage is Stage.WORKING and self._hours.allow(order):
            self._watch(order)
            self._match(order, is_look=False)

    def cancel(self, order: Order, reason: str) -> None:
        """Take an order out and report it cancelled."""
        if order.is_open:
            self._end(order, Status.CANCELLED, reason or "Cancelled")
            self._reporter.cancelled(order, reason)
            self._tell_end(order)

    def expire(self, order: Order) -> None:
        """Take out an order whose time is over."""
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
        order.shrink(by)
        self._reporter.opened(order)

    def open_session(self) -> None:
        """Begin the regular hours: what waited is worked now."""
        waited = [order for order in self._registry.open() if not self._hours.allow_longer(order)]
        self._hours.is_open = True
        self._open(waited)

    def open_extended(self, _: date) -> None:
        """Begin the longer hours."""
        self._hours.is_extended = True
        self._pulse.wake()
        self._open(self._registry.open())

    def close_session(self, day: date) -> None:
        """End the regular hours: day orders expire, and every order on an option that expires with the day."""
        self._hours.is_open = False
        for order in self._registry.open():
            if order.ticket.tif in _FOR_A_DAY and not self._hours.allow_longer(order):
                self.expire(order)
        self.close_options(day)

    def close_options(self, day: date) -> None:
        """End every order on an option that expires with the day."""
        for order in self._registry.open():
            if order.instrument.expiry == day:
                self.expire(order)

    def close_extended(self, _: date) -> None:
        """End the longer hours: day orders that worked in them expire."""
        self._hours.is_extended = False
        for order in self._registry.open():
            if order.ticket.tif in _FOR_A_DAY and order.outside_hours:
                self.expire(order)

    def on_quote(self, instrument: Instrument, quote: Quote) -> None:
        """Take a changed quote: its sizes are new, stops look at it, orders meet it."""
        self._ledger.mark(instrument.con_id, quote)
        if instrument.con_id in self._working:
            self._matcher.see(instrument, quote)
            self._look(instrument, quote)

    def close(self) -> None:
        """Stop the timers."""
        self._matcher.close()
        self._lifetimes.close()

    def _look(self, instrument: Instrument, quote: Quote) -> None:
        """Let a contract's orders see its quote, the better priced first, then the older."""
        if self._hours.is_halted(instrument):
            self._matcher.refill_later(instrument)  # The quote may not change when the halt ends.
            return
        for order in sorted(self._working.get(instrument.con_id, {}).values(), key=priority):
            if order.stage is Stage.WORKING and self._hours.allow(order):
                self._watch_trigger(order, quote)
                self._match(order, is_look=True)
        self._matcher.settle(instrument)

    def _refilled(self, instrument: Instrument) -> None:
        for order in tuple(self._working.get(instrument.con_id, {}).values())[:1]:
            self._look(instrument, self._watch(order))

    def _open(self, orders: list[Order]) -> None:
        """Begin with orders that waited for their moment: the opening gives each the quote, not its own limit."""
        for order in orders:
            if order.stage is Stage.WORKING and self._hours.allow(order):
                order.rests, order.ahead = False, None
                self._begin(order, self._watch(order))

    def _begin(self, order: Order, quote: Quote) -> None:
        """Report an order that is worked from now on, let it fill, and cancel what of it must not stay."""
        if not order.is_open:
            return
        follow(order, quote, self._market.rule(order.instrument.market_rule_id))
        order.status = Status.SUBMITTED if order.is_live else Status.PRE_SUBMITTED
        before = order.filled
        self._match(order, is_look=False)
        if order.filled == before and order.is_open:
            self._reporter.opened(order)
            self._drop_immediate(order)

    def _watch(self, order: Order) -> Quote:
        """Return the quote, whose changes are heard now; others that fill by a fresh one may take this order along."""
        quote = self._pulse.want(order.instrument, _ORDERS, self._config.tick_seconds)
        self._matcher.begin(order.instrument, quote)
        if not order.is_open:
            self._unwatch(order.instrument.con_id)
        return quote

    def _watch_trigger(self, order: Order, quote: Quote) -> None:
        if order.is_live:
            return
        order.trigger_hits = order.trigger_hits + 1 if is_hit(order, quote) else 0
        if order.trigger_hits >= hits_needed(order):
            order.triggered = True
            order.status = Status.SUBMITTED
            self._reporter.opened(order)
        else:
            follow(order, quote, self._market.rule(order.instrument.market_rule_id))

    def _match(self, order: Order, *, is_look: bool) -> None:
        """Let an order meet the quote; whatever becomes of it, an immediate one does not stay."""
        if not order.is_open or not order.is_live:
            return
        if self._hours.is_halted(order.instrument):
            self._matcher.refill_later(order.instrument)  # Nothing else may tell when the halt ends.
            return
        match = self._matcher.match(order, is_look=is_look)
        if match is not None:
            self._fill(order, match)
        if match is not None or is_look:
            self._drop_immediate(order)

    def _drop_immediate(self, order: Order) -> None:
        if order.is_immediate and order.is_live:
            self.cancel(order, "")

    def _fill(self, order: Order, match: Match) -> None:
        execution = self._fills.book(order, match)
        order.status = Status.SUBMITTED
        if order.remaining == 0:
            self._end(order, Status.FILLED, f"Filled Size: {order.filled}")
        self._reporter.filled(order, execution)
        self._follow(order.instrument)
        for callback in self.after_fill:
            callback(order, match.shares)

    def _follow(self, instrument: Instrument) -> None:
        """Keep a position's mark up to date, and tell who shows positions."""
        if self._ledger.quantity(instrument.con_id):
            self._ledger.mark(instrument.con_id, self._pulse.want(instrument, _HELD, self._config.held_seconds))
        else:
            self._pulse.drop(instrument.con_id, _HELD)
        for callback in self.after_booking:
            callback(instrument)

    def _to_the_back(self, order: Order) -> None:
        working = self._working[order.instrument.con_id]
        working[order.perm_id] = working.pop(order.perm_id)

    def _end(self, order: Order, status: Status, text: str) -> None:
        order.stage = Stage.DONE
        order.status = status
        order.done_at = self._clock.now()
        order.done_text = text
        self._registry.finish(order)
        self._lifetimes.forget(order)
        self._drop(order)

    def _drop(self, order: Order) -> None:
        """Take an order off the book; a contract without orders is not watched for them."""
        con_id = order.instrument.con_id
        working = self._working.get(con_id)
        if working and working.pop(order.perm_id, None) and not working:
            del self._working[con_id]
            self._unwatch(con_id)

    def _unwatch(self, con_id: int) -> None:
        """Forget a contract's quote, unless an order of it is worked."""
        if con_id not in self._working:
            self._matcher.forget(con_id)
            self._pulse.drop(con_id, _ORDERS)

    def _tell_end(self, order: Order) -> None:
        for callback in self.after_end:
            callback(order)
