import asyncio
from typing import Any

import pytest
from pykka import ThreadingActor

from actors.runtime.clock import WallClock
from actors.runtime.directory import EPOCHS_KEPT, ActorDeadError, AskTimeoutError, Directory
from actors.runtime.errors import NameTakenError
from actors.runtime.hosts import ThreadHost
from actors.runtime.loop_actor import LoopActor
from tests.actors.runtime.actors import Echo
from tests.actors.runtime.worlds import ThreadWorld, World, a_context, ask, launch


def test_a_message_to_nobody_is_a_dead_letter_counted_by_its_type(world: World) -> None:
    taken = [world.directory.address("nobody").tell(message) for message in ("a", "b", 3)]

    assert taken == [False, False, False]
    assert world.directory.dead_letters == {"str": 2, "int": 1}
    assert world.diary.of("dead_letter", "nobody") == ["a", "b", 3]


def test_asking_nobody_fails_at_once(world: World) -> None:
    with pytest.raises(ActorDeadError):
        ask(world, "nobody", "anyone?")


def test_an_address_reaches_whoever_bears_the_name_now(world: World) -> None:
    address = world.directory.address("ann")
    before = address.tell("too early")
    first = launch(world, Echo)
    address.tell("first")
    world.run(_stop(first))
    world.diary.entries.clear()
    second = launch(world, Echo)

    ask(world, "ann", "second")

    assert not before
    assert (first.seen, second.seen) == (["first"], ["second"])
    assert repr(address) == "Address('ann')"


def test_a_name_belongs_to_one_live_actor(world: World) -> None:
    launch(world, Echo)
    usurper = Echo(a_context(world))

    with pytest.raises(NameTakenError):
        usurper.launch()

    assert not usurper.actor_ref.is_alive()
    assert ask(world, "ann", "mine") == "mine"


def test_only_loop_actors_can_be_entered() -> None:
    reference = ThreadingActor.start()

    with pytest.raises(TypeError, match="no LoopActor"):
        Directory().register("stock", reference)

    reference.stop()


def test_striking_out_another_ones_name_has_no_effect(world: World) -> None:
    launch(world, Echo, "ann")
    bob = launch(world, Echo, "bob")

    world.directory.unregister("ann", bob.actor_ref)

    assert world.directory.names() == ("ann", "bob")


def test_a_broadcast_reaches_all_whose_name_starts_so(world: World) -> None:
    for name in ("symbol:SPY", "symbol:QQQ", "risk"):
        launch(world, Echo, name)

    reached = world.directory.broadcast("symbol:", "lost connection")

    assert reached == 2
    assert world.directory.names("symbol:") == ("symbol:QQQ", "symbol:SPY")
    assert ask(world, "risk", lambda actor: len(actor.seen)) == 1


def test_epochs_only_grow(world: World) -> None:
    directory = world.directory

    epochs = [directory.epoch("a"), directory.advance_epoch("a"), directory.advance_epoch("a"), directory.epoch("a")]

    assert epochs == [0, 1, 2, 2]


def test_an_answer_crosses_threads(threads: ThreadWorld) -> None:
    other = ThreadHost("other", WallClock())
    other.start()
    launch(threads, Echo, "here")
    launch(threads, Echo, "there", host=other)

    async def relay(actor: LoopActor) -> Any:
        return await actor.ask("there", "over and back", 5)

    assert ask(threads, "here", relay) == "over and back"
    other.stop()


def test_a_deferred_answer_crosses_threads(threads: ThreadWorld) -> None:
    other = ThreadHost("other", WallClock())
    other.start()
    launch(threads, Echo, "there", host=other)

    async def conversation() -> Any:
        there = threads.directory.address("there")
        promised = await there.ask(lambda actor: [actor.reply_later()], 5)
        answer = there.ask(lambda _: promised[0], 5)
        there.tell(lambda _: promised[0].set("later"))
        return await answer

    assert threads.run(conversation()) == "later"
    other.stop()


def test_a_late_answer_after_the_timeout_is_nobodys_trouble(world: World) -> None:
    launch(world, Echo)

    async def conversation() -> str:
        ann = world.directory.address("ann")
        promised = await ann.ask(lambda actor: [actor.reply_later()], 5)
        with pytest.raises(AskTimeoutError, match="to ann"):
            await ann.ask(lambda _: promised[0], 0.01)
        promised[0].set("too late")
        await asyncio.sleep(0)
        return str(await ann.ask("fine", 5))

    assert world.run(conversation()) == "fine"


def test_a_dead_actor_asks_nobody(world: World) -> None:
    ann = launch(world, Echo)
    ann.fence()

    with pytest.raises(ActorDeadError):
        ann.ask("ann", "hello", 1)


async def _stop(actor: LoopActor) -> None:
    await actor.actor_ref.stop(block=False)


def test_of_names_that_are_gone_the_latest_epochs_are_known_and_of_those_that_live_all(world: World) -> None:
    launch(world, Echo)
    directory = world.directory
    directory.advance_epoch("ann")

    for number in range(3 * EPOCHS_KEPT):
        directory.advance_epoch(f"bracket {number}")

    known = [directory.epoch(f"bracket {number}") for number in range(3 * EPOCHS_KEPT)]
    assert directory.epoch("ann") == 1
    assert known[-EPOCHS_KEPT:] == [1] * EPOCHS_KEPT
    assert 0 < known.count(1) <= 2 * EPOCHS_KEPT + 2
