from dataclasses import replace
from decimal import Decimal

from domain.choice_report import filters_text, greeks_text, rejected_text
from domain.denials import DenialRule, EntryDenied
from domain.ids import Symbol
from domain.option_choice import Choice, OptionFilters
from tests.builders import NOW, a_contract, a_quote


def a_choice(mid: str) -> Choice:
    contract = a_contract(strike=Decimal(100))
    return Choice(contract=contract, quote=a_quote(), mid=Decimal(mid), spread=Decimal("0.02"))


def test_a_call_at_the_money_has_a_delta_near_a_half() -> None:
    text = greeks_text(a_choice("1.00"), Decimal(100), NOW)

    delta = dict(part.split("=") for part in text.split())["delta"]
    assert 0.45 < float(delta) < 0.6


def test_where_no_volatility_explains_the_premium_there_are_none() -> None:
    below_intrinsic = replace(a_choice("1.00"), mid=Decimal("1.00"))

    assert greeks_text(below_intrinsic, Decimal(150), NOW) == "none"


FILTERS = OptionFilters(max_spread_pct=Decimal("2.5"), min_volume=100, min_open_interest=20, max_quote_age_seconds=15)


def test_each_filter_of_a_choice_tells_its_number_and_its_limit() -> None:
    text = filters_text(a_choice("2.00"), FILTERS, NOW)

    assert text == (
        "spread 1.00% of at most 2.5% or one tick, volume 500 of at least 100, quote 0.0 s old of at most 15"
    )


def test_without_a_volume_the_open_interest_is_told() -> None:
    quote = replace(a_quote(), volume=None)

    texts = [
        filters_text(replace(a_choice("2.00"), quote=replace(quote, open_interest=known)), FILTERS, NOW)
        for known in (30, None)
    ]

    assert ["open interest 30 of at least 20" in texts[0], "open interest 0 of at least 20" in texts[1]] == [True, True]


def test_what_was_turned_down_beside_a_choice_is_told_with_its_number() -> None:
    denial = EntryDenied(
        at=NOW, symbol=Symbol("SPY"), rule=DenialRule.SPREAD, found="9", limit="2", candidate="SPY 101C"
    )

    text = rejected_text(replace(a_choice("2.00"), rejected=(denial, denial)))

    assert text == "; ".join([f"SPY 101C {DenialRule.SPREAD.value} 9 against 2"] * 2)
