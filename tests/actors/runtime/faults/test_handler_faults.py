"""Faults of handlers and starts, on threads and in virtual time; their supervisor sees what a bug would show it."""

import inspect
from collections.abc import Coroutine
from typing import Any

import pytest
from pykka import Timeout

from actors.runtime.errors import AskTimeoutError, HungError, InjectedCrashError
from actors.runtime.faults.model import After, Nth
from actors.runtime.supervisor import AskTree
from tests.actors.runtime.actors import Echo
from tests.actors.runtime.families import a_child
from tests.actors.runtime.faults.scene import a_fault, guarded, has_seen, tell, under, until
from tests.actors.runtime.worlds import VirtualWorld, World, ask


async def _said(actor: Echo, word: str) -> None:
    actor.seen.append(word)


def test_a_crash_at_the_third_of_a_kind_kills_the_actor_as_a_bug_would(world: World) -> None:
    guarded(world, a_fault("crash", message="str", when=Nth(3)))

    tell(world, "one", 1, "two", 2, "three")
    world.wait(lambda: bool(world.diary.of("restarted", "ann")))

    (death,) = world.diary.of("failed", "ann")
    assert isinstance(death, InjectedCrashError)
    assert [world.directory.epoch("ann"), *world.diary.of("restarted", "ann")] == [2, 2]
    assert ask(world, "boss", AskTree())[0].last_failure.cause.startswith("InjectedCrashError: injected: crash ann str")


def test_who_asked_gets_the_exception_of_a_crash(world: World) -> None:
    under(world, a_fault("crash", message="int"))

    with pytest.raises(InjectedCrashError, match="crash ann int"):
        ask(world, "ann", 1)


def test_a_crash_after_the_message_leaves_its_effect_behind(world: World) -> None:
    ann, _ = under(world, a_fault("crash", message="int", after=True))

    with pytest.raises(InjectedCrashError):
        ask(world, "ann", 1)

    assert ann.seen == [1]
    assert world.diary.of("failed", "ann")


def test_a_crash_after_the_message_waits_for_what_the_handler_awaits(world: World) -> None:
    ann, _ = under(world, a_fault("crash", message="function", after=True))

    with pytest.raises(InjectedCrashError):
        ask(world, "ann", lambda me: _said(me, "done"))

    assert ann.seen[1:] == ["done"]


def test_a_crash_after_a_message_whose_actor_is_gone_leaves_nothing_half_begun(world: World) -> None:
    ann, _ = under(world, a_fault("crash", message="function", after=True))
    begun: list[Coroutine[Any, Any, None]] = []

    def goes_and_begins(me: Echo) -> Coroutine[Any, Any, None]:
        me.fence()
        begun.append(_said(me, "too late"))
        return begun[0]

    tell(world, goes_and_begins)

    assert has_seen(world, ann, goes_and_begins)
    until(world, lambda: inspect.getcoroutinestate(begun[0]) == inspect.CORO_CLOSED)


def test_a_crash_at_a_moment_waits_for_no_mail(world: World) -> None:
    guarded(world, a_fault("crash", when=After(0.05)))

    world.wait(lambda: bool(world.diary.of("restarted", "ann")))

    assert world.diary.of("started", "ann") == [1, 2]


def test_a_pattern_strikes_whoever_it_fits_and_only_so_often(world: World) -> None:
    injector = guarded(world, a_fault("crash", actor="a*", message="str", times=2))

    for count in (1, 2):
        tell(world, "x")
        world.wait(lambda count=count: len(world.diary.of("restarted", "ann")) == count)  # type: ignore[misc]
    assert ask(world, "ann", "x") == "x"

    assert [firing.epoch for firing in injector.firings] == [1, 2]


def test_a_hang_is_found_by_the_handlers_deadline_and_fenced(world: World) -> None:
    child = a_child(world, "ann", handler_deadline_seconds=0.1)
    guarded(world, a_fault("hang", message="str"), child=child)

    tell(world, "stuck")
    world.wait(lambda: bool(world.diary.of("restarted", "ann")))

    assert world.diary.of("hung", "ann") == ["str is not handled after 0.1 s"]
    assert world.directory.epoch("ann") == 3  # one life fenced, its epoch retired, and the next


def test_mail_after_a_hang_is_handled(world: World) -> None:
    ann, _ = under(world, a_fault("hang", message="str"))

    tell(world, "stuck", 1)

    assert has_seen(world, ann, 1)


