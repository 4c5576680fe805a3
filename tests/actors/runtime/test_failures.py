"""No failure is silent: each is told with the actor, which life of it, the kind of message, and the cause."""

import asyncio
import threading
from typing import Any

import pytest

from actors.runtime.clock import WallClock
from actors.runtime.control import Crash
from actors.runtime.directory import ActorDeadError
from actors.runtime.hosts import ThreadHost
from actors.runtime.loop_actor import Context, LoopActor
from actors.runtime.supervisor import AskTree, LastFailure, Restart, Standing, Supervisor
from tests.actors.runtime.actors import Echo, Stuck, failing
from tests.actors.runtime.families import a_child, stop, supervise
from tests.actors.runtime.worlds import ThreadWorld, World, a_context, ask, launch

Told = list[tuple[int, str, str]]


def told(world: World, name: str = "ann", times: int = 1) -> Told:
    world.wait(lambda: len(world.diary.of("told", name)) >= times)
    return world.diary.of("told", name)


def test_a_crash_in_a_handler(world: World) -> None:
    supervise(world, a_child(world, "ann"))

    world.directory.address("ann").tell(ValueError("bug"))
    world.wait(lambda: bool(world.diary.of("restarted", "ann")))
    world.directory.address("ann").tell(Crash(reason="to see"))

    assert told(world, times=2) == [
        (1, "ValueError", "ValueError: bug"),
        (2, "Crash", "InjectedCrashError: to see"),
    ]


def test_a_crash_in_a_coroutine_of_a_handler(world: World) -> None:
    async def explode(_: LoopActor) -> None:
        raise ValueError("bug")

    launch(world, Echo)

    world.directory.address("ann").tell(explode)

    assert told(world) == [(1, "function", "ValueError: bug")]


def test_a_crash_while_it_is_built(world: World) -> None:
    def impossible(_: Context) -> LoopActor:
        raise OSError("no such device")

    boss = Supervisor(a_context(world, "boss"), max_restarts=1, children=(a_child(world, "ann", impossible),))
    boss.launch()

    assert told(world, times=2) == [(number, "factory", "OSError: no such device") for number in (1, 2)]
    assert [(epoch, kind) for epoch, kind, _ in told(world, "boss")] == [(1, "Supervisor._wind_down")]


def test_a_crash_in_on_start(world: World) -> None:
    failing(OSError("no socket"))(a_context(world, epoch=3)).launch()

    assert told(world) == [(3, "on_start", "OSError: no socket")]


def test_a_crash_in_an_on_start_that_takes_its_time(world: World) -> None:
    class Late(Echo):
        async def on_start(self) -> None:
            await asyncio.sleep(0.01)
            raise OSError("no socket")

    Late(a_context(world)).launch()

    assert told(world) == [(1, "on_start", "OSError: no socket")]


def test_an_on_start_that_does_not_end(world: World) -> None:
    class Endless(Echo):
        async def on_start(self) -> None:
            await asyncio.Event().wait()

    child = a_child(world, "ann", Endless, start_timeout_seconds=0.02, restart=Restart.TEMPORARY)
    boss = supervise(world, child)

    assert told(world) == [(1, "on_start", "StartFailedError: ann was not up within 0.02 s")]
    assert boss.snapshot()[0].standing is Standing.ENDED


@pytest.mark.parametrize("takes_its_time", [False, True])
def test_a_crash_in_on_stop(world: World, *, takes_its_time: bool) -> None:
    class Clumsy(Echo):
        def on_stop(self) -> None:
            raise OSError("no disk")

    class SlowlyClumsy(Echo):
        async def on_stop(self) -> None:
            await asyncio.sleep(0.01)
            raise OSError("no disk")

    actor = launch(world, SlowlyClumsy if takes_its_time else Clumsy)

    world.run(stop(actor))

    assert told(world) == [(1, "on_stop", "OSError: no disk")]


def test_an_on_stop_that_does_not_end(world: World) -> None:
    class Clinging(Echo):
        async def on_stop(self) -> None:
            await asyncio.Event().wait()

    boss = supervise(world, a_child(world, "ann", Clinging, shutdown_seconds=0.02))

    world.run(stop(boss))

    assert told(world) == [(1, "on_stop", "it did not stop within 0.02 s")]


def test_a_crash_over_a_timers_message(world: World) -> None:
    launch(world, Echo)

    world.directory.address("ann").tell(lambda actor: actor.timers.start("t", 0.01, ValueError("bug")))

    assert told(world) == [(1, "ValueError", "ValueError: bug")]


def test_a_crash_in_a_task_of_its_own(world: World) -> None:
    class Busy(Echo):
        async def look_around(self) -> None:
            raise ValueError("bug")

        def on_start(self) -> None:
            self.spawn(self.look_around())

    launch(world, Busy)

    assert [(epoch, kind.rpartition(".")[2], cause) for epoch, kind, cause in told(world)] == [
        (1, "look_around", "ValueError: bug")
    ]


def test_a_crash_over_a_failure(world: World) -> None:
    class Clumsy(Echo):
        def on_failure(self, *_: object) -> None:
            raise RuntimeError("clumsy")

    launch(world, Clumsy)

    world.directory.address("ann").tell(ValueError("bug"))

    assert told(world, times=2) == [
        (1, "ValueError", "ValueError: bug"),
        (1, "on_failure", "RuntimeError: clumsy"),
    ]


def test_a_handler_past_its_deadline(world: World) -> None:
    boss = supervise(world, a_child(world, "ann", handler_deadline_seconds=0.02))

    world.directory.address("ann").tell(lambda _: asyncio.Event().wait())
    world.wait(lambda: bool(world.diary.of("restarted", "ann")))

    assert told(world) == [(1, "function", "function is not handled after 0.02 s")]
    assert boss.snapshot()[0].last_failure == LastFailure(
        epoch=1, message="function", cause="HungError: ann: function is not handled after 0.02 s"
    )


def test_a_thread_that_is_stuck_is_told_with_the_message_it_is_stuck_at(threads: ThreadWorld) -> None:
    let_go = threading.Event()
    other = ThreadHost("other", WallClock())
    other.start()
    rhythm: Any = {"host": other, "ping_every_seconds": 0.05, "ping_deadline_seconds": 0.05}
    supervise(
        threads,
        a_child(threads, "ann", lambda context: Stuck(context, let_go), **rhythm),
        a_child(threads, "bob", **rhythm),
    )

    with pytest.raises(ActorDeadError):
        ask(threads, "ann", "block")
    found = {name: told(threads, name)[0][1] for name in ("ann", "bob")}
    let_go.set()
    threads.wait(lambda: len(threads.diary.of("restarted")) == 2)
    other.stop()

    assert found == {"ann": "str", "bob": "nothing"}


def test_what_used_up_its_restarts_is_told_and_shown(world: World) -> None:
    def inner(context: Context) -> LoopActor:
        return Supervisor(context, max_restarts=0, children=(a_child(world, "leaf"),))

    supervise(world, a_child(world, "ann", inner, restart=Restart.TEMPORARY), a_child(world, "bob"))

    world.directory.address("leaf").tell(ValueError("bug"))
    told(world)

    bob, ann = ask(world, "boss", AskTree())
    why = "1 deaths within 60.0 s, the last: leaf: ValueError: bug"
    assert world.diary.of("gave_up", "ann") == [why]
    assert (bob.standing, ann.standing) == (Standing.RUNNING, Standing.GAVE_UP)
    assert ann.last_failure == LastFailure(epoch=1, message="Supervisor._wind_down", cause=f"GaveUpError: {why}")
