"""Black-Scholes-Merton: value and first derivatives of a European option with a continuous dividend yield.

Source: Merton, "Theory of Rational Option Pricing", 1973; the notation is Hull's. Written for the simulated market
alone: the bot has its own, so that one error is not made twice.
"""

from dataclasses import dataclass
from math import erf, exp, log, pi, sqrt

SECONDS_PER_YEAR = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Greeks:
    """Value and derivatives per share: theta per day, vega per percentage point of volatility."""

    price: float
    delta: float
    gamma: float
    theta: float
    vega: float


@dataclass(frozen=True, slots=True)
class Option:
    """What is priced: right "C" or "P", strike in USD; rate and dividend yield continuous, per year."""

    right: str
    strike: float
    rate: float
    dividend: float

    @property
    def sign(self) -> float:
        """Return 1 for a call, -1 for a put."""
        return 1.0 if self.right == "C" else -1.0


def value(option: Option, spot: float, years: float, volatility: float) -> float:
    """Return the value in USD per share; at or after expiry it is what is in the money."""
    deviation = volatility * sqrt(years) if years > 0 else 0.0
    if deviation <= 0:
        return max(0.0, option.sign * (spot - option.strike))
    d1 = _d1(option, spot, years, deviation)
    carried, discounted = spot * exp(-option.dividend * years), option.strike * exp(-option.rate * years)
    return option.sign * (carried * _normal(option.sign * d1) - discounted * _normal(option.sign * (d1 - deviation)))


def greeks(option: Option, spot: float, years: float, volatility: float) -> Greeks:
    """Return value and derivatives; at or after expiry all but value and delta are 0."""
    price, sign = value(option, spot, years, volatility), option.sign
    deviation = volatility * sqrt(years) if years > 0 else 0.0
    if deviation <= 0:
        return Greeks(price, sign if sign * (spot - option.strike) > 0 else 0.0, 0.0, 0.0, 0.0)
    d1 = _d1(option, spot, years, deviation)
    decay, density = exp(-option.dividend * years), exp(-d1 * d1 / 2) / sqrt(2 * pi)
    theta_year = (
        -spot * decay * density * volatility / (2 * sqrt(years))
        - sign * option.rate * option.strike * exp(-option.rate * years) * _normal(sign * (d1 - deviation))
        + sign * option.dividend * spot * decay * _normal(sign * d1)
    )
    return Greeks(
        price=price,
        delta=sign * decay * _normal(sign * d1),
        gamma=decay * density / (spot * deviation),
        theta=theta_year / 365,
        vega=spot * decay * density * sqrt(years) / 100,
    )


def _d1(option: Option, spot: float, years: float, deviation: float) -> float:
    return (log(spot / option.strike) + (option.rate - option.dividend) * years) / deviation + deviation / 2


def _normal(x: float) -> float:
    return (1.0 + erf(x / sqrt(2.0))) / 2.0
