import threading
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pykka._envelope import Envelope

from actors.runtime.futures import LoopFuture
from actors.runtime.mailbox import Mailbox


@dataclass(frozen=True)
class Quote:
    symbol: str
    bid: int

    @property
    def conflate_key(self) -> str:
        return self.symbol


@dataclass(frozen=True)
class Fill:
    number: int
    critical: ClassVar[bool] = True


class Hands:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def a_mailbox(capacity: int = 10, clock: Hands | None = None) -> Mailbox:
    return Mailbox(capacity, clock or Hands())


def contents(mailbox: Mailbox) -> list[Any]:
    unread = []
    while (envelope := mailbox.get()) is not None:
        unread.append(envelope.message)
    return unread


def test_first_come_first_served_within_a_lane_and_urgent_first() -> None:
    mailbox = a_mailbox()

    for message, urgent in (("a", False), ("B", True), ("c", False), ("D", True)):
        mailbox.put(Envelope(message), urgent)

    assert contents(mailbox) == ["B", "D", "a", "c"]


def test_the_runtimes_own_messages_overtake_all() -> None:
    mailbox = a_mailbox()
    mailbox.put(Envelope("urgent"), urgent=True)
    mailbox.put_control(Envelope("ping"))

    first = mailbox.get_control()

    assert first is not None
    assert first.message == "ping"
    assert mailbox.get_control() is None
    assert contents(mailbox) == ["urgent"]


def test_a_full_lane_refuses_and_counts_but_takes_what_is_critical() -> None:
    mailbox = a_mailbox(capacity=2)

    taken = [mailbox.put(Envelope(message)) for message in ("a", "b", "c", Fill(1), "d", Fill(2))]

    assert taken == [True, True, False, True, False, True]
    assert mailbox.dropped == 2
    assert contents(mailbox) == ["a", "b", Fill(1), Fill(2)]


def test_a_full_ordinary_lane_leaves_the_urgent_one_open() -> None:
    mailbox = a_mailbox(capacity=1)
    mailbox.put(Envelope("a"))

    assert mailbox.put(Envelope("B"), urgent=True)


def test_a_newer_quote_takes_the_place_of_the_unread_one() -> None:
    mailbox = a_mailbox(capacity=3)

    for message in (Quote("SPY", 1), "other", Quote("QQQ", 1), Quote("SPY", 2), Quote("SPY", 3)):
        assert mailbox.put(Envelope(message))

    assert contents(mailbox) == [Quote("SPY", 3), "other", Quote("QQQ", 1)]


def test_a_quote_after_a_read_one_gets_a_place_of_its_own() -> None:
    mailbox = a_mailbox()
    mailbox.put(Envelope(Quote("SPY", 1)))
    mailbox.get()

    mailbox.put(Envelope(Quote("SPY", 2)))

    assert contents(mailbox) == [Quote("SPY", 2)]


def test_a_question_is_never_conflated_away() -> None:
    mailbox = a_mailbox()

    mailbox.put(Envelope(Quote("SPY", 1), LoopFuture()))
    mailbox.put(Envelope(Quote("SPY", 2), LoopFuture()))

    assert mailbox.depth == 2


def test_the_age_is_that_of_the_oldest_unread_message() -> None:
    clock = Hands()
    mailbox = a_mailbox(clock=clock)
    mailbox.put(Envelope("old"))
    clock.seconds = 5.0
    mailbox.put(Envelope("new"), urgent=True)

    ages = [mailbox.oldest_age(8.0)]
    mailbox.get()
    ages.append(mailbox.oldest_age(8.0))
    mailbox.get()
    ages.append(mailbox.oldest_age(8.0))

    assert ages == [8.0, 8.0, 0.0]


def test_a_mailbox_for_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        a_mailbox(capacity=0)


def test_each_message_of_many_threads_is_got_once() -> None:
    mailbox = a_mailbox(capacity=10_000)
    got: list[int] = []

    def put(first: int) -> None:
        for number in range(first, first + 1000):
            mailbox.put(Envelope(number))

    def get() -> None:
        while len(got) < 4000 and (writers[0].is_alive() or mailbox.depth or any(w.is_alive() for w in writers)):
            envelope = mailbox.get()
            if envelope is not None:
                got.append(envelope.message)

    writers = [threading.Thread(target=put, args=(first,)) for first in range(0, 4000, 1000)]
    readers = [threading.Thread(target=get) for _ in range(2)]
    for thread in (*writers, *readers):
        thread.start()
    for thread in (*writers, *readers):
        thread.join(10)

    assert sorted(got) == list(range(4000))


@given(st.lists(st.tuples(st.sampled_from(["SPY", "QQQ", ""]), st.integers(0, 9), st.booleans())))
def test_of_each_key_the_newest_is_read_and_nothing_else_is_lost(steps: list[tuple[str, int, bool]]) -> None:
    mailbox, plain, newest = a_mailbox(1000), list[int](), dict[str, int]()

    for symbol, number, urgent in steps:
        mailbox.put(Envelope(Quote(symbol, number) if symbol else number), urgent)
        if symbol:
            newest[symbol] = number
        else:
            plain.append(number)
    unread = contents(mailbox)

    assert {message.symbol: message.bid for message in unread if isinstance(message, Quote)} == newest
    assert sorted(message for message in unread if isinstance(message, int)) == sorted(plain)
