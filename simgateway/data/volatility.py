"""The volatility of a share: realised, from its closes, and implied, from an option near the money."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

from simgateway.data.greeks import GreeksDesk, mark_of
from simgateway.data.hours import last_session
from simgateway.data.spans import DAY_SECONDS
from simgateway.market.base import Bar, Instrument, Market
from simgateway.protocol.text import new_york_day

_RETURNS: Final = 30
_SESSIONS_A_YEAR: Final = 252
_CLOSES_FROM: Final = timedelta(days=60)
_SOONEST: Final = timedelta(days=20)
_PRECISION: Final = Decimal("0.000001")


class Volatilities:
    """Answers from the market alone."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._greeks = GreeksDesk(market)

    def realized(self, stock: Instrument, at: datetime) -> float | None:
        """Return the yearly deviation of the newest 30 daily returns; None with fewer."""
        by_day = self._by_day(stock, at, at)
        return next(reversed(by_day.values())) if by_day else None

    def implied(self, stock: Instrument, at: datetime) -> float | None:
        """Return the implied volatility of a call near the money that has three weeks or more; None without one.

        Outside of the session it is that of its last minute.
        """
        session = last_session(self._market, at)
        moment = min(at, session[1] - timedelta(minutes=1)) if session else at
        spot = mark_of(self._market.quote(stock, moment))
        option = self._near_the_money(stock.symbol, spot, new_york_day(moment)) if spot is not None else None
        if option is None:
            return None
        found = self._greeks.of(option, mark_of(self._market.quote(option, moment)), spot, moment)
        return found[0] if found else None

    def bars(self, stock: Instrument, what: str, times: Sequence[Bar], end: datetime) -> list[Bar]:
        """Return flat bars of a volatility at the times of others.

        The past of implied volatilities is not drawn anywhere: it is taken to move as the realised one does, at the
        ratio the two have at `end`.
        """
        if not times:
            return []
        by_day = self._by_day(stock, times[0].start, end)
        ratio = self._ratio(stock, by_day, end) if what == "OPTION_IMPLIED_VOLATILITY" else 1.0
        days = ((bar, by_day.get(new_york_day(bar.start))) for bar in times)
        return [_flat(bar, figure * ratio) for bar, figure in days if figure is not None]

    def _ratio(self, stock: Instrument, by_day: dict[date, float], end: datetime) -> float:
        implied = self.implied(stock, end)
        newest = next(reversed(by_day.values()), 0.0)
        return implied / newest if implied and newest else 1.0

    def _by_day(self, stock: Instrument, start: datetime, end: datetime) -> dict[date, float]:
        """Return each day's realised volatility, by closes up to and with that day's, rising."""
        days = self._market.bars(stock, end, DAY_SECONDS, start - _CLOSES_FROM, True)  # noqa: FBT003 - the wire's order
        closes = [float(bar.close) for bar in days]
        returns = [math.log(after / before) for before, after in pairwise(closes)]
        return {
            new_york_day(days[number].start): _deviation(returns[number - _RETURNS : number])
            for number in range(_RETURNS, len(days))
        }

    def _near_the_money(self, symbol: str, spot: Decimal, today: date) -> Instrument | None:
        expiries = [day for day in self._market.expiries(symbol, today) if day >= today]
        if not expiries:
            return None
        expiry = next((day for day in expiries if day - today >= _SOONEST), expiries[-1])
        calls = self._market.listed(symbol, expiry, "C", None, today)
        return min(calls, key=lambda call: abs((call.strike or Decimal(0)) - spot), default=None)


def _deviation(returns: Sequence[float]) -> float:
    mean = math.fsum(returns) / len(returns)
    return math.sqrt(math.fsum((move - mean) ** 2 for move in returns) / (len(returns) - 1) * _SESSIONS_A_YEAR)


def _flat(bar: Bar, figure: float) -> Bar:
    level = Decimal(figure).quantize(_PRECISION)
    return replace(bar, open=level, high=level, low=level, close=level, wap=level)
