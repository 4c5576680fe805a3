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


def value(spot: float, strike: float, years: float, volatility: float, rate: float, dividend: float, right: str) -> float:
    """Return the option's value in USD per share; right is "C" or "P". At or after expiry it is what is in the money."""
    sign = 1.0 if right == "C" else -1.0
    deviation = volatility * sqrt(years) if years > 0 else 0.0
    if deviation <= 0:
        return max(0.0, sign * (spot - strike))
    d1 = (log(spot / strike) + (rate - dividend) * years) / deviation + deviation / 2
    d2 = d1 - deviation
    carried, discounted = spot * exp(-dividend * years), strike * exp(-rate * years)
    return sign * (carried * _normal(sign * d1) - discounted * _normal(sign * d2))


def greeks(
    spot: float, strike: float, years: float, volatility: float, rate: float, dividend: float, right: str
) -> Greeks:
    """Return value and derivatives; at or after expiry all but value and delta are 0."""
    price = value(spot, strike, years, volatility, rate, dividend, right)
    sign = 1.0 if right == "C" else -1.0
    deviation = volatility * sqrt(years) if years > 0 else 0.0
    if deviation <= 0:
        return Greeks(price, sign if sign * (spot - strike) > 0 else 0.0, 0.0, 0.0, 0.0)
    d1 = (log(spot / strike) + (rate - dividend) * years) / deviation + deviation / 2
    d2 = d1 - deviation
    decay, density = exp(-dividend * years), exp(-d1 * d1 / 2) / sqrt(2 * pi)
    theta_year = (
        -spot * decay * density * volatility / (2 * sqrt(years))
        - sign * rate * strike * exp(-rate * years) * _normal(sign * d2)
        + sign * dividend * spot * decay * _normal(sign * d1)
    )
    return Greeks(
        price=price,
        delta=sign * decay * _normal(sign * d1),
        gamma=decay * density / (spot * deviation),
        theta=theta_year / 365,
        vega=spot * decay * density * sqrt(years) / 100,
    )


def _normal(x: float) -> float:
    return (1.0 + erf(x / sqrt(2.0))) / 2.0
