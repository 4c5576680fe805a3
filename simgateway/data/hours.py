"""When an instrument trades: regular hours for options always, for shares as long as the request allows."""

from datetime import date, datetime, timedelta

from simgateway.data.spans import Hours
from simgateway.market.base import Instrument, Market
from simgateway.protocol.text import new_york_day

_LOOK_BACK_DAYS = 10


def hours_of(market: Market, instrument: Instrument, *, regular_only: bool) -> Hours:
    """Return the hours a request covers; IB gives those of options as regular ones whatever was asked."""
    return market.session if regular_only or instrument.right else market.extended_session


def is_open(market: Market, instrument: Instrument, at: datetime) -> bool:
    """Return whether the instrument trades at this moment, longer hours included."""
    span = hours_of(market, instrument, regular_only=False)(new_york_day(at))
    return span is not None and span[0] <= at < span[1]


def last_session(market: Market, at: datetime) -> tuple[datetime, datetime] | None:
    """Return the newest regular session that has begun at this moment; None when ten days had none."""
    day = new_york_day(at)
    for back in range(_LOOK_BACK_DAYS):
        span = market.session(day - timedelta(days=back))
        if span is not None and span[0] <= at:
            return span
    return None


def sessions_between(hours: Hours, start: datetime, end: datetime) -> list[tuple[date, datetime, datetime]]:
    """Return the sessions that touch [start, end]: day, open, close, rising."""
    day, last = new_york_day(start), new_york_day(end)
    found = []
    while day <= last:
        span = hours(day)
        if span is not None and span[1] >= start and span[0] <= end:
            found.append((day, *span))
        day += timedelta(days=1)
    return found
