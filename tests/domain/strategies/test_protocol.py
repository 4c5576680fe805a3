from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bars import Bar
from domain.contracts import Right
from domain.strategies.protocol import COMBINED, Action, Signal, Strategy, bars_used, combined, hold, spent_until
from domain.strategies.scalp import Scalp
from domain.strategies.whale import Whale

NOW = datetime(2025, 7, 8, 14, tzinfo=UTC)


def a_signal(action: Action = Action.BUY_CALL, confidence: float = 0.5, *, strategy: str = "one") -> Signal:
    return Signal(action=action, confidence=confidence, reason={"close": 1.0}, strategy=strategy)


signals = st.builds(a_signal, st.sampled_from(Action), st.floats(min_value=0, max_value=1))


@dataclass(frozen=True)
class AUsersOwn:
    name: str = "own"
    bar_seconds: int = 60
    bars_min: int = 1

    def decide(self, bars: Sequence[Bar]) -> Signal:
        return hold(self.name, bars=len(bars))


@pytest.mark.parametrize(
    ("action", "right"), [(Action.BUY_CALL, Right.CALL), (Action.BUY_PUT, Right.PUT), (Action.HOLD, None)]
)
def test_an_action_names_the_right_that_is_bought(action: Action, right: Right | None) -> None:
    assert action.right is right


@pytest.mark.parametrize(
    ("strategy", "days"),
    [(Whale(), 3), (Whale(once_in_days=1), 1), (Whale(once_in_days=0), None), (Scalp(), None), (AUsersOwn(), None)],
)
def test_a_signal_is_spent_for_as_long_as_its_strategy_says(strategy: Strategy, days: int | None) -> None:
    assert spent_until(strategy, NOW) == (None if days is None else NOW + timedelta(days=days))


def test_the_most_confident_signal_wins() -> None:
    weak, strong = a_signal(confidence=0.4), a_signal(confidence=0.6, strategy="two")

    assert combined([weak, strong], 0.3) is strong


def test_of_equally_confident_signals_the_first_wins() -> None:
    first, second = a_signal(), a_signal(strategy="two")

    assert combined([first, second], 0.3) is first


def test_a_signal_at_the_minimum_is_enough() -> None:
    signal = a_signal(confidence=0.3)

    assert combined([signal], 0.3) is signal


@pytest.mark.parametrize("confidence", [0.299, float("nan")])
def test_a_signal_below_the_minimum_is_a_hold_that_says_so(confidence: float) -> None:
    found = combined([a_signal(confidence=confidence)], 0.3)

    assert (found.action, found.strategy) == (Action.HOLD, COMBINED)
    assert found.reason["min_confidence"] == 0.3
    assert found.reason["confidence"] == pytest.approx(confidence, nan_ok=True)


def test_a_call_against_a_put_is_a_hold_that_names_both() -> None:
    found = combined([a_signal(confidence=0.9), a_signal(Action.BUY_PUT, 0.4), a_signal(confidence=0.5)], 0.3)

    assert (found.action, dict(found.reason)) == (Action.HOLD, {"call": 0.9, "put": 0.4})


def test_a_signal_too_weak_to_act_on_contradicts_nothing() -> None:
    call = a_signal(confidence=0.9)

    assert combined([call, a_signal(Action.BUY_PUT, 0.2)], 0.3) is call


def test_a_hold_contradicts_nothing() -> None:
    call = a_signal()

    assert combined([hold("two"), call], 0.3) is call


def test_a_lone_hold_keeps_its_name_and_numbers() -> None:
    only = hold("one", rsi=40.0)

    assert combined([only], 0.3) is only


def test_several_holds_are_one_with_the_numbers_of_each() -> None:
    found = combined([hold("one", rsi=40.0), hold("two", rsi=60.0)], 0.3)

    assert (found.action, dict(found.reason)) == (Action.HOLD, {"one.rsi": 40.0, "two.rsi": 60.0})


def test_no_signal_at_all_is_a_hold() -> None:
    assert combined([], 0.3).action is Action.HOLD


@given(st.lists(signals, max_size=6), st.floats(min_value=0.01, max_value=1))
def test_what_wins_reached_the_minimum_and_nothing_as_strong_opposed_it(
    given_signals: list[Signal], minimum: float
) -> None:
    found = combined(given_signals, minimum)

    strong = {one.action for one in given_signals if one.confidence >= minimum} - {Action.HOLD}
    assert {found.action} == (strong if len(strong) == 1 else {Action.HOLD})
    assert found.action is Action.HOLD or found.confidence >= minimum


def test_how_many_bars_are_looked_at_is_known_where_every_strategy_says_it() -> None:
    whale, longer, scalp = Whale(), Whale(bars_max=90), Scalp()

    assert bars_used((whale, longer, scalp), 3600) == 90
    assert bars_used((whale, scalp), 60) is None
    assert bars_used((), 3600) is None
