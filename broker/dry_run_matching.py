"""When and at what price a paper order fills. Pure: a quote in, a price or None out."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from domain.ids import OrderId
from domain.order_specs import OrderKind, OrderSpec
from domain.prices import as_price, is_on_grid
from domain.quotes import Quote
from domain.reports import BrokerStatus, Side

TRIGGER_TOUCHES: Final = 2  # As the broker's default for US options: two quotes in a row.
LIVE: Final = 1
REJECTED, OFF_GRID = 201, 110


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFees:
    """What a fill costs, in USD: so much a contract, but at least so much an order."""

    per_contract: Decimal = Decimal("0.65")
    order_minimum: Decimal = Decimal("1.00")

    def due(self, filled: int, charged: Decimal) -> Decimal:
        """Return what is still to charge when so many contracts of an order have filled."""
        return max(self.order_minimum, self.per_contract * filled) - charged


@dataclass(slots=True, kw_only=True)
class PaperOrder:
    """One order in memory; mutable, known to the ledger alone."""

    spec: OrderSpec
    order_id: OrderId
    placed_at: datetime
    status: BrokerStatus = BrokerStatus.PENDING_SUBMIT
    filled: int = 0
    notional: Decimal = Decimal(0)  # Sum of price times quantity.
    charged: Decimal = Decimal(0)
    touches: int = 0  # Quotes in a row at the trigger.
    triggered: bool = False

    @property
    def live(self) -> bool:
        """Return whether it can still fill, now or later."""
        return self.status in {BrokerStatus.PENDING_SUBMIT, BrokerStatus.PRE_SUBMITTED, BrokerStatus.SUBMITTED}

    @property
    def released(self) -> bool:
        """Return whether it was transmitted."""
        return self.status is not BrokerStatus.PENDING_SUBMIT

    @property
    def average_price(self) -> Decimal | None:
        """Return what it filled at on average, USD per share."""
        return self.notional / self.filled if self.filled else None


def opposite_price(side: Side, quote: Quote) -> Decimal | None:
    """Return what a taker of this side trades at: the ask to buy, the bid to sell; None for no or a crossed market."""
    if quote.bid is not None and quote.ask is not None and quote.bid > quote.ask:
        return None
    return as_price(quote.ask if side is Side.BUY else quote.bid)


def fill_price(order: PaperOrder, quote: Quote) -> Decimal | None:
    """Return the price at which the quote fills the order, None while it does not."""
    price, limit = opposite_price(order.spec.side, quote), order.spec.limit
    if price is None or (order.spec.kind is OrderKind.STOP_LIMIT and not order.triggered):
        return None
    if order.spec.kind is OrderKind.MARKET:
        return price
    assert limit is not None, "checked when it was placed"
    within = price <= limit if order.spec.side is Side.BUY else price >= limit
    return price if within else None


def touched(order: PaperOrder, quote: Quote) -> None:
    """Count a quote that is new towards the order's trigger."""
    trigger = order.spec.trigger
    if order.spec.kind is not OrderKind.STOP_LIMIT or order.triggered or trigger is None:
        return
    price = as_price(quote.bid if order.spec.side is Side.SELL else quote.ask)
    at_trigger = price is not None and (price <= trigger if order.spec.side is Side.SELL else price >= trigger)
    order.touches = order.touches + 1 if at_trigger else 0
    order.triggered = order.touches >= TRIGGER_TOUCHES


def spec_problem(spec: OrderSpec) -> tuple[int, str] | None:
    """Return why no exchange would take the order, with the broker's code for it."""
    needed = {OrderKind.MARKET: (), OrderKind.LIMIT: (spec.limit,), OrderKind.STOP_LIMIT: (spec.limit, spec.trigger)}
    prices = [as_price(price) for price in needed[spec.kind]]
    if spec.quantity <= 0 or None in prices:
        return REJECTED, "the quantity or a price is missing or is none"
    if not all(is_on_grid(price, spec.contract.grid) for price in prices if price is not None):
        return OFF_GRID, "a price is off the contract's grid"
    return None
