"""The recorded market on real days; they are not part of the project, see docs for the layout of the folder."""

import os
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from simgateway.market.base import Instrument
from simgateway.market.grids import NICKEL_RULE, PENNY_RULE, on_grid
from simgateway.market.hours import session
from simgateway.market.recorded import RecordedMarket

ROOT = Path(os.environ.get("STOPWARD_MARKET_DATA", Path(__file__).parents[4] / "shared" / "market"))
pytestmark = pytest.mark.skipif(
    not (ROOT / "equity").is_dir(), reason="no recorded days: set STOPWARD_MARKET_DATA to a folder in the Lean format"
)
CHRISTMAS_EVE, THIN_DAY = date(2015, 12, 24), date(2014, 6, 5)


@pytest.fixture(scope="module")
def goog() -> RecordedMarket:
    return RecordedMarket(ROOT, CHRISTMAS_EVE, ["GOOG"])


@pytest.fixture(scope="module")
def twx() -> RecordedMarket:
    return RecordedMarket(ROOT, THIN_DAY, ["TWX"])


def stock_of(market: RecordedMarket) -> Instrument:
    stock = market.stock(market.symbols()[0])
    assert stock is not None
    return stock


def hours_of(market: RecordedMarket) -> tuple[datetime, datetime]:
    hours = session(market.day())
    assert hours is not None
    return hours


def test_christmas_eve_has_its_contracts_and_ends_at_one(goog: RecordedMarket) -> None:
    opened, closed = hours_of(goog)

    listed = goog.listed("GOOG", None, "", None)

    assert (len(listed), len(goog.expiries("GOOG"))) == (2192, 12)
    assert len({row.con_id for row in listed}) == 2192
    assert len(goog.listed("GOOG", CHRISTMAS_EVE, "", None)) == 176
    assert closed - opened == timedelta(hours=3.5)
    assert len(goog.bars(stock_of(goog), closed, 60, opened, True)) == 210  # noqa: FBT003 - the interface's order


def test_at_the_end_many_that_expire_have_no_bid(goog: RecordedMarket) -> None:
    _, closed = hours_of(goog)

    quotes = [goog.quote(row, closed) for row in goog.listed("GOOG", CHRISTMAS_EVE, "", None)]

    bare = [quote for quote in quotes if quote.bid is None]
    assert len(bare) > 50
    assert all(quote.bid_size == 0 for quote in bare)


@pytest.mark.parametrize(("name", "rule_id"), [("goog", NICKEL_RULE), ("twx", PENNY_RULE)])
def test_every_recorded_quote_is_on_its_grid_and_never_crossed(
    name: str, rule_id: int, request: pytest.FixtureRequest
) -> None:
    market: RecordedMarket = request.getfixturevalue(name)
    opened, closed = hours_of(market)

    for option in market.listed(market.symbols()[0], None, "", None)[::29]:
        at: datetime | None = opened
        while at is not None and at < closed:
            quote = market.quote(option, at)
            prices = [price for price in (quote.bid, quote.ask) if price is not None]

            assert option.market_rule_id == rule_id
            assert all(on_grid(market.rule(rule_id), price) for price in prices)
            assert quote.bid is None or quote.ask is None or quote.bid <= quote.ask
            following = market.next_change(option, at)
            assert following is None or market.quote(option, following) != quote
            at = following


def test_a_thin_day_keeps_its_saturday_expiries(twx: RecordedMarket) -> None:
    expiries = twx.expiries("TWX")

    assert (len(expiries), expiries[0]) == (5, date(2014, 6, 21))
    assert len(twx.listed("TWX", None, "", None)) == 184


def test_three_days_in_a_row_are_history_of_one_another() -> None:
    market = RecordedMarket(ROOT, date(2013, 10, 9), ["SPY"])
    opened, closed = hours_of(market)

    bars = market.bars(stock_of(market), closed, 86_400, opened - timedelta(days=9), True)  # noqa: FBT003 - the interface's order

    assert len(bars) == 3
    assert bars[-1].close == market.settle_price("SPY", date(2013, 10, 9))
    assert market.quote(stock_of(market), opened).close == bars[1].close
    assert bars[1].close == pytest.approx(Decimal("165.48"))
