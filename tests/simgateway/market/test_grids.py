from decimal import Decimal

import pytest

from simgateway.market.grids import (
    CENTS_RULE,
    NICKEL_RULE,
    PENNY_RULE,
    RULES,
    ceil_to_grid,
    floor_to_grid,
    increment,
    on_grid,
    option_rule_id,
)


@pytest.mark.parametrize(
    ("symbol", "below", "above"), [("SPY", "0.01", "0.01"), ("AAPL", "0.01", "0.05"), ("ZZZZ", "0.05", "0.1")]
)
def test_a_class_has_one_tick_below_three_dollars_and_one_from_there(symbol: str, below: str, above: str) -> None:
    rule = RULES[option_rule_id(symbol)]

    ticks = increment(rule, Decimal("2.99")), increment(rule, Decimal(3))

    assert ticks == (Decimal(below), Decimal(above))


@pytest.mark.parametrize(
    ("rule_id", "price", "lower", "upper"),
    [
        (CENTS_RULE, "3.333", "3.33", "3.34"),
        (PENNY_RULE, "2.995", "2.99", "3.00"),
        (PENNY_RULE, "3.07", "3.05", "3.10"),
        (NICKEL_RULE, "3.07", "3.0", "3.1"),
    ],
)
def test_rounding_goes_down_and_up_to_the_grid(rule_id: int, price: str, lower: str, upper: str) -> None:
    rule = RULES[rule_id]

    rounded = floor_to_grid(rule, Decimal(price)), ceil_to_grid(rule, Decimal(price))

    assert rounded == (Decimal(lower), Decimal(upper))


def test_a_nickel_class_refuses_cents() -> None:
    rule = RULES[NICKEL_RULE]

    allowed = [price for price in ("1.05", "1.06", "3.10", "3.15") if on_grid(rule, Decimal(price))]

    assert allowed == ["1.05", "3.10"]
