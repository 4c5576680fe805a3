from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from simgateway.market.base import Instrument
from simgateway.market.calendars import EverOpen, RegularHours
from simgateway.market.hours import at_new_york
from simgateway.market.synthetic import SyntheticMarket

SUNDAY = date(2025, 11, 9)
NIGHT = datetime(2025, 11, 9, 8, 12, 3, tzinfo=UTC)


def a_market(day: date = SUNDAY) -> tuple[SyntheticMarket, Instrument]:
    market = SyntheticMarket(7, day, ("SPY",), hours=EverOpen())
    stock = market.stock("SPY")
    assert stock is not None
    return market, stock


def test_sessions_follow_each_other_without_a_gap_even_when_the_clocks_change() -> None:
    hours = EverOpen()
    days = [date(2025, 10, 30) + timedelta(days=number) for number in range(8)]

    sessions = [session for session in map(hours.session, days) if session is not None]

    assert len(sessions) == 8
    assert all(earlier[1] == later[0] for earlier, later in pairwise(sessions))
    assert max(session[1] - session[0] for session in sessions) == timedelta(hours=25)


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_quotes_change_at_any_hour_of_a_sunday(hour: int) -> None:
    market, stock = a_market()
    at = at_new_york(SUNDAY, time.min) + timedelta(hours=hour)

    quotes = [market.quote(stock, at + timedelta(seconds=5 * step)) for step in range(60)]

    assert all(quote.bid is not None and quote.ask is not None for quote in quotes)
    assert len({quote.bid for quote in quotes}) > 5
    assert market.next_change(stock, at) == at + timedelta(seconds=5)


def test_thirty_sessions_of_minutes_lie_behind_a_sunday_night() -> None:
    market, stock = a_market()

    minutes = market.bars(stock, NIGHT, 60, NIGHT - timedelta(days=31), regular_only=True)

    assert len({bar.start.date() for bar in minutes}) >= 31
    assert all(later.start - earlier.start == timedelta(minutes=1) for earlier, later in pairwise(minutes))
    assert minutes[-1].close == market.quote(stock, NIGHT).last


def test_a_day_moves_about_as_far_as_a_session_does() -> None:
    market, stock = a_market()
    regular = SyntheticMarket(7, date(2025, 11, 10), ("SPY",))

    ranges = []
    for one in (market, regular):
        days = one.bars(stock, NIGHT, 86_400, NIGHT - timedelta(days=90), regular_only=True)
        ranges.append(sum(float(bar.high / bar.low) - 1 for bar in days) / len(days))

    assert ranges[0] == pytest.approx(ranges[1], rel=0.5)


def test_options_expire_at_four_in_the_afternoon_of_a_trading_day() -> None:
    market, _ = a_market()
    monday = date(2025, 11, 10)
    ends = at_new_york(monday, time(16))

    assert market.expiries("SPY")[0] == monday
    assert market.expiry_time(monday) == ends
    option = market.listed("SPY", monday, "C", None)[0]
    assert market.quote(option, ends - timedelta(seconds=1)).ask is not None
    assert market.quote(option, ends).ask is None
    assert market.next_change(option, ends) is None
    trades = market.bars(option, ends + timedelta(hours=3), 3600, ends - timedelta(hours=3), regular_only=True)
    assert all(bar.start < ends for bar in trades)


def test_they_settle_at_the_price_of_that_moment() -> None:
    market, stock = a_market()
    monday = date(2025, 11, 10)

    before = market.quote(stock, market.expiry_time(monday) - timedelta(seconds=1))

    assert market.settle_price("SPY", monday) == before.last


def test_the_regular_market_has_longer_hours_when_it_is_told() -> None:
    day = date(2025, 11, 12)
    plain, longer = (SyntheticMarket(7, day, ("SPY",), hours=RegularHours(extended=each)) for each in (False, True))
    stock = plain.stock("SPY")
    assert stock is not None
    early, late = at_new_york(day, time(4)), at_new_york(day, time(20))

    assert plain.extended_session(day) == plain.session(day) == longer.session(day)
    assert longer.extended_session(day) == (early, late)
    for at in (early, late - timedelta(seconds=1)):
        assert plain.quote(stock, at).bid is None
        assert longer.quote(stock, at).bid is not None
    assert longer.next_change(stock, early) == early + timedelta(seconds=5)
    assert longer.next_change(stock, late) is None


def test_early_trading_leads_from_the_close_before_to_the_open() -> None:
    day = date(2025, 11, 12)
    market = SyntheticMarket(7, day, ("SPY",), hours=RegularHours(extended=True))
    stock, session = market.stock("SPY"), market.session(day)
    assert stock is not None
    assert session is not None

    bars = market.bars(stock, session[1] + timedelta(hours=4), 60, session[0] - timedelta(hours=6), regular_only=False)
    regular = market.bars(stock, session[1], 60, session[0], regular_only=True)

    assert len(bars) == 16 * 60
    assert [bar for bar in bars if session[0] <= bar.start < session[1]] == regular
    jumps = [abs(float(later.open / earlier.close) - 1) for earlier, later in pairwise(bars)]
    assert max(jumps) < 0.001
    hours = market.bars(stock, session[1], 3600, session[0] - timedelta(hours=6), regular_only=False)
    assert [bar.start.minute for bar in hours] == [0] * 12


def test_options_do_not_trade_early_or_late() -> None:
    day = date(2025, 11, 12)
    market = SyntheticMarket(7, day, ("SPY",), hours=RegularHours(extended=True))
    option = market.listed("SPY", market.expiries("SPY")[2], "C", None)[60]
    session = market.session(day)
    assert session is not None

    assert market.quote(option, session[0] - timedelta(minutes=1)).ask is None
    assert market.next_change(option, session[0] - timedelta(minutes=1)) == session[0]
    assert market.quote(option, session[0]).ask is not None
