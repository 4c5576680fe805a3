"""What an order would do to the account's margin and funds."""

from decimal import Decimal
from typing import Final

from simgateway.market.base import Instrument, Quote
from simgateway.trading.account import Ledger
from simgateway.trading.orders import Order

_ZERO: Final = Decimal(0)


def likely_price(order: Order, quote: Quote) -> Decimal:
    """Return the price to reckon an order with: its limit, its trigger, or the far side of the quote; 0 without any."""
    ticket = order.ticket
    price = order.limit if ticket.has_limit else order.stop if ticket.is_stop else None
    far_side = quote.ask if ticket.is_buy else quote.bid
    return price or far_side or quote.last or _ZERO


def funds_needed(order: Order, quote: Quote, ledger: Ledger) -> Decimal:
    """Return what the rest of an order takes of the available funds, commission included; 0 when it only closes.

    A bought option takes its price, shares in a margin account the initial margin, in a cash account their price.
    `quote` is that of the order's own contract.
    """
    signed = order.remaining if order.ticket.is_buy else -order.remaining
    held = ledger.quantity(order.instrument.con_id)
    if held * signed < 0 and abs(signed) <= abs(held):
        return _ZERO
    after, _ = _after(order, quote, ledger)
    return max(_ZERO, ledger.available_funds - after.available_funds)


def may_short(instrument: Instrument, ledger: Ledger) -> bool:
    """Return whether more can be sold than is held: never in a cash account, options only where they may be written.

    What it takes to hold written options is not reckoned.
    """
    return (instrument.sec_type == "STK" or ledger.writes_options) and not ledger.cash_account


def what_if(order: Order, quote: Quote, ledger: Ledger) -> None:
    """Give an order the margins and the commission it would have if it filled now, for the answer to a what-if."""
    after, commission = _after(order, quote, ledger)
    before = _margins(ledger)
    then = _margins(after)
    order.margins = (*before, *(new - old for new, old in zip(then, before, strict=True)), *then)
    order.commission = commission


def _margins(ledger: Ledger) -> tuple[Decimal, Decimal, Decimal]:
    return (ledger.initial_margin, ledger.maintenance_margin, ledger.equity_with_loan)


def _after(order: Order, quote: Quote, ledger: Ledger) -> tuple[Ledger, Decimal]:
    """Return the account as it would be when the rest of an order had filled, and the commission of that."""
    price = likely_price(order, quote)
    commission = ledger.tariff.estimate(order.instrument, order.remaining, price)
    after = ledger.imagine()
    signed = order.remaining if order.ticket.is_buy else -order.remaining
    if signed:
        after.book(order.instrument, signed, price, commission)
    return after, commission
