"""What becomes of options: expiry at the close of their last day, exercise and assignment.

An option at least a cent in the money is exercised, or assigned when it was written; the rest lapses (source: the
Options Clearing Corporation's exercise by exception, in IBKR's article "Expiration & Corporate Action Related
Liquidations"). There IBKR reserves the right to liquidate a position whose delivery the account could not carry: here
such a position is closed out as a whole at its intrinsic value, at the close, for the commission of an order. The
account cannot carry what would leave it with negative excess liquidity, a cash account neither what its settled cash
does not pay nor a put without shares that no open order offers. IBKR books deliveries overnight, this gateway at the
close.
"""

from datetime import date
from decimal import Decimal
from typing import Final

from simgateway.config import Exercise, GatewayConfig
from simgateway.data.pulse import Pulse
from simgateway.market.base import Instrument, Market
from simgateway.trading.account import Ledger
from simgateway.trading.deliveries import Deliveries
from simgateway.trading.holding import CENT

_ZERO: Final = Decimal(0)


class Settlement:
    """Ends the account's day: expiring options first, then the equity that tomorrow compares with."""

    def __init__(
        self, config: GatewayConfig, market: Market, ledger: Ledger, pulse: Pulse, deliveries: Deliveries
    ) -> None:
        self._config = config
        self._market = market
        self._ledger = ledger
        self._pulse = pulse
        self._deliveries = deliveries
        self._lapsing: dict[int, int] = {}

    def close_day(self, day: date) -> None:
        """Settle what expires with this New York day; call it when its session has closed and its orders are gone."""
        for option in [row.instrument for row in self._ledger.holdings.values() if row.instrument.expiry == day]:
            self._lapse(option)
            if self._ledger.quantity(option.con_id):
                self._expire(option, day)
        self._lapsing.clear()
        self._ledger.previous_equity = self._ledger.equity_with_loan

    def new_day(self, day: date) -> None:
        """Begin a New York day: sales settle on the next day of business, a month's commission tiers begin anew."""
        if day.day == 1:
            self._ledger.tariff.new_month()
        self._ledger.new_day(settles=self._market.session(day) is not None)

    def let_lapse(self, option: Instrument, quantity: int) -> None:
        """Have so many contracts expire worthless whatever they are worth, instead of any number asked before."""
        self._lapsing[option.con_id] = quantity

    def can_carry(self, option: Instrument, quantity: int, price: Decimal) -> bool:
        """Return whether the account can take what exercising brings, with the shares at `price`."""
        after = self._deliveries.imagine(option, quantity, price)
        if not self._ledger.cash_account:
            return after.excess_liquidity >= 0
        stock = self._deliveries.underlying(option).con_id
        return after.settled_cash >= 0 and after.quantity(stock) >= self._deliveries.offered(stock)

    def _lapse(self, option: Instrument) -> None:
        quantity = min(self._lapsing.get(option.con_id, 0), self._ledger.quantity(option.con_id))
        if quantity > 0:
            self._deliveries.lapse(option, quantity)

    def _expire(self, option: Instrument, day: date) -> None:
        quantity = self._ledger.quantity(option.con_id)
        price = self._closing_price(option, day)
        intrinsic = intrinsic_of(option, price)
        if intrinsic < CENT:
            self._deliveries.lapse(option, quantity)
        elif self._config.exercise is Exercise.CASH:
            self._deliveries.pay(option, quantity, intrinsic)
        elif quantity < 0 or self.can_carry(option, quantity, price):
            self._deliveries.exercise(option, quantity, price)
        else:
            self._deliveries.close_out(option, quantity, intrinsic)

    def _closing_price(self, option: Instrument, day: date) -> Decimal:
        """Return the close of the underlying's session, its last trade where the market has none, else its strike."""
        close = self._market.settle_price(option.symbol, day)
        if close is not None:
            return close
        quote = self._pulse.quote(self._deliveries.underlying(option))
        return quote.last or quote.close or option.strike or _ZERO


def intrinsic_of(option: Instrument, price: Decimal) -> Decimal:
    """Return what an option is worth when exercised with its underlying at `price`, in USD a share; 0 at least."""
    strike = option.strike or _ZERO
    return max(_ZERO, price - strike if option.right == "C" else strike - price)
