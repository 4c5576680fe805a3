import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from actors.runtime.clock import WallClock
from actors.runtime.directory import ActorDeadError
from actors.runtime.errors import GaveUpError
from actors.runtime.hosts import ThreadHost
from actors.runtime.loop_actor import Context, LoopActor
from actors.runtime.supervisor import (
    AskTree,
    Backoff,
    ChildSpec,
    KillChild,
    Restart,
    StartChild,
    StopChild,
    Strategy,
    Supervisor,
)
from tests.actors.runtime.actors import Echo, Stuck, failing
from tests.actors.runtime.worlds import ThreadWorld, VirtualWorld, World, a_context, ask, launch

AT_ONCE = Backoff(first_seconds=0.0)


def a_child(world: World, name: str, factory: Callable[[Context], LoopActor] = Echo, **changes: Any) -> ChildSpec:
    given: dict[str, Any] = {"host": world.host, "backoff": AT_ONCE, "ping_every_seconds": None, **changes}
    return ChildSpec(name=name, factory=factory, **given)


def supervise(world: World, *children: ChildSpec, name: str = "boss", **options: Any) -> Supervisor:
    return launch(world, lambda context: Supervisor(context, children=children, **options), name)


def crash_and_wait(world: World, name: str, restarts: int = 1) -> None:
    world.directory.address(name).tell(ValueError("bug"))
    world.wait(lambda: len(world.diary.of("restarted", name)) == restarts)


def starts(world: World) -> list[str]:
    return [name for what, name, _ in list(world.diary.entries) if what == "started" and name != "boss"]


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

    world.run(_stop(boss))

    assert stopped == ["c", "b", "a"]
    assert world.directory.names() == ()


def test_a_dead_child_is_replaced_by_a_fresh_object_of_a_new_epoch(world: World) -> None:
    supervise(world, a_child(world, "a"))
    first = ask(world, "a", lambda actor: actor)

    crash_and_wait(world, "a")

    second = ask(world, "a", lambda actor: actor)
    assert second is not first
    assert (first.epoch, second.epoch, world.directory.epoch("a")) == (1, 2, 2)
    assert second.seen[0] is not first.seen[0]


@pytest.mark.parametrize(
    ("strategy", "restarted"),
    [
        (Strategy.ONE_FOR_ONE, ["b"]),
        (Strategy.REST_FOR_ONE, ["b", "c"]),
        (Strategy.ONE_FOR_ALL, ["a", "b", "c"]),
    ],
)
def test_a_strategy_says_who_is_restarted(world: World, strategy: Strategy, restarted: list[str]) -> None:
    supervise(world, *(a_child(world, name) for name in "abc"), strategy=strategy)

    world.directory.address("b").tell(ValueError("bug"))
    world.wait(lambda: len(world.diary.of("restarted")) == len(restarted))

    assert starts(world) == ["a", "b", "c", *restarted]


@pytest.mark.parametrize(
    ("restart", "after_stop", "after_crash"),
    [(Restart.PERMANENT, True, True), (Restart.TRANSIENT, False, True), (Restart.TEMPORARY, False, False)],
)
def test_the_kind_of_restart_says_which_ends_are_followed_by_a_life(
    world: World, restart: Restart, *, after_stop: bool, after_crash: bool
) -> None:
    supervise(world, a_child(world, "stops", restart=restart), a_child(world, "dies", restart=restart))

    world.directory.address("stops").tell(lambda actor: actor.stop())
    world.directory.address("dies").tell(ValueError("bug"))
    expected = [name for name, comes_back in (("stops", after_stop), ("dies", after_crash)) if comes_back]
    world.wait(lambda: sorted(name for w, name, _ in world.diary.entries if w == "restarted") == sorted(expected))
    world.wait(lambda: set(world.directory.names()) == {"boss", *expected})

    assert set(world.directory.names()) == {"boss", *expected}


def test_too_many_deaths_within_the_period_and_it_gives_up(world: World) -> None:
    told: list[tuple[str, str]] = []
    supervise(
        world,
        a_child(world, "good"),
        a_child(world, "bad"),
        max_restarts=2,
        gave_up=lambda name, reason: told.append((name, reason)),
    )

    crash_and_wait(world, "bad", 1)
    crash_and_wait(world, "bad", 2)
    world.directory.address("bad").tell(ValueError("bug"))
    world.wait(lambda: bool(world.diary.of("failed", "boss")))

    assert told[0][0] == "boss"
    assert "3 deaths within 60.0 s, the last: bad: ValueError: bug" in told[0][1]
    assert isinstance(world.diary.of("failed", "boss")[0], GaveUpError)
    assert world.directory.names() == ()


def test_deaths_longer_ago_than_the_period_are_forgiven(virtual: VirtualWorld) -> None:
    supervise(virtual, a_child(virtual, "a"), max_restarts=1, period_seconds=60.0)

    for number in range(1, 6):
        crash_and_wait(virtual, "a", number)
        virtual.virtual.run_for(61)

    assert virtual.diary.of("gave_up") == []


def test_giving_up_is_a_death_for_the_supervisor_above(world: World) -> None:
    def inner(context: Context) -> LoopActor:
        return Supervisor(context, max_restarts=0, children=(a_child(world, "leaf"),))

    supervise(world, a_child(world, "inner", inner), a_child(world, "other"))

    world.directory.address("leaf").tell(ValueError("bug"))
    world.wait(lambda: bool(world.diary.of("restarted", "inner")))

    assert ask(world, "leaf", "back?") == "back?"
    assert world.diary.of("started", "other") == [1]


