"""What a duration means, and when quotes are looked at."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from simgateway.data.pulse import Pulse
from simgateway.data.spans import BAR_SECONDS, BadSpanError, BadStepError, check_step, read_duration, start_of
from simgateway.delay import DelayLine
from tests.simgateway.fake_market import CALL_ID, CLOSE, OPEN, FakeMarket
from tests.simgateway.rig import NOON, HandClock

_OLDEST = datetime(2020, 1, 2, tzinfo=UTC)


def _start(end: datetime, duration: str, oldest: datetime = _OLDEST) -> datetime:
    return start_of(FakeMarket().session, end, read_duration(duration), oldest)


@pytest.mark.parametrize(
    ("duration", "start"),
    [
        ("600", NOON - timedelta(minutes=10)),
        ("600 S", NOON - timedelta(minutes=10)),
        ("7200 S", OPEN),
        ("10800 S", datetime(2025, 11, 11, 20, 0, tzinfo=UTC)),
        ("1 D", OPEN),
        ("2 D", datetime(2025, 11, 11, 14, 30, tzinfo=UTC)),
        ("1 W", datetime(2025, 11, 6, 14, 30, tzinfo=UTC)),
        ("2 Y", datetime(2023, 12, 8, 14, 30, tzinfo=UTC)),
    ],
)
def test_seconds_count_through_regular_hours_and_days_are_sessions(duration: str, start: datetime) -> None:
    assert _start(NOON, duration) == start


def test_seconds_asked_for_in_the_evening_end_at_the_close() -> None:
    assert _start(CLOSE + timedelta(hours=2), "3600 S") == CLOSE - timedelta(hours=1)


def test_no_span_begins_before_the_oldest_data() -> None:
    oldest = datetime(2025, 11, 10, 12, 0, tzinfo=UTC)

    assert _start(NOON, "5 Y", oldest) == datetime(2025, 11, 10, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("duration", "why"),
    [
        ("", "not specified"),
        ("29 S", "duration is invalid"),
        ("0 D", "duration is invalid"),
        ("D 1", "integer{SPACE}unit"),
        ("1D", "integer{SPACE}unit"),
        ("-1 D", "integer{SPACE}unit"),
        ("1 H", "integer{SPACE}unit"),
        ("86401 S", "86400 seconds"),
        ("366 D", "365 days must be made in years"),
        ("53 W", "52 weeks must be made in years"),
        ("13 M", "12 months must be made in years"),
        ("9999999999 Y", "duration is invalid"),
    ],
)
def test_what_is_no_duration_is_refused_with_the_gateways_words(duration: str, why: str) -> None:
    with pytest.raises(BadSpanError, match=why):
        read_duration(duration)


@pytest.mark.parametrize(
    ("duration", "bar"),
    [
        *[("60 S", "1 secs"), ("60 S", "1 min"), ("120 S", "2 mins"), ("1800 S", "1 secs"), ("1800 S", "30 mins")],
        *[("3600 S", "5 secs"), ("3600 S", "1 hour"), ("14400 S", "10 secs"), ("14400 S", "3 hours")],
        *[("28800 S", "30 secs"), ("28800 S", "8 hours"), ("1 D", "1 min"), ("1 D", "1 day"), ("2 D", "2 mins")],
        *[("1 W", "3 mins"), ("1 W", "1 week"), ("1 M", "30 mins"), ("1 M", "1 month"), ("1 Y", "1 day")],
        *[("1 Y", "1 month"), ("5 D", "1 min"), ("10 Y", "1 day")],
    ],
)
def test_every_corner_of_the_table_of_steps_is_served(duration: str, bar: str) -> None:
    check_step(read_duration(duration), BAR_SECONDS[bar])


@pytest.mark.parametrize(
    ("duration", "bar", "why"),
    [
        ("3600 S", "1 secs", "invalid step: 1"),
        ("1 D", "30 secs", "invalid step: 30"),
        ("60 S", "2 mins", "invalid step: 120"),
        ("1 D", "1 week", "invalid step"),
        ("1 Y", "1 min", "Time length exceed max"),
    ],
)
def test_bars_too_small_too_large_or_too_many_for_a_duration_are_refused(duration: str, bar: str, why: str) -> None:
    with pytest.raises(BadStepError, match=why):
        check_step(read_duration(duration), BAR_SECONDS[bar])


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
