from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bracket_prices import chase_price, entry_limit, exit_prices, exits_of
from domain.contracts import PriceGrid
from domain.prices import is_on_grid, one_tick
from tests.builders import NICKEL_DIME, PENNY, a_plan

GRIDS = st.sampled_from([PENNY, NICKEL_DIME])
PRICES = st.decimals("0.01", "200", places=2)


@given(PRICES, PRICES, GRIDS)
def test_exits_lie_on_the_grid_in_their_order_or_there_are_none(
    price: Decimal, spread: Decimal, grid: PriceGrid
) -> None:
    prices = exit_prices(
        price,
        take_profit=Decimal("0.5"),
        stop_loss=Decimal("0.2"),
        buffer=Decimal("0.02"),
        spread=spread,
        grid=grid,
    )

    if prices is not None:
        assert prices.target > price > prices.trigger > prices.limit > one_tick(grid)
        assert all(is_on_grid(p, grid) for p in (prices.target, prices.trigger, prices.limit))
        assert prices.trigger - prices.limit >= spread


def test_a_premium_of_a_few_ticks_has_no_room_for_a_stop() -> None:
    prices = exit_prices(
        Decimal("0.04"),
        take_profit=Decimal("0.5"),
        stop_loss=Decimal("0.2"),
        buffer=Decimal("0.02"),
        spread=Decimal("0.01"),
        grid=PENNY,
    )

    assert prices is None


@given(PRICES, GRIDS)
def test_the_entry_is_at_most_two_ticks_above_the_ask(ask: Decimal, grid: PriceGrid) -> None:
    limit = entry_limit(ask, grid)

    assert is_on_grid(limit, grid)
    assert ask < limit <= ask + 3 * Decimal("0.10")


def test_exits_of_a_fill_too_cheap_for_a_stop_stay_where_the_plan_put_them() -> None:
    plan = a_plan()

    prices = exits_of(plan, Decimal("0.02"))

    assert (prices.target, prices.trigger, prices.limit) == (plan.target_limit, plan.stop_trigger, plan.stop_limit)


@pytest.mark.parametrize(
    ("bid", "attempt", "expected"),
    [("2.00", 0, "2.00"), ("2.00", 1, "1.80"), ("2.00", 9, "0.20"), ("2.00", 10, "0.01"), ("2.00", 40, "0.01")],
)
def test_each_try_to_sell_is_a_tenth_lower_and_the_last_is_one_tick(bid: str, attempt: int, expected: str) -> None:
    assert chase_price(Decimal(bid), attempt, PENNY) == Decimal(expected)


def test_without_a_bid_one_tick_is_asked() -> None:
    assert chase_price(None, 0, NICKEL_DIME) == Decimal("0.05")
