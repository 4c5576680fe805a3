from dataclasses import replace
from math import exp

import pytest

from simgateway.market.bsm import Option, greeks, value

CALL = Option("C", 40.0, 0.10, 0.0)
PUT = replace(CALL, right="P")


def test_the_textbook_example_comes_out() -> None:
    """Hull: spot 42, strike 40, half a year, 10 % rate, 20 % volatility: call 4.76, put 0.81."""
    spot, years, volatility = 42.0, 0.5, 0.2

    prices = value(CALL, spot, years, volatility), value(PUT, spot, years, volatility)

    assert prices == pytest.approx((4.759422, 0.808599), abs=1e-6)


def test_put_and_call_differ_by_the_forward() -> None:
    call, put = Option("C", 95.0, 0.04, 0.02), Option("P", 95.0, 0.04, 0.02)

    difference = value(call, 100.0, 0.25, 0.3) - value(put, 100.0, 0.25, 0.3)

    assert difference == pytest.approx(100 * exp(-0.02 * 0.25) - 95 * exp(-0.04 * 0.25), abs=1e-12)


@pytest.mark.parametrize("option", [CALL, PUT])
def test_greeks_are_the_slopes_of_the_value(option: Option) -> None:
    spot, years, volatility, step = 42.0, 0.5, 0.2, 1e-4

    found = greeks(option, spot, years, volatility)

    up, down = value(option, spot + step, years, volatility), value(option, spot - step, years, volatility)
    assert found.delta == pytest.approx((up - down) / (2 * step), abs=1e-6)
    assert found.gamma == pytest.approx((up - 2 * found.price + down) / step**2, abs=1e-4)
    wider = value(option, spot, years, volatility + step) - value(option, spot, years, volatility - step)
    assert found.vega == pytest.approx(wider / (2 * step) / 100, abs=1e-6)
    older = value(option, spot, years - step, volatility) - value(option, spot, years + step, volatility)
    assert found.theta == pytest.approx(older / (2 * step) / 365, abs=1e-6)


def test_at_expiry_only_what_is_in_the_money_is_left() -> None:
    at_expiry = greeks(CALL, 42.0, 0.0, 0.2), greeks(PUT, 42.0, 0.0, 0.2)

    assert (at_expiry[0].price, at_expiry[0].delta, at_expiry[0].vega) == (2.0, 1.0, 0.0)
    assert (at_expiry[1].price, at_expiry[1].delta) == (0.0, 0.0)
