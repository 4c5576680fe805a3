from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.contracts import PriceGrid
from domain.prices import (
    as_money,
    as_price,
    grid_problem,
    increment_at,
    is_on_grid,
    one_tick,
    rounded_down,
    rounded_to_cents,
    rounded_up,
    ticks_above,
    ticks_below,
)
from tests.domain.market_builders import NICKELS, PENNIES, PENNY_PROGRAM, a_grid

D = Decimal
# Its lower step misses the edge: 2.94 is followed by 3.00, not by 3.01.
MISSING_THE_EDGE = a_grid(("0", "0.07"), ("3", "0.10"))

grids = st.sampled_from([PENNIES, PENNY_PROGRAM, NICKELS, MISSING_THE_EDGE])
prices = st.decimals(min_value="0.0001", max_value="5000", places=4)
counts = st.integers(min_value=0, max_value=12)


@pytest.mark.parametrize(
    "nothing", [None, float("nan"), float("inf"), float("-inf"), -1.0, 0.0, -0.0, 1e300, 1.7976931348623157e308]
)
def test_each_way_of_the_wire_to_say_no_price_is_none(nothing: float | None) -> None:
    assert as_price(nothing) is None


@pytest.mark.parametrize("nothing", [D("NaN"), D("Infinity"), D(-1), D(0), D("1E+300"), D("1.7976931348623157E308")])
def test_a_decimal_that_is_no_price_is_none(nothing: Decimal) -> None:
    assert as_price(nothing) is None


def test_a_float_of_the_wire_becomes_the_decimal_that_it_means() -> None:
    assert as_price(2.35) == D("2.35")
    assert as_price(1e-05) == D("0.00001")
    assert as_price(D("0.1")) == D("0.1")


@given(prices)
def test_a_price_survives_the_way_over_the_wire(price: Decimal) -> None:
    assert as_price(float(price)) == price


@pytest.mark.parametrize("unknown", [None, float("nan"), float("inf"), 1.7976931348623157e308, -1.7976931348623157e308])
def test_an_amount_the_broker_does_not_know_is_none(unknown: float | None) -> None:
    assert as_money(unknown) is None


@pytest.mark.parametrize(("value", "amount"), [(-1.0, "-1"), (0.0, "0"), (-1234.56, "-1234.56"), (1e300, "1e300")])
def test_losses_and_zero_are_amounts(value: float, amount: str) -> None:
    assert as_money(value) == D(amount)


@pytest.mark.parametrize(
    ("amount", "cents"), [("1.005", "1.01"), ("-1.005", "-1.01"), ("1.0049", "1.00"), ("7", "7.00"), ("0", "0.00")]
)
def test_half_a_cent_goes_away_from_zero(amount: str, cents: str) -> None:
    found = rounded_to_cents(D(amount))

    assert str(found) == cents


def test_the_largest_amount_can_still_be_put_into_cents() -> None:
    assert rounded_to_cents(D("1e300")) == D("1e300")


@pytest.mark.parametrize(
    ("grid", "problem"),
    [
        (PriceGrid(steps=()), "its first step is not at 0"),
        (a_grid(("1", "0.01")), "its first step is not at 0"),
        (a_grid(("0", "0")), "an increment is not above 0"),
        (a_grid(("0", "0.01"), ("3", "-0.05")), "an increment is not above 0"),
        (a_grid(("0", "0.01"), ("5", "0.10"), ("3", "0.05")), "its edges do not rise"),
        (a_grid(("0", "0.01"), ("0", "0.05")), "its edges do not rise"),
        (a_grid(("0", "0.01"), ("3.01", "0.05")), "an edge is no multiple of its increment"),
        (PENNY_PROGRAM, None),
        (MISSING_THE_EDGE, None),
    ],
)
def test_a_grid_that_cannot_price_orders_says_why(grid: PriceGrid, problem: str | None) -> None:
    assert grid_problem(grid) == problem


