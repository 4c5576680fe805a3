"""Implied volatility is the inverse of the model's value, and ends for any price."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simgateway.data.greeks import RATE, implied_volatility
from simgateway.market.bsm import Option, value


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    right=st.sampled_from("CP"),
    strike=st.floats(60, 160),
    years=st.floats(0.003, 2),
    volatility=st.floats(0.05, 3),
    guess=st.floats(0, 5),
)
def test_the_volatility_found_gives_the_price_back(
    right: str, strike: float, years: float, volatility: float, guess: float
) -> None:
    option = Option(right, strike, RATE, 0.0)
    price = value(option, 100, years, volatility)

    found = implied_volatility(option, 100, years, price, guess)

    if found is None:  # so far from the money that every small volatility gives the same price
        assert abs(price - value(option, 100, years, 0.001)) < 2e-5
    else:
        assert value(option, 100, years, found) == pytest.approx(price, abs=1e-4)


@pytest.mark.parametrize("price", [-1.0, 0.0, 4.9, 100.1])
def test_a_price_that_no_volatility_gives_has_none(price: float) -> None:
    assert implied_volatility(Option("C", 95, 0.0, 0.0), 100, 0.1, price) is None
