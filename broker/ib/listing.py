"""From the library's bars, details and market rules to our contracts and bars."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from broker.ib.translate import SMART, read_expiry, read_multiplier, strike_of
from domain.bars import Bar
from domain.contracts import OptionContract, PriceGrid, PriceStep, Right
from domain.ids import ConId, Symbol
from domain.prices import as_money

RIGHTS: Final = frozenset(right.value for right in Right)
# Whole seconds of the bar sizes in the broker's spelling; a month is none.
BAR_UNITS: Final = {"sec": 1, "min": 60, "hour": 3600, "day": 86400, "week": 7 * 86400}


def bar_seconds(bar_size: str) -> int | None:
    """Return the length of a bar from the broker's spelling; None for another spelling."""
    count, _, unit = bar_size.partition(" ")
    seconds = BAR_UNITS.get(unit.removesuffix("s"))
    return int(count) * seconds if seconds and count.isdecimal() else None


def our_bars(bars: Iterable[Any], seconds: int) -> tuple[Bar, ...]:
    """Return copies by rising start; a daily bar's date is its midnight UTC. The library's list may still grow."""
    copies = {bar.start: bar for bar in (_our_bar(bar, seconds) for bar in list(bars))}
    return tuple(copies[start] for start in sorted(copies))


def _our_bar(bar: Any, seconds: int) -> Bar:
    start = (
        bar.date
        if isinstance(bar.date, datetime)
        else datetime(bar.date.year, bar.date.month, bar.date.day, tzinfo=UTC)
    )
    return Bar(
        start=start.astimezone(UTC),
        seconds=seconds,
        open=bar.open,
        high=bar.high,
        low=bar.low,
        close=bar.close,
        volume=max(0.0, bar.volume),
    )


def price_grid(increments: Iterable[Any]) -> PriceGrid:
    """Return a market rule as a grid by rising edge."""
    steps = (
        PriceStep(low_edge=as_money(row.lowEdge) or Decimal(0), increment=as_money(row.increment) or Decimal(0))
        for row in increments
    )
    return PriceGrid(steps=tuple(sorted(steps, key=lambda step: step.low_edge)))


def smart_rule_id(details: Any) -> int | None:
    """Return the market rule at SMART's place of the two parallel lists; None where there is none."""
    exchanges, rules = details.validExchanges.split(","), details.marketRuleIds.split(",")
    by_exchange = dict(zip(exchanges, rules, strict=False))
    text = by_exchange.get(SMART, "")
    return int(text) if text.isdecimal() else None


def option_contract(details: Any, grid: PriceGrid) -> OptionContract | None:
    """Return what the broker lists as an option of ours; None where a field is none."""
    contract = details.contract
    expiry = read_expiry(contract.lastTradeDateOrContractMonth)
    if expiry is None or not contract.conId or contract.right[:1] not in RIGHTS or contract.strike <= 0:
        return None
    return OptionContract(
        con_id=ConId(contract.conId),
        symbol=Symbol(contract.symbol),
        expiry=expiry,
        strike=strike_of(contract.strike),
        right=Right(contract.right[:1]),
        multiplier=read_multiplier(contract.multiplier),
        trading_class=contract.tradingClass,
        grid=grid,
    )
