import asyncio
import threading

import pytest

from actors.runtime.clock import WallClock
from actors.runtime.directory import ActorDeadError
from actors.runtime.hosts import ThreadHost
from actors.runtime.loop_actor import Context, LoopActor
from actors.runtime.supervisor import (
    AskTree,
    Strategy,
    Supervisor,
)
from tests.actors.runtime.actors import Echo, Stuck, failing
from tests.actors.runtime.families import a_child, crash_and_wait, starts, stop, supervise
from tests.actors.runtime.worlds import ThreadWorld, VirtualWorld, World, a_context, ask


def test_children_start_left_to_right_each_up_before_the_next(world: World) -> None:
    class Slow(Echo):
        async def on_start(self) -> None:
            await asyncio.sleep(0.02)

    supervise(world, a_child(world, "a", Slow), a_child(world, "b"), a_child(world, "c", Slow))

    assert starts(world) == ["a", "b", "c"]


def test_children_stop_right_to_left(world: World) -> None:
    stopped: list[str] = []

    class Noting(Echo):
        def on_stop(self) -> None:
            stopped.append(self.name)

    boss = supervise(world, *(a_child(world, name, Noting) for name in "abc"))

    world.run(stop(boss))

    assert stopped == ["c", "b", "a"]
    assert world.directory.names() == ()


def test_a_start_that_fails_counts_as_a_death_and_is_tried_again(world: World) -> None:
    lives: list[int] = []

    def flaky(context: Context) -> LoopActor:
        lives.append(context.epoch)
        return (failing(OSError("not yet")) if context.epoch < 3 else Echo)(context)

    supervise(world, a_child(world, "flaky", flaky), a_child(world, "next"))

    assert lives == [1, 2, 3]
    assert starts(world) == ["flaky", "next"]


def test_a_child_that_cannot_be_built_makes_the_supervisor_give_up_at_last(world: World) -> None:
    def impossible(_: Context) -> LoopActor:
        raise OSError("no such device")

    boss = Supervisor(a_context(world, "boss"), children=(a_child(world, "a"), a_child(world, "b", impossible)))
    boss.launch()
    world.wait(lambda: bool(world.diary.of("failed", "boss")))

    assert len(world.diary.of("failed", "b")) == 4
    assert world.diary.of("started", "boss") == []
    assert world.directory.names() == ()


def test_a_start_that_takes_too_long_is_a_failure(world: World) -> None:
    class Patient(Echo):
        async def on_start(self) -> None:
            if self.epoch <= 2:
                await asyncio.Event().wait()

    supervise(world, a_child(world, "slow", Patient, start_timeout_seconds=0.02))

    assert "was not up within 0.02 s" in str(world.diary.of("failed", "slow")[0])
    assert ask(world, "slow", "now?") == "now?"


def test_a_group_is_stopped_right_to_left_before_it_is_started_again(world: World) -> None:
    stopped: list[str] = []

    class Noting(Echo):
        def on_stop(self) -> None:
            stopped.append(self.name)

    supervise(world, *(a_child(world, name, Noting) for name in "abcd"), strategy=Strategy.ONE_FOR_ALL)

    world.directory.address("b").tell(ValueError("bug"))
    world.wait(lambda: len(world.diary.of("restarted")) == 4)

    assert stopped == ["d", "c", "a"]


def test_who_dies_while_all_are_being_stopped_is_not_restarted(virtual: VirtualWorld) -> None:
    class Slow(Echo):
        async def on_stop(self) -> None:
            self.tell("a", ValueError("bug"))
            await asyncio.sleep(1)

    boss = supervise(virtual, a_child(virtual, "a"), a_child(virtual, "b", Slow))

    virtual.run(stop(boss))
    virtual.virtual.run_for(10)

    assert starts(virtual) == ["a", "b"]
    assert virtual.directory.names() == ()


def test_late_news_of_an_earlier_life_are_not_taken_for_this_one(virtual: VirtualWorld) -> None:
    supervise(virtual, a_child(virtual, "a"))
    first = ask(virtual, "a", lambda actor: actor)
    crash_and_wait(virtual, "a")

    first._guardian.child_ended(first, ValueError("old news"))
    first._guardian.child_hung(first, "old news")
    virtual.virtual.run_for(10)

    assert [(child.alive, child.epoch) for child in ask(virtual, "boss", AskTree())] == [(True, 2)]


def test_a_child_that_will_not_stop_is_fenced_at_its_bound(world: World) -> None:
    class Clinging(Echo):
        async def on_stop(self) -> None:
            await asyncio.Event().wait()

    boss = supervise(world, a_child(world, "clings", Clinging, shutdown_seconds=0.02))

    world.run(stop(boss))

    assert "did not stop within 0.02 s" in world.diary.of("hung", "clings")[0]
    assert world.directory.epoch("clings") == 2


def test_an_overdue_handler_costs_the_child_its_life(world: World) -> None:
    supervise(world, a_child(world, "a", handler_deadline_seconds=0.02))

    with pytest.raises(ActorDeadError):
        ask(world, "a", lambda _: asyncio.Event().wait())
    world.wait(lambda: bool(world.diary.of("restarted", "a")))

    assert ask(world, "a", "again") == "again"


def test_a_blocked_thread_is_hung_and_fenced_and_its_word_counts_no_more(threads: ThreadWorld) -> None:
    let_go = threading.Event()
    other = ThreadHost("other", WallClock())
    other.start()
    supervise(
        threads,
        a_child(
            threads,
            "stuck",
            lambda context: Stuck(context, let_go),
            host=other,
            ping_every_seconds=0.05,
            ping_deadline_seconds=0.05,
        ),
    )

    with pytest.raises(ActorDeadError):
        ask(threads, "stuck", "block")
    retired = threads.directory.epoch("stuck")
    let_go.set()
    threads.wait(lambda: bool(threads.diary.of("restarted", "stuck")))

    assert "no answer to a ping" in threads.diary.of("hung", "stuck")[0]
    assert retired > 1
    assert ask(threads, "stuck", "hello") == "hello"
    other.stop()


def test_children_that_answer_their_pings_are_left_alone(virtual: VirtualWorld) -> None:
    supervise(virtual, *(a_child(virtual, name, ping_every_seconds=10.0) for name in "abc"))

    virtual.virtual.run_for(3600)

    assert virtual.diary.of("hung") == []
