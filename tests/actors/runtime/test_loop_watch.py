import threading

import pytest

from actors.runtime.clock import WallClock
from actors.runtime.hosts import ThreadHost
from actors.runtime.loop_watch import LoopWatch


class HandHost:
    """A loop that answers when the test says so."""

    def __init__(self) -> None:
        self.answers = True
        self.is_closed = False

    def post(self, callback: object, *_: object) -> bool:
        if self.is_closed:
            return False
        if self.answers:
            callback()  # type: ignore[operator] # a callback is all that is ever posted here
        return True


class Scene:
    """Two loops, a deadline of eight seconds, and time by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.hosts = {"core": HandHost(), "broker": HandHost()}
        self.watch = LoopWatch(self.hosts, 8.0, lambda: self.now)  # type: ignore[arg-type] # nothing else of a host is used

    def looks(self, *, seconds: float, every: float = 1.0) -> tuple[str, ...]:
        """Look for so long; return who is hung in the end."""
        end = self.now + seconds
        while self.now < end:
            self.now += every
            owed = self.watch.look()
        return self.watch.hung(owed)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_loops_that_answer_owe_nothing(scene: Scene) -> None:
    hung = scene.looks(seconds=100)

    assert hung == ()
    assert scene.watch.look() == {"core": 0.0, "broker": 0.0}


def test_one_that_is_silent_past_the_deadline_is_hung_and_no_other(scene: Scene) -> None:
    scene.looks(seconds=5)
    scene.hosts["broker"].answers = False

    within = scene.looks(seconds=9)
    past = scene.looks(seconds=1)

    assert (within, past) == ((), ("broker",))


def test_one_that_is_silent_for_a_while_is_forgiven_but_owes_an_answer_meanwhile(scene: Scene) -> None:
    let_go = threading.Event()
    host = ThreadHost("real", WallClock())
    host.start()
    watch = LoopWatch({"real": host}, 8.0, lambda: scene.now)
    reached = threading.Event()
    host.post(reached.set)
    host.post(let_go.wait, 10)
    reached.wait(10)

    watch.look()
    scene.now += 3
    while_stuck = watch.look()
    let_go.set()
    answered = threading.Event()
    host.post(answered.set)
    answered.wait(10)
    scene.now += 1
    afterwards = watch.look()
    host.stop()

    assert (while_stuck, afterwards) == ({"real": 3.0}, {"real": 0.0})


def test_who_was_stopped_itself_asks_again_before_it_judges(scene: Scene) -> None:
    scene.hosts["core"].answers = False
    scene.looks(seconds=2)

    after_a_pause = scene.looks(seconds=60, every=60)
    in_the_end = scene.looks(seconds=10)

    assert (after_a_pause, in_the_end) == ((), ("core",))


def test_a_loop_that_was_closed_in_order_does_not_hang(scene: Scene) -> None:
    scene.hosts["core"].is_closed = True

    assert scene.looks(seconds=100) == ()
