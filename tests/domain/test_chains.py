from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chains import ExpiryKind, ExpiryRule, Moneyness, candidates, choose_expiry
from domain.contracts import OptionContract, Right
from tests.domain.market_builders import an_option

D = Decimal
TUESDAY = date(2025, 7, 8)
ladders = st.lists(st.integers(min_value=1, max_value=400), min_size=3, max_size=40, unique=True)


def a_ladder(strikes: Sequence[int], right: Right = Right.CALL) -> list[OptionContract]:
    return [an_option(str(strike), right=right) for strike in strikes]


def strikes_of(options: Sequence[OptionContract]) -> list[int]:
    return [int(option.strike) for option in options]


@pytest.mark.parametrize(
    ("rule", "listed", "chosen"),
    [
        (ExpiryRule.of("0dte"), [8, 9], 8),
        (ExpiryRule.of("0dte"), [7, 9], None),
        (ExpiryRule.of("weekly"), [8, 11, 9], 9),
        (ExpiryRule.of("weekly"), [8, 16], 16),
        (ExpiryRule.of("weekly"), [8, 17], None),
        (ExpiryRule.of("monthly"), [9, 14, 15, 18], 15),
        (ExpiryRule.of("monthly"), [22, 23], 22),
        (ExpiryRule.of("monthly"), [11, 23], None),
        (ExpiryRule.of("weekly", 3, 10), [9, 10, 11, 18], 11),
        (ExpiryRule.of("weekly", 3, 10), [10, 18], 18),
        (ExpiryRule.of("weekly", 3, 10), [10, 19], None),
        (ExpiryRule.of("weekly", -5, 10), [7, 8], 8),
        (ExpiryRule.of("weekly"), [], None),
    ],
)
def test_the_nearest_expiry_that_the_rule_means_is_chosen(
    rule: ExpiryRule, listed: list[int], chosen: int | None
) -> None:
    found = choose_expiry(rule, [date(2025, 7, day) for day in listed], TUESDAY)

    assert found == (None if chosen is None else date(2025, 7, chosen))


def test_a_monthly_expires_today_or_later_and_on_whatever_weekday() -> None:
    # The third Friday of April 2025 was Good Friday; the monthly expired on the Thursday before it.
    good_friday_week = [date(2025, 4, 11), date(2025, 4, 17), date(2025, 5, 16)]

    assert choose_expiry(ExpiryRule.of("monthly"), good_friday_week, date(2025, 4, 17)) == date(2025, 4, 17)
    assert choose_expiry(ExpiryRule.of("monthly"), good_friday_week, date(2025, 4, 18)) == date(2025, 5, 16)


def test_days_to_expiry_stand_in_for_the_word_only_when_both_are_given() -> None:
    assert ExpiryRule.of("monthly", 3, None).kind is ExpiryKind.MONTHLY
    assert ExpiryRule.of("monthly", None, 3).kind is ExpiryKind.MONTHLY
    assert ExpiryRule.of("monthly", 0, 3) == ExpiryRule(kind=ExpiryKind.DTE_RANGE, min_dte=0, max_dte=3)


def test_a_word_that_is_no_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="daily"):
        ExpiryRule.of("daily")


@given(
    st.sampled_from(
        [ExpiryRule.of("0dte"), ExpiryRule.of("weekly"), ExpiryRule.of("monthly"), ExpiryRule.of("", 2, 30)]
    ),
    st.lists(st.dates(min_value=date(2025, 6, 1), max_value=date(2025, 9, 30))),
)
def test_a_chosen_expiry_is_listed_and_never_past_and_nothing_nearer_was_meant(
    rule: ExpiryRule, listed: list[date]
) -> None:
    found = choose_expiry(rule, listed, TUESDAY)

    meant = [expiry for expiry in listed if rule.allows(expiry, TUESDAY)]
    assert (found is None) is (meant == [])
    assert found is None or (found in listed and found >= TUESDAY and found == min(meant))


@pytest.mark.parametrize(
    ("right", "moneyness", "target"),
    [
        (Right.CALL, Moneyness.ATM, 751),
        (Right.CALL, Moneyness.ITM1, 750),
        (Right.CALL, Moneyness.OTM1, 752),
        (Right.PUT, Moneyness.ATM, 751),
        (Right.PUT, Moneyness.ITM1, 752),
        (Right.PUT, Moneyness.OTM1, 750),
    ],
)
def test_in_the_money_is_below_the_spot_for_a_call_and_above_it_for_a_put(
    right: Right, moneyness: Moneyness, target: int
) -> None:
    listed = a_ladder(range(740, 760), right)

    assert strikes_of(candidates(listed, D("750.6"), right, moneyness, 1))[0] == target


def test_neighbours_come_by_distance_and_the_one_nearer_to_the_spot_first() -> None:
    listed = a_ladder(range(740, 760))

    assert strikes_of(candidates(listed, D("750.4"), Right.CALL, Moneyness.ATM, 2)) == [750, 751, 749, 752, 748]


def test_where_the_strikes_end_there_are_fewer_neighbours() -> None:
    listed = a_ladder([750, 755])

    assert strikes_of(candidates(listed, D(749), Right.CALL, Moneyness.ATM, 3)) == [750, 755]


def test_of_two_strikes_equally_near_the_lower_is_at_the_money() -> None:
    listed = a_ladder([750, 755])

    assert strikes_of(candidates(listed, D("752.5"), Right.CALL, Moneyness.ATM, 0)) == [750]


def test_contracts_of_the_other_right_are_passed_over() -> None:
    listed = [*a_ladder([749, 750], Right.CALL), *a_ladder([751], Right.PUT)]

    assert strikes_of(candidates(listed, D(751), Right.CALL, Moneyness.ATM, 3)) == [750, 749]


@pytest.mark.parametrize(
    ("listed", "moneyness"),
    [([], Moneyness.ATM), ([750], Moneyness.ITM1), ([750], Moneyness.OTM1), ([751, 752], Moneyness.ITM1)],
)
def test_there_is_no_candidate_when_the_chosen_strike_is_not_listed(listed: list[int], moneyness: Moneyness) -> None:
    assert candidates(a_ladder(listed), D("750.2"), Right.CALL, moneyness, 3) == ()


@given(
    ladders,
    st.decimals(min_value=1, max_value=400, places=2),
    st.sampled_from(Right),
    st.sampled_from(Moneyness),
    st.integers(min_value=0, max_value=10),
)
def test_candidates_are_a_run_of_listed_strikes_around_a_target_on_its_side_of_the_spot(
    strikes: list[int], spot: Decimal, right: Right, moneyness: Moneyness, count: int
) -> None:
    found = candidates(a_ladder(strikes, right), spot, right, moneyness, count)

    ordered = sorted(strikes)
    places = sorted(ordered.index(strike) for strike in strikes_of(found))
    assert places == list(range(places[0], places[-1] + 1)) if found else moneyness is not Moneyness.ATM
    if found:
        target, *others = (option.strike for option in found)
        distances = [abs(strike - target) for strike in others]
        assert distances == sorted(distances)
        assert sum(strike < target for strike in others) <= count >= sum(strike > target for strike in others)
        in_the_money = (spot - target) * (1 if right is Right.CALL else -1)
        assert moneyness is not Moneyness.ITM1 or in_the_money >= 0
        assert moneyness is not Moneyness.OTM1 or in_the_money <= 0
