"""One position and its day, in USD and to the cent."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from simgateway.market.base import Instrument, Quote

CENT: Final = Decimal("0.01")
_ZERO: Final = Decimal(0)


def to_cents(value: Decimal) -> Decimal:
    """Return money rounded half even to whole cents; never a negative 0, which would read as -0.00 on the wire."""
    return value.quantize(CENT) + _ZERO


def mark_of(quote: Quote, *, is_share: bool = False) -> Decimal:
    """Return what a contract counts for: the middle, or else what is known from one side.

    An option nobody bids for is worth nothing, one nobody offers its bid. Shares without one side count for their last
    trade, as far as the other side lets them.
    """
    if quote.bid is not None and quote.ask is not None:
        return (quote.bid + quote.ask) / 2
    if not is_share:
        return quote.bid or _ZERO
    known = [price for price in (quote.last, quote.bid) if price is not None]
    if quote.ask is None:
        return max(known, default=_ZERO)
    return min([quote.ask, *known])


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
