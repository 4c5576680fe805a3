import pytest

from actors.runtime.errors import GaveUpError
from actors.runtime.loop_actor import Context, LoopActor
from actors.runtime.supervisor import (
    Backoff,
    KillChild,
    Strategy,
    Supervisor,
)
from tests.actors.runtime.families import a_child, crash_and_wait, starts, supervise
from tests.actors.runtime.worlds import VirtualWorld, World, ask


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
