from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from simgateway.market.base import Instrument
from simgateway.market.grids import on_grid
from simgateway.market.hours import session
from simgateway.market.shapes import added
from simgateway.market.synthetic import SyntheticMarket

DAY = date(2024, 10, 8)
HOURS = session(DAY)
assert HOURS is not None
OPEN, CLOSE = HOURS
LATE = OPEN + timedelta(hours=1, seconds=7)


def a_market(seed: int = 7, symbols: tuple[str, ...] = ("SPY", "AAPL", "TSLA")) -> SyntheticMarket:
    return SyntheticMarket(seed, DAY, symbols)


def stock_of(market: SyntheticMarket, symbol: str) -> Instrument:
    stock = market.stock(symbol)
    assert stock is not None
    return stock


def near_the_money(market: SyntheticMarket, symbol: str, at: datetime, right: str = "C") -> Instrument:
    """Return the option of the nearest weekly expiry whose strike is nearest to the share's price."""
    last = market.quote(stock_of(market, symbol), at).last
    assert last is not None
    expiry = next(day for day in market.expiries(symbol) if day > DAY)
    return min(market.listed(symbol, expiry, right, None), key=lambda row: abs((row.strike or Decimal(0)) - last))


def test_the_same_seed_gives_the_same_answers_in_any_order_of_asking() -> None:
    first, second = a_market(), a_market()
    moments = [OPEN + timedelta(minutes=minute, seconds=3) for minute in (1, 90, 45, 389)]

    option = near_the_money(first, "AAPL", LATE)
    there = [first.quote(option, at) for at in moments]
    back = [second.quote(option, at) for at in reversed(moments)]

    assert there == back[::-1]
    month_ago = OPEN - timedelta(days=30)
    share = stock_of(first, "SPY")
    assert first.bars(share, CLOSE, 3600, month_ago, True) == second.bars(share, CLOSE, 3600, month_ago, True)  # noqa: FBT003 - the interface's order


def test_another_seed_gives_another_day() -> None:
    first, second = a_market(7), a_market(8)

    quotes = first.quote(stock_of(first, "SPY"), LATE), second.quote(stock_of(second, "SPY"), LATE)

    assert quotes[0] != quotes[1]


@pytest.mark.parametrize("symbol", ["SPY", "AAPL", "TSLA"])
def test_quotes_of_a_minute_lie_within_its_bar_and_reach_its_ends(symbol: str) -> None:
    market = a_market()
    share = stock_of(market, symbol)

    for bar in market.bars(share, CLOSE, 60, OPEN, True)[::37]:  # noqa: FBT003 - the interface's order
        steps = [market.quote(share, bar.start + timedelta(seconds=second)).last for second in range(0, 60, 5)]

        assert (steps[0], max(steps, default=None), min(steps, default=None), steps[-1]) == (  # type: ignore[type-var]  # a session's quote has a last trade
            bar.open,
            bar.high,
            bar.low,
            bar.close,
        )


def test_hours_are_joined_from_the_same_minutes() -> None:
    market = a_market()
    share = stock_of(market, "SPY")

    hours = market.bars(share, CLOSE, 3600, OPEN, True)  # noqa: FBT003 - the interface's order
    minutes = market.bars(share, CLOSE, 60, OPEN, True)  # noqa: FBT003 - the interface's order

    assert [bar.start.minute for bar in hours] == [30, 0, 0, 0, 0, 0, 0]
    assert sum(bar.volume for bar in hours) == sum(bar.volume for bar in minutes)
    assert (hours[1].open, hours[1].close) == (minutes[30].open, minutes[89].close)
    assert hours[1].high == max(bar.high for bar in minutes[30:90])


