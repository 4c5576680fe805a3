"""What a duration means, and when quotes are looked at."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from simgateway.data.pulse import Pulse
from simgateway.data.spans import BadSpanError, start_of
from simgateway.delay import DelayLine
from tests.simgateway.fake_market import CALL_ID, CLOSE, OPEN, FakeMarket
from tests.simgateway.rig import NOON, HandClock


@pytest.mark.parametrize(
    ("duration", "start"),
    [
        ("600 S", NOON - timedelta(minutes=10)),
        ("7200 S", OPEN),
        ("10800 S", datetime(2025, 11, 11, 20, 0, tzinfo=UTC)),
        ("1 D", OPEN),
        ("2 D", datetime(2025, 11, 11, 14, 30, tzinfo=UTC)),
        ("1 W", datetime(2025, 11, 6, 14, 30, tzinfo=UTC)),
    ],
)
def test_seconds_count_through_regular_hours_and_days_are_sessions(duration: str, start: datetime) -> None:
    assert start_of(FakeMarket(), NOON, duration, regular_only=True) == start


def test_seconds_asked_for_in_the_evening_end_at_the_close() -> None:
    evening = CLOSE + timedelta(hours=2)

    assert start_of(FakeMarket(), evening, "3600 S", regular_only=True) == CLOSE - timedelta(hours=1)


@pytest.mark.parametrize("duration", ["", "1", "D 1", "0 D", "1 H", "90000 S", "400 D"])
def test_what_is_no_duration_is_refused(duration: str) -> None:
    with pytest.raises(BadSpanError):
        start_of(FakeMarket(), NOON, duration, regular_only=True)


def test_a_watched_quote_is_looked_at_once_a_grid_point_and_told_when_it_changed() -> None:
    market, clock = FakeMarket(), HandClock(NOON)
    pulse = Pulse(market, clock)
    told: list[str] = []
    pulse.listeners.append(lambda instrument, quote: told.append(f"{instrument.con_id} {quote.bid}"))
    option = market.by_con_id(CALL_ID)
    assert option is not None

    pulse.want(option, "me", 1.0)
    reads = market.quotes_read
    clock.advance(10)
    market.show(CALL_ID, "0.90", "1.00")
    clock.advance(10)

    assert market.quotes_read - reads == 20
    assert told == ["101 0.90"]


def test_the_last_owner_ends_a_watch() -> None:
    market, clock = FakeMarket(), HandClock(NOON)
    pulse = Pulse(market, clock)
    option = market.by_con_id(CALL_ID)
    assert option is not None
    pulse.want(option, "me", 1.0)
    pulse.want(option, "you", 5.0)

    pulse.drop(CALL_ID, "me")
    one_left = pulse.watched
    pulse.drop(CALL_ID, "you")
    clock.advance(10)

    assert (one_left, pulse.watched, clock.pending()) == (1, 0, 0)


def test_a_delay_line_keeps_the_order_even_when_delivery_adds_to_it() -> None:
    clock = HandClock(NOON)
    out: list[int] = []

    def deliver(item: int) -> None:
        out.append(item)
        if item < 5:
            line.push(item + 100)

    line: DelayLine[int] = DelayLine(clock, Random(1), (1, 300), deliver)
    for item in range(10):
        line.push(item)

    clock.advance(5)

    assert out == [*range(10), *range(100, 105)]
    assert len(line) == 0
