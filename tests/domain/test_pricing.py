from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import exp

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.contracts import Right
from domain.pricing import OptionTerms, greeks, implied_volatility, option_price, years_between

# Hull's example of the Black-Scholes-Merton chapter: half a year, 10 % interest, 20 % volatility.
HULL = OptionTerms(right=Right.CALL, spot=42, strike=40, years=0.5, volatility=0.2, rate=0.1)
# Hull's example of the greek letters chapter: 20 weeks, 5 % interest, 20 % volatility.
LETTERS = OptionTerms(right=Right.CALL, spot=49, strike=50, years=0.3846, volatility=0.2, rate=0.05)
# An index option of his: two months, 8 % interest, 3 % dividends.
INDEX = OptionTerms(
    right=Right.CALL, spot=930, strike=900, years=2 / 12, volatility=0.2, rate=0.08, dividend_yield=0.03
)

terms = st.builds(
    OptionTerms,
    right=st.sampled_from(Right),
    spot=st.floats(min_value=20, max_value=1_000),
    strike=st.floats(min_value=20, max_value=1_000),
    years=st.floats(min_value=1 / 365, max_value=2),
    volatility=st.floats(min_value=0.05, max_value=3),
    rate=st.floats(min_value=-0.02, max_value=0.15),
    dividend_yield=st.floats(min_value=0, max_value=0.1),
)


def a_put(of: OptionTerms) -> OptionTerms:
    return replace(of, right=Right.PUT)


def slope(of: OptionTerms, field: str, step: float) -> float:
    """Return how the price moves with a field, by a central difference."""
    middle = getattr(of, field)
    up = option_price(replace(of, **{field: middle + step}))
    down = option_price(replace(of, **{field: middle - step}))
    return (up - down) / (2 * step)


@pytest.mark.parametrize(("given_terms", "price"), [(HULL, 4.76), (a_put(HULL), 0.81), (LETTERS, 2.40), (INDEX, 51.83)])
def test_prices_are_those_of_the_textbook(given_terms: OptionTerms, price: float) -> None:
    assert option_price(given_terms) == pytest.approx(price, abs=0.005)


def test_greeks_are_those_of_the_textbook() -> None:
    found = greeks(LETTERS)

    assert found.delta == pytest.approx(0.522, abs=0.0005)
    assert found.gamma == pytest.approx(0.066, abs=0.0005)
    assert found.theta_per_day == pytest.approx(-4.31 / 365, abs=0.00005)
    assert found.vega_per_point == pytest.approx(0.121, abs=0.0005)
    assert found.rho_per_point == pytest.approx(0.0891, abs=0.00005)


@given(terms)
def test_call_less_put_is_spot_less_strike(one: OptionTerms) -> None:
    call, put = replace(one, right=Right.CALL), replace(one, right=Right.PUT)
    forward = one.spot * exp(-one.dividend_yield * one.years) - one.strike * exp(-one.rate * one.years)

    assert option_price(call) - option_price(put) == pytest.approx(forward, abs=1e-8)


@given(terms)
def test_a_price_lies_between_the_intrinsic_value_and_what_is_received(one: OptionTerms) -> None:
    price = option_price(one)

    most = one.spot_today if one.right is Right.CALL else one.strike_today
    assert option_price(replace(one, volatility=0)) - 1e-9 <= price <= most + 1e-9


@given(terms, st.floats(min_value=0.01, max_value=1))
def test_a_price_rises_with_volatility(one: OptionTerms, more: float) -> None:
    assert option_price(replace(one, volatility=one.volatility + more)) >= option_price(one) - 1e-9


@given(terms)
def test_greeks_are_the_slopes_of_the_price(one: OptionTerms) -> None:
    # Where a step is not small beside the price's own bend, a difference says nothing about the slope.
    assume(one.deviation > 0.05)
    found = greeks(one)

    assert found.delta == pytest.approx(slope(one, "spot", 1e-3), abs=1e-4)
    assert found.vega_per_point * 100 == pytest.approx(slope(one, "volatility", 1e-5), abs=2e-2, rel=1e-3)
    assert found.rho_per_point * 100 == pytest.approx(slope(one, "rate", 1e-5), abs=2e-2, rel=1e-3)


@given(terms)
def test_gamma_is_the_slope_of_delta_and_theta_that_of_time(one: OptionTerms) -> None:
    assume(one.deviation > 0.05)
    up, down = (greeks(replace(one, spot=one.spot + step)).delta for step in (1e-3, -1e-3))

    found = greeks(one)

    assert found.gamma == pytest.approx((up - down) / 2e-3, abs=1e-4)
    assert found.theta_per_day * 365 == pytest.approx(-slope(one, "years", 1e-6), abs=5e-2, rel=1e-3)


@given(terms)
def test_the_implied_volatility_is_the_one_it_was_priced_with(one: OptionTerms) -> None:
    # Far from the money a cent of premium is worth the whole range of volatilities: nothing can be read back.
    assume(greeks(one).vega_per_point > 1e-4)

    found = implied_volatility(option_price(one), replace(one, volatility=0))

    assert found == pytest.approx(one.volatility, abs=1e-6)


@given(st.floats(min_value=0.01, max_value=400), terms)
def test_a_premium_that_has_a_volatility_is_priced_by_it_again(premium: float, one: OptionTerms) -> None:
    found = implied_volatility(premium, one)

    assert found is None or option_price(replace(one, volatility=found)) == pytest.approx(premium, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("premium", [float("nan"), float("inf"), -1.0, 0.0, 1.9, 42.1])
def test_a_premium_outside_what_can_be_has_no_volatility(premium: float) -> None:
    # Intrinsic value is 42 - 40·exp(-0.05) = 3.95; nobody pays more for a call than for the stock.
    assert implied_volatility(premium, HULL) is None


def test_without_time_there_is_no_volatility() -> None:
    assert implied_volatility(3.0, replace(HULL, years=0)) is None


@pytest.mark.parametrize(
    ("right", "spot", "price", "delta"), [("C", 42, 2, 1), ("C", 38, 0, 0), ("P", 42, 0, 0), ("P", 38, 2, -1)]
)
def test_at_expiry_an_option_is_worth_what_exercise_brings(right: str, spot: float, price: float, delta: float) -> None:
    at_expiry = replace(HULL, right=Right(right), spot=spot, years=0)

    found = greeks(at_expiry)

    assert option_price(at_expiry) == price
    assert (found.delta, found.gamma, found.theta_per_day, found.vega_per_point, found.rho_per_point) == (
        delta,
        0,
        0,
        0,
        0,
    )


def test_years_are_of_365_days_and_never_below_zero() -> None:
    now = datetime(2025, 7, 8, 14, tzinfo=UTC)

    assert years_between(now, now + timedelta(days=73)) == pytest.approx(0.2)
    assert years_between(now, now - timedelta(seconds=1)) == 0
