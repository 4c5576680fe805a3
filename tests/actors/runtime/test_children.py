import asyncio

import pytest

from actors.runtime.children import state_of_root
from actors.runtime.loop_actor import Context, LoopActor
from actors.runtime.supervisor import (
    AskTree,
    Backoff,
    LastFailure,
    Restart,
    Standing,
    StartChild,
    StopChild,
    Strategy,
    Supervisor,
)
from tests.actors.runtime.actors import Echo, failing
from tests.actors.runtime.families import a_child, crash_and_wait, stop, supervise
from tests.actors.runtime.worlds import VirtualWorld, World, a_context, ask


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

    world.run(stop(ask(world, "guest", lambda actor: actor)))

    assert ask(world, "boss", AskTree()) == ()
    assert ask(world, "boss", StartChild(spec=guest))


def test_the_tree_can_be_looked_at(world: World) -> None:
    def inner(context: Context) -> LoopActor:
        return Supervisor(context, children=(a_child(world, "leaf"),))

    supervise(world, a_child(world, "inner", inner), a_child(world, "plain"))
    crash_and_wait(world, "plain")

    tree = ask(world, "boss", AskTree())

    assert [(child.name, child.alive, child.restarts) for child in tree] == [("inner", True, 0), ("plain", True, 1)]
    assert tree[1].last_failure == LastFailure(epoch=1, message="ValueError", cause="ValueError: bug")
    assert [child.name for child in tree[0].children] == ["leaf"]


def test_the_root_is_shown_though_nobody_supervises_it(world: World) -> None:
    boss = supervise(world, a_child(world, "leaf"))
    alive = state_of_root(boss, boss.snapshot())

    world.run(stop(boss))
    ended = state_of_root(boss, boss.snapshot())

    assert (alive.name, alive.standing, [child.standing for child in alive.children]) == (
        "boss",
        Standing.RUNNING,
        [Standing.RUNNING],
    )
    assert (ended.standing, [child.standing for child in ended.children]) == (Standing.ENDED, [Standing.ENDED])


def test_two_children_of_one_name_are_refused(world: World) -> None:
    children = (a_child(world, "a"), a_child(world, "a"))

    with pytest.raises(ValueError, match="same name"):
        Supervisor(a_context(world, "boss"), children=children)
