import gc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ops.collector import WHOLE_SECONDS, Collector


class Clock:
    def __init__(self) -> None:
        self.at = 100.0
        self.is_open = True

    def collector(self) -> Collector:
        return Collector(lambda: self.is_open, lambda: self.at)


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def a_cycle(*, grown_old: bool = False) -> Callable[[], Any]:
    """Return what tells whether it is still there; grown old is what a look has seen in use."""

    class Kept:
        pass

    kept = Kept()
    kept.itself = kept  # type: ignore[attr-defined]
    if grown_old:
        gc.collect(0)
        gc.collect(1)
    return weakref.ref(kept)


def test_what_a_start_left_is_not_looked_through_again_and_nothing_is_without_being_told() -> None:
    before = gc.get_freeze_count()

    Clock().collector().settle()

    assert gc.get_freeze_count() > before
    assert not gc.isenabled()


def test_a_look_throws_away_what_came_lately() -> None:
    collector = Clock().collector()
    collector.settle()
    cycle = a_cycle()

    collector.look()

    assert cycle() is None


@pytest.mark.parametrize(
    ("is_open", "seconds", "is_there"),
    [(True, 5 * WHOLE_SECONDS, True), (False, WHOLE_SECONDS - 1, True), (False, WHOLE_SECONDS, False)],
)
def test_everything_is_looked_through_once_an_hour_and_never_in_a_session(
    *, is_open: bool, seconds: float, is_there: bool
) -> None:
    clock = Clock()
    collector = clock.collector()
    collector.settle()
    cycle = a_cycle(grown_old=True)
    clock.at, clock.is_open = clock.at + seconds, is_open

    collector.look()

    assert (cycle() is not None) is is_there


def test_the_next_hour_begins_with_a_whole_look() -> None:
    clock = Clock()
    clock.is_open = False
    collector = clock.collector()
    collector.settle()
    clock.at += WHOLE_SECONDS
    collector.look()
    cycle = a_cycle(grown_old=True)
    clock.at += WHOLE_SECONDS - 1

    collector.look()

    assert cycle() is not None


def test_before_the_start_is_over_nothing_is_looked_through() -> None:
    gc.disable()
    cycle = a_cycle()

    Clock().collector().look()

    assert cycle() is not None
