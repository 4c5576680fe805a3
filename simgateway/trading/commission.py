"""What orders cost: IBKR Pro's commissions, by the month's volume, the premium and the order.

Sources: IBKR's pricing pages "Commissions Options" (United States, tiered) and "Commissions Stocks" (United States,
tiered and fixed). Fees of exchanges, clearing houses and regulators, which IBKR passes on, are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from simgateway.config import ShareCommission
from simgateway.market.base import Instrument
from simgateway.trading.holding import to_cents

_ENDLESS: Final = 10**18
_Rates = tuple[tuple[Decimal, Decimal], ...]
"""Rows of (least price, rate), falling: the first one that the price reaches holds."""


def _rates(*rows: tuple[str, str]) -> _Rates:
    return tuple((Decimal(least), Decimal(rate)) for least, rate in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A price list: `tiers` of (the month's volume up to which it holds, rates in USD), `least` USD an order.

    `most` is the greatest part of the trade's value an order can cost, None without such a limit; it beats `least`.
    """

    tiers: tuple[tuple[int, _Rates], ...]
    least: Decimal
    most: Decimal | None = None

    def accrue(self, volume: int, count: int, price: Decimal) -> Decimal:
        """Return the rates' sum for `count` more after `volume` in the month: each is charged by its own tier."""
        total = Decimal(0)
        for limit, rates in self.tiers:
            here = min(count, max(0, limit - volume))
            total += here * next((rate for least, rate in rates if price >= least), rates[-1][1])
            volume, count = volume + here, count - here
        return total

    def due(self, accrued: Decimal, value: Decimal) -> Decimal:
        """Return an order's commission in cents, from its rates' sum and its trades' value."""
        amount = max(self.least, accrued)
        return to_cents(amount if self.most is None else min(amount, self.most * value))


_OPTIONS: Final = Schedule(
    tiers=(
        (10_000, _rates(("0.10", "0.65"), ("0.05", "0.50"), ("0", "0.25"))),
        (50_000, _rates(("0.05", "0.50"), ("0", "0.25"))),
        (100_000, _rates(("0", "0.25"))),
        (_ENDLESS, _rates(("0", "0.15"))),
    ),
    least=Decimal("1.00"),
)
_ONE_PERCENT: Final = Decimal("0.01")
_SHARES: Final[Mapping[ShareCommission, Schedule]] = {
    ShareCommission.FIXED: Schedule(
        tiers=((_ENDLESS, _rates(("0", "0.005"))),), least=Decimal("1.00"), most=_ONE_PERCENT
    ),
    ShareCommission.TIERED: Schedule(
        tiers=(
            (300_000, _rates(("0", "0.0035"))),
            (3_000_000, _rates(("0", "0.0020"))),
            (20_000_000, _rates(("0", "0.0015"))),
            (100_000_000, _rates(("0", "0.0010"))),
            (_ENDLESS, _rates(("0", "0.0005"))),
        ),
        least=Decimal("0.35"),
        most=_ONE_PERCENT,
    ),
}


@dataclass(slots=True)
class Tab:
    """What one order has run up: the rates' sum, its trades' value and what was charged, in USD."""

    accrued: Decimal = Decimal(0)
    value: Decimal = Decimal(0)
    charged: Decimal = Decimal(0)


class Tariff:
    """Charges fills as they come: an order's least and greatest commission hold for all of its fills together."""

    def __init__(self, shares: ShareCommission = ShareCommission.FIXED) -> None:
        self._shares = shares
        self._volumes: dict[str, int] = {}

    def charge(self, tab: Tab, instrument: Instrument, count: int, price: Decimal) -> Decimal:
        """Return what a fill adds to its order's commission, in USD and cents; it counts for the month's volume."""
        schedule = self._schedule(instrument)
        volume = self._volumes.get(instrument.sec_type, 0)
        self._volumes[instrument.sec_type] = volume + count
        tab.accrued += schedule.accrue(volume, count, price)
        tab.value += price * count * instrument.multiplier
        added = schedule.due(tab.accrued, tab.value) - tab.charged
        tab.charged += added
        return added

    def estimate(self, instrument: Instrument, count: int, price: Decimal) -> Decimal:
        """Return what an order would cost that fills at this price, in USD and cents; nothing is counted."""
        schedule = self._schedule(instrument)
        accrued = schedule.accrue(self._volumes.get(instrument.sec_type, 0), count, price)
        return schedule.due(accrued, price * count * instrument.multiplier)

    def new_month(self) -> None:
        """Begin to count the volume anew."""
        self._volumes.clear()

    def _schedule(self, instrument: Instrument) -> Schedule:
        return _OPTIONS if instrument.sec_type == "OPT" else _SHARES[self._shares]
