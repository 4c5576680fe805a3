from domain.strategies.elsewhere import Decide, Elsewhere, Undecided
from domain.strategies.protocol import hold
from tests.domain.market_builders import bars_of

OURS = Elsewhere(number=3, name="mine", bar_seconds=60, bars_min=1, once_in_days=2)


def test_a_strategy_of_another_process_holds_when_it_is_asked_in_this_one() -> None:
    assert OURS.decide(bars_of([1.0, 2.0])) == hold("mine", bars=2)


def test_a_question_and_a_missing_answer_are_plain_values() -> None:
    assert Decide(strategy=OURS, bars=()) == Decide(strategy=OURS, bars=())
    assert Undecided(reason="it hung").reason == "it hung"
