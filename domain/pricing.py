"""Black-Scholes-Merton: price, greeks and implied volatility of a European option.

Formulas as in Hull, "Options, Futures, and Other Derivatives", chapters on the Black-Scholes-Merton model and the
greek letters, with a continuous dividend yield (Merton 1973). Listed US options are American: what is worked out here
is logged with a choice, never traded on. Floats throughout; rates and volatility per year as fractions, 0.2 is 20 %.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from math import erfc, exp, log, pi, sqrt
from typing import Final

from domain.contracts import Right

SECONDS_PER_YEAR: Final = 365 * 86_400
DAYS_PER_YEAR: Final = 365
VOLATILITY_MAX: Final = 20.0  # 2,000 % a year: a premium that needs more is not explained by volatility.
BISECTIONS: Final = 60  # Halves the range to 2e-17 a year, finer than a float near 0.2.


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionTerms:
    """What a price is worked out from. Spot and strike in USD above 0, years to expiry at least 0."""

    right: Right
    spot: float
    strike: float
    years: float
    volatility: float = 0.0
    rate: float = 0.0
    dividend_yield: float = 0.0

    @property
    def sign(self) -> int:
        """Return 1 for a call, -1 for a put: the two differ by nothing else."""
        return 1 if self.right is Right.CALL else -1

    @property
    def spot_today(self) -> float:
        """Return the spot less the dividends until expiry, in USD of today."""
        return self.spot * exp(-self.dividend_yield * self.years)

    @property
    def strike_today(self) -> float:
        """Return the strike in USD of today."""
        return self.strike * exp(-self.rate * self.years)

    @property
    def deviation(self) -> float:
        """Return the standard deviation of the logarithm of the spot at expiry."""
        return self.volatility * sqrt(self.years)


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeks:
    """How the price of one share's option moves, in USD."""

    delta: float  # Per dollar of spot.
    gamma: float  # Delta per dollar of spot.
    theta_per_day: float  # Per calendar day that passes.
    vega_per_point: float  # Per percentage point of volatility.
    rho_per_point: float  # Per percentage point of interest.


def years_between(now: datetime, expires_at: datetime) -> float:
    """Return the years of 365 days from now to the moment of expiry, both aware; 0 once it has passed."""
    return max(0.0, (expires_at - now).total_seconds() / SECONDS_PER_YEAR)


def option_price(terms: OptionTerms) -> float:
    """Return the premium per share in USD; without time or volatility the discounted intrinsic value."""
    if terms.deviation == 0:
        return max(0.0, terms.sign * (terms.spot_today - terms.strike_today))
    d1, d2 = _d1_d2(terms)
    sign = terms.sign
    value = sign * (terms.spot_today * _below(sign * d1) - terms.strike_today * _below(sign * d2))
    return max(0.0, value)  # The difference of two nearly equal numbers may fall a hair below 0.


def greeks(terms: OptionTerms) -> Greeks:
    """Return the sensitivities; without time or volatility delta is a step and the others are 0."""
    sign = terms.sign
    if terms.deviation == 0:
        inside = sign * (terms.spot_today - terms.strike_today) > 0
        return Greeks(delta=float(sign * inside), gamma=0.0, theta_per_day=0.0, vega_per_point=0.0, rho_per_point=0.0)
    d1, d2 = _d1_d2(terms)
    carry = exp(-terms.dividend_yield * terms.years)
    decay = terms.spot_today * _density(d1) * terms.volatility / (2 * sqrt(terms.years))
    interest = terms.rate * terms.strike_today * _below(sign * d2)
    dividends = terms.dividend_yield * terms.spot_today * _below(sign * d1)
    return Greeks(
        delta=sign * carry * _below(sign * d1),
        gamma=carry * _density(d1) / (terms.spot * terms.deviation),
        theta_per_day=(-decay - sign * interest + sign * dividends) / DAYS_PER_YEAR,
        vega_per_point=_vega(terms) / 100,
        rho_per_point=sign * terms.strike_today * terms.years * _below(sign * d2) / 100,
    )


def implied_volatility(premium: float, terms: OptionTerms) -> float | None:
    """Return the volatility at which these terms (their own is ignored) cost this premium.

    None where none does: no time left, or a premium at or below the discounted intrinsic value, or above what 2,000 %
    explains. By bisection: the price rises with volatility, so it ends, at the same digits, for any input. Newton's
    steps would be fewer, but where vega is nearly 0 they leave the range and need the bisection all the same.
    """
    low, high = 0.0, VOLATILITY_MAX
    floor, ceiling = option_price(replace(terms, volatility=low)), option_price(replace(terms, volatility=high))
    if terms.years <= 0 or not floor < premium <= ceiling:
        return None
    # What does not depend on the volatility is worked out once: this is the dearest line of a cycle's log.
    spot, strike, root, sign = terms.spot_today, terms.strike_today, sqrt(terms.years), terms.sign
    moneyness = log(spot / strike)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        deviation = middle * root
        d1 = moneyness / deviation + deviation / 2
        if sign * (spot * _below(sign * d1) - strike * _below(sign * (d1 - deviation))) < premium:
            low = middle
        else:
            high = middle
    return high


def _d1_d2(terms: OptionTerms) -> tuple[float, float]:
    deviation = terms.deviation
    d1 = log(terms.spot_today / terms.strike_today) / deviation + deviation / 2
    return d1, d1 - deviation


def _vega(terms: OptionTerms) -> float:
    """Return USD per 1.0 of volatility."""
    return terms.spot_today * _density(_d1_d2(terms)[0]) * sqrt(terms.years)


def _below(x: float) -> float:
    """Return the standard normal distribution up to x; by erfc, which keeps its digits far out on the left."""
    return erfc(-x / sqrt(2)) / 2


def _density(x: float) -> float:
    return exp(-x * x / 2) / sqrt(2 * pi)
