"""Chains that go on with the days: every day new expiries, and what is listed keeps its number."""

from datetime import UTC, date, datetime, timedelta

import pytest

from simgateway.market.hours import is_trading_day
from simgateway.market.synthetic import SyntheticMarket

FIRST = date(2026, 3, 5)


def market_of(*symbols: str) -> SyntheticMarket:
    return SyntheticMarket(7, FIRST, symbols or ("SPY", "AAPL"))


def sessions(days: int) -> list[date]:
    return [day for number in range(days) if is_trading_day(day := FIRST + timedelta(days=number))]


def test_without_a_day_the_first_days_chain_is_told() -> None:
    market = market_of()

    assert market.expiries("SPY") == market.expiries("SPY", FIRST) == market.expiries("SPY", FIRST - timedelta(days=9))
    assert market.listed("SPY", None, "C", None) == market.listed("SPY", None, "C", None, FIRST)


def test_a_big_funds_options_expire_on_every_session_of_a_year() -> None:
    market = market_of()

    for day in sessions(365):
        assert day in market.expiries("SPY", day)


def test_a_shares_options_expire_within_eight_days_of_every_session_of_a_year() -> None:
    market = market_of()

    for day in sessions(365):
        assert any(day < expiry <= day + timedelta(days=8) for expiry in market.expiries("AAPL", day))


@pytest.mark.parametrize("symbol", ["SPY", "AAPL"])
def test_what_is_listed_stays_listed(symbol: str) -> None:
    market = market_of()
    known: set[int] = set()

    for day in sessions(60):
        listed = {row.con_id for row in market.listed(symbol, None, "C", None, day)}
        assert known <= listed
        known = listed


@pytest.mark.parametrize("symbol", ["SPY", "AAPL"])
def test_a_chain_stays_about_as_large_as_it_was(symbol: str) -> None:
    market = market_of()
    first = len(market.expiries(symbol))

    alive = [sum(expiry >= day for expiry in market.expiries(symbol, day)) for day in sessions(365)]

    assert first - 3 <= min(alive)
    assert max(alive) <= first + 6


@pytest.mark.parametrize("symbol", ["SPY", "AAPL"])
def test_a_market_made_anew_knows_the_numbers_of_a_later_day(symbol: str) -> None:
    later = FIRST + timedelta(days=100)
    listed = market_of().listed(symbol, None, "", None, later)

    fresh = market_of()

    assert len({row.con_id for row in listed}) == len(listed)
    assert all(fresh.by_con_id(row.con_id) == row for row in listed[::31])


def test_the_order_of_asking_changes_nothing() -> None:
    early, late = FIRST + timedelta(days=7), FIRST + timedelta(days=200)
    one, other = market_of(), market_of()

    forwards = one.expiries("SPY", early), one.expiries("SPY", late)
    backwards = other.expiries("SPY", late), other.expiries("SPY", early)

    assert forwards == tuple(reversed(backwards))


def test_an_expiry_that_comes_near_gets_the_dense_strikes_besides() -> None:
    market = market_of()
    expiry = max(market.expiries("AAPL"))

    far = market.listed("AAPL", expiry, "C", None)
    near = market.listed("AAPL", expiry, "C", None, expiry - timedelta(days=30))

    assert {row.con_id for row in far} < {row.con_id for row in near}


def test_a_market_that_has_seen_later_days_quotes_the_past_as_before() -> None:
    market = market_of()
    option = market.listed("SPY", FIRST, "C", None)[40]
    moment = datetime(2026, 3, 5, 16, tzinfo=UTC)

    before = market.quote(option, moment)
    market.quote(market.listed("SPY", FIRST, "C", None)[41], moment + timedelta(days=20))

    assert market.quote(option, moment) == before
    assert before.bid is not None
