"""Prices and money in Decimal: the contract's own grid, which way to round, and what the wire calls "no value".

A grid is the broker's market rule. Its steps rise by ``low_edge``, the first is at 0, and every edge is a multiple of
the increment that begins there; ``grid_problem`` says when a grid is none. Nothing here guesses an increment.
"""

from decimal import ROUND_HALF_UP, Context, Decimal
from math import isfinite
from typing import Final

from domain.contracts import PriceGrid, PriceStep

# The broker writes the largest double, 1.797e308, where it has no value. Nothing real comes near this.
UNSET_MIN: Final = Decimal("1e300")
CENT: Final = Decimal("0.01")
MONEY_DIGITS_MAX: Final = 330  # 1e300 in cents, with room to spare.


def as_price(value: float | Decimal | None) -> Decimal | None:
    """Return a price in USD, or None for each way to say that there is none: NaN, infinite, -1, 0, 1.797e308.

    A float becomes the shortest decimal that means it: 2.35, not 2.3500000000000000888.
    """
    number = as_money(value)
    return number if number is not None and 0 < number < UNSET_MIN else None


def as_money(value: float | Decimal | None) -> Decimal | None:
    """Return an amount in USD, negative or zero included; None for NaN, infinite and 1.797e308."""
    if value is None or not isfinite(value):
        return None
    number = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    return number if abs(number) <= UNSET_MIN else None


def rounded_to_cents(amount: Decimal) -> Decimal:
    """Return the amount in whole cents; half a cent goes away from zero, as statements do."""
    return amount.quantize(CENT, ROUND_HALF_UP, context=Context(prec=MONEY_DIGITS_MAX))


def grid_problem(grid: PriceGrid) -> str | None:
    """Return why orders cannot be priced on this grid; None when they can."""
    if not grid.steps or grid.steps[0].low_edge != 0:
        return "its first step is not at 0"
    if any(step.increment <= 0 for step in grid.steps):
        return "an increment is not above 0"
    edges = [step.low_edge for step in grid.steps]
    if edges != sorted(set(edges)):
        return "its edges do not rise"
    if any(step.low_edge % step.increment for step in grid.steps):
        return "an edge is no multiple of its increment"
    return None


def one_tick(grid: PriceGrid) -> Decimal:
    """Return the lowest price that can be ordered at all, in USD."""
    return grid.steps[0].increment


def increment_at(grid: PriceGrid, price: Decimal) -> Decimal:
    """Return the distance from this price to the next above, in USD. Raises ValueError below 0."""
    return _step_from(grid, price).increment


def is_on_grid(price: Decimal, grid: PriceGrid) -> bool:
    """Return whether an order may carry this price; 0 and less never."""
    return price > 0 and price % increment_at(grid, price) == 0


def rounded_down(price: Decimal, grid: PriceGrid) -> Decimal:
    """Return the highest grid price not above this one; 0, which is no price, below one tick."""
    increment = increment_at(grid, price)
    return price // increment * increment


def rounded_up(price: Decimal, grid: PriceGrid) -> Decimal:
    """Return the lowest grid price not below this one, at least one tick."""
    if price > 0 and is_on_grid(price, grid):
        return price
    return _next_above(rounded_down(price, grid), grid)


def ticks_above(price: Decimal, n: int, grid: PriceGrid) -> Decimal:
    """Return the n-th grid price above this one (n = 0: it, rounded down); a step may change on the way."""
    found = rounded_down(price, grid)
    for _ in range(n):
        found = _next_above(found, grid)
    return found


def ticks_below(price: Decimal, n: int, grid: PriceGrid) -> Decimal:
    """Return the n-th grid price below this one (n = 0: it, rounded up), never below one tick."""
    found = rounded_up(price, grid)
    for _ in range(n):
        found = _next_below(found, grid)
    return found


def _step_from(grid: PriceGrid, price: Decimal) -> PriceStep:
    """Return the step that a price belongs to: the last one whose edge it has reached."""
    reached = [step for step in grid.steps if step.low_edge <= price]
    if not reached:
        raise ValueError(f"{price} is no price on a grid that begins at 0")
    return reached[-1]


def _next_above(price: Decimal, grid: PriceGrid) -> Decimal:
    """Return the grid price that follows one on the grid (or 0)."""
    following = price + increment_at(grid, price)
    # An edge is on the grid even where the steps below it miss it.
    return min([following, *(step.low_edge for step in grid.steps if step.low_edge > price)])


def _next_below(price: Decimal, grid: PriceGrid) -> Decimal:
    """Return the grid price before one on the grid; the lowest has none before it and is returned itself."""
    below = [step for step in grid.steps if step.low_edge < price]
    increment = below[-1].increment
    found = price // increment * increment
    if found == price:
        found -= increment
    return max(found, one_tick(grid))
