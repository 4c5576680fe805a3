from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import Symbol
from domain.pacing import DATA, ORDERS, SHORTEST_WAIT_SECONDS, Item, Lane, Pacer, PacingLimits

LIMITS = PacingLimits()
GOOG = Symbol("GOOG")


def a_pacer(*, data_messages: int = 0, at: float = 0.0) -> Pacer:
    """Return a pacer that let this much data through at this time."""
    pacer = Pacer(LIMITS)
    for _ in range(data_messages):
        assert pacer.admit(Item(lane=Lane.QUOTE), at) == 0
    return pacer


def test_data_leaves_the_reserve_to_orders() -> None:
    pacer = a_pacer(data_messages=39)

    waits = [pacer.wait(Item(lane=lane), 0.5) for lane in (Lane.ACCOUNT, Lane.QUOTE, Lane.HISTORY, Lane.DETAILS)]

    assert waits == [0.5, 0.5, 0.5, 0.5]
    assert [pacer.wait(Item(lane=lane), 0.5) for lane in (Lane.EXIT, Lane.ENTRY)] == [0, 0]


def test_orders_fill_the_window_to_its_last_message_and_then_wait() -> None:
    pacer = a_pacer(data_messages=39)

    admitted = [pacer.admit(Item(lane=Lane.EXIT), 0.25) for _ in range(7)]

    assert admitted == [0, 0, 0, 0, 0, 0, 0.75]


def test_a_bracket_leaves_whole_or_not_at_all() -> None:
    pacer = a_pacer(data_messages=39)
    bracket = Item(lane=Lane.ENTRY, messages=3)

    waits = [pacer.admit(bracket, 0.5) for _ in range(3)]

    assert waits == [0, 0, 0.5]


def test_a_wait_ends_when_enough_of_the_oldest_messages_left_the_window() -> None:
    pacer = Pacer(LIMITS)
    for stamp in range(45):
        pacer.admit(Item(lane=Lane.EXIT), stamp / 100)

    assert pacer.wait(Item(lane=Lane.ENTRY, messages=3), 0.5) == pytest.approx(0.52)
    assert pacer.wait(Item(lane=Lane.QUOTE), 0.5) == pytest.approx(0.56)


def test_a_message_leaves_the_window_after_exactly_a_second() -> None:
    pacer = a_pacer(data_messages=39)

    assert pacer.wait(Item(lane=Lane.QUOTE), 0.9999) == SHORTEST_WAIT_SECONDS
    assert pacer.wait(Item(lane=Lane.QUOTE), 1.0) == 0


def test_what_has_to_wait_is_not_counted() -> None:
    pacer = a_pacer(data_messages=39)

    for _ in range(100):
        pacer.admit(Item(lane=Lane.QUOTE), 0.0)

    assert pacer.admit(Item(lane=Lane.EXIT, messages=6), 0.0) == 0


@pytest.mark.parametrize(("lane", "messages"), [(Lane.EXIT, 46), (Lane.QUOTE, 40), (Lane.ENTRY, 0), (Lane.EXIT, -1)])
def test_what_never_fits_is_refused_loudly(lane: Lane, messages: int) -> None:
    with pytest.raises(ValueError, match="never fit"):
        Pacer(LIMITS).admit(Item(lane=lane, messages=messages), 0.0)


@pytest.mark.parametrize("lane", sorted(DATA))
def test_a_symbols_data_may_leave_in_a_burst_and_is_then_asked_for_twice_a_second(lane: Lane) -> None:
    pacer = Pacer(PacingLimits(per_symbol_burst_requests=3))
    item = Item(lane=lane, symbol=GOOG)

    waits = [pacer.admit(item, now) for now in (0.0, 0.0, 0.0, 0.0, 0.4, 0.5, 0.75, 1.0)]

    assert waits == [0, 0, 0, 0.5, pytest.approx(0.1), 0, 0.25, 0]


def test_a_whole_signal_cycle_of_a_rested_symbol_leaves_at_once() -> None:
    pacer = Pacer(LIMITS)
    quote = Item(lane=Lane.QUOTE, symbol=GOOG)

    assert [pacer.admit(quote, 0.0) for _ in range(31)] == [0] * 30 + [0.5]


def test_a_rate_may_be_slower_than_one_a_second() -> None:
    pacer = Pacer(PacingLimits(per_symbol_requests_per_second=0.25, per_symbol_burst_requests=1))
    item = Item(lane=Lane.DETAILS, symbol=GOOG)

    assert [pacer.admit(item, now) for now in (0.0, 1.0, 4.0)] == [0, 3, 0]


