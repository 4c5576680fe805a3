"""What is listed: an underlying, an option contract, a chain."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.ids import ConId, Symbol


class Right(StrEnum):
    """The right an option gives: to buy (call) or to sell (put)."""

    CALL = "C"
    PUT = "P"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceStep:
    """From this price up, prices are multiples of the increment, in USD."""

    low_edge: Decimal
    increment: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceGrid:
    """The market rule of a contract: steps by rising low edge, the first at 0."""

    steps: tuple[PriceStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Underlying:
    """A stock or ETF as the broker knows it."""

    con_id: ConId
    symbol: Symbol
    primary_exchange: str
    currency: str = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionContract:
    """One listed option. Strike in USD; expiry is the exchange's calendar day."""

    con_id: ConId
    symbol: Symbol
    expiry: date
    strike: Decimal
    right: Right
    multiplier: int
    trading_class: str
    grid: PriceGrid

    @property
    def label(self) -> str:
        """Return the contract as people read it: GOOG 2015-12-24 750C."""
        return f"{self.symbol} {self.expiry} {self.strike.normalize():f}{self.right.value}"


Contract = Underlying | OptionContract


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Expiries and strikes of the standard trading class; not every pair of them is listed."""

    symbol: Symbol
    trading_class: str
    multiplier: int
    expiries: tuple[date, ...]
    strikes: tuple[Decimal, ...]
