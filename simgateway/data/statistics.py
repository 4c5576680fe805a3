"""What the extra ticks tell about a contract beyond its quote: averages, ranges, volatilities, the chain's volume."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from simgateway.data import generics
from simgateway.data.greeks import mark_of
from simgateway.data.hours import last_session
from simgateway.data.spans import DAY_SECONDS
from simgateway.data.ticks import Tick, generic, price, size, string
from simgateway.data.volatility import Volatilities
from simgateway.market.base import Bar, Instrument, Market, Quote
from simgateway.protocol.text import new_york_day

_WEEKS: Final = ((13, 15), (26, 17), (52, 19))
_AVERAGE_SESSIONS: Final = 90
_NEAR_STRIKES: Final = 10


class Statistics:
    """Answers from the market alone; used when a request begins, not with each tick."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._volatilities = Volatilities(market)

    def day(self, instrument: Instrument, now: datetime) -> Bar | None:
        """Return the day's bar of a share, None before its first trade; that of an option would be walked for."""
        session = last_session(self._market, now)
        if instrument.right or session is None:
            return None
        bars = self._bars(instrument, session[0], now)
        return bars[-1] if bars else None

    def asked_for(self, instrument: Instrument, quote: Quote, kinds: frozenset[int], now: datetime) -> Iterator[Tick]:
        """Give the first ticks of the kinds asked for; one that this market knows nothing of is left out, as at IB."""
        if kinds & {generics.OPTION_VOLUME, generics.OPEN_INTEREST}:
            yield from self._of_options(instrument, quote, kinds, now)
        if not instrument.right:
            yield from self._of_share(instrument, kinds, now)
        mark = mark_of(quote)
        if generics.MARK in kinds and mark is not None:
            yield price(37, mark, 0)
        if generics.LAST_RTH in kinds and quote.last is not None:
            yield price(57, quote.last, 0)

    def _of_share(self, stock: Instrument, kinds: frozenset[int], now: datetime) -> Iterator[Tick]:
        for kind, number in ((generics.REALIZED, 23), (generics.RT_REALIZED, 58)):
            realized = self._volatilities.realized(stock, now) if kind in kinds else None
            if realized is not None:
                yield generic(number, f"{realized:.6f}")
        implied = self._volatilities.implied(stock, now) if generics.IMPLIED in kinds else None
        if implied is not None:
            yield generic(24, f"{implied:.6f}")
        if generics.STATISTICS in kinds:
            yield from self._ranges(stock, now)
        if generics.SHORTABLE in kinds:
            yield generic(46, "3.0")  # above 2.5: at least a thousand shares can be had (IB's page on tick types)
            yield size(89, 1_000_000)
        if generics.DIVIDENDS in kinds:
            yield string(59, ",,,")  # none paid, none announced

    def _ranges(self, stock: Instrument, now: datetime) -> Iterator[Tick]:
        year = self._bars(stock, now - timedelta(weeks=52), now)
        for weeks, number in _WEEKS:
            bars = [bar for bar in year if bar.start >= now - timedelta(weeks=weeks)]
            if bars:
                yield price(number, min(bar.low for bar in bars), 0)
                yield price(number + 1, max(bar.high for bar in bars), 0)
        newest = year[-_AVERAGE_SESSIONS:]
        if newest:
            yield size(21, sum(bar.volume for bar in newest) // len(newest) // 100)

    def _of_options(self, instrument: Instrument, quote: Quote, kinds: frozenset[int], now: datetime) -> Iterator[Tick]:
        """Give volume and open interest of calls and puts: an option's own, or those near a share's price."""
        quotes = [(instrument.right, quote)] if instrument.right else self._near(instrument, quote, now)
        for kind, calls in ((generics.OPEN_INTEREST, 27), (generics.OPTION_VOLUME, 29)):
            if kind not in kinds:
                continue
            for right, number in (("C", calls), ("P", calls + 1)):
                rows = [row for side, row in quotes if side == right]
                yield size(number, sum(_amount(row, kind) for row in rows))

    def _near(self, stock: Instrument, quote: Quote, now: datetime) -> list[tuple[str, Quote]]:
        """Return the quotes of the nearest expiry's strikes around the price, which stand for the whole chain."""
        today, spot = new_york_day(now), mark_of(quote) or Decimal(0)
        expiry = next((day for day in self._market.expiries(stock.symbol, today) if day >= today), None)
        if expiry is None:
            return []
        listed = sorted(
            self._market.listed(stock.symbol, expiry, "", None, today),
            key=lambda option: (abs((option.strike or Decimal(0)) - spot), option.con_id),
        )
        return [(option.right, self._market.quote(option, now)) for option in listed[: 2 * _NEAR_STRIKES]]

    def _bars(self, stock: Instrument, start: datetime, now: datetime) -> list[Bar]:
        return self._market.bars(stock, now, DAY_SECONDS, start, True)  # noqa: FBT003 - the order of the wire


def _amount(quote: Quote, kind: int) -> int:
    return (quote.open_interest or 0) if kind == generics.OPEN_INTEREST else quote.volume
