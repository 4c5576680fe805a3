from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from simgateway.market.base import Instrument, Market
from simgateway.market.recorded import RecordedMarket
from simgateway.market.synthetic import SyntheticMarket
from tests.simgateway.market.lean_builder import DAY as RECORDED_DAY
from tests.simgateway.market.lean_builder import a_share, at, equity, options, quote_row, trade_row

DAY = date(2024, 10, 8)


def synthetic() -> tuple[Market, Instrument, datetime]:
    market = SyntheticMarket(7, DAY, ("AAPL",))
    hours, stock = market.session(DAY), market.stock("AAPL")
    assert hours is not None
    assert stock is not None
    return market, stock, hours[0]


def recorded(root: Path) -> tuple[RecordedMarket, Instrument]:
    a_share(root)
    equity(root, "trade", [trade_row("09:30:00", ("100", "101", "99", "100.5"), 400)])
    rows = [quote_row("09:30:00", ("1.00",) * 4, ("1.20",) * 4), quote_row("09:31:00", ("1.10",) * 4, ("1.20",) * 4)]
    options(root, "quote", {("call", "100"): rows})
    market = RecordedMarket(root, RECORDED_DAY, ["GOOG"])
    (call,) = market.listed("GOOG", None, "C", Decimal(100))
    return market, call


def test_prints_are_the_minutes_volume_at_the_quotes_last_prices() -> None:
    market, stock, opened = synthetic()

    prints = market.prints(stock, opened, opened + timedelta(minutes=1), 1000)

    (minute,) = market.bars(stock, opened + timedelta(minutes=1), 60, opened, regular_only=True)[:1]
    assert sum(row.size for row in prints) == minute.volume
    assert (prints[0].price, prints[-1].price) == (minute.open, minute.close)
    assert all(market.quote(stock, row.at).last == row.price for row in prints)


def test_the_newest_prints_before_a_moment_reach_back_over_the_night() -> None:
    market, stock, opened = synthetic()

    newest = market.prints(stock, None, opened + timedelta(seconds=12), 5)

    before = [row for row in newest if row.at < opened]
    assert len(newest) == 5
    assert [row.at for row in newest] == sorted(row.at for row in newest)
    assert len(before) == 2
    assert before[-1].price == market.settle_price("AAPL", DAY - timedelta(days=1))


def test_changes_of_the_book_are_the_quotes_of_their_moments(tmp_path: Path) -> None:
    market, call = recorded(tmp_path)

    changes = market.quotes(call, at("09:00:00"), at("16:00:00"), 10)

    assert [(when, quote.bid) for when, quote in changes] == [
        (at("09:30:00"), Decimal("1.00")),
        (at("09:31:00"), Decimal("1.10")),
    ]
    assert market.quotes(call, None, at("16:00:00"), 1) == changes[-1:]


@pytest.mark.parametrize(("what", "closes"), [("BID", ["1.00", "1.10"]), ("MIDPOINT", ["1.10", "1.15"])])
def test_bars_of_quotes_stand_where_nothing_trades(tmp_path: Path, what: str, closes: list[str]) -> None:
    market, call = recorded(tmp_path)

    bars = market.bars(call, at("09:32:00"), 60, at("09:30:00"), regular_only=True, what=what)

    assert [bar.close for bar in bars] == [Decimal(close) for close in closes]
    assert {bar.volume for bar in bars} == {0}


def test_bars_of_quotes_hold_where_the_book_stands_still(tmp_path: Path) -> None:
    market, call = recorded(tmp_path)

    bars = market.bars(call, at("09:40:00"), 30, at("09:35:10"), regular_only=True, what="ASK")

    assert [bar.start for bar in bars] == [at("09:35:30") + timedelta(seconds=30 * step) for step in range(9)]
    assert {bar.close for bar in bars} == {Decimal("1.20")}


def test_an_unknown_sort_of_bars_is_refused(tmp_path: Path) -> None:
    market, call = recorded(tmp_path)

    with pytest.raises(ValueError, match="FEE_RATE is no sort of bars"):
        market.bars(call, at("16:00:00"), 60, at("09:30:00"), regular_only=True, what="FEE_RATE")


def test_history_begins_five_years_back_for_shares_and_with_the_listing_for_options() -> None:
    market, stock, opened = synthetic()
    option = market.listed("AAPL", market.expiries("AAPL")[0], "C", None)[0]

    assert timedelta(days=1800) < opened - market.first_data(stock) < timedelta(days=1830)
    assert timedelta(days=40) < opened - market.first_data(option) < timedelta(days=70)
