"""Bars, quotes, options and grids: valid by default, one word changes one thing."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from domain.bars import Bar
from domain.contracts import OptionContract, PriceGrid, PriceStep, Right
from domain.ids import ConId, Symbol
from domain.quotes import Quote

OPEN = datetime(2025, 7, 8, 13, 30, tzinfo=UTC)  # 09:30 in New York, a Tuesday in summer.
NOW = OPEN + timedelta(hours=1)


def a_grid(*steps: tuple[str, str]) -> PriceGrid:
    return PriceGrid(steps=tuple(PriceStep(low_edge=Decimal(edge), increment=Decimal(step)) for edge, step in steps))


PENNIES = a_grid(("0", "0.01"))
PENNY_PROGRAM = a_grid(("0", "0.01"), ("3", "0.05"))
NICKELS = a_grid(("0", "0.05"), ("3", "0.10"))


def a_bar(
    close: float,
    *,
    start: datetime = OPEN,
    seconds: int = 60,
    volume: float = 1_000.0,
    high: float | None = None,
    low: float | None = None,
) -> Bar:
    return Bar(
        start=start,
        seconds=seconds,
        open=close,
        high=close if high is None else high,
        low=close if low is None else low,
        close=close,
        volume=volume,
    )


def bars_of(
    closes: Sequence[float], *, start: datetime = OPEN, seconds: int = 60, volume: float = 1_000.0
) -> list[Bar]:
    return [
        a_bar(close, start=start + timedelta(seconds=seconds * place), seconds=seconds, volume=volume)
        for place, close in enumerate(closes)
    ]


def a_quote(
    bid: str | None = "2.00",
    ask: str | None = "2.02",
    *,
    bid_size: int | None = 10,
    ask_size: int | None = 10,
    last: str | None = None,
    close: str | None = None,
    volume: int | None = 500,
    open_interest: int | None = None,
    at: datetime = NOW,
    market_data_type: int = 1,
) -> Quote:
    return Quote(
        con_id=ConId(1),
        bid=None if bid is None else Decimal(bid),
        ask=None if ask is None else Decimal(ask),
        bid_size=bid_size,
        ask_size=ask_size,
        last=None if last is None else Decimal(last),
        close=None if close is None else Decimal(close),
        volume=volume,
        open_interest=open_interest,
        at=at,
        market_data_type=market_data_type,
    )


def an_option(strike: str = "750", *, right: Right = Right.CALL, grid: PriceGrid = PENNIES) -> OptionContract:
    return OptionContract(
        con_id=ConId(int(Decimal(strike) * 10)),
        symbol=Symbol("GOOG"),
        expiry=date(2025, 7, 11),
        strike=Decimal(strike),
        right=right,
        multiplier=100,
        trading_class="GOOG",
        grid=grid,
    )