def test_lanes_of_data_share_a_symbols_budget_and_symbols_do_not() -> None:
    pacer = Pacer(PacingLimits(per_symbol_burst_requests=2))
    for lane in (Lane.QUOTE, Lane.DETAILS):
        pacer.admit(Item(lane=lane, symbol=GOOG), 0.0)

    assert pacer.wait(Item(lane=Lane.HISTORY, symbol=GOOG), 0.0) == 0.5
    assert pacer.wait(Item(lane=Lane.HISTORY, symbol=Symbol("IBM")), 0.0) == 0


def test_a_sixth_request_for_a_contracts_bars_waits_until_two_seconds_after_the_first() -> None:
    pacer = Pacer(LIMITS)
    bars = Item(lane=Lane.HISTORY, symbol=GOOG)

    waits = [pacer.admit(bars, now) for now in (0.0, 0.5, 0.5, 0.5, 0.5, 0.5, 2.0, 2.0)]

    assert waits == [0, 0, 0, 0, 0, 1.5, 0, 0.5]
    assert pacer.wait(Item(lane=Lane.HISTORY, symbol=Symbol("IBM")), 2.0) == 0
    assert pacer.wait(Item(lane=Lane.QUOTE, symbol=GOOG), 2.0) == 0


@pytest.mark.parametrize("lane", sorted(ORDERS | {Lane.ACCOUNT}))
def test_neither_orders_nor_the_account_wait_for_a_symbols_budget(lane: Lane) -> None:
    pacer = Pacer(LIMITS)

    assert [pacer.admit(Item(lane=lane, symbol=GOOG), 0.0) for _ in range(35)] == [0] * 35


def test_fifty_history_requests_are_in_flight_at_most() -> None:
    pacer = Pacer(LIMITS)
    for number in range(50):
        assert pacer.admit(Item(lane=Lane.HISTORY), float(number)) == 0

    full = pacer.admit(Item(lane=Lane.HISTORY), 60.0)
    pacer.finished(Lane.QUOTE)
    still_full = pacer.admit(Item(lane=Lane.HISTORY), 60.0)
    pacer.finished(Lane.HISTORY)

    assert (full, still_full, pacer.admit(Item(lane=Lane.HISTORY), 60.0)) == (inf, inf, 0)
    assert pacer.admit(Item(lane=Lane.DETAILS), 60.0) == 0


def test_more_answers_than_questions_free_nothing_beyond() -> None:
    pacer = Pacer(LIMITS)

    pacer.finished(Lane.HISTORY)

    assert pacer.history_in_flight == 0


def test_a_new_connection_has_nothing_in_flight_but_the_window_goes_on() -> None:
    pacer = a_pacer(data_messages=38)
    pacer.admit(Item(lane=Lane.HISTORY), 0.0)

    pacer.restarted()

    assert (pacer.history_in_flight, pacer.wait(Item(lane=Lane.HISTORY), 0.0)) == (0, 1)


def test_an_identical_history_request_waits_fifteen_seconds() -> None:
    pacer = Pacer(LIMITS)
    item = Item(lane=Lane.HISTORY, key="GOOG 3600 S 1 min TRADES")

    waits = [pacer.admit(item, now) for now in (0.0, 5.0, 14.5, 15.0, 20.0)]

    assert waits == [0, 10, 0.5, 0, 10]


def test_a_different_history_request_or_one_without_a_key_does_not_wait() -> None:
    pacer = Pacer(LIMITS)
    pacer.admit(Item(lane=Lane.HISTORY, key="a"), 0.0)

    waits = [pacer.admit(Item(lane=lane, key=key), 0.0) for lane, key in ((Lane.HISTORY, "b"), (Lane.HISTORY, ""))]

    assert (waits, pacer.admit(Item(lane=Lane.QUOTE, key="a"), 0.0)) == ([0, 0], 0)


def test_the_longest_of_all_waits_counts() -> None:
    pacer = Pacer(LIMITS)
    item = Item(lane=Lane.HISTORY, symbol=GOOG, key="a")
    pacer.admit(item, 0.0)
    pacer.admit(Item(lane=Lane.QUOTE, symbol=GOOG), 0.0)

    assert pacer.wait(item, 0.5) == 14.5


ITEMS = st.builds(
    Item,
    lane=st.sampled_from(Lane),
    messages=st.integers(1, 6),
    symbol=st.sampled_from([None, GOOG, Symbol("IBM")]),
    key=st.sampled_from(["", "a", "b"]),
)


