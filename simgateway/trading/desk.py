"""The order desk: takes orders, changes and cancels from clients and sends them to the exchange."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Final

from simgateway.config import GatewayConfig
from simgateway.data.lookup import Lookup, UnknownContractError
from simgateway.data.pulse import Pulse
from simgateway.delay import DelayLine
from simgateway.market.base import Instrument, Market
from simgateway.market.clock import GatewayClock
from simgateway.protocol import responses
from simgateway.protocol.text import new_york_day, read_int
from simgateway.protocol.tickets import OrderTicket, read_ticket
from simgateway.protocol.wire import Fields
from simgateway.session import Session
from simgateway.trading.account import Ledger
from simgateway.trading.exchange import Exchange
from simgateway.trading.families import Families
from simgateway.trading.margin import what_if
from simgateway.trading.order_messages import open_order
from simgateway.trading.orders import Order, Stage, Status
from simgateway.trading.registry import Registry
from simgateway.trading.reporter import Reporter
from simgateway.trading.rules import Refusal, check_market, check_short, check_ticket

_READ_ONLY: Final = "Error validating request.-'bX' : cause - The API interface is currently in Read-Only mode."


class Desk:
    """Checks at once what the gateway can check; what the exchange decides comes after a drawn travelling time.

    Actions travel in one line in the order they came, so that a cancel can meet a fill but never overtakes its order.
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
        exchange: Exchange,
        families: Families,
        reporter: Reporter,
    ) -> None:
        self._config = config
        self._market = market
        self._clock = clock
        self._pulse = pulse
        self._registry = registry
        self._ledger = ledger
        self._exchange = exchange
        self._families = families
        self._reporter = reporter
        self._lookup = Lookup(market)
        draw = Random(f"{config.seed}:travel")
        self._line: DelayLine[Callable[[], None]] = DelayLine(clock, draw, config.delay_ms, lambda action: action())

    def place(self, session: Session, fields: Fields) -> None:
        """Take a placeOrder (3): a new order, or a change of one that is known by its id."""
        try:
            ticket = read_ticket(fields, session.version)
        except (ValueError, IndexError, ArithmeticError) as error:
            self._error(session, read_int(fields[1]), Refusal(320, f"Error reading request. {error}"))
            return
        if self._config.read_only:
            self._error(session, ticket.order_id, Refusal(321, _READ_ONLY))
            return
        try:
            instrument = self._lookup.one(ticket.contract, new_york_day(self._clock.now()))
        except UnknownContractError as error:
            self._error(session, ticket.order_id, Refusal(200, str(error)))
            return
        known = self._registry.find(session.client_id, ticket.order_id)
        is_used = ticket.order_id < self._registry.next_order_id(session.client_id)
        self._registry.note_id(session.client_id, ticket.order_id)
        refusal = self._check(session, ticket, instrument, known)
        if refusal is None and known is None and is_used and not ticket.what_if:
            refusal = Refusal(103, "Duplicate order id")
        if refusal is not None:
            self._error(session, ticket.order_id, refusal)
        elif ticket.what_if:
            self._answer_what_if(session, ticket, instrument)
        elif known is not None:
            self._change(known, ticket)
        else:
            self._take(session, ticket, instrument)

    def cancel(self, session: Session, fields: Fields) -> None:
        """Take a cancelOrder (4)."""
        order_id = read_int(fields[2])
        order = self._registry.find(session.client_id, order_id)
        if order is None:
            text = f"OrderId {order_id} that needs to be cancelled is not found."
            self._error(session, order_id, Refusal(10147, text))
        elif not order.is_open:
            self._too_late(order)
        elif order.stage is Stage.HELD:
            self._exchange.cancel(order, "")
        else:
            self._line.push(lambda: self._arrive_cancel(order))

    def cancel_all(self, session: Session, fields: Fields) -> None:
        """Take a globalCancel (58): every client's orders."""
        del session, fields
        self._line.push(self._arrive_cancel_all)

    def close(self) -> None:
        """Stop: what travels never arrives."""
        self._line.close()

    def _check(
        self, session: Session, ticket: OrderTicket, instrument: Instrument, known: Order | None
    ) -> Refusal | None:
        if known is not None and not known.is_open:
            is_filled = known.status is Status.FILLED
            return Refusal(104, "Cannot modify a filled order.") if is_filled else Refusal(103, "Duplicate order id")
        if known is not None and (known.instrument, known.ticket.action) != (instrument, ticket.action):
            return Refusal(105, "Order being modified does not match original order")
        if ticket.parent_id:
            parent = self._registry.find(session.client_id, ticket.parent_id)
            if parent is None or not parent.is_open:
                return Refusal(135, f"Can't find order with id = {ticket.parent_id}")
        return check_ticket(ticket, instrument, self._market.rule(instrument.market_rule_id))

    def _take(self, session: Session, ticket: OrderTicket, instrument: Instrument) -> None:
        parent = self._registry.find(session.client_id, ticket.parent_id) if ticket.parent_id else None
        if parent is not None:
            self._registry.lead(parent)
        order = Order(
            ticket=ticket,
            instrument=instrument,
            client_id=session.client_id,
            perm_id=self._registry.take_perm_id(),
            quantity=ticket.quantity,
            family=parent.family if parent else 0,
        )
        self._registry.add(order)
        if ticket.transmit:
            self._release(order)

    def _release(self, order: Order) -> None:
        """Send an order on, and with a child everything its family still holds."""
        family = self._registry.family(order) if order.is_child else [order]
        released = [row for row in family if row.is_open and row.stage is Stage.HELD]
        for row in released:
            row.stage = Stage.TRAVELLING
            row.ticket = replace(row.ticket, transmit=True)
            self._reporter.opened(row)
        self._line.push(lambda: self._arrive(released))

    def _arrive(self, orders: list[Order]) -> None:
        for order in orders:
            if order.stage is not Stage.TRAVELLING:
                continue
            if order.is_child:
                self._families.arrive(order)
                continue
            quote = self._pulse.quote(order.instrument)
            refusal = check_market(order, self._registry, self._ledger, quote)
            if refusal is not None:
                self._exchange.reject(order, refusal.code, refusal.text)
            else:
                self._exchange.activate(order)

    def _change(self, order: Order, ticket: OrderTicket) -> None:
        if order.stage is Stage.HELD:
            order.change(ticket)
            if ticket.transmit:
                self._release(order)
            return
        self._line.push(lambda: self._arrive_change(order, ticket))

    def _arrive_change(self, order: Order, ticket: OrderTicket) -> None:
        if not order.is_open:
            is_filled = order.status is Status.FILLED
            text = "Cannot modify a filled order." if is_filled else f"Can't find order with id = {order.order_id}"
            self._reporter.noted(order, 104 if is_filled else 135, text)
            return
        grows = ticket.quantity - order.filled > order.remaining and order.stage is Stage.WORKING
        refusal = check_short(order, ticket.quantity - order.filled, self._registry, self._ledger) if grows else None
        if refusal is not None:
            self._reporter.noted(order, refusal.code, refusal.text)
            return
        order.change(ticket)
        self._exchange.amend(order)

    def _arrive_cancel(self, order: Order) -> None:
        if order.is_open:
            self._exchange.cancel(order, "")
        else:
            self._too_late(order)

    def _arrive_cancel_all(self) -> None:
        for order in self._registry.open():
            self._exchange.cancel(order, "")

    def _too_late(self, order: Order) -> None:
        text = f"OrderId {order.order_id} that needs to be cancelled cannot be cancelled, state: {order.status.value}."
        self._reporter.noted(order, 10148, text)

    def _answer_what_if(self, session: Session, ticket: OrderTicket, instrument: Instrument) -> None:
        order = Order(
            ticket=ticket, instrument=instrument, client_id=session.client_id, perm_id=0, quantity=ticket.quantity
        )
        what_if(order, self._pulse.quote(instrument), self._ledger)
        session.send(open_order(order, session.version, self._config.account))

    def _error(self, session: Session, order_id: int, refusal: Refusal) -> None:
        session.send(responses.error(order_id, refusal.code, refusal.text, session.version))
