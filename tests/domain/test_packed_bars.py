from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bars import Bar
from domain.packed_bars import Shelf, packed, unpacked
from tests.domain.market_builders import bars_of

PRICES = st.floats(allow_nan=False, allow_infinity=False)
MOMENTS = st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
BARS = st.builds(
    Bar,
    start=MOMENTS,
    seconds=st.integers(1, 86_400),
    open=PRICES,
    high=PRICES,
    low=PRICES,
    close=PRICES,
    volume=PRICES,
)


@given(st.lists(BARS, max_size=5))
def test_bars_are_unpacked_as_they_were(bars: list[Bar]) -> None:
    assert unpacked(packed(bars)) == tuple(bars)


def test_an_unpacked_bar_is_as_frozen_as_any() -> None:
    (bar,) = unpacked(packed(bars_of([1.0])))

    with pytest.raises(AttributeError):
        bar.close = 2.0  # type: ignore[misc] # that it is refused is the point


def test_a_series_lies_on_its_shelf_whether_it_rests_or_not() -> None:
    shelf, first, second = Shelf(), bars_of([1.0, 2.0]), bars_of([3.0])

    shelf.rest()
    assert shelf.bars == ()
    shelf.put(tuple(first))
    shelf.rest()
    shelf.rest()
    assert shelf.bars == tuple(first)
    shelf.rest()
    shelf.put(tuple(second))
    assert shelf.bars == tuple(second)
