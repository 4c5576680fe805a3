"""Faults of mail and timers, on threads and in virtual time."""

from dataclasses import dataclass
from typing import Any

import pytest

from actors.runtime.errors import AskTimeoutError, MailboxFullError
from actors.runtime.faults.injector import Injector
from actors.runtime.faults.model import Chance, Nth
from tests.actors.runtime.faults.scene import Ticker, a_fault, has_seen, tell, under, until
from tests.actors.runtime.worlds import VirtualWorld, World, ask, launch


@dataclass(frozen=True)
class Fill:
    """Mail that is never refused."""

    critical = True


def test_a_dropped_message_is_lost_and_its_sender_not_told(world: World) -> None:
    ann, _ = under(world, a_fault("drop", when=Nth(2)))

    taken = [world.directory.address("ann").tell(message) for message in (1, 2, 3)]

    assert has_seen(world, ann, 1, 3)
    assert taken == [True, True, True]


def test_who_asked_what_is_dropped_waits_in_vain(world: World) -> None:
    under(world, a_fault("drop"))

    with pytest.raises(AskTimeoutError):
        ask(world, "ann", 1, 0.1)


def test_a_duplicate_is_handled_twice_and_answered_once(world: World) -> None:
    ann, _ = under(world, a_fault("duplicate", message="str", copies=2))

    assert ask(world, "ann", "x") == "x"

    assert has_seen(world, ann, "x", "x", "x")


def test_a_delayed_message_comes_after_what_was_sent_later(world: World) -> None:
    ann, _ = under(world, a_fault("delay", message="str", seconds=0.1))

    tell(world, "late", 1, 2)

    assert has_seen(world, ann, 1, 2, "late")


def test_a_reordered_message_is_passed_by_as_many_as_asked(world: World) -> None:
    ann, _ = under(world, a_fault("reorder", message="str", passed_by=2, seconds=60.0))

    tell(world, "late", 1)
    assert has_seen(world, ann, 1)
    tell(world, 2)

    assert has_seen(world, ann, 1, 2, "late")


def test_a_reordered_message_waits_no_longer_than_its_bound(world: World) -> None:
    ann, _ = under(world, a_fault("reorder", message="str", passed_by=9, seconds=0.1))

    tell(world, "late", 1)

    assert has_seen(world, ann, 1, "late")


def test_a_full_mailbox_takes_only_what_is_never_refused(world: World) -> None:
    ann, _ = under(world, a_fault("fill", when=Nth(1), seconds=0.2))

    with pytest.raises(MailboxFullError):
        ask(world, "ann", 1)
    tell(world, Fill())
    assert has_seen(world, ann, Fill())

    until(world, lambda: world.directory.address("ann").tell(2))

    assert world.diary.of("dropped", "ann")[0] == 1


def test_a_delayed_message_to_who_has_died_is_a_dead_letter(virtual: VirtualWorld) -> None:
    ann, _ = under(virtual, a_fault("delay", message="str", seconds=1.0))

    tell(virtual, "late")
    ann.fence()
    virtual.wait(lambda: bool(virtual.diary.of("dead_letter", "ann")))

    assert virtual.diary.of("dead_letter", "ann") == ["late"]


def test_a_timer_whose_message_is_lost_delivers_again_and_is_handled_once(virtual: VirtualWorld) -> None:
    ticker = launch(virtual, Ticker, faults=Injector([a_fault("lose_timer", timer="early", times=2)]))

    virtual.virtual.run_for(4.0)
    before = list(ticker.seen)
    virtual.virtual.run_for(100.0)

    assert (before, ticker.seen) == ([2], [2, "first"])


def test_a_lost_timer_leaves_the_others_alone(world: World) -> None:
    ticker = launch(world, Ticker, faults=Injector([a_fault("lose_timer", timer="early")]))

    assert has_seen(world, ticker, 2)


def test_a_late_timer_delivers_after_those_it_was_before(world: World) -> None:
    ticker = launch(world, Ticker, faults=Injector([a_fault("late_timer", message="str", seconds=0.1)]))

    assert has_seen(world, ticker, 2, "first")


def test_a_late_timer_that_is_cancelled_meanwhile_never_delivers(virtual: VirtualWorld) -> None:
    ticker = launch(virtual, Ticker, faults=Injector([a_fault("late_timer", timer="early", seconds=5.0)]))

    virtual.virtual.run_for(1.0)
    ticker.timers.cancel("early")
    virtual.virtual.run_for(10.0)

    assert ticker.seen == [2]


def test_chance_is_drawn_from_the_seed_and_from_nothing_else() -> None:
    def dropped(seed: int, *others: Any) -> list[int]:
        world = VirtualWorld()
        ann, _ = under(world, a_fault("drop", when=Chance(0.5), message="int"), *others, seed=seed)
        tell(world, *range(40))
        world.virtual.run_for(1.0)
        world.host.stop()
        return ann.seen

    alone = dropped(1)

    assert 5 < len(alone) < 35
    assert dropped(1) == alone
    assert dropped(1, a_fault("drop", when=Chance(0.5), message="str")) == alone
    assert dropped(2) != alone
