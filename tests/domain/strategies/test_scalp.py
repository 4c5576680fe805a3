from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.bars import Bar
from domain.strategies.protocol import Action
from domain.strategies.scalp import Scalp
from tests.domain.market_builders import OPEN, a_bar, bars_of

SCALP = Scalp()
# Twelve cents up, eight down: a trend whose RSI stays near 60, inside the call's band.
RISING = [100 + place * 0.02 + (0.10 if place % 2 else 0.0) for place in range(40)]
FALLING = [200 - close for close in RISING]
cents = st.integers(min_value=9_000, max_value=11_000).map(lambda amount: amount / 100)


def pandas_numbers(bars: Sequence[Bar]) -> dict[str, float]:
    close = pd.Series([bar.close for bar in bars])
    typical = pd.Series([(bar.high + bar.low + bar.close) / 3 for bar in bars])
    volume = pd.Series([bar.volume for bar in bars])
    change = close.diff()
    gain = change.clip(lower=0).ewm(alpha=1 / 14, adjust=False).mean()
    loss = (-change).clip(lower=0).ewm(alpha=1 / 14, adjust=False).mean()
    return {
        "rsi": float((100 - 100 / (1 + gain / loss)).iloc[-1]),
        "ema_fast": float(close.ewm(span=8, adjust=False).mean().iloc[-1]),
        "ema_slow": float(close.ewm(span=21, adjust=False).mean().iloc[-1]),
        "vwap": float((typical * volume).sum() / volume.sum()),
        "close": float(close.iloc[-1]),
    }


def test_a_rising_market_whose_momentum_is_not_spent_is_a_call() -> None:
    signal = SCALP.decide(bars_of(RISING))

    assert (signal.action, signal.strategy) == (Action.BUY_CALL, "scalp")


def test_a_falling_market_is_the_mirror_of_a_rising_one() -> None:
    call, put = SCALP.decide(bars_of(RISING)), SCALP.decide(bars_of(FALLING))

    assert put.action is Action.BUY_PUT
    assert put.reason["rsi"] == pytest.approx(100 - call.reason["rsi"])


def test_the_reason_holds_what_pandas_works_out() -> None:
    bars = bars_of(RISING)

    assert SCALP.decide(bars).reason == pytest.approx(pandas_numbers(bars), abs=1e-9)


def test_confidence_weighs_the_gap_of_the_averages_and_the_depth_of_the_rsi() -> None:
    bars = bars_of(RISING)
    numbers = pandas_numbers(bars)
    gap = 500 * abs(numbers["ema_fast"] - numbers["ema_slow"]) / numbers["ema_slow"]

    confidence = SCALP.decide(bars).confidence

    assert 0 < gap < 1
    assert confidence == pytest.approx(0.6 * gap + 0.4 * (numbers["rsi"] - 45) / 25)


def test_a_gap_counts_in_full_at_most() -> None:
    bars = bars_of(RISING)

    confidence = Scalp(gap_scale=1e6).decide(bars).confidence

    assert confidence == pytest.approx(0.6 + 0.4 * (pandas_numbers(bars)["rsi"] - 45) / 25)


def test_a_put_is_the_surer_the_lower_the_rsi_is_in_its_band() -> None:
    bars = bars_of(FALLING)
    numbers = pandas_numbers(bars)
    gap = 500 * abs(numbers["ema_fast"] - numbers["ema_slow"]) / numbers["ema_slow"]

    confidence = SCALP.decide(bars).confidence

    assert 0 < gap < 1
    assert confidence == pytest.approx(0.6 * gap + 0.4 * (55 - numbers["rsi"]) / 25)


def test_a_market_that_only_rises_has_spent_its_momentum() -> None:
    signal = SCALP.decide(bars_of([100 + place * 0.1 for place in range(40)]))

    assert (signal.action, signal.reason["rsi"]) == (Action.HOLD, 100.0)


def test_a_market_that_only_falls_is_no_put() -> None:
    signal = SCALP.decide(bars_of([100 - place * 0.1 for place in range(40)]))

    assert (signal.action, signal.reason["rsi"]) == (Action.HOLD, 0.0)


@pytest.mark.parametrize(
    ("low", "high", "action"), [(0, 100, Action.BUY_CALL), (0, 10, Action.HOLD), (90, 100, Action.HOLD)]
)
def test_the_band_of_the_rsi_is_a_setting(low: float, high: float, action: Action) -> None:
    strategy = Scalp(call_rsi_low=low, call_rsi_high=high)

    assert strategy.decide(bars_of(RISING)).action is action


def test_the_bounds_of_the_band_belong_to_it() -> None:
    found = SCALP.decide(bars_of(RISING)).reason["rsi"]

    assert Scalp(call_rsi_low=found).decide(bars_of(RISING)).action is Action.BUY_CALL
    assert Scalp(call_rsi_high=found).decide(bars_of(RISING)).action is Action.BUY_CALL


def test_a_close_below_the_sessions_average_price_is_no_call() -> None:
    *rest, last = bars_of(RISING)
    # Somebody paid far more in this session, in volume.
    dear = [*rest[:20], replace(rest[20], high=400.0, volume=90_000.0), *rest[21:], last]

    signal = SCALP.decide(dear)

    assert signal.action is Action.HOLD
    assert signal.reason["close"] < signal.reason["vwap"]


def test_a_market_that_does_not_move_is_a_hold() -> None:
    assert SCALP.decide(bars_of([100.0] * 40)).action is Action.HOLD


def test_yesterdays_bars_count_for_the_averages_and_not_for_the_sessions_price() -> None:
    yesterday = bars_of([50.0] * 30, start=OPEN - timedelta(days=1))
    today = bars_of(RISING)

    both, alone = SCALP.decide([*yesterday, *today]).reason, SCALP.decide(today).reason

    assert both["vwap"] == alone["vwap"]
    assert both["ema_slow"] < alone["ema_slow"]


def test_fewer_bars_than_needed_are_a_hold_that_says_so() -> None:
    signal = SCALP.decide(bars_of(RISING[:29]))

    assert (signal.action, dict(signal.reason)) == (Action.HOLD, {"bars": 29, "bars_min": 30})


def test_no_bars_are_a_hold_whatever_the_minimum() -> None:
    assert Scalp(bars_min=0).decide([]).action is Action.HOLD


def test_a_session_without_volume_has_no_average_price_and_is_a_hold() -> None:
    signal = SCALP.decide(bars_of(RISING, volume=0.0))

    assert (signal.action, signal.reason["session_volume"]) == (Action.HOLD, 0)


@settings(deadline=None)
@given(st.lists(cents, min_size=30, max_size=60))
def test_every_signal_keeps_the_rules_it_was_made_by(closes: list[float]) -> None:
    bars = [a_bar(close, start=OPEN + timedelta(minutes=place)) for place, close in enumerate(closes)]

    signal = SCALP.decide(bars)

    found = signal.reason
    assert 0 <= signal.confidence <= 1
    if signal.action is Action.BUY_CALL:
        assert found["ema_fast"] > found["ema_slow"]
        assert found["close"] > found["vwap"]
        assert 45 <= found["rsi"] <= 70
    if signal.action is Action.BUY_PUT:
        assert found["ema_fast"] < found["ema_slow"]
        assert found["close"] < found["vwap"]
        assert 30 <= found["rsi"] <= 55