def test_the_last_bar_is_the_forming_one() -> None:
    market = a_market()
    share = stock_of(market, "SPY")

    forming = market.bars(share, LATE, 60, OPEN, True)[-1]  # noqa: FBT003 - the interface's order
    whole = market.bars(share, LATE + timedelta(minutes=1), 60, OPEN, True)[-2]  # noqa: FBT003 - the interface's order

    assert forming.start == whole.start == LATE.replace(second=0)
    assert (forming.open, forming.close) == (whole.open, market.quote(share, LATE).last)
    assert forming.volume < whole.volume


def test_a_bar_that_starts_at_the_end_is_not_given() -> None:
    market = a_market()
    share = stock_of(market, "SPY")

    bars = market.bars(share, OPEN + timedelta(minutes=2), 60, OPEN, True)  # noqa: FBT003 - the interface's order

    assert [bar.start for bar in bars] == [OPEN, OPEN + timedelta(minutes=1)]


def test_thirty_sessions_of_minutes_lie_behind_the_day() -> None:
    market = a_market()
    share = stock_of(market, "AAPL")

    minutes = market.bars(share, OPEN, 60, OPEN - timedelta(days=45), True)  # noqa: FBT003 - the interface's order

    assert len({bar.start.date() for bar in minutes}) >= 30
    assert all(bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high for bar in minutes)


def test_a_day_opens_near_where_the_one_before_closed() -> None:
    market = a_market()
    share = stock_of(market, "SPY")

    days = market.bars(share, CLOSE, 86_400, OPEN - timedelta(days=30), True)  # noqa: FBT003 - the interface's order

    assert len(days) > 20
    assert all(abs(after.open / before.close - 1) < Decimal("0.03") for before, after in pairwise(days))
    assert market.settle_price("SPY", DAY) == days[-1].close


def test_volume_is_shaped_like_a_u() -> None:
    market = a_market()
    minutes = market.bars(stock_of(market, "SPY"), CLOSE, 60, OPEN - timedelta(days=20), True)  # noqa: FBT003 - the interface's order

    def mean(first: int, last: int) -> float:
        chosen = [bar.volume for number, bar in enumerate(minutes) if first <= number % 390 < last]
        return sum(chosen) / len(chosen)

    assert mean(0, 15) > 1.5 * mean(180, 210) < mean(375, 390)


def test_options_are_quoted_on_their_grid_with_bid_below_ask() -> None:
    market = a_market()

    for symbol in market.symbols():
        for option in market.listed(symbol, market.expiries(symbol)[1], "", None):
            quote = market.quote(option, LATE)
            sides = [price for price in (quote.bid, quote.ask) if price is not None]

            assert all(on_grid(market.rule(option.market_rule_id), price) for price in sides)
            assert quote.ask is not None
            assert (quote.bid is None) == (quote.bid_size == 0)
            assert quote.bid is None or 0 < quote.bid < quote.ask


@pytest.mark.parametrize("symbol", ["SPY", "AAPL", "TSLA"])
def test_options_near_the_money_are_tight_and_busy(symbol: str) -> None:
    market = a_market()

    option = near_the_money(market, symbol, LATE)
    quotes = [market.quote(option, LATE + timedelta(minutes=minute)) for minute in range(60)]

    tight = [row for row in quotes if row.bid and row.ask and row.ask - row.bid <= max(row.ask / 50, Decimal("0.05"))]
    assert len(tight) > 45
    assert all(row.volume >= 100 for row in quotes)
    assert all(Decimal("0.3") < row.bid < 10 for row in quotes if row.bid)


def test_sizes_are_now_and_then_too_small_for_an_order_of_five() -> None:
    market = a_market()
    option = near_the_money(market, "AAPL", LATE)

    sizes = [market.quote(option, OPEN + timedelta(seconds=15 * step)).ask_size for step in range(400)]

    small = sum(size < 5 for size in sizes)
    assert 10 < small < 150
    assert (min(sizes), max(sizes)) >= (1, 5)
    assert max(sizes) <= 50


