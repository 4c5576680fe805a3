"""Bars of every kind and size out of a real synthetic market."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from simgateway.data.bars import KINDS, BarSource, Span
from simgateway.data.spans import DAY_SECONDS, MONTH_SECONDS, WEEK_SECONDS
from simgateway.market.base import Bar, Instrument
from simgateway.market.synthetic import SyntheticMarket
from simgateway.protocol.text import new_york_day

_DAY = date(2025, 11, 12)
_NOON = datetime(2025, 11, 12, 17, 0, tzinfo=UTC)
_OPEN = datetime(2025, 11, 12, 14, 30, tzinfo=UTC)

Ask = Callable[..., list[Bar]]


@pytest.fixture(scope="module")
def market() -> SyntheticMarket:
    return SyntheticMarket(7, _DAY, ("SPY",))


@pytest.fixture
def ask(market: SyntheticMarket) -> Ask:
    stock = market.stock("SPY")
    source = BarSource(market)

    def bars(what: str, seconds: int, start: datetime = _OPEN, of: Instrument | None = stock) -> list[Bar]:
        assert of is not None
        return source.bars(of, what, Span(start=start, end=_NOON, seconds=seconds, regular_only=True))

    return bars


@pytest.mark.parametrize("what", sorted(KINDS))
def test_every_kind_has_a_bar_for_each_span_of_the_day(ask: Ask, what: str) -> None:
    bars = ask(what, 1800)

    assert [bar.start for bar in bars] == [_OPEN + timedelta(minutes=30 * number) for number in range(5)]
    assert all(bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high for bar in bars)


def test_bid_ask_spans_from_the_lowest_bid_to_the_highest_ask(ask: Ask) -> None:
    bids, asks, both = (ask(what, 1800) for what in ("BID", "ASK", "BID_ASK"))

    assert [bar.low for bar in both] == [bar.low for bar in bids]
    assert [bar.high for bar in both] == [bar.high for bar in asks]


@pytest.mark.parametrize(("seconds", "days"), [(WEEK_SECONDS, 28), (MONTH_SECONDS, 90)])
def test_weeks_and_months_are_made_of_their_days(ask: Ask, seconds: int, days: int) -> None:
    start = _OPEN - timedelta(days=days)
    longer = ask("TRADES", seconds, start)
    daily = ask("TRADES", DAY_SECONDS, start - timedelta(days=35))

    newest = longer[-2]
    since = new_york_day(longer[-3].start)
    inside = [bar for bar in daily if since < new_york_day(bar.start) <= new_york_day(newest.start)]

    assert len(longer) == {WEEK_SECONDS: 5, MONTH_SECONDS: 4}[seconds]
    assert (newest.open, newest.close) == (inside[0].open, inside[-1].close)
    assert (newest.high, newest.low) == (max(bar.high for bar in inside), min(bar.low for bar in inside))
    assert newest.volume == sum(bar.volume for bar in inside)


def test_volatilities_are_flat_bars_of_a_plausible_size(ask: Ask) -> None:
    start = _OPEN - timedelta(days=30)
    for what in ("HISTORICAL_VOLATILITY", "OPTION_IMPLIED_VOLATILITY"):
        bars = ask(what, DAY_SECONDS, start)

        assert len(bars) > 15
        assert all(0.02 < bar.close < 2 and bar.open == bar.close for bar in bars)


def test_options_have_bars_too(market: SyntheticMarket, ask: Ask) -> None:
    expiry = market.expiries("SPY")[2]
    strike = min(market.strikes("SPY"), key=lambda level: abs(level - 560))
    (call,) = market.listed("SPY", expiry, "C", strike)

    trades, middles = (ask(what, 300, _NOON - timedelta(minutes=20), call) for what in ("TRADES", "MIDPOINT"))

    assert len(middles) == 4
    assert trades
    assert all(bar.close > 0 for bar in (*trades, *middles))
