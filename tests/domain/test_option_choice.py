from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contracts import OptionContract, PriceGrid
from domain.denials import DenialRule, EntryDenied
from domain.option_choice import Choice, OptionFilters, choose
from domain.quotes import Quote
from tests.domain.market_builders import NICKELS, NOW, PENNIES, PENNY_PROGRAM, a_quote, an_option

FILTERS = OptionFilters(max_spread_pct=Decimal("2.0"), min_volume=100, min_open_interest=0, max_quote_age_seconds=15)
GOOD, WIDE = a_quote("2.00", "2.02"), a_quote("2.00", "2.20")
TARGET = an_option("750")


def chosen(*quoted: tuple[OptionContract, Quote | None]) -> Choice:
    found = choose(quoted, FILTERS, TARGET, NOW)
    assert isinstance(found, Choice)
    return found


def denials(*quoted: tuple[OptionContract, Quote | None], filters: OptionFilters = FILTERS) -> tuple[EntryDenied, ...]:
    found = choose(quoted, filters, TARGET, NOW)
    assert not isinstance(found, Choice)
    return found


def test_the_chosen_strike_is_bought_when_it_passes() -> None:
    found = chosen((TARGET, GOOD), (an_option("751"), GOOD))

    assert (found.contract, found.quote, found.rejected) == (TARGET, GOOD, ())


def test_a_choice_says_until_when_its_quote_may_be_bought_on() -> None:
    found = chosen((TARGET, GOOD))

    assert found.valid_until == GOOD.at + timedelta(seconds=15)


def test_a_choice_says_mid_and_spread_in_money_and_in_percent() -> None:
    found = chosen((TARGET, a_quote("1.98", "2.02")))

    assert (found.mid, found.spread, found.spread_pct) == (Decimal("2.00"), Decimal("0.04"), Decimal(2))


def test_the_nearest_that_passes_wins_over_a_tighter_one_deeper_in_the_money() -> None:
    tight = a_quote("9.00", "9.01")

    found = chosen((TARGET, WIDE), (an_option("751"), GOOD), (an_option("740"), tight))

    assert found.contract == an_option("751")


@pytest.mark.parametrize("tighter", ["749", "751"])
def test_of_two_equally_near_the_tighter_spread_wins(tighter: str) -> None:
    quotes = {"749": a_quote("2.00", "2.03"), "751": a_quote("2.00", "2.03"), tighter: a_quote("2.00", "2.01")}

    found = chosen(*((an_option(strike), quote) for strike, quote in quotes.items()))

    assert found.contract == an_option(tighter)


def test_a_choice_names_what_was_rejected_beside_it() -> None:
    found = chosen((TARGET, WIDE), (an_option("751"), GOOD), (an_option("749"), None))

    assert [(denial.candidate, denial.rule) for denial in found.rejected] == [
        (TARGET.label, DenialRule.SPREAD),
        (an_option("749").label, DenialRule.NO_QUOTE),
    ]


def test_a_denial_names_rule_number_limit_and_contract() -> None:
    (denial,) = denials((TARGET, WIDE))

    assert denial == EntryDenied(
        at=NOW,
        symbol=TARGET.symbol,
        rule=DenialRule.SPREAD,
        found="9.52 (2.00 x 10 / 2.20 x 10)",
        limit="2.0 or one tick",
        candidate="GOOG 2025-07-11 750C",
    )


@pytest.mark.parametrize(
    ("quote", "rule", "found", "limit"),
    [
        (None, DenialRule.NO_QUOTE, "no quote", "bid and ask"),
        (a_quote(None, bid_size=0), DenialRule.NO_BID, "None x 0 / 2.02 x 10", "0 < bid <= ask"),
        (a_quote(ask=None), DenialRule.NO_ASK, "2.00 x 10 / None x 10", "0 < bid <= ask"),
        (a_quote("2.03"), DenialRule.CROSSED, "2.03 x 10 / 2.02 x 10", "0 < bid <= ask"),
        (a_quote(at=NOW - timedelta(seconds=16)), DenialRule.STALE_QUOTE, "16.0", "15"),
        (a_quote(market_data_type=3), DenialRule.DELAYED_DATA, "market data type 3", "1 or 2"),
        (a_quote(volume=99), DenialRule.VOLUME, "99", "100"),
    ],
)
def test_each_candidate_has_its_own_reason(quote: Quote | None, rule: DenialRule, found: str, limit: str) -> None:
    (denial,) = denials((TARGET, quote))

    assert (denial.rule, denial.found, denial.limit) == (rule, found, limit)