def test_the_death_of_a_supervisor_is_its_childrens_too(world: World) -> None:
    def inner(context: Context) -> LoopActor:
        return Supervisor(context, children=(a_child(world, "leaf"),))

    supervise(world, a_child(world, "inner", inner))
    leaf = ask(world, "leaf", lambda actor: actor)

    killed = ask(world, "boss", KillChild(name="inner", reason="to see"))
    world.wait(lambda: bool(world.diary.of("restarted", "inner")))

    assert killed
    assert not leaf.actor_ref.is_alive()
    assert ask(world, "leaf", lambda actor: actor) is not leaf


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


def test_restarts_back_off(virtual: VirtualWorld) -> None:
    backoff = Backoff(first_seconds=1.0, factor=3.0, most_seconds=5.0)
    supervise(virtual, a_child(virtual, "a", backoff=backoff), max_restarts=10)
    pauses: list[float] = []

    for number in range(1, 6):
        before = virtual.host.loop.time()
        crash_and_wait(virtual, "a", number)
        pauses.append(round(virtual.host.loop.time() - before))

    assert pauses == [0, 1, 3, 5, 5]


def test_the_first_restart_is_at_once_and_the_wait_has_a_bound() -> None:
    backoff = Backoff(first_seconds=1.0, factor=3.0, most_seconds=5.0)

    waits = [backoff.seconds(deaths) for deaths in range(6)]

    assert waits == [0.0, 0.0, 1.0, 3.0, 5.0, 5.0]


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

    virtual.run(_stop(boss))
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

    assert virtual.diary.of("restarted", "a") == [2]
    assert ask(virtual, "a", "alive?") == "alive?"


def test_a_guest_that_dies_while_a_group_restarts_leaves_nobody_out(virtual: VirtualWorld) -> None:
    class Slow(Echo):
        async def on_start(self) -> None:
            await asyncio.sleep(1)

    supervise(
        virtual, *(a_child(virtual, name, Slow) for name in "abc"), strategy=Strategy.REST_FOR_ONE, max_restarts=10
    )

    virtual.directory.address("a").tell(ValueError("bug"))
    virtual.virtual.run_for(0.5)
    ask(virtual, "boss", StartChild(spec=a_child(virtual, "guest")))
    virtual.directory.address("guest").tell(ValueError("bug"))
    virtual.virtual.run_for(10)

    assert virtual.directory.names() == ("a", "b", "boss", "c", "guest")


def test_a_child_that_will_not_stop_is_fenced_at_its_bound(world: World) -> None:
    class Clinging(Echo):
        async def on_stop(self) -> None:
            await asyncio.Event().wait()

    boss = supervise(world, a_child(world, "clings", Clinging, shutdown_seconds=0.02))

    world.run(_stop(boss))

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


def test_children_come_and_go_on_request(world: World) -> None:
    supervise(world)

    added = ask(world, "boss", StartChild(spec=a_child(world, "guest")))
    twice = ask(world, "boss", StartChild(spec=a_child(world, "guest")))
    names = world.directory.names()
    removed = ask(world, "boss", StopChild(name="guest"))
    gone = ask(world, "boss", StopChild(name="guest"))

    assert (added, twice, removed, gone) == (True, False, True, False)
    assert (names, world.directory.names()) == (("boss", "guest"), ("boss",))


def test_a_guest_that_cannot_start_is_refused_and_forgotten(world: World) -> None:
    boss = supervise(world)

    added = ask(world, "boss", StartChild(spec=a_child(world, "guest", failing(OSError("no")))))

    assert not added
    assert boss.snapshot() == ()


def test_a_guest_that_ends_by_itself_leaves_its_name_free(world: World) -> None:
    supervise(world)
    guest = a_child(world, "guest", restart=Restart.TRANSIENT)
    ask(world, "boss", StartChild(spec=guest))

    world.run(_stop(ask(world, "guest", lambda actor: actor)))

    assert ask(world, "boss", AskTree()) == ()
    assert ask(world, "boss", StartChild(spec=guest))


def test_the_tree_can_be_looked_at(world: World) -> None:
    def inner(context: Context) -> LoopActor:
        return Supervisor(context, children=(a_child(world, "leaf"),))

    supervise(world, a_child(world, "inner", inner), a_child(world, "plain"))
    crash_and_wait(world, "plain")

    tree = ask(world, "boss", AskTree())

    assert [(child.name, child.alive, child.restarts) for child in tree] == [("inner", True, 0), ("plain", True, 1)]
    assert tree[1].last_failure == "ValueError: bug"
    assert [child.name for child in tree[0].children] == ["leaf"]


def test_a_second_death_while_a_group_restarts_is_made_good_too(virtual: VirtualWorld) -> None:
    supervise(
        virtual,
        *(a_child(virtual, name, backoff=Backoff(first_seconds=1.0)) for name in "abc"),
        strategy=Strategy.REST_FOR_ONE,
        max_restarts=10,
    )

    crash_and_wait(virtual, "b", 1)
    virtual.directory.address("b").tell(ValueError("bug"))
    virtual.virtual.run_for(0.5)
    virtual.directory.address("a").tell(ValueError("bug"))
    virtual.virtual.run_for(5)

    assert [ask(virtual, name, "alive?") for name in "abc"] == ["alive?"] * 3


def test_two_children_of_one_name_are_refused(world: World) -> None:
    children = (a_child(world, "a"), a_child(world, "a"))

    with pytest.raises(ValueError, match="same name"):
        Supervisor(a_context(world, "boss"), children=children)


async def _stop(actor: LoopActor) -> None:
    await actor.actor_ref.stop(block=False)
