from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.bars import Bar
from domain.strategies.protocol import Action
from domain.strategies.whale import Whale
from tests.domain.market_builders import bars_of

WHALE = Whale()
QUIET = [100.0 + (place % 5) * 0.1 for place in range(24)]  # Between 100.0 and 100.4, 1,000 shares an hour.
prices = st.integers(min_value=9_900, max_value=10_100).map(lambda amount: amount / 100)


def hours(close: float, volume: float, *, before: list[float] | None = None) -> list[Bar]:
    """Return quiet hours and then one that closed here, with this volume."""
    *quiet, last = bars_of([*(before or QUIET), close], seconds=3600)
    return [*quiet, replace(last, volume=volume)]


@pytest.mark.parametrize(
    ("close", "volume", "action"),
    [
        (100.5, 2_000, Action.BUY_CALL),
        (99.9, 2_000, Action.BUY_PUT),
        (100.4, 2_000, Action.HOLD),
        (100.0, 2_000, Action.HOLD),
        (100.5, 1_500, Action.HOLD),
        (100.5, 1_501, Action.BUY_CALL),
        (99.9, 1_500, Action.HOLD),
    ],
)
def test_a_close_outside_those_before_it_on_high_volume_is_a_signal(
    close: float, volume: float, action: Action
) -> None:
    assert WHALE.decide(hours(close, volume)).action is action


def test_the_breakout_bar_is_not_part_of_what_it_breaks() -> None:
    # The earlier bot compared it with a high that included it, so that nothing ever broke out.
    signal = WHALE.decide(hours(150.0, 9_000))

    assert signal.action is Action.BUY_CALL
    assert dict(signal.reason) == {
        "close": 150.0,
        "highest": 100.4,
        "lowest": 100.0,
        "volume": 9_000,
        "volume_mean": 1_000,
    }


def test_highs_and_lows_between_the_closes_are_not_levels() -> None:
    bars = hours(100.5, 2_000)
    spiked = [replace(bars[0], high=200.0, low=1.0), *bars[1:]]

    assert WHALE.decide(spiked).action is Action.BUY_CALL


@pytest.mark.parametrize(
    ("close", "volume", "confidence"),
    [
        (100.902, 2_000, 0.6 * 0.5 + 0.4 * 2 / 3),  # Half a percent above 100.4, twice the mean.
        (99.5, 2_400, 0.6 * 0.5 + 0.4 * 0.8),  # Half a percent below 100.
        (102.0, 2_400, 0.6 + 0.4 * 0.8),
        (102.0, 9_000, 1.0),
    ],
)
def test_confidence_weighs_how_far_and_on_how_much_volume(close: float, volume: float, confidence: float) -> None:
    assert WHALE.decide(hours(close, volume)).confidence == pytest.approx(confidence)


def test_at_most_sixty_bars_are_looked_at() -> None:
    dear_hour = 110.0

    forgotten = WHALE.decide(hours(100.5, 2_000, before=[dear_hour, *[100.0] * 59]))
    remembered = WHALE.decide(hours(100.5, 2_000, before=[dear_hour, *[100.0] * 58]))

    assert (forgotten.action, remembered.action) == (Action.BUY_CALL, Action.HOLD)


def test_fewer_bars_than_needed_are_a_hold_that_says_so() -> None:
    signal = WHALE.decide(hours(150.0, 9_000, before=[100.0] * 18))

    assert (signal.action, dict(signal.reason)) == (Action.HOLD, {"bars": 19, "bars_min": 20})


def test_no_bars_are_a_hold_whatever_the_minimum() -> None:
    assert Whale(bars_min=0).decide([]).action is Action.HOLD


def test_hours_without_volume_have_no_usual_volume_to_be_above() -> None:
    *silent, last = bars_of([*QUIET, 150.0], seconds=3600, volume=0.0)

    assert WHALE.decide([*silent, replace(last, volume=9_000.0)]).action is Action.HOLD


def test_its_numbers_are_settings() -> None:
    bars = hours(100.5, 1_200, before=[100.0] * 5)

    assert Whale(bars_min=5, volume_factor=1.1).decide(bars).action is Action.BUY_CALL


@settings(deadline=None)
@given(st.lists(st.tuples(prices, st.integers(min_value=0, max_value=5_000)), min_size=20, max_size=70))
def test_it_decides_what_pandas_would(hourly: list[tuple[float, int]]) -> None:
    bars = [
        replace(bar, volume=float(volume))
        for bar, (_, volume) in zip(bars_of([close for close, _ in hourly], seconds=3600), hourly, strict=True)
    ]
    frame = pd.DataFrame(hourly[-60:], columns=["close", "volume"])
    before, last = frame.iloc[:-1], frame.iloc[-1]
    loud = before.volume.mean() > 0 and last.volume > 1.5 * before.volume.mean()

    signal = WHALE.decide(bars)

    assert (signal.action is Action.BUY_CALL) == bool(loud and last.close > before.close.max())
    assert (signal.action is Action.BUY_PUT) == bool(loud and last.close < before.close.min())
    assert signal.reason["volume_mean"] == pytest.approx(before.volume.mean(), abs=1e-9)
    assert 0 <= signal.confidence <= 1