def test_when_none_passes_every_candidate_has_a_denial() -> None:
    found = denials((TARGET, WIDE), (an_option("751"), None), (an_option("749"), a_quote(volume=0)))

    assert [denial.rule for denial in found] == [DenialRule.SPREAD, DenialRule.NO_QUOTE, DenialRule.VOLUME]


def test_no_candidate_at_all_is_a_denial_of_the_target() -> None:
    (denial,) = denials()

    assert (denial.rule, denial.candidate) == (DenialRule.NO_QUOTE, TARGET.label)


@pytest.mark.parametrize(
    ("grid", "bid", "ask", "passes"),
    [
        (PENNIES, "0.10", "0.11", True),
        (PENNIES, "0.10", "0.12", False),
        (NICKELS, "1.00", "1.05", True),
        (NICKELS, "1.00", "1.10", False),
        (NICKELS, "3.00", "3.10", True),
        (PENNY_PROGRAM, "2.99", "3.00", True),  # Over the edge, a tick is what leads to it,
        (PENNY_PROGRAM, "2.99", "3.05", False),  # not what follows it.
        (PENNY_PROGRAM, "3.00", "3.05", True),
    ],
)
def test_one_tick_is_narrow_enough_whatever_its_share_of_a_cheap_option(
    grid: PriceGrid, bid: str, ask: str, passes: object
) -> None:
    option = replace(TARGET, grid=grid)
    strict = replace(FILTERS, max_spread_pct=Decimal("0.1"))

    found = choose([(option, a_quote(bid, ask))], strict, option, NOW)

    assert isinstance(found, Choice) is passes


@pytest.mark.parametrize(
    ("volume", "open_interest", "rule"),
    [
        (100, None, None),
        (100, 0, None),
        (0, 10_000, DenialRule.VOLUME),
        (None, 50, None),
        (None, 49, DenialRule.OPEN_INTEREST),
        (None, None, DenialRule.OPEN_INTEREST),
    ],
)
def test_open_interest_counts_only_where_no_volume_is_reported(
    volume: int | None, open_interest: int | None, rule: DenialRule | None
) -> None:
    filters = replace(FILTERS, min_open_interest=50)

    found = choose([(TARGET, a_quote(volume=volume, open_interest=open_interest))], filters, TARGET, NOW)

    assert (None if isinstance(found, Choice) else found[0].rule) == rule


@pytest.mark.parametrize(("open_interest", "found"), [(None, "unknown"), (7, "7")])
def test_an_unknown_open_interest_is_said_to_be_unknown(open_interest: int | None, found: str) -> None:
    quote = a_quote(volume=None, open_interest=open_interest)

    (denial,) = denials((TARGET, quote), filters=replace(FILTERS, min_open_interest=50))

    assert (denial.found, denial.limit) == (found, "50")


def test_without_limits_on_activity_silence_of_the_broker_does_not_matter() -> None:
    assert chosen((TARGET, a_quote(volume=None, open_interest=None))).contract == TARGET


@given(
    st.lists(st.sampled_from([None, GOOD, WIDE, a_quote("2.00", "2.01"), a_quote(volume=1)]), min_size=1, max_size=7)
)
def test_every_candidate_is_chosen_or_rejected_or_farther_than_the_choice(quotes: list[Quote | None]) -> None:
    quoted = [(an_option(str(747 + place)), quote) for place, quote in enumerate(quotes)]

    found = choose(quoted, FILTERS, TARGET, NOW)

    rejected = found.rejected if isinstance(found, Choice) else found
    named = {denial.candidate for denial in rejected}
    passed = [option for option, _ in quoted if option.label not in named]
    assert len(named) + len(passed) == len(quoted)
    assert isinstance(found, Choice) is (passed != [])
    if isinstance(found, Choice):
        nearest = min(abs(option.strike - TARGET.strike) for option in passed)
        assert abs(found.contract.strike - TARGET.strike) == nearest
