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
from simgateway.protocol.text import new_york_day, read_flag, read_int
from simgateway.protocol.tickets import OrderTicket, read_cancel, read_ticket
from simgateway.protocol.wire import Fields
from simgateway.session import Session
from simgateway.trading.account import Ledger
from simgateway.trading.arrivals import Arrivals, why_no_parent
from simgateway.trading.by_hand import HAND_CLIENT, Binder, HandOrder, HandOrderError, ticket_of
from simgateway.trading.exchange import Exchange
from simgateway.trading.families import Families
from simgateway.trading.margin import what_if
from simgateway.trading.order_messages import open_order
from simgateway.trading.orders import Order, Stage, Status
from simgateway.trading.refusals import Ask, Refusal, check_ticket
from simgateway.trading.registry import Registry
from simgateway.trading.reporter import Reporter

_READ_ONLY: Final = "Error validating request.-'bX' : cause - The API interface is currently in Read-Only mode."
_HOURS_IGNORED: Final = (
    'Order Event Warning: Attribute "Outside Regular Trading Hours" is ignored based on the order type and '
    "destination. PlaceOrder is now being processed."
)
_TIF_FROM_PRESET: Final = "Order TIF was set to DAY based on order preset."
_NOT_CLIENT_0: Final = "Only API connections with clientId set to 0 can set the auto bind TWS orders property."


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
        self._reporter = reporter
        self._lookup = Lookup(market)
        self._binder = Binder(registry, reporter)
        self._arrivals = Arrivals(
            pulse=pulse, registry=registry, ledger=ledger, exchange=exchange, families=families, reporter=reporter
        )
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
        self._place(session, ticket, instrument)

    def cancel(self, session: Session, fields: Fields) -> None:
        """Take a cancelOrder (4)."""
        order_id = read_cancel(fields, session.version).order_id
        order = self._registry.find(session.client_id, order_id)
        if self._config.read_only:
            self._error(session, order_id, Refusal(321, _READ_ONLY))
        elif order is None:
            text = f"OrderId {order_id} that needs to be cancelled is not found."
            self._error(session, order_id, Refusal(10147, text))
        elif not order.is_open:
            self._arrivals.too_late(order)
        else:
            self._cancel(order)

    def cancel_all(self, session: Session, fields: Fields) -> None:
        """Take a globalCancel (58): every client's orders, those placed by hand, held and travelling ones."""
        del fields
        if self._config.read_only:
            self._error(session, -1, Refusal(321, _READ_ONLY))
            return
        self._line.push(self._arrivals.cancel_all)

    def bind(self, session: Session, fields: Fields) -> None:
        """Take autoOpenOrders (15): client 0 asks for the orders placed by hand."""
        if session.client_id != HAND_CLIENT:
            self._error(session, -1, Refusal(327, _NOT_CLIENT_0))
            return
        self._binder.ask(session, wanted=read_flag(fields[2]))

    def place_by_hand(self, hand: HandOrder) -> int:
        """Place an order as somebody does in TWS itself; return its perm id; HandOrderError when it is refused.

        It travels and is worked as any other; call it on the gateway's loop.
        """
        instrument = self._market.by_con_id(hand.con_id)
        if instrument is None:
            raise HandOrderError(f"there is no contract {hand.con_id}")
        ticket = ticket_of(hand, instrument, self._config.account)
        refusal = check_ticket(self._ask(ticket, instrument))
        if refusal is not None:
            raise HandOrderError(f"{refusal.code} {refusal.text}")
        order = self._new_order(HAND_CLIENT, ticket, instrument)
        order.by_hand = True
        self._registry.add(order)
        self._binder.note(order)
        self._release(order)
        return order.perm_id

    def cancel_by_hand(self, perm_id: int) -> None:
        """Cancel anybody's open order as one can in TWS itself; HandOrderError when there is none."""
        order = self._registry.by_perm_id(perm_id)
        if order is None:
            raise HandOrderError(f"there is no open order with perm id {perm_id}")
        self._cancel(order)

    def close(self) -> None:
        """Stop: what travels never arrives."""
        self._line.close()

    def _place(self, session: Session, ticket: OrderTicket, instrument: Instrument) -> None:
        known = self._registry.find(session.client_id, ticket.order_id)
        is_used = ticket.order_id < self._registry.next_order_id(session.client_id)
        if not ticket.what_if:
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

    def _check(
        self, session: Session, ticket: OrderTicket, instrument: Instrument, known: Order | None
    ) -> Refusal | None:
        if known is not None and not known.is_open:
            is_filled = known.status is Status.FILLED
            return Refusal(104, "Cannot modify a filled order.") if is_filled else Refusal(103, "Duplicate order id")
        if known is not None and (refusal := _why_no_change(known, ticket, instrument)) is not None:
            return refusal
        if ticket.parent_id:
            child = known or self._new_order(session.client_id, ticket, instrument, perm_id=0)
            refusal = why_no_parent(child, ticket.parent_id, self._registry)
            if refusal is not None:
                return refusal
        return check_ticket(self._ask(ticket, instrument))

    def _ask(self, ticket: OrderTicket, instrument: Instrument) -> Ask:
        return Ask(
            ticket=ticket,
            instrument=instrument,
            market=self._market,
            account=self._config.account,
            now=self._clock.now(),
        )

    def _new_order(
        self, client_id: int, ticket: OrderTicket, instrument: Instrument, perm_id: int | None = None
    ) -> Order:
        number = self._registry.take_perm_id() if perm_id is None else perm_id
        return Order(
            ticket=ticket, instrument=instrument, client_id=client_id, perm_id=number, quantity=ticket.quantity
        )

    def _take(self, session: Session, ticket: OrderTicket, instrument: Instrument) -> None:
        order = self._new_order(session.client_id, ticket, instrument)
        self._registry.add(order)
        parent = self._registry.find(session.client_id, ticket.parent_id) if ticket.parent_id else None
        if parent is not None:
            self._registry.join(order, parent)
        self._note(order)
        if ticket.transmit:
            self._release(order)

    def _note(self, order: Order) -> None:
        """Send the notices that a new order gets although it is taken."""
        if order.ticket.outside_rth and not order.outside_hours:
            self._reporter.noted(order, 2109, _HOURS_IGNORED)
        if self._config.tif_preset_notice and "no_tif" in order.ticket.extras:
            self._reporter.noted(order, 10349, _TIF_FROM_PRESET)

    def _release(self, order: Order) -> None:
        """Send an order on, and with a child everything its family still holds."""
        family = self._registry.family(order) if order.is_child else [order]
        released = [row for row in family if row.is_open and row.stage is Stage.HELD]
        for row in released:
            row.stage = Stage.TRAVELLING
            row.ticket = replace(row.ticket, transmit=True)
            self._reporter.opened(row)
        self._line.push(lambda: self._arrivals.take(released))

    def _change(self, order: Order, ticket: OrderTicket) -> None:
        if order.stage is not Stage.HELD:
            self._line.push(lambda: self._arrivals.change(order, ticket))
            return
        parent = self._registry.find(order.client_id, ticket.parent_id) if ticket.parent_id else None
        if order.is_child and parent is None:
            self._registry.leave(order)
        elif not order.family and parent is not None:
            self._registry.join(order, parent)
        order.change(ticket)
        if ticket.transmit:
            self._release(order)

    def _cancel(self, order: Order) -> None:
        if order.stage is Stage.HELD:
            self._exchange.cancel(order, "")
        else:
            self._line.push(lambda: self._arrivals.cancel(order))

    def _answer_what_if(self, session: Session, ticket: OrderTicket, instrument: Instrument) -> None:
        order = self._new_order(session.client_id, ticket, instrument, perm_id=0)
        what_if(order, self._pulse.quote(instrument), self._ledger)
        session.send(open_order(order, session.version, self._config.account))

    def _error(self, session: Session, order_id: int, refusal: Refusal) -> None:
        session.send(responses.error(order_id, refusal.code, refusal.text, session.version))


def _why_no_change(known: Order, ticket: OrderTicket, instrument: Instrument) -> Refusal | None:
    if (known.instrument, known.ticket.action) != (instrument, ticket.action):
        return Refusal(105, "Order being modified does not match original order")
    if known.stage is not Stage.HELD and known.ticket.oca_group != ticket.oca_group:
        return Refusal(10326, "OCA group revision is not allowed")
    return None