def test_a_days_volume_never_shrinks() -> None:
    market = a_market()
    option = near_the_money(market, "TSLA", OPEN)

    volumes = [market.quote(option, OPEN + timedelta(minutes=minute)).volume for minute in range(390)]

    assert volumes == sorted(volumes)


def test_puts_and_calls_of_one_strike_agree_with_the_share() -> None:
    market = a_market()
    call, put = near_the_money(market, "SPY", LATE), near_the_money(market, "SPY", LATE, "P")

    quotes = [market.quote(row, LATE) for row in (call, put, stock_of(market, "SPY"))]

    middles = [((row.bid or Decimal(0)) + (row.ask or Decimal(0))) / 2 for row in quotes]
    assert abs(middles[0] - middles[1] - (middles[2] - (call.strike or Decimal(0)))) < Decimal("0.5")


def test_quotes_stand_still_between_two_changes() -> None:
    market = a_market()
    option = near_the_money(market, "SPY", LATE)

    following = market.next_change(option, LATE)

    assert following is not None
    assert LATE < following <= LATE + timedelta(seconds=5)
    assert market.quote(option, following - timedelta(microseconds=1)) == market.quote(option, LATE)


def test_outside_the_session_nobody_quotes() -> None:
    market = a_market()
    share = stock_of(market, "SPY")

    early, late = market.quote(share, OPEN - timedelta(seconds=1)), market.quote(share, CLOSE)

    assert (early.bid, early.ask, early.last) == (None, None, None)
    assert (late.bid, late.last) == (None, market.settle_price("SPY", DAY))
    assert market.next_change(share, OPEN - timedelta(minutes=1)) == OPEN
    assert market.next_change(share, CLOSE) is None


def test_index_funds_expire_daily_and_shares_weekly() -> None:
    market = a_market()

    spy, apple = market.expiries("SPY"), market.expiries("AAPL")

    assert spy[:4] == (DAY, date(2024, 10, 9), date(2024, 10, 10), date(2024, 10, 11))
    assert apple[:3] == (date(2024, 10, 11), date(2024, 10, 18), date(2024, 10, 25))
    assert {date(2025, 1, 17), date(2026, 1, 16)} <= set(apple)


def test_con_ids_name_one_contract_each_and_are_found_by_a_market_that_never_listed_them() -> None:
    market, fresh = a_market(), a_market()

    listed = [row for symbol in market.symbols() for row in market.listed(symbol, None, "", None)]

    assert len({row.con_id for row in listed}) == len(listed) > 1000
    assert all(fresh.by_con_id(row.con_id) == row for row in (*listed[::97], stock_of(market, "TSLA")))
    assert fresh.by_con_id(999) is None
    assert fresh.by_con_id(2**31 - 1) is None


def test_a_listing_is_narrowed_by_every_part() -> None:
    market = a_market()
    strike = market.strikes("AAPL")[10]

    rows = market.listed("AAPL", None, "P", strike)

    assert {(row.right, row.strike) for row in rows} == {("P", strike)}
    assert market.listed("AAPL", date(2024, 10, 9), "", None) == ()
    assert market.listed("NONE", None, "", None) == ()


def test_an_option_that_has_expired_is_not_quoted() -> None:
    market = a_market()
    option = market.listed("SPY", DAY, "C", None)[0]

    quote = market.quote(option, LATE + timedelta(days=1))

    assert (quote.bid, quote.ask) == (None, None)
    assert market.next_change(option, LATE + timedelta(days=1)) is None


def test_a_thousand_symbols_have_numbers_of_their_own() -> None:
    symbols = tuple(f"S{number}" for number in range(1000))
    market = SyntheticMarket(1, DAY, symbols)

    far = market.listed("S999", market.expiries("S999")[0], "C", None)[0]

    assert far.con_id < 2**31
    assert market.by_con_id(far.con_id) == far


def test_returns_add_up_alike_on_every_python() -> None:
    assert added([0.1] * 10) == 0.9999999999999999  # Where `sum` is 1.0 from Python 3.12 on.
