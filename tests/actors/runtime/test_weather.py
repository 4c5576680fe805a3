import os
import subprocess
import sys
from pathlib import Path

import pytest
from pykka import ActorRegistry

from actors.runtime.supervisor import AskTree, ChildState
from tests.actors.runtime.weather import NAMES, storm
from tests.actors.runtime.worlds import ask

CHECKOUT = Path(__file__).parents[3]
SHOW_HASH = "from tests.actors.runtime.weather import storm; print(storm(5)[1])"


@pytest.mark.parametrize("seed", range(12))
def test_after_any_storm_everybody_lives_or_is_reported(seed: int) -> None:
    world, _ = storm(seed)

    tree: tuple[ChildState, ...] = ask(world, "root", AskTree())
    leaves = [leaf for half in tree for leaf in half.children]

    assert [leaf.name for leaf in leaves if leaf.alive] == list(NAMES)
    assert len(world.diary.of("restarted")) > 50
    assert set(world.directory.names()) == {*NAMES, "half-0", "half-1", "root"}
    world.host.stop()


def test_no_storm_leaves_two_of_a_name_or_a_ghost_in_the_registry() -> None:
    before = len(ActorRegistry.get_all())
    world, _ = storm(3)

    alive = len(ActorRegistry.get_all()) - before

    world.host.stop()
    assert alive == len(NAMES) + 3
    assert len(ActorRegistry.get_all()) == before


def test_one_seed_is_one_story_whatever_the_order_of_hashes() -> None:
    stories = {_story_in_a_process_of_its_own(hash_seed) for hash_seed in ("1", "2")}

    assert stories == {_story_here()}


def _story_here() -> str:
    world, story = storm(5)
    world.host.stop()
    return story


def _story_in_a_process_of_its_own(hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", SHOW_HASH]
    return subprocess.run(  # noqa: S603 - our own module
        command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()