def test_a_block_lets_no_ping_through_and_the_next_life_answers(virtual: VirtualWorld) -> None:
    child = a_child(virtual, "ann", ping_every_seconds=1.0, ping_deadline_seconds=0.5)
    guarded(virtual, a_fault("block", message="str"), child=child)

    tell(virtual, "stuck", 1)
    virtual.wait(lambda: bool(virtual.diary.of("restarted", "ann")))

    assert virtual.diary.of("hung", "ann") == ["no answer to a ping within 0.5 s"]
    assert ask(virtual, "ann", 2) == 2
    assert virtual.diary.of("dead_letter", "ann") == [1]


def test_a_block_on_threads_ends_when_its_actor_is_fenced(threads: World) -> None:
    ann, _ = under(threads, a_fault("block", message="str"))

    tell(threads, "stuck")
    threads.wait(lambda: bool(threads.diary.of("delivered", "ann")))
    with pytest.raises(Timeout):
        _ = ann.actor_ref.ask(1, timeout=0.05)
    ann.fence()
    bob, _ = under(threads, name="bob")
    tell(threads, 2, name="bob")

    assert has_seen(threads, bob, 2)


def test_a_block_that_ends_handles_its_message_and_what_waited_in_order(world: World) -> None:
    ann, _ = under(world, a_fault("block", message="str", seconds=0.1))

    tell(world, "slow", 1, 2)

    assert has_seen(world, ann, "slow", 1, 2)
    assert ask(world, "ann", 3) == 3


def test_a_slow_handler_is_overtaken_and_answers_late(world: World) -> None:
    ann, _ = under(world, a_fault("slow", message="str", seconds=0.1))

    tell(world, "slow", 1)
    assert has_seen(world, ann, 1, "slow")

    assert ask(world, "ann", "quick") == "quick"


def test_a_slow_answer_is_the_handlers_own(world: World) -> None:
    under(world, a_fault("slow", seconds=0.05, message="str"))

    assert ask(world, "ann", "slow") == "slow"


def test_a_start_that_raises_is_a_death_and_is_tried_again(world: World) -> None:
    guarded(world, a_fault("fail_start", when=Nth(1), times=2))

    world.wait(lambda: bool(world.diary.of("restarted", "ann")))

    assert [type(each) for each in world.diary.of("failed", "ann")] == [InjectedCrashError] * 2
    assert world.diary.of("started", "ann") == [3]


def test_a_start_that_never_ends_is_given_up_after_its_bound(world: World) -> None:
    guarded(world, a_fault("hang_start"), child=a_child(world, "ann", start_timeout_seconds=0.1))

    world.wait(lambda: bool(world.diary.of("restarted", "ann")))

    assert "not up within 0.1 s" in str(world.diary.of("failed", "ann")[0])


def test_a_slow_start_keeps_its_mail_for_later(world: World) -> None:
    ann, _ = under(world, a_fault("slow_start", seconds=0.1), a_fault("slow", actor="nobody"))

    assert ask(world, "ann", 1) == 1
    assert ann.seen == [1]


def test_too_many_crashes_and_the_supervisor_gives_up(world: World) -> None:
    guarded(world, a_fault("crash", message="str", lasts=60.0), max_restarts=2)

    for count in (1, 2):
        tell(world, "x")
        world.wait(lambda count=count: len(world.diary.of("restarted", "ann")) == count)  # type: ignore[misc]
    tell(world, "x")
    world.wait(lambda: bool(world.diary.of("gave_up", "boss")))

    assert "3 deaths" in world.diary.of("gave_up", "boss")[0]


def test_a_hang_says_hung_error_to_who_looks_at_the_tree(virtual: VirtualWorld) -> None:
    guarded(virtual, a_fault("hang", message="str"), child=a_child(virtual, "ann", handler_deadline_seconds=1.0))

    with pytest.raises(AskTimeoutError):
        ask(virtual, "ann", "stuck", 0.5)
    virtual.wait(lambda: bool(virtual.diary.of("restarted", "ann")))

    (state,) = ask(virtual, "boss", AskTree())
    assert state.last_failure is not None
    assert state.last_failure.cause == f"{HungError.__name__}: ann: str is not handled after 1.0 s"


def test_nobody_else_notices(world: World) -> None:
    _, injector = under(world, a_fault("crash", actor="zed"), a_fault("drop", actor="zed"))

    assert ask(world, "ann", "x") == "x"

    assert injector.firings == []
    assert isinstance(ask(world, "ann", lambda me: me), Echo)
