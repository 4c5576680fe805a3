from collections import Counter
from dataclasses import replace
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from domain.ids import Symbol
from domain.pacing import SHORTEST_WAIT_SECONDS, Item, Lane, Pacer, PacingLimits
from domain.pacing_queue import Queue

GOOG, IBM = Symbol("GOOG"), Symbol("IBM")


def a_queue(*items: Item, burst: int = 30) -> Queue[str]:
    """Return a queue in which these wait, named by their number."""
    queue = Queue[str](Pacer(PacingLimits(per_symbol_burst_requests=burst)))
    for number, item in enumerate(items):
        queue.push(item, str(number), 0.0)
    return queue


def popped(queue: Queue[str], now: float) -> list[str]:
    """Return everything that may go at this time, in its order; it is sent at once."""
    works, pacer = [], queue._pacer
    while (work := queue.pop_ready(now)[0]) is not None:
        pacer.sent(pacer._granted, now)
        works.append(work)
    return works


def test_an_empty_queue_has_nothing_and_asks_for_no_timer() -> None:
    assert a_queue().pop_ready(0.0) == (None, inf)


def test_the_highest_lane_goes_first_and_the_first_of_a_lane() -> None:
    lanes = (Lane.DETAILS, Lane.QUOTE, Lane.EXIT, Lane.HISTORY, Lane.ENTRY, Lane.EXIT, Lane.ACCOUNT)

    queue = a_queue(*(Item(lane=lane) for lane in lanes))

    assert (len(queue), popped(queue, 0.0), len(queue)) == (7, ["2", "5", "4", "6", "1", "3", "0"], 0)


def test_an_order_overtakes_four_hundred_lookups() -> None:
    queue = a_queue(*(Item(lane=Lane.DETAILS) for _ in range(428)))
    sent = popped(queue, 0.0)

    queue.push(Item(lane=Lane.ENTRY, messages=3), "bracket", 0.0)

    assert (len(sent), queue.pop_ready(0.0)) == (39, ("bracket", 0.0))


def test_a_bracket_that_waits_for_the_window_is_not_overtaken_by_data() -> None:
    exits = [Item(lane=Lane.EXIT) for _ in range(43)]
    queue = a_queue(*exits, Item(lane=Lane.ENTRY, messages=3), Item(lane=Lane.QUOTE))

    sent = popped(queue, 0.0)

    assert (len(sent), queue.pop_ready(0.25)) == (43, (None, 0.75))
    assert popped(queue, 1.0) == ["43", "44"]


def test_a_symbol_that_used_up_its_budget_lets_others_of_its_lane_pass() -> None:
    mine = [Item(lane=Lane.QUOTE, symbol=GOOG)] * 4
    queue = a_queue(*mine, Item(lane=Lane.QUOTE, symbol=IBM), Item(lane=Lane.DETAILS), burst=2)

    first = popped(queue, 0.0)

    assert (first, queue.pop_ready(0.25)) == (["0", "4", "1", "5"], (None, 0.25))
    assert popped(queue, 0.5) == ["2"]
    assert popped(queue, 1.0) == ["3"]


def test_symbols_that_both_want_the_window_take_turns() -> None:
    items = [Item(lane=Lane.QUOTE, symbol=symbol) for symbol in (GOOG, IBM) for _ in range(4)]

    queue = a_queue(*items)

    assert popped(queue, 0.0) == ["0", "4", "1", "5", "2", "6", "3", "7"]


def test_a_symbol_alone_may_have_the_whole_window_of_data() -> None:
    queue = a_queue(*[Item(lane=Lane.QUOTE, symbol=GOOG)] * 60, burst=60)

    assert (len(popped(queue, 0.0)), queue.pop_ready(0.25)) == (39, (None, 0.75))


def test_whoever_had_much_of_late_lets_a_latecomer_go_first() -> None:
    queue = a_queue(*[Item(lane=Lane.QUOTE, symbol=GOOG)] * 60, burst=60)
    popped(queue, 0.0)

    queue.push(Item(lane=Lane.QUOTE, symbol=IBM), "late", 0.5)

    assert popped(queue, 1.0)[0] == "late"


def test_what_had_its_turn_in_another_lane_counts() -> None:
    queue = a_queue(*[Item(lane=Lane.DETAILS, symbol=symbol) for symbol in (GOOG, IBM)])

    queue.push(Item(lane=Lane.QUOTE, symbol=GOOG), "quote", 0.0)

    assert popped(queue, 0.0) == ["quote", "1", "0"]


def test_what_was_held_back_takes_its_old_place_again() -> None:
    bars = Item(lane=Lane.HISTORY, symbol=GOOG)
    queue = a_queue(replace(bars, key="a"), replace(bars, key="a"))
    popped(queue, 0.0)
    queue.push(Item(lane=Lane.EXIT, messages=45), "orders", 14.5)
    popped(queue, 14.5)

    queue.push(bars, "later", 14.75)

    assert queue.pop_ready(15.0) == (None, 0.5)
    assert popped(queue, 15.5) == ["1", "later"]


def test_a_full_history_lane_lets_lower_lanes_pass_until_a_request_is_finished() -> None:
    pacer = Pacer(PacingLimits(history_in_flight=1))
    queue = Queue[str](pacer)
    for work in ("first", "second"):
        queue.push(Item(lane=Lane.HISTORY), work, 0.0)
    queue.push(Item(lane=Lane.DETAILS), "lookup", 0.0)

    before = popped(queue, 0.0)
    waiting = queue.pop_ready(0.0)
    pacer.finished(Lane.HISTORY)

    assert (before, waiting, popped(queue, 0.0)) == (["first", "lookup"], (None, inf), ["second"])


