"""Has a synthetic market draw its past before clients ask for it."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from simgateway.market.base import Market

_HISTORY_DRAWN: Final = timedelta(days=45)
_SYMBOLS_DRAWN: Final = 5
_PAUSE_SECONDS: Final = 0.02


def draw(market: Market, now: datetime) -> None:
    """Draw a month of the first underlyings, and the day of all of them.

    On a sped-up clock a thousand first requests would make it late.
    """
    for number, symbol in enumerate(market.symbols()):
        stock = market.stock(symbol)
        if stock is not None:
            if number < _SYMBOLS_DRAWN:
                market.bars(stock, now, 3600, now - _HISTORY_DRAWN, regular_only=True)
            market.quote(stock, now)


async def draw_slowly(market: Market, now: datetime) -> None:
    """Draw a month of the first underlyings day by day beside the service, so that it is there when it is asked for."""
    stocks = [market.stock(symbol) for symbol in market.symbols()[:_SYMBOLS_DRAWN]]
    for stock in (each for each in stocks if each is not None):
        for back in range(_HISTORY_DRAWN.days):
            end = now - timedelta(days=back)
            market.bars(stock, end, 3600, end - timedelta(days=1), regular_only=True)
            await asyncio.sleep(_PAUSE_SECONDS)
