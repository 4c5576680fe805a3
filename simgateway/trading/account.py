"""The account: cash, positions, profit and loss, in USD and to the cent."""

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


def commission_after(instrument: Instrument, filled: int) -> Decimal:
    """Return the commission of an order that has filled so much: 0.65 a contract or 0.005 a share, at least 1.00."""
    rate = Decimal("0.65") if instrument.sec_type == "OPT" else Decimal("0.005")
    return max(Decimal("1.00"), to_cents(rate * filled))


@dataclass(slots=True)
class Holding:
    """A position: `quantity` is negative when short, `cost` what was paid for all of it, commissions included."""

    instrument: Instrument
    quantity: int
    cost: Decimal
    mark: Decimal
    realized: Decimal = _ZERO

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


class Ledger:
    """Books fills and settlements; `realized` and `fees` since the start, the day's own beside them."""

    def __init__(self, start_cash: Decimal, *, cash_account: bool) -> None:
        self.cash = to_cents(start_cash)
        self.cash_account = cash_account
        self.fees = _ZERO
        self.realized = _ZERO
        self.day_realized = _ZERO
        self.unsettled = _ZERO
        self.start_net_liquidation = self.cash
        self.previous_equity = self.cash
        self.holdings: dict[int, Holding] = {}

    @property
    def market_value(self) -> Decimal:
        """Return the value of all positions at their marks."""
        return sum((holding.value for holding in self.holdings.values()), _ZERO)

    @property
    def stock_value(self) -> Decimal:
        """Return the value of the stocks alone."""
        return sum((row.value for row in self.holdings.values() if row.instrument.sec_type == "STK"), _ZERO)

    @property
    def unrealized(self) -> Decimal:
        """Return the open positions' profit."""
        return sum((holding.unrealized for holding in self.holdings.values()), _ZERO)

    @property
    def net_liquidation(self) -> Decimal:
        """Return cash and all positions at their marks."""
        return self.cash + self.market_value

    @property
    def equity_with_loan(self) -> Decimal:
        """Return the equity that can carry a loan: bought options have none."""
        return self.cash if self.cash_account else self.cash + self.stock_value

    @property
    def available_funds(self) -> Decimal:
        """Return what can be spent on options now."""
        return self.settled_cash if self.cash_account else self.equity_with_loan - self.initial_margin

    @property
    def initial_margin(self) -> Decimal:
        """Return what stocks bind: half of their value, nothing in a cash account."""
        return _ZERO if self.cash_account else to_cents(abs(self.stock_value) / 2)

    @property
    def settled_cash(self) -> Decimal:
        """Return cash without the proceeds of today's sales."""
        return self.cash - self.unsettled

    @property
    def daily(self) -> Decimal:
        """Return the day's profit and loss."""
        return self.net_liquidation - self.start_net_liquidation

    def quantity(self, con_id: int) -> int:
        """Return how much of a contract is held."""
        holding = self.holdings.get(con_id)
        return holding.quantity if holding else 0

    def mark(self, con_id: int, quote: Quote) -> None:
        """Value a position, if it is one, by a quote; an empty book, as after the close, leaves the mark as it is."""
        holding = self.holdings.get(con_id)
        if holding is not None and (quote.bid is not None or quote.ask is not None):
            holding.mark = mark_of(quote)

    def book(self, instrument: Instrument, signed: int, price: Decimal, commission: Decimal) -> Decimal | None:
        """Book a fill of `signed` contracts (negative sold); return the realised profit, None when it only opens."""
        held = self.quantity(instrument.con_id)
        gross = to_cents(price * abs(signed) * instrument.multiplier)
        self.cash += (gross if signed < 0 else -gross) - commission
        self.unsettled += gross if signed < 0 else _ZERO
        self.fees += commission
        if held * signed >= 0:
            self._open(instrument, signed, gross + commission if signed > 0 else commission - gross, price)
            return None
        closing = max(-abs(held), min(abs(held), signed))
        realized = self._close(instrument, closing, to_cents(gross * abs(closing) / abs(signed)), commission)
        if signed != closing:
            rest = gross - to_cents(gross * abs(closing) / abs(signed))
            self._open(instrument, signed - closing, rest if signed > 0 else -rest, price)
        return realized

    def settle(self, con_id: int, value: Decimal) -> Decimal:
        """Turn an expired position into `value` of cash; return the realised profit."""
        holding = self.holdings.pop(con_id)
        value = to_cents(value)
        self.cash += value
        return self._realize(value - holding.cost)

    def new_day(self) -> None:
        """Begin a day: yesterday's sales are settled, profits count from here."""
        self.unsettled = _ZERO
        self.day_realized = _ZERO
        self.start_net_liquidation = self.net_liquidation
        for holding in self.holdings.values():
            holding.realized = _ZERO

    def _open(self, instrument: Instrument, signed: int, cost: Decimal, price: Decimal) -> None:
        holding = self.holdings.setdefault(instrument.con_id, Holding(instrument, 0, _ZERO, price))
        holding.quantity += signed
        holding.cost += cost

    def _close(self, instrument: Instrument, signed: int, gross: Decimal, commission: Decimal) -> Decimal:
        holding = self.holdings[instrument.con_id]
        released = holding.cost
        if abs(signed) < abs(holding.quantity):
            released = to_cents(holding.cost * abs(signed) / abs(holding.quantity))
        holding.quantity += signed
        holding.cost -= released
        proceeds = gross if signed < 0 else -gross
        realized = self._realize(proceeds - released - commission)
        holding.realized += realized
        if not holding.quantity:
            del self.holdings[instrument.con_id]
        return realized

    def _realize(self, amount: Decimal) -> Decimal:
        self.realized += amount
        self.day_realized += amount
        return amount
