"""The start of a trading day's ledger."""

from datetime import date, datetime
from decimal import Decimal

from domain.events import DayOpened
from domain.exposures import ZERO
from domain.sizing import known


def first_sight(day: date, net_liquidation: Decimal | None, previous: Decimal | None, at: datetime) -> DayOpened | None:
    """Return the opening of a trading day; None while net liquidation is unknown or not above 0.

    ``previous`` is PreviousDayEquityWithLoanValue: the higher of both is the start, so that a loss between the last
    close and first sight is not forgotten. Call it near the session's open: the broker's daily P&L of the day before
    stands until its own reset.
    """
    seen = known(net_liquidation)
    if seen is None or seen <= 0:
        return None
    return DayOpened(at=at, day=day, start_equity=max(seen, known(previous) or ZERO))
