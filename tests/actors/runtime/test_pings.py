import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from actors.runtime.lifecycle import Phase
from actors.runtime.loop_actor import LoopActor
from actors.runtime.pings import PingRound


class HandLoop:
    """A loop whose time the test moves, as far and as late as it likes."""

    def __init__(self) -> None:
        self.now = 0.0
        self.due: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[..., None], *arguments: Any) -> "HandLoop":
        self.due.append((when, lambda: callback(*arguments)))
        return self

    def call_later(self, seconds: float, callback: Callable[..., None], *arguments: Any) -> "HandLoop":
        return self.call_at(self.now + seconds, callback, *arguments)

    def cancel(self) -> None:
        self.due.clear()

    def jump_to(self, when: float) -> None:
        """Let it be that late all of a sudden, and run what is due then."""
        self.now = when
        due, self.due = [one for one in self.due if one[0] <= when], [one for one in self.due if one[0] > when]
        for _, callback in due:
            callback()


class Pinged:
    """An actor that answers its pings, or not."""

    phase = Phase.RUNNING

    def __init__(self, *, answers: bool) -> None:
        self.answers = answers
        self.pings = 0

    def post_control(self, ping: Any) -> bool:
        self.pings += 1
        ping.answered = self.answers
        return True


@pytest.fixture
def loop() -> HandLoop:
    return HandLoop()


def a_round(loop: HandLoop, *actors: Pinged) -> tuple[PingRound, list[Any]]:
    silent: list[Any] = []
    pings = PingRound(
        cast("asyncio.AbstractEventLoop", loop),
        10.0,
        5.0,
        lambda: cast("tuple[LoopActor, ...]", actors),
        lambda actor, _: silent.append(actor),
    )
    pings.start()
    return pings, silent


def test_silence_past_the_deadline_is_told(loop: HandLoop) -> None:
    good, bad = Pinged(answers=True), Pinged(answers=False)
    _, silent = a_round(loop, good, bad)

    loop.jump_to(10.0)
    loop.jump_to(15.0)

    assert silent == [bad]


def test_who_was_stuck_itself_asks_for_patience_before_it_judges(loop: HandLoop) -> None:
    bad = Pinged(answers=False)
    _, silent = a_round(loop, bad)
    loop.jump_to(10.0)

    loop.jump_to(40.0)
    judged_when_late = list(silent)
    loop.jump_to(45.0)

    assert (judged_when_late, silent) == ([], [bad])


def test_rounds_follow_one_another_at_their_rhythm(loop: HandLoop) -> None:
    actor = Pinged(answers=True)
    a_round(loop, actor)

    for when in range(1, 61):
        loop.jump_to(float(when))

    assert actor.pings == 6


def test_after_a_stop_nobody_is_asked(loop: HandLoop) -> None:
    actor = Pinged(answers=True)
    pings, _ = a_round(loop, actor)

    pings.stop()
    loop.jump_to(100.0)

    assert actor.pings == 0


def test_an_actor_that_is_not_up_is_not_asked(loop: HandLoop) -> None:
    starting = Pinged(answers=False)
    starting.phase = Phase.STARTING
    _, silent = a_round(loop, starting)

    loop.jump_to(10.0)
    loop.jump_to(15.0)

    assert (starting.pings, silent) == (0, [])
