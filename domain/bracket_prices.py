"""Where a bracket's exits stand: pure arithmetic on the contract's own grid."""

from dataclasses import dataclass
from decimal import Decimal

from domain.contracts import PriceGrid
from domain.events import BracketPlan
from domain.prices import one_tick, rounded_down, rounded_up, ticks_above, ticks_below

ENTRY_TICKS_ABOVE_ASK = 2
STOP_TICKS_BELOW_TRIGGER_MIN = 2
CHASE_STEP_FRACTION = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitPrices:
    """Target limit, stop trigger and stop limit; USD per share, on the grid, trigger > limit > one tick."""

    target: Decimal
    trigger: Decimal
    limit: Decimal


def entry_limit(ask: Decimal, grid: PriceGrid) -> Decimal:
    """Return the entry's limit: the ask and at most two ticks, so that a small move still fills."""
    return ticks_above(rounded_up(ask, grid), ENTRY_TICKS_ABOVE_ASK, grid)


def exit_prices(
    price: Decimal, *, take_profit: Decimal, stop_loss: Decimal, buffer: Decimal, spread: Decimal, grid: PriceGrid
) -> ExitPrices | None:
    """Return the exits of a position bought at this price; None when the premium is too small for them.

    The limit lies below its trigger by the buffer, by two ticks and by the spread, whichever is furthest, because a
    stop that triggers in a wide market would otherwise rest unfilled.
    """
    trigger = rounded_down(price * (1 - stop_loss), grid)
    furthest = min(
        trigger * (1 - buffer),
        ticks_below(trigger, STOP_TICKS_BELOW_TRIGGER_MIN, grid),
        trigger - max(spread, Decimal(0)),
    )
    limit = rounded_down(furthest, grid) if furthest > 0 else Decimal(0)
    if not trigger > limit > one_tick(grid):
        return None
    return ExitPrices(target=rounded_up(price * (1 + take_profit), grid), trigger=trigger, limit=limit)


def exits_of(plan: BracketPlan, average: Decimal) -> ExitPrices:
    """Return the exits for what was really paid; the plan's own where that would be too small for a stop."""
    prices = exit_prices(
        average,
        take_profit=plan.take_profit_fraction,
        stop_loss=plan.stop_loss_fraction,
        buffer=plan.stop_limit_buffer_fraction,
        spread=plan.spread,
        grid=plan.contract.grid,
    )
    return prices or ExitPrices(target=plan.target_limit, trigger=plan.stop_trigger, limit=plan.stop_limit)


def chase_price(bid: Decimal | None, attempt: int, grid: PriceGrid) -> Decimal:
    """Return the limit of this try (from 0) to sell: the bid, then a tenth lower each time, at last one tick."""
    if bid is None:
        return one_tick(grid)
    wanted = bid * (1 - CHASE_STEP_FRACTION * attempt)
    return rounded_down(wanted, grid) if wanted > one_tick(grid) else one_tick(grid)
