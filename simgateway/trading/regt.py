"""What positions bind in a margin account, after Regulation T.

Initial: half of the shares' value, long or short. Maintenance: a quarter of it long, short 30 %, or by the share where
it is cheap. Options bought are paid in full and bind nothing more. Sources: Regulation T (12 CFR 220.12), FINRA rule
4210, IBKR's page "US Stocks Margin"; the house's own intraday rates, which may be lower, are not simulated.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from simgateway.trading.holding import Holding, to_cents

INITIAL: Final = Decimal("0.50")
_LONG: Final = Decimal("0.25")
_SHORT: Final = Decimal("0.30")
_CHEAP: Final = Decimal(5)
_CHEAP_LEAST: Final = Decimal("2.50")
_ZERO: Final = Decimal(0)


def initial(holdings: Iterable[Holding]) -> Decimal:
    """Return the initial requirement of the shares among some positions, in USD and cents."""
    return sum((_initial(row) for row in holdings if row.instrument.sec_type == "STK"), _ZERO)


def maintenance(holdings: Iterable[Holding]) -> Decimal:
    """Return the maintenance requirement of the shares among some positions, in USD and cents."""
    return sum((_maintenance(row) for row in holdings if row.instrument.sec_type == "STK"), _ZERO)


def _initial(row: Holding) -> Decimal:
    return max(to_cents(abs(row.value) * INITIAL), _maintenance(row))


def _maintenance(row: Holding) -> Decimal:
    if row.quantity > 0:
        return to_cents(row.value * _LONG)
    owed, shares = -row.value, -row.quantity
    if row.mark > _CHEAP:
        return to_cents(max(owed * _SHORT, _CHEAP * shares))
    return to_cents(max(owed, _CHEAP_LEAST * shares))
