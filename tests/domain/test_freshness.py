from datetime import timedelta

import pytest

from domain.bars import Bar
from domain.freshness import in_time
from domain.strategies.protocol import Action, Signal
from tests.builders import NOW

BREAKOUT = Signal(action=Action.BUY_CALL, confidence=0.9, reason={"close": 10.0}, strategy="whale")


def a_bar_that_ended(seconds_ago: float, *, length: int = 3600) -> Bar:
    start = NOW - timedelta(seconds=seconds_ago + length)
    return Bar(start=start, seconds=length, open=1, high=1, low=1, close=1, volume=1)


@pytest.mark.parametrize(
    ("seconds_ago", "expected"), [(0, Action.BUY_CALL), (600, Action.BUY_CALL), (601, Action.HOLD)]
)
def test_what_an_hour_said_is_news_for_ten_minutes(seconds_ago: float, expected: Action) -> None:
    assert in_time(BREAKOUT, a_bar_that_ended(seconds_ago), NOW).action is expected


def test_a_stale_hour_holds_with_its_numbers() -> None:
    held = in_time(BREAKOUT, a_bar_that_ended(900), NOW)

    assert held.reason == {"close": 10.0, "seconds_ago": 900.0}


def test_minute_bars_and_no_bars_are_judged_elsewhere() -> None:
    assert in_time(BREAKOUT, a_bar_that_ended(9000, length=60), NOW) == BREAKOUT
    assert in_time(BREAKOUT, None, NOW) == BREAKOUT


def test_how_long_an_hour_is_news_can_be_set() -> None:
    assert in_time(BREAKOUT, a_bar_that_ended(900), NOW, 900).action is Action.BUY_CALL
