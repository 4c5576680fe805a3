"""What kind of a share a symbol is: price, liveliness, volume, its option class."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Profile:
    """The character of one underlying.

    `price` in USD at the first day's open; `volatility` is what options imply, per year; `turnover` in shares a
    session; `dividend` yield per year; `strike_step` in USD between neighbouring weekly strikes; `daily_expiries`:
    options end on every session, as those of the big index funds do; `spread_ticks` of the share itself.
    """

    name: str
    price: float
    volatility: float
    turnover: int
    dividend: float = 0.0
    strike_step: float = 2.5
    spread_ticks: int = 1
    exchange: str = "NASDAQ"
    daily_expiries: bool = False


PROFILES: Final[Mapping[str, Profile]] = {
    "SPY": Profile("SPDR S&P 500 ETF TRUST", 560.0, 0.16, 60_000_000, 0.012, 1.0, 1, "ARCA", daily_expiries=True),
    "QQQ": Profile("INVESCO QQQ TRUST SERIES 1", 480.0, 0.21, 40_000_000, 0.006, 1.0, daily_expiries=True),
    "IWM": Profile("ISHARES RUSSELL 2000 ETF", 220.0, 0.22, 28_000_000, 0.012, 1.0, 1, "ARCA", daily_expiries=True),
    "AAPL": Profile("APPLE INC", 226.0, 0.27, 50_000_000, 0.004, 2.5),
    "MSFT": Profile("MICROSOFT CORP", 430.0, 0.24, 20_000_000, 0.007, 2.5, spread_ticks=2),
    "NVDA": Profile("NVIDIA CORP", 128.0, 0.48, 200_000_000, 0.0, 1.0),
    "TSLA": Profile("TESLA INC", 245.0, 0.55, 90_000_000, 0.0, 2.5, spread_ticks=2),
    "AMD": Profile("ADVANCED MICRO DEVICES", 152.0, 0.48, 45_000_000, 0.0, 2.5),
}

DEFAULT_SYMBOLS: Final = ("SPY", "QQQ", "AAPL", "NVDA", "TSLA")


def profile_of(symbol: str) -> Profile:
    """Return a symbol's profile; one that is not in the table gets one drawn from its letters."""
    known = PROFILES.get(symbol)
    if known is not None:
        return known
    draw = zlib.crc32(symbol.encode())
    price = 20.0 + draw % 380
    step = 1.0 if price < 100 else 2.5
    volatility = 0.2 + (draw >> 9) % 40 / 100
    return Profile(f"{symbol} INC", price, volatility, 2_000_000 + (draw >> 15) % 30_000_000, 0.0, step, 2)
