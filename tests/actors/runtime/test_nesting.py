"""Supervisors under supervisors: whose death is whose, and how many deaths it takes in all."""

from typing import Any

import pytest

from actors.runtime.loop_actor import Context, LoopActor
from actors.runtime.supervisor import AskTree, ChildSpec, KillChild, Restart, Standing, Strategy, Supervisor
from tests.actors.runtime.families import a_child, supervise
from tests.actors.runtime.worlds import World, ask

STRATEGIES = tuple(Strategy)
NEVER, ONCE, TWICE = 0, 1, 2


def a_family(world: World, name: str, *members: str, restart: Restart = Restart.PERMANENT, **options: Any) -> ChildSpec:
    """Return a supervisor of these as a child."""

    def build(context: Context) -> LoopActor:
        return Supervisor(context, children=tuple(a_child(world, one) for one in members), **options)

    return a_child(world, name, build, restart=restart)


def die(world: World, name: str) -> None:
    """Let it die, and wait until that is made good or nobody is left who would."""
    lives = world.diary.of("started", name)
    world.directory.address(name).tell(ValueError("bug"))
    world.wait(lambda: len(world.diary.of("started", name)) > len(lives) or bool(world.diary.of("failed", "boss")))


def twice(world: World, *names: str) -> set[str]:
    """Return who of these has lived twice."""
    return {name for name in names if len(world.diary.of("started", name)) == 2}


@pytest.mark.parametrize(
    ("inner", "outer"), [(NEVER, NEVER), (ONCE, NEVER), (NEVER, TWICE), (ONCE, TWICE), (TWICE, TWICE)]
)
def test_intensity_multiplies_across_levels(world: World, inner: int, outer: int) -> None:
    supervise(world, a_family(world, "inner", "leaf", max_restarts=inner), max_restarts=outer)
    deaths = 0

    while not world.diary.of("failed", "boss"):
        die(world, "leaf")
        deaths += 1

    assert deaths == (inner + 1) * (outer + 1)
    assert len(world.diary.of("gave_up", "inner")) == outer + 1
    assert len(world.diary.of("gave_up", "boss")) == 1
    assert world.directory.names() == ()


def test_three_levels_multiply_too(world: World) -> None:
    def middle(context: Context) -> LoopActor:
        return Supervisor(context, max_restarts=ONCE, children=(a_family(world, "inner", "leaf", max_restarts=ONCE),))

    supervise(world, a_child(world, "middle", middle), max_restarts=ONCE)
    deaths = 0

    while not world.diary.of("failed", "boss"):
        die(world, "leaf")
        deaths += 1

    assert deaths == 2 * 2 * 2


OUTER = {
    Strategy.ONE_FOR_ONE: {"b1", "b2"},
    Strategy.REST_FOR_ONE: {"b1", "b2", "c"},
    Strategy.ONE_FOR_ALL: {"a", "b1", "b2", "c"},
}


@pytest.mark.parametrize("outer", STRATEGIES)
@pytest.mark.parametrize("inner", STRATEGIES)
def test_a_family_that_gives_up_is_restarted_as_the_strategy_above_says(
    world: World, inner: Strategy, outer: Strategy
) -> None:
    family = a_family(world, "b", "b1", "b2", strategy=inner, max_restarts=NEVER)
    supervise(world, a_child(world, "a"), family, a_child(world, "c"), strategy=outer)
    before = len(world.diary.of("started"))

    world.directory.address("b2").tell(ValueError("bug"))
    world.wait(lambda: len(world.diary.of("started")) == before + 1 + len(OUTER[outer]))

    assert twice(world, "a", "b1", "b2", "c") == OUTER[outer]
    assert all(ask(world, name, "alive?") == "alive?" for name in ("a", "b1", "b2", "c"))


INNER = {
    Strategy.ONE_FOR_ONE: {"b2"},
    Strategy.REST_FOR_ONE: {"b2", "b3"},
    Strategy.ONE_FOR_ALL: {"b1", "b2", "b3"},
}


@pytest.mark.parametrize("outer", STRATEGIES)
@pytest.mark.parametrize("inner", STRATEGIES)
def test_a_death_that_a_family_makes_good_itself_is_nobody_elses(
    world: World, inner: Strategy, outer: Strategy
) -> None:
    family = a_family(world, "b", "b1", "b2", "b3", strategy=inner)
    supervise(world, a_child(world, "a"), family, a_child(world, "c"), strategy=outer)
    expected = INNER[inner]

    world.directory.address("b2").tell(ValueError("bug"))
    world.wait(lambda: len(world.diary.of("restarted")) == len(expected))

    assert twice(world, "a", "b", "b1", "b2", "b3", "c") == expected


@pytest.mark.parametrize(
    ("restart", "comes_back"), [(Restart.PERMANENT, True), (Restart.TRANSIENT, True), (Restart.TEMPORARY, False)]
)
def test_a_family_that_gives_up_comes_back_as_its_kind_says(
    world: World, restart: Restart, *, comes_back: bool
) -> None:
    family = a_family(world, "inner", "leaf", max_restarts=NEVER, restart=restart)
    supervise(world, family, a_child(world, "other"))

    world.directory.address("leaf").tell(ValueError("bug"))
    world.wait(lambda: bool(world.diary.of("failed", "inner")))
    world.wait(lambda: len(world.diary.of("restarted", "inner")) == int(comes_back))

    tree = {child.name: child.standing for child in ask(world, "boss", AskTree())}
    assert tree["inner"] is (Standing.RUNNING if comes_back else Standing.GAVE_UP)
    assert twice(world, "other") == set()


def test_the_surrender_of_a_temporary_family_costs_the_one_above_nothing(world: World) -> None:
    families = [
        a_family(world, f"inner {number}", f"leaf {number}", max_restarts=NEVER, restart=Restart.TEMPORARY)
        for number in range(3)
    ]
    supervise(world, *families, a_child(world, "other"), max_restarts=NEVER)

    for number in range(3):
        world.directory.address(f"leaf {number}").tell(ValueError("bug"))
    world.wait(lambda: len([1 for number in range(3) if world.diary.of("failed", f"inner {number}")]) == 3)

    assert ask(world, "other", "alive?") == "alive?"
    assert world.diary.of("gave_up", "boss") == []


def test_deaths_of_different_families_are_not_added_up(world: World) -> None:
    families = [a_family(world, f"inner {number}", f"leaf {number}", max_restarts=ONCE) for number in range(3)]
    supervise(world, *families, max_restarts=NEVER)

    for number in range(3):
        die(world, f"leaf {number}")

    assert world.diary.of("gave_up") == []


def test_a_supervisor_killed_in_the_middle_takes_its_own_along_and_starts_with_a_clean_count(world: World) -> None:
    supervise(world, a_family(world, "inner", "leaf", max_restarts=ONCE))
    die(world, "leaf")

    ask(world, "boss", KillChild(name="inner", reason="to see"))
    world.wait(lambda: len(world.diary.of("started", "inner")) == 2)
    die(world, "leaf")

    assert world.diary.of("gave_up") == []
    assert ask(world, "leaf", "alive?") == "alive?"