@pytest.mark.parametrize(("price", "increment"), [("0", "0.01"), ("2.99", "0.01"), ("3", "0.05"), ("100", "0.05")])
def test_an_edge_belongs_to_the_step_that_begins_there(price: str, increment: str) -> None:
    assert increment_at(PENNY_PROGRAM, D(price)) == D(increment)


def test_a_price_below_zero_has_no_increment() -> None:
    with pytest.raises(ValueError, match=r"-0\.01 is no price"):
        increment_at(PENNIES, D("-0.01"))


def test_one_tick_is_the_lowest_increment() -> None:
    assert one_tick(NICKELS) == D("0.05")


@pytest.mark.parametrize(
    ("price", "expected"),
    [("2.99", True), ("3.01", False), ("3.05", True), ("0", False), ("-1", False), ("0.005", False)],
)
def test_on_the_grid_is_what_an_order_may_carry(price: str, expected: object) -> None:
    assert is_on_grid(D(price), PENNY_PROGRAM) is expected


@pytest.mark.parametrize(
    ("price", "down", "up"),
    [
        ("2.999", "2.99", "3.00"),
        ("3.01", "3.00", "3.05"),
        ("3.05", "3.05", "3.05"),
        ("0.004", "0.00", "0.01"),
        ("0", "0.00", "0.01"),
    ],
)
def test_a_price_is_rounded_to_the_grid_by_side(price: str, down: str, up: str) -> None:
    assert (rounded_down(D(price), PENNY_PROGRAM), rounded_up(D(price), PENNY_PROGRAM)) == (D(down), D(up))


def test_rounding_up_stops_at_an_edge_that_the_steps_below_would_miss() -> None:
    assert rounded_up(D("2.95"), MISSING_THE_EDGE) == D("3.00")


@pytest.mark.parametrize(
    ("price", "n", "above"), [("2.99", 2, "3.05"), ("2.98", 2, "3.00"), ("3.02", 1, "3.05"), ("3.02", 0, "3.00")]
)
def test_ticks_above_change_their_size_at_the_edge(price: str, n: int, above: str) -> None:
    assert ticks_above(D(price), n, PENNY_PROGRAM) == D(above)


@pytest.mark.parametrize(
    ("price", "n", "below"), [("3.05", 2, "2.99"), ("3.00", 1, "2.99"), ("3.02", 1, "3.00"), ("3.02", 0, "3.05")]
)
def test_ticks_below_change_their_size_at_the_edge(price: str, n: int, below: str) -> None:
    assert ticks_below(D(price), n, PENNY_PROGRAM) == D(below)


def test_a_step_below_an_edge_lands_on_the_lower_steps_own_multiples() -> None:
    assert ticks_below(D("3.00"), 1, MISSING_THE_EDGE) == D("2.94")


def test_nothing_is_ever_below_one_tick() -> None:
    assert ticks_below(D("0.02"), 50, PENNIES) == D("0.01")
    assert ticks_below(D(0), 1, PENNIES) == D("0.01")


@given(prices, grids)
@example(D("2.9999"), PENNY_PROGRAM)
def test_rounding_encloses_the_price_with_no_grid_price_between(price: Decimal, grid: PriceGrid) -> None:
    down, up = rounded_down(price, grid), rounded_up(price, grid)

    assert down <= price <= up
    assert is_on_grid(up, grid)
    assert down == 0 or is_on_grid(down, grid)
    assert down == up or ticks_above(down, 1, grid) == up


@given(prices, grids, counts)
def test_so_many_ticks_up_and_down_again_is_where_it_began(price: Decimal, grid: PriceGrid, n: int) -> None:
    start = rounded_up(price, grid)

    there = ticks_above(start, n, grid)

    assert is_on_grid(there, grid)
    assert ticks_below(there, n, grid) == start


@given(prices, grids, counts)
def test_ticks_below_are_on_the_grid_and_at_least_one_tick(price: Decimal, grid: PriceGrid, n: int) -> None:
    found = ticks_below(price, n, grid)

    assert is_on_grid(found, grid)
    assert one_tick(grid) <= found <= rounded_up(price, grid)
