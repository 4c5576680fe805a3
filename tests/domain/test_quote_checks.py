from datetime import timedelta

import pytest

from domain.denials import DenialRule
from domain.quote_checks import is_crossed, quote_problem
from domain.quotes import Quote
from tests.domain.market_builders import NOW, a_quote


@pytest.mark.parametrize(
    ("quote", "problem"),
    [
        (a_quote(), None),
        (a_quote("2.00", "2.00"), None),
        (a_quote(bid_size=None, ask_size=None), None),
        (a_quote(market_data_type=2), None),
        (a_quote(market_data_type=3), DenialRule.DELAYED_DATA),
        (a_quote(market_data_type=4), DenialRule.DELAYED_DATA),
        (a_quote(None), DenialRule.NO_BID),
        (a_quote("0"), DenialRule.NO_BID),
        (a_quote("-1"), DenialRule.NO_BID),
        (a_quote("NaN"), DenialRule.NO_BID),
        (a_quote(bid_size=0), DenialRule.NO_BID),
        (a_quote(ask=None), DenialRule.NO_ASK),
        (a_quote(ask="Infinity"), DenialRule.NO_ASK),
        (a_quote(ask_size=0), DenialRule.NO_ASK),
        (a_quote("2.03", "2.02"), DenialRule.CROSSED),
    ],
)
def test_a_quote_to_trade_on_is_live_and_has_two_sides_that_do_not_cross(
    quote: Quote, problem: DenialRule | None
) -> None:
    assert quote_problem(quote, NOW, 15) is problem


@pytest.mark.parametrize(
    ("seconds", "problem"),
    [(15, None), (15.001, DenialRule.STALE_QUOTE), (-15, None), (-15.001, DenialRule.STALE_QUOTE)],
)
def test_a_quote_is_stale_past_its_limit_on_either_side_of_now(seconds: float, problem: DenialRule | None) -> None:
    quote = a_quote(at=NOW - timedelta(seconds=seconds))

    assert quote_problem(quote, NOW, 15) is problem


def test_delayed_data_is_named_before_what_else_is_wrong() -> None:
    assert quote_problem(a_quote(None, market_data_type=3), NOW, 15) is DenialRule.DELAYED_DATA


@pytest.mark.parametrize(("bid", "ask"), [(None, "1"), ("1", None), ("1", "1")])
def test_one_side_alone_and_a_locked_market_are_not_crossed(bid: str | None, ask: str | None) -> None:
    assert not is_crossed(a_quote(bid, ask))