def test_cancelled_work_is_never_handed_out() -> None:
    queue = a_queue(Item(lane=Lane.QUOTE))
    ticket = queue.push(Item(lane=Lane.QUOTE), "no", 0.0)

    assert (queue.cancel(ticket), queue.cancel(ticket), len(queue)) == (True, False, 1)
    assert popped(queue, 0.0) == ["0"]


def test_work_cancelled_while_held_back_asks_for_no_timer() -> None:
    queue = a_queue(Item(lane=Lane.HISTORY, key="a"))
    ticket = queue.push(Item(lane=Lane.HISTORY, key="a"), "no", 0.0)
    popped(queue, 0.0)

    queue.cancel(ticket)

    assert queue.pop_ready(0.5) == (None, inf)


def test_work_cancelled_while_held_back_lets_others_go() -> None:
    queue = a_queue(Item(lane=Lane.HISTORY, key="a"))
    ticket = queue.push(Item(lane=Lane.HISTORY, key="a"), "no", 0.0)
    popped(queue, 0.0)
    queue.push(Item(lane=Lane.QUOTE), "quote", 0.0)

    queue.cancel(ticket)

    assert popped(queue, 0.5) == ["quote"]


def test_work_that_went_can_no_longer_be_cancelled() -> None:
    queue = a_queue()
    ticket = queue.push(Item(lane=Lane.EXIT), "gone", 0.0)

    queue.pop_ready(0.0)

    assert not queue.cancel(ticket)


ITEMS = st.builds(
    Item,
    lane=st.sampled_from(Lane),
    messages=st.integers(1, 4),
    symbol=st.sampled_from([None, GOOG, IBM]),
    key=st.sampled_from(["", "", "a"]),
)


@given(st.lists(ITEMS, max_size=45), st.sets(st.integers(0, 44)))
def test_everything_not_cancelled_leaves_once_by_following_the_waits(items: list[Item], cancelled: set[int]) -> None:
    queue, now = a_queue(*items), 1000.0
    dropped = {number for number in cancelled if queue.cancel(number + 1)}
    left: list[int] = []

    for _ in range(len(items) * 3 + 1):
        left += [int(work) for work in popped(queue, now)]
        wait = queue.pop_ready(now)[1]
        if wait == inf:
            break
        assert wait >= SHORTEST_WAIT_SECONDS
        now += wait

    assert sorted(left) == [number for number in range(len(items)) if number not in dropped]
    assert len(queue) == 0


@given(st.lists(ITEMS, max_size=45))
def test_within_a_lane_the_first_in_is_the_first_out_for_each_symbol(items: list[Item]) -> None:
    items = [Item(lane=item.lane, messages=item.messages, symbol=item.symbol) for item in items]
    queue, now, left = a_queue(*items), 1000.0, list[int]()

    while len(queue):
        left += [int(work) for work in popped(queue, now)]
        now += 0.25

    for lane in Lane:
        for symbol in (None, GOOG, IBM):
            same = [number for number in left if (items[number].lane, items[number].symbol) == (lane, symbol)]
            assert same == sorted(same)


def test_the_queue_knows_what_waits_where_and_how_long_what_went_had_waited() -> None:
    queue: Queue[str] = Queue(Pacer(PacingLimits(messages_per_second=7, order_reserve=6)))
    queue.push(Item(lane=Lane.HISTORY), "first", 0.0)
    queue.push(Item(lane=Lane.HISTORY), "second", 0.25)
    ticket = queue.push(Item(lane=Lane.DETAILS), "gone", 0.5)

    queue.pop_ready(0.5)
    queue.cancel(ticket)

    assert dict(queue.lengths()) == {Lane.HISTORY: 1}
    assert dict(queue.take_waits()) == {Lane.HISTORY: 0.5}
    assert dict(queue.take_waits()) == {}


@given(st.lists(st.sampled_from([GOOG, IBM, Symbol("SPY")]), min_size=1, max_size=90), st.integers(0, 38))
def test_while_several_symbols_wait_none_is_more_than_one_ahead(symbols: list[Symbol], taken: int) -> None:
    queue = a_queue(*(Item(lane=Lane.QUOTE, symbol=symbol) for symbol in symbols))
    popped_first = Counter[Symbol]()
    queue.push(Item(lane=Lane.EXIT, messages=taken + 6), "orders", 0.0)  # So that the window holds less than all.

    for work in popped(queue, 0.0)[1:]:
        popped_first[symbols[int(work)]] += 1

    waiting = {symbol for symbol in symbols if popped_first[symbol] < symbols.count(symbol)}
    behind = min((popped_first[symbol] for symbol in waiting), default=30)
    assert all(popped_first[symbol] <= behind + 1 for symbol in symbols)


@given(st.integers(5, 60), st.integers(0, 60), st.floats(0.1, 1.5))
def test_a_symbols_backlog_is_gone_as_soon_as_its_rate_allows_whatever_others_ask(
    mine: int, theirs: int, pause: float
) -> None:
    symbols = [GOOG] * mine + [IBM] * theirs
    queue, now, last = a_queue(*(Item(lane=Lane.QUOTE, symbol=symbol) for symbol in symbols), burst=4), 0.0, 0.0

    while len(queue):
        if any(symbols[int(work)] == GOOG for work in popped(queue, now)):
            last = now
        now += pause

    assert (mine - 4) / 2 <= last + 1e-6 <= (mine - 4) / 2 + pause + 1e-6
