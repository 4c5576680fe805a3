from functools import reduce

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.indicators import RSI_NEUTRAL, Ema, Rsi, Vwap, ema, rsi, vwap
from tests.domain.market_builders import a_bar, bars_of

TOLERANCE = 1e-9
closes = st.lists(st.integers(min_value=1, max_value=200_000).map(lambda cents: cents / 100), min_size=2, max_size=80)
spans = st.integers(min_value=2, max_value=30)


def pandas_rsi(values: list[float], period: int) -> float:
    change = pd.Series(values).diff()
    gain = change.clip(lower=0).ewm(alpha=1 / period, adjust=False).mean()
    loss = (-change).clip(lower=0).ewm(alpha=1 / period, adjust=False).mean()
    return float((100 - 100 / (1 + gain / loss)).iloc[-1])


@settings(deadline=None)  # The first call into pandas is slow.
@given(closes, spans)
def test_ema_is_what_pandas_says(values: list[float], span: int) -> None:
    expected = float(pd.Series(values).ewm(span=span, adjust=False).mean().iloc[-1])

    assert ema(values, span) == pytest.approx(expected, abs=TOLERANCE)


@settings(deadline=None)  # The first call into pandas is slow.
@given(closes, spans)
def test_rsi_is_what_pandas_says(values: list[float], period: int) -> None:
    expected = pandas_rsi(values, period)

    # pandas says NaN, 0 divided by 0, where no price ever moved.
    wanted = RSI_NEUTRAL if pd.isna(expected) else expected
    assert rsi(values, period) == pytest.approx(wanted, abs=TOLERANCE)


@settings(deadline=None)  # The first call into pandas is slow.
@given(closes, st.data())
def test_vwap_is_what_pandas_says(values: list[float], data: st.DataObject) -> None:
    volumes = data.draw(st.lists(st.integers(1, 10**7), min_size=len(values), max_size=len(values)))
    bars = [a_bar(v, high=v * 1.01, low=v * 0.97, volume=n) for v, n in zip(values, volumes, strict=True)]
    typical = pd.Series([(bar.high + bar.low + bar.close) / 3 for bar in bars])
    traded = pd.Series([bar.volume for bar in bars])

    expected = float(((typical * traded).cumsum() / traded.cumsum()).iloc[-1])

    assert vwap(bars) == pytest.approx(expected, rel=1e-12)


@given(closes, spans)
def test_one_price_at_a_time_ends_where_all_at_once_does(values: list[float], span: int) -> None:
    average = reduce(Ema.updated, values, Ema(span=span))
    strength = reduce(Rsi.updated, values, Rsi(period=span))
    traded = reduce(Vwap.updated, bars_of(values), Vwap())

    assert average.value == pytest.approx(ema(values, span), abs=TOLERANCE)
    assert strength.value == pytest.approx(rsi(values, span), abs=TOLERANCE)
    assert traded.value == vwap(bars_of(values))


@given(closes, spans)
def test_averages_stay_within_what_was_seen_and_rsi_within_0_to_100(values: list[float], span: int) -> None:
    average, strength = ema(values, span), rsi(values, span)

    assert average is not None
    assert strength is not None
    assert min(values) - TOLERANCE <= average <= max(values) + TOLERANCE
    assert 0 <= strength <= 100


def test_rsi_is_seeded_with_the_first_difference_and_not_with_a_mean() -> None:
    # Gains 1, 0, 2 and losses 0, 1, 0 with weight 1/2: gain 1.25 against loss 0.25.
    assert rsi([10.0, 11.0, 10.0, 12.0], 2) == pytest.approx(100 - 100 / 6)


@pytest.mark.parametrize(
    ("values", "expected"), [([1.0, 2.0, 3.0], 100.0), ([3.0, 2.0, 1.0], 0.0), ([2.0, 2.0, 2.0], RSI_NEUTRAL)]
)
def test_rsi_of_one_direction_alone_is_at_the_end_of_its_range(values: list[float], expected: float) -> None:
    assert rsi(values) == expected


def test_too_few_prices_have_no_indicator() -> None:
    assert ema([], 8) is None
    assert rsi([1.0]) is None
    assert Rsi().updated(1.0).value is None
    assert Ema(span=8).value is None


def test_there_is_no_vwap_while_nothing_was_traded() -> None:
    quiet = a_bar(1.0, volume=0.0)

    assert vwap([]) is None
    assert vwap([quiet]) is None
    assert Vwap().updated(quiet).value is None
