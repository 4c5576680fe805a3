"""Which expiry and which strikes are looked at. What is then chosen of them is in ``option_choice``."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from domain.contracts import OptionContract, Right
from domain.option_choice import Choice, OptionFilters, choose
from domain.trading_day import days_to_expiry

__all__ = ["Choice", "ExpiryKind", "ExpiryRule", "Moneyness", "OptionFilters", "candidates", "choose", "choose_expiry"]

WEEKLY_DAYS_MAX: Final = 8  # From a Thursday past a Friday that is a holiday to the next week's.
MONTHLY_DAYS: Final = range(15, 23)  # The third Friday, and the Thursday or Saturday that stands in for it.


class ExpiryKind(StrEnum):
    """How an expiry is chosen."""

    ZERO_DTE = "0dte"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    DTE_RANGE = "dte_range"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiryRule:
    """An expiry rule. The calendar days to expiry, both inclusive, are read for DTE_RANGE alone."""

    kind: ExpiryKind
    min_dte: int = 0
    max_dte: int = 0

    @classmethod
    def of(cls, word: str, min_dte: int | None = None, max_dte: int | None = None) -> "ExpiryRule":
        """Return the rule of the settings: the days where both are given, else the word. Raises ValueError."""
        if min_dte is not None and max_dte is not None:
            return cls(kind=ExpiryKind.DTE_RANGE, min_dte=min_dte, max_dte=max_dte)
        return cls(kind=ExpiryKind(word))

    def allows(self, expiry: date, today: date) -> bool:
        """Return whether this expiry is one that the rule means, seen from this New York day."""
        days = days_to_expiry(expiry, today)
        return {
            ExpiryKind.ZERO_DTE: days == 0,
            ExpiryKind.WEEKLY: 0 < days <= WEEKLY_DAYS_MAX,
            ExpiryKind.MONTHLY: days >= 0 and expiry.day in MONTHLY_DAYS,
            ExpiryKind.DTE_RANGE: max(0, self.min_dte) <= days <= self.max_dte,
        }[self.kind]


class Moneyness(StrEnum):
    """Where the chosen strike lies: at the money, or one listed strike into it or out of it."""

    ATM = "atm"
    ITM1 = "itm1"
    OTM1 = "otm1"


def choose_expiry(rule: ExpiryRule, expiries: Iterable[date], today: date) -> date | None:
    """Return the nearest listed expiry that the rule allows; None when there is none."""
    return min((expiry for expiry in expiries if rule.allows(expiry, today)), default=None)


def candidates(
    listed: Sequence[OptionContract], spot: Decimal, right: Right, moneyness: Moneyness, strike_count: int
) -> tuple[OptionContract, ...]:
    """Return the contracts to quote: the chosen strike first, then up to ``strike_count`` neighbours on each side.

    ``listed`` is one expiry's, in any order; the other right in it is passed over. The rest come by rising distance
    from the chosen strike, the one nearer to the spot (USD) first. Empty when the chosen strike is not listed.
    """
    ladder = sorted((option for option in listed if option.right is right), key=lambda option: option.strike)
    place = _target_place([option.strike for option in ladder], spot, right, moneyness)
    if place is None:
        return ()
    target = ladder[place].strike
    near = ladder[max(0, place - strike_count) : place + strike_count + 1]
    return tuple(sorted(near, key=lambda option: (abs(option.strike - target), abs(option.strike - spot))))


def _target_place(strikes: Sequence[Decimal], spot: Decimal, right: Right, moneyness: Moneyness) -> int | None:
    """Return where in the rising strikes the chosen one stands; None when there is none.

    In the money is below the spot for a call and above it for a put. Of two strikes as near as each other the lower
    is at the money.
    """
    if not strikes:
        return None
    at_the_money = min(range(len(strikes)), key=lambda place: (abs(strikes[place] - spot), place))
    into = -1 if right is Right.CALL else 1
    place = at_the_money + {Moneyness.ATM: 0, Moneyness.ITM1: into, Moneyness.OTM1: -into}[moneyness]
    return place if 0 <= place < len(strikes) else None
