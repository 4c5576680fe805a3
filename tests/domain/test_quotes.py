from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.quotes import age_seconds, display_price, mid, spread, spread_pct
from tests.domain.market_builders import NOW, a_quote

D = Decimal
cents = st.decimals(min_value="0.01", max_value="5000", places=2)


def test_the_mid_lies_between_bid_and_ask() -> None:
    assert mid(a_quote("2.00", "2.05")) == D("2.025")


@pytest.mark.parametrize(("bid", "ask"), [(None, "1"), ("1", None), (None, None), ("2", "1")])
def test_there_is_no_mid_without_two_sides_or_when_they_are_crossed(bid: str | None, ask: str | None) -> None:
    assert mid(a_quote(bid, ask)) is None


def test_the_spread_of_a_crossed_quote_is_below_zero() -> None:
    assert spread(a_quote("2.10", "2.00")) == D("-0.10")


@pytest.mark.parametrize(("bid", "ask"), [(None, "1"), ("1", None)])
def test_there_is_no_spread_without_two_sides(bid: str | None, ask: str | None) -> None:
    assert spread(a_quote(bid, ask)) is None


def test_the_spread_is_in_percent_of_the_mid() -> None:
    assert spread_pct(a_quote("1.98", "2.02")) == D(2)


@pytest.mark.parametrize(("bid", "ask"), [(None, "1"), ("0", "0"), ("2", "1")])
def test_there_is_no_percentage_without_a_mid_above_zero(bid: str | None, ask: str) -> None:
    assert spread_pct(a_quote(bid, ask)) is None


@pytest.mark.parametrize(
    ("last", "bid", "close", "shown"),
    [("7", "2.00", "5", "7"), (None, "2.00", "5", "2.01"), (None, None, "5", "5"), (None, None, None, None)],
)
def test_the_price_shown_falls_back_from_last_to_mid_to_close(
    last: str | None, bid: str | None, close: str | None, shown: str | None
) -> None:
    found = display_price(a_quote(bid, last=last, close=close))

    assert found == (None if shown is None else D(shown))


def test_age_is_counted_by_the_quotes_own_time() -> None:
    assert age_seconds(a_quote(), NOW + timedelta(seconds=15)) == 15.0


@given(cents, cents)
def test_half_a_spread_from_the_mid_are_bid_and_ask(one: Decimal, other: Decimal) -> None:
    bid, ask = sorted((one, other))
    quote = a_quote(str(bid), str(ask))

    middle, width = mid(quote), spread(quote)

    assert middle is not None
    assert width is not None
    assert (middle - width / 2, middle + width / 2) == (bid, ask)
