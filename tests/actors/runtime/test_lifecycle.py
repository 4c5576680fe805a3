import asyncio
from typing import Any

import pytest
from pykka import ActorDeadError, ActorRegistry

from actors.runtime.control import Crash
from actors.runtime.errors import InjectedCrashError
from actors.runtime.loop_actor import LoopActor
from tests.actors.runtime.actors import Echo, Gated, failing
from tests.actors.runtime.families import stop
from tests.actors.runtime.worlds import ThreadWorld, VirtualWorld, World, a_context, ask, launch


@pytest.mark.parametrize("error", [ValueError("bug"), asyncio.CancelledError(), SystemExit(3), GeneratorExit()])
def test_whatever_a_handler_raises_ends_that_actor_alone(world: World, error: BaseException) -> None:
    ann = launch(world, Echo, "ann")
    launch(world, Echo, "bob")

    world.directory.address("ann").tell(error)
    world.wait(lambda: bool(world.diary.of("failed", "ann")))

    assert ann.deaths == [error]
    assert ask(world, "bob", "alive?") == "alive?"
    assert not world.directory.address("ann").is_alive


def test_an_exception_in_an_ask_goes_to_the_asker_and_ends_the_actor(world: World) -> None:
    ann = launch(world, Echo)

    with pytest.raises(ValueError, match="bug"):
        ask(world, "ann", ValueError("bug"))

    world.wait(lambda: bool(ann.deaths))
    assert not ann.actor_ref.is_alive()


def test_an_exception_in_a_coroutine_handler_ends_the_actor(world: World) -> None:
    async def explode(_: LoopActor) -> None:
        raise ValueError("bug")

    ann = launch(world, Echo)

    with pytest.raises(ValueError, match="bug"):
        ask(world, "ann", explode)

    world.wait(lambda: bool(ann.deaths))


def test_mail_that_waits_at_death_becomes_dead_letters_and_failed_asks(world: World) -> None:
    launch(world, Echo)

    async def conversation() -> Any:
        ann = world.directory.address("ann")
        ann.tell(ValueError("bug"))
        ann.tell("unread")
        return await ann.ask("unheard", 5)

    with pytest.raises(ActorDeadError):
        world.run(conversation())

    assert world.diary.of("dead_letter", "ann") == ["unread", "unheard"]
    assert world.directory.dead_letters == {"str": 2}


def test_asks_in_progress_fail_when_the_actor_dies(world: World) -> None:
    launch(world, Echo)

    async def conversation() -> Any:
        ann = world.directory.address("ann")
        answers = [ann.ask(lambda _: asyncio.Event().wait(), 5), ann.ask(lambda actor: actor.reply_later(), 5)]
        ann.tell(ValueError("bug"))
        return await asyncio.gather(*answers, return_exceptions=True)

    answers = world.run(conversation())

    assert [type(answer) for answer in answers] == [ActorDeadError, ActorDeadError]


def test_ordinary_mail_waits_until_on_start_has_finished(world: World) -> None:
    gated = Gated(a_context(world))
    gated.launch()
    world.directory.address("ann").tell("early", urgent=True)

    gated.open()
    ask(world, "ann", "later")

    assert gated.seen == ["starting", "ready", "early", "later"]


def test_mail_that_came_during_the_start_needs_no_other_to_be_read(world: World) -> None:
    gated = Gated(a_context(world))
    gated.launch()
    world.directory.address("ann").tell("early")
    world.run(asyncio.sleep(0.01))

    gated.open()
    world.wait(lambda: bool(world.diary.of("delivered", "ann")))

    assert gated.seen == ["starting", "ready", "early"]


def test_a_failing_on_start_is_a_death(world: World) -> None:
    actor = failing(OSError("no socket"))(a_context(world))
    actor.launch()

    world.wait(lambda: bool(world.diary.of("failed", "ann")))

    assert str(world.diary.of("failed", "ann")[0]) == "no socket"
    assert not world.directory.address("ann").is_alive


def test_an_orderly_stop_handles_what_was_sent_before_it(world: World) -> None:
    echo = launch(world, Echo)

    async def conversation() -> bool:
        world.directory.address("ann").tell("before")
        return await echo.actor_ref.stop(block=False)

    assert world.run(conversation())
    assert (echo.seen, echo.stopped_in_order, echo.deaths) == (["before"], True, [])


def test_on_stop_may_take_its_time(world: World) -> None:
    class Leaving(Echo):
        async def on_stop(self) -> None:
            await asyncio.sleep(0.01)
            self.stopped_in_order = True

    leaving = launch(world, Leaving)

    world.run(stop(leaving))

    assert leaving.stopped_in_order


def test_a_stop_ends_coroutines_and_timers(world: World) -> None:
    echo = launch(world, Echo)
    cancelled: list[str] = []

    async def run_for_ever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.append("yes")

    async def conversation() -> None:
        await world.directory.address("ann").ask(lambda actor: actor.spawn(run_for_ever()) and None, 5)
        await world.directory.address("ann").ask(lambda actor: actor.timers.start("t", 60, "never"), 5)
        await stop(echo)
        await asyncio.sleep(0)

    world.run(conversation())

    assert cancelled == ["yes"]
    assert echo.timers.names == ()


def test_an_injected_crash_is_a_death_like_any_other(world: World) -> None:
    echo = launch(world, Echo)

    world.directory.address("ann").tell(Crash(reason="to see"))
    world.wait(lambda: bool(echo.deaths))

    assert isinstance(echo.deaths[0], InjectedCrashError)


def test_a_fenced_actor_gets_no_mail_and_sends_none(world: World) -> None:
    echo = launch(world, Echo, "ann")
    bob = launch(world, Echo, "bob")

    echo.fence()
    told = world.directory.address("ann").tell("anyone?")
    sent = echo.tell("bob", "from the grave")

    assert (told, sent, echo.seen, bob.seen) == (False, False, [], [])


def test_an_actor_that_ends_is_out_of_every_book(world: World) -> None:
    echo = launch(world, Echo)

    world.run(stop(echo))

    assert world.directory.names() == ()
    assert ActorRegistry.get_by_urn(echo.actor_urn) is None


def test_a_failing_on_failure_is_told_too(world: World) -> None:
    class Clumsy(Echo):
        def on_failure(self, *_: Any) -> None:
            raise RuntimeError("clumsy")

    launch(world, Clumsy)

    world.directory.address("ann").tell(ValueError("bug"))
    world.wait(lambda: len(world.diary.of("failed", "ann")) == 2)

    assert [str(error) for error in world.diary.of("failed", "ann")] == ["bug", "clumsy"]


def test_an_actor_on_a_closed_host_is_dead_at_once(threads: ThreadWorld) -> None:
    threads.host.stop()

    echo = Echo(a_context(threads))
    echo.launch()

    assert not echo.actor_ref.is_alive()


def test_ctrl_c_in_the_main_thread_is_nobodys_death(virtual: VirtualWorld) -> None:
    echo = launch(virtual, Echo)
    virtual.directory.address("ann").tell(KeyboardInterrupt())

    with pytest.raises(KeyboardInterrupt):
        virtual.virtual.run_for(1)

    assert echo.actor_ref.is_alive()
