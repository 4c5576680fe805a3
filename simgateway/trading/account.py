"""The account: cash, positions, profit and loss, in USD and to the cent."""

from copy import copy
from decimal import Decimal
from typing import Final

from simgateway.market.base import Instrument, Quote
from simgateway.trading import regt
from simgateway.trading.commission import Tariff
from simgateway.trading.holding import Day, Holding, mark_of, to_cents

_ZERO: Final = Decimal(0)


class Ledger:
    """Books fills and settlements; `realized` and `fees` since the start, the day's own beside them.

    Everything is in whole cents, so that at every step cash and the positions' values are the net liquidation, and
    what that has gained since the start is the realised and the unrealised profit together. What is transferred leaves
    at its mark: it is neither.
    """

    def __init__(
        self,
        start_cash: Decimal,
        *,
        cash_account: bool,
        tariff: Tariff | None = None,
        writes_options: bool = False,
    ) -> None:
        self.cash = to_cents(start_cash)
        self.cash_account = cash_account
        self.writes_options = writes_options
        self.tariff = tariff or Tariff()
        self.fees = _ZERO
        self.realized = _ZERO
        self.day_realized = _ZERO
        self.unsettled = _ZERO
        self.start_net_liquidation = self.cash
        self.previous_equity = self.cash
        self.holdings: dict[int, Holding] = {}
        self.days: dict[int, Day] = {}

    @property
    def market_value(self) -> Decimal:
        """Return the value of all positions at their marks, short ones negative."""
        return sum((holding.value for holding in self.holdings.values()), _ZERO)

    @property
    def gross_value(self) -> Decimal:
        """Return the value of all positions at their marks, short ones counted as long ones are."""
        return sum((abs(holding.value) for holding in self.holdings.values()), _ZERO)

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
        """Return the equity that can carry a loan; in a cash account the settled cash.

        Bought options have no loan value, written ones are owed. Source: the TWS API's page on account values.
        """
        if self.cash_account:
            return self.settled_cash
        rows = self.holdings.values()
        return self.cash + sum(
            (row.value for row in rows if row.quantity < 0 or row.instrument.sec_type == "STK"), _ZERO
        )

    @property
    def available_funds(self) -> Decimal:
        """Return what can be spent on options now."""
        return self.equity_with_loan - self.initial_margin

    @property
    def excess_liquidity(self) -> Decimal:
        """Return what the account could lose before positions are liquidated."""
        return self.equity_with_loan - self.maintenance_margin

    @property
    def buying_power(self) -> Decimal:
        """Return the value of shares that could be bought now: twice the available funds where half is borrowed."""
        return self.available_funds if self.cash_account else to_cents(self.available_funds / regt.INITIAL)

    @property
    def initial_margin(self) -> Decimal:
        """Return what it takes to hold the positions when they are opened, nothing in a cash account."""
        return _ZERO if self.cash_account else regt.initial(self.holdings.values())

    @property
    def maintenance_margin(self) -> Decimal:
        """Return what it takes to go on holding the positions, nothing in a cash account."""
        return _ZERO if self.cash_account else regt.maintenance(self.holdings.values())

    @property
    def settled_cash(self) -> Decimal:
        """Return cash without the proceeds of today's sales."""
        return self.cash - self.unsettled

    @property
    def daily(self) -> Decimal:
        """Return the day's profit and loss."""
        return self.net_liquidation - self.start_net_liquidation

    def daily_of(self, con_id: int) -> Decimal | None:
        """Return one contract's part of the day's profit and loss, None when it was not held today."""
        day = self.days.get(con_id)
        holding = self.holdings.get(con_id)
        return None if day is None else (holding.value if holding else _ZERO) - day.start_value + day.flow

    def realized_of(self, con_id: int) -> Decimal | None:
        """Return what one contract realised today, None when nothing of it was closed."""
        return self.days[con_id].realized if con_id in self.days else None

    def quantity(self, con_id: int) -> int:
        """Return how much of a contract is held."""
        holding = self.holdings.get(con_id)
        return holding.quantity if holding else 0

    def mark(self, con_id: int, quote: Quote) -> None:
        """Value a position, if it is one, by a quote; an empty book, as after the close, leaves the mark as it is."""
        holding = self.holdings.get(con_id)
        if holding is not None and (quote.bid is not None or quote.ask is not None):
            holding.mark = mark_of(quote, is_share=holding.instrument.sec_type == "STK")

    def book(self, instrument: Instrument, signed: int, price: Decimal, commission: Decimal) -> Decimal | None:
        """Book a fill of `signed` contracts (negative sold); return the realised profit, None when it only opens.

        A fill that turns a position around closes with its share of proceeds and commission and opens with the rest.
        """
        gross = to_cents(price * abs(signed) * instrument.multiplier)
        cost = (gross if signed > 0 else -gross) + commission
        self.cash -= cost
        self.unsettled += gross if signed < 0 else _ZERO
        self.fees += commission
        day = self.days.setdefault(instrument.con_id, Day())
        day.flow -= cost
        held = self.quantity(instrument.con_id)
        closing = min(abs(held), abs(signed)) if held * signed < 0 else 0
        closing_cost = to_cents(cost * closing / abs(signed))
        realized = self._close(instrument, closing, closing_cost, day) if closing else None
        if closing < abs(signed):
            opening = abs(signed) - closing
            self._open(instrument, opening if signed > 0 else -opening, cost - closing_cost, price)
        return realized

    def lapse(self, con_id: int, count: int) -> Decimal:
        """Take `count` of a position out as worthless; return the realised profit."""
        instrument = self.holdings[con_id].instrument
        return self._close(instrument, count, _ZERO, self.days.setdefault(con_id, Day()))

    def transfer(self, con_id: int, count: int) -> None:
        """Take `count` of a position out, to another account: no cash moves, and the day neither gains nor loses."""
        before, day = self.market_value, self.days.setdefault(con_id, Day())
        self._release(con_id, count)
        gone = before - self.market_value
        self.start_net_liquidation -= gone
        day.flow += gone

    def new_day(self, *, settles: bool = True) -> None:
        """Begin a day: profits count from here; yesterday's sales are settled on a day of business."""
        if settles:
            self.unsettled = _ZERO
        self.day_realized = _ZERO
        self.start_net_liquidation = self.net_liquidation
        self.days = {con_id: Day(start_value=row.value) for con_id, row in self.holdings.items()}

    def imagine(self) -> "Ledger":
        """Return a copy in which something can be booked to see what it would do."""
        other = copy(self)
        other.holdings = {con_id: copy(row) for con_id, row in self.holdings.items()}
        other.days = {con_id: copy(row) for con_id, row in self.days.items()}
        return other

    def _open(self, instrument: Instrument, signed: int, cost: Decimal, price: Decimal) -> None:
        holding = self.holdings.setdefault(instrument.con_id, Holding(instrument, 0, _ZERO, price))
        holding.quantity += signed
        holding.cost += cost

    def _close(self, instrument: Instrument, count: int, cost: Decimal, day: Day) -> Decimal:
        """Take `count` off a position for `cost` (negative: proceeds); the last one takes the cost's odd cents."""
        realized = -cost - self._release(instrument.con_id, count)
        self.realized += realized
        self.day_realized += realized
        day.realized = (day.realized or _ZERO) + realized
        return realized

    def _release(self, con_id: int, count: int) -> Decimal:
        """Take `count` off a position; return what they had cost."""
        holding = self.holdings[con_id]
        released = to_cents(holding.cost * count / abs(holding.quantity))
        holding.quantity += -count if holding.quantity > 0 else count
        holding.cost -= released
        if not holding.quantity:
            del self.holdings[con_id]
        return released
