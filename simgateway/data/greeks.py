"""What an option's price says: implied volatility and the derivatives at it, by Black-Scholes-Merton.

The rate is fixed and dividends are left out, so calls and puts of a paying share differ a little: IB's own model knows
both, and its figures are no more than a guide either.
"""

from datetime import datetime
from decimal import Decimal
from math import erf, exp, log, pi, sqrt
from typing import Final

from simgateway.market.base import Instrument, Market, Quote
from simgateway.market.bsm import SECONDS_PER_YEAR, Greeks, Option, greeks

RATE: Final = 0.04
_SHORTEST_YEARS: Final = 60 / SECONDS_PER_YEAR
_FIRST_GUESS: Final = 0.3
_LOWEST, _HIGHEST = 0.001, 10.0
_CLOSE_ENOUGH: Final = 1e-5
_STEPS_MOST: Final = 60
_FLAT: Final = 1e-12
_ROOT_TWO, _ROOT_TWO_PI = sqrt(2), sqrt(2 * pi)


def implied_volatility(option: Option, spot: float, years: float, price: float, guess: float = 0.0) -> float | None:
    """Return the volatility at which the model gives `price` (USD per share); None when there is none.

    Newton's method, kept inside a bracket that halves when a step leaves it: it always ends. The model's value and its
    slope are written out here, without dividends, because this runs for every price of every option.
    """
    discounted = option.strike * exp(-option.rate * years)
    forward, root, sign = log(spot / discounted), sqrt(years), option.sign
    if not max(0.0, sign * (spot - discounted)) < price < (spot if sign > 0 else discounted):
        return None
    low, high, at = _LOWEST, _HIGHEST, guess or _FIRST_GUESS
    for _ in range(_STEPS_MOST):
        deviation = at * root
        d1 = forward / deviation + deviation / 2
        worth = sign * (
            spot * (1 + erf(sign * d1 / _ROOT_TWO)) - discounted * (1 + erf(sign * (d1 - deviation) / _ROOT_TWO))
        )
        miss = worth / 2 - price
        if abs(miss) < _CLOSE_ENOUGH:
            return at
        low, high = (low, at) if miss > 0 else (at, high)
        slope = spot * root * exp(-d1 * d1 / 2) / _ROOT_TWO_PI
        step = miss / slope if slope > _FLAT else 0.0
        at = at - step if step and low < at - step < high else (low + high) / 2
    return at if high - low < _CLOSE_ENOUGH and low > _LOWEST else None


class GreeksDesk:
    """Computes for options of one market; remembers each option's newest volatility as the next one's guess."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._guesses: dict[int, float] = {}

    def spot(self, instrument: Instrument, now: datetime) -> Decimal | None:
        """Return the underlying's price: the middle of its book, or its last trade or close without one."""
        stock = self._market.stock(instrument.symbol)
        return mark_of(self._market.quote(stock, now)) if stock else None

    def of(
        self, instrument: Instrument, price: Decimal | None, spot: Decimal | None, now: datetime
    ) -> tuple[float, Greeks] | None:
        """Return implied volatility and derivatives at a price in USD; None when they cannot be computed."""
        if price is None or not spot or instrument.strike is None or instrument.expiry is None:
            return None
        option = Option(instrument.right, float(instrument.strike), RATE, 0.0)
        years = self.years(instrument, now)
        guess = self._guesses.get(instrument.con_id, 0.0)
        volatility = implied_volatility(option, float(spot), years, float(price), guess)
        if volatility is None:
            return None
        self._guesses[instrument.con_id] = volatility
        return volatility, greeks(option, float(spot), years, volatility)

    def years(self, instrument: Instrument, now: datetime) -> float:
        """Return the time to expiry in years, at least a minute."""
        assert instrument.expiry is not None, "only options have a time to expiry"
        left = (self._market.expiry_time(instrument.expiry) - now).total_seconds()
        return max(_SHORTEST_YEARS, left / SECONDS_PER_YEAR)


def mark_of(quote: Quote) -> Decimal | None:
    """Return the middle of a book; its last trade or its close when a side is missing."""
    if quote.bid is not None and quote.ask is not None:
        return (quote.bid + quote.ask) / 2
    return quote.last if quote.last is not None else quote.close
