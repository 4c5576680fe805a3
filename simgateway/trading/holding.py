"""One position and its day, in USD and to the cent."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from simgateway.market.base import Instrument, Quote

CENT: Final = Decimal("0.01")
_ZERO: Final = Decimal(0)


def to_cents(value: Decimal) -> Decimal:
    """Return money rounded half even to whole cents."""
    return value.quantize(CENT)


def mark_of(quote: Quote) -> Decimal:
    """Return what a contract counts for: the middle, the bid where nobody offers, 0 where nobody bids."""
    if quote.bid is None:
        return _ZERO
    return quote.bid if quote.ask is None else (quote.bid + quote.ask) / 2


@dataclass(slots=True)
class Holding:
    """A position: `quantity` is negative when short, `cost` what was paid for all of it, commissions included."""

    instrument: Instrument
    quantity: int
    cost: Decimal
    mark: Decimal

    @property
    def value(self) -> Decimal:
        """Return the market value."""
        return to_cents(self.mark * self.quantity * self.instrument.multiplier)

    @property
    def unrealized(self) -> Decimal:
        """Return the profit if it were closed at the mark."""
        return self.value - self.cost

    @property
    def average_cost(self) -> Decimal:
        """Return the cost of one contract or share, multiplier and commission included, as IB gives it."""
        return (self.cost / self.quantity).quantize(Decimal("0.0000001")) if self.quantity else _ZERO


@dataclass(slots=True)
class Day:
    """What a contract did to the account today: its value when the day began, cash it brought, profit it realised."""

    start_value: Decimal = _ZERO
    flow: Decimal = _ZERO
    realized: Decimal | None = None
    """None until something is closed."""
