"""Orders that somebody places in TWS itself, beside the API.

Such an order belongs to client 0. Its order id is 0 until client 0 binds it (reqAutoOpenOrders), which gives it a
negative one, as TWS does with its setting "Use negative numbers to bind automatic orders" on. Source: the TWS API's
page "Retrieving currently active orders".
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from simgateway.market.base import Instrument
from simgateway.protocol.requests import ContractQuery
from simgateway.protocol.text import day_text
from simgateway.protocol.tickets import OrderTicket
from simgateway.session import Session
from simgateway.trading.orders import Order
from simgateway.trading.registry import Registry
from simgateway.trading.reporter import Reporter

HAND_CLIENT: Final = 0


class HandOrderError(Exception):
    """An order by hand was refused: the text is what TWS would show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOrder:
    """What is typed into TWS: `trigger` is a stop's price or a trailing stop's amount; prices in USD."""

    con_id: int
    action: str
    quantity: int
    order_type: str = "MKT"
    limit: Decimal | None = None
    trigger: Decimal | None = None
    tif: str = "DAY"
    outside_rth: bool = False


def ticket_of(hand: HandOrder, instrument: Instrument, account: str) -> OrderTicket:
    """Return the ticket of an order by hand: order id 0."""
    return OrderTicket(
        order_id=0,
        contract=_query(instrument),
        action=hand.action.upper(),
        quantity=hand.quantity,
        order_type=hand.order_type.upper(),
        limit=hand.limit,
        trigger=hand.trigger,
        tif=hand.tif.upper(),
        oca_group="",
        oca_type=0,
        account=account,
        order_ref="",
        transmit=True,
        parent_id=0,
        trigger_method=0,
        outside_rth=hand.outside_rth,
        what_if=False,
    )


def _query(instrument: Instrument) -> ContractQuery:
    return ContractQuery(
        con_id=instrument.con_id,
        symbol=instrument.symbol,
        sec_type=instrument.sec_type,
        expiry=day_text(instrument.expiry),
        strike=instrument.strike,
        right=instrument.right,
        multiplier=str(instrument.multiplier),
        exchange=instrument.exchange,
        primary_exchange=instrument.primary_exchange,
        currency=instrument.currency,
        local_symbol=instrument.local_symbol,
        trading_class=instrument.trading_class,
    )


class Binder:
    """Binds orders by hand to client 0 as long as its connection has asked for it."""

    def __init__(self, registry: Registry, reporter: Reporter) -> None:
        self._registry = registry
        self._reporter = reporter
        self._asked_by: Session | None = None
        self._next_id = -1

    def ask(self, session: Session, *, wanted: bool) -> None:
        """Begin or stop to bind; what is open is bound at once."""
        self._asked_by = session if wanted else None
        if wanted:
            for order in self._registry.open():
                self._bind(order)

    def note(self, order: Order) -> None:
        """Take a new order by hand."""
        if self._asked_by is not None and self._asked_by.is_open:
            self._bind(order)

    def _bind(self, order: Order) -> None:
        if order.by_hand and not order.order_id:
            self._registry.bind(order, self._next_id)
            self._next_id -= 1
            self._reporter.opened(order)