@given(st.lists(st.tuples(ITEMS, st.floats(0, 0.3))))
def test_no_second_ever_holds_more_than_its_budget(work: list[tuple[Item, float]]) -> None:
    pacer, now, sent = Pacer(LIMITS), 1000.0, list[tuple[float, Item]]()

    for item, pause in work:
        now += pause
        if pacer.admit(item, now) == 0:
            sent.append((now, item))

    for moment, _ in sent:
        second = [item for stamp, item in sent if moment <= stamp < moment + 0.999]
        assert sum(item.messages for item in second) <= LIMITS.messages_per_second
        data = [item for item in second if item.lane in DATA]
        assert sum(item.messages for item in data) <= LIMITS.budget(Lane.QUOTE)


@given(
    st.lists(st.tuples(ITEMS, st.floats(0, 2)), min_size=1),
    st.sampled_from([0.1, 0.5, 2.0, 20.0]),
    st.sampled_from([1, 2, 7]),
)
def test_over_any_time_a_symbol_gets_its_rate_and_one_burst_at_most(
    work: list[tuple[Item, float]], per_second: float, burst: int
) -> None:
    pacer = Pacer(PacingLimits(per_symbol_requests_per_second=per_second, per_symbol_burst_requests=burst))
    now, taken = 1000.0, list[float]()

    for item, pause in work:
        now += pause
        if pacer.admit(item, now) == 0 and item.lane in DATA and item.symbol == GOOG:
            taken.append(now)

    for first, begins in enumerate(taken):
        for last, ends in enumerate(taken[first:], first):
            assert last - first + 1 <= burst + (ends - begins) * per_second + 1e-6


@given(st.lists(st.tuples(ITEMS, st.floats(0, 0.3))))
def test_no_two_seconds_hold_more_than_five_requests_for_a_contracts_bars(work: list[tuple[Item, float]]) -> None:
    pacer, now, asked = Pacer(LIMITS), 1000.0, list[float]()

    for item, pause in work:
        now += pause
        if item.symbol == GOOG and pacer.admit(replace(item, lane=Lane.HISTORY), now) == 0:
            asked.append(now)

    for moment in asked:
        assert sum(moment <= stamp < moment + 1.999 for stamp in asked) <= 5


@given(st.lists(st.tuples(ITEMS, st.floats(0, 0.3))), st.integers(1, 6), st.sampled_from(sorted(ORDERS)))
def test_an_order_never_waits_for_data(work: list[tuple[Item, float]], messages: int, lane: Lane) -> None:
    pacer, now = Pacer(LIMITS), 1000.0
    for item, pause in work:
        now += pause
        if item.lane in DATA:
            pacer.admit(item, now)

    assert pacer.admit(Item(lane=lane, messages=messages, symbol=GOOG), now) == 0


@given(ITEMS, st.lists(st.tuples(ITEMS, st.floats(0, 0.05)), max_size=80))
def test_whoever_asks_again_after_the_wait_goes(item: Item, work: list[tuple[Item, float]]) -> None:
    pacer, now = Pacer(LIMITS), 1000.0
    for other, pause in work:
        now += pause
        pacer.admit(other, now)
    if pacer.lane_full(item.lane):
        return

    wait = pacer.wait(item, now)

    assert 0 <= wait <= 15
    assert pacer.admit(item, now + wait + SHORTEST_WAIT_SECONDS) == 0


def test_what_was_granted_takes_up_room_until_a_second_after_it_is_sent() -> None:
    pacer = Pacer(LIMITS)
    for _ in range(39):
        pacer.grant(Item(lane=Lane.QUOTE), 0.0)
    before = pacer.wait(Item(lane=Lane.QUOTE), 5.0)

    pacer.sent(39, 5.0)

    assert before == 1.0
    assert pacer.wait(Item(lane=Lane.QUOTE), 5.5) == pytest.approx(0.5)
    assert pacer.wait(Item(lane=Lane.QUOTE), 6.0) == 0


def test_an_order_finds_its_reserve_beside_what_was_granted_and_not_sent() -> None:
    pacer = Pacer(LIMITS)
    for _ in range(39):
        pacer.grant(Item(lane=Lane.QUOTE), 0.0)

    assert pacer.wait(Item(lane=Lane.EXIT, messages=6), 0.0) == 0
    assert pacer.wait(Item(lane=Lane.EXIT, messages=7), 0.0) == 1.0
