"""US price grids: market rules as tables of (low edge, increment), and rounding onto them."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from simgateway.market.base import PriceRule

STOCK_RULE: Final = 26
CENTS_RULE: Final = 27  # Options of the classes quoted in cents at every price.
PENNY_RULE: Final = 32  # Penny interval program: cents below 3 USD, nickels from there.
NICKEL_RULE: Final = 110  # All other option classes: nickels below 3 USD, dimes from there.

_ZERO, _THREE = Decimal(0), Decimal(3)
_CENT, _NICKEL, _DIME = Decimal("0.01"), Decimal("0.05"), Decimal("0.1")

# Increments of US options: the exchanges' penny interval program (OLPP); SPY, QQQ and IWM are in cents throughout.
RULES: Final[dict[int, PriceRule]] = {
    STOCK_RULE: ((_ZERO, _CENT),),
    CENTS_RULE: ((_ZERO, _CENT),),
    PENNY_RULE: ((_ZERO, _CENT), (_THREE, _NICKEL)),
    NICKEL_RULE: ((_ZERO, _NICKEL), (_THREE, _DIME)),
}

CENTS_CLASSES: Final = frozenset({"SPY", "QQQ", "IWM"})
PENNY_CLASSES: Final = frozenset(
    {"AAPL", "AMD", "AMZN", "BAC", "DIA", "F", "GLD", "GOOGL", "INTC", "META", "MSFT", "NVDA", "TLT", "TSLA", "XLF"}
)


def option_rule_id(symbol: str) -> int:
    """Return the market rule of a symbol's standard options."""
    if symbol in CENTS_CLASSES:
        return CENTS_RULE
    return PENNY_RULE if symbol in PENNY_CLASSES else NICKEL_RULE


def increment(rule: PriceRule, price: Decimal) -> Decimal:
    """Return the tick at this price, USD."""
    tick = rule[0][1]
    for edge, step in rule:
        if price >= edge:
            tick = step
    return tick


def floor_to_grid(rule: PriceRule, price: Decimal) -> Decimal:
    """Return the highest price of the grid at or below this one."""
    tick = increment(rule, price)
    return (price / tick).to_integral_value(ROUND_FLOOR) * tick


def ceil_to_grid(rule: PriceRule, price: Decimal) -> Decimal:
    """Return the lowest price of the grid at or above this one."""
    tick = increment(rule, price)
    return (price / tick).to_integral_value(ROUND_CEILING) * tick


def on_grid(rule: PriceRule, price: Decimal) -> bool:
    """Return whether an order may carry this price."""
    return price % increment(rule, price) == 0
