import asyncio
import threading

import pytest

from actors.runtime.clock import WallClock
from actors.runtime.directory import ActorDeadError
from actors.runtime.errors import BlockingInLoopError
from actors.runtime.hosts import ThreadHost
from actors.runtime.loop_actor import Context, LoopActor
from tests.actors.runtime.actors import Echo, Stuck
from tests.actors.runtime.worlds import ThreadWorld, VirtualWorld, World, ask, launch


def test_a_busy_actor_leaves_the_others_their_turns(world: World) -> None:
    busy = launch(world, Echo, "busy", mailbox_capacity=10_000)

    def flood(actor: LoopActor) -> None:
        for number in range(2000):
            actor.tell("busy", number)

    launch(world, Echo, "quiet")

    async def conversation() -> int:
        await world.directory.address("busy").ask(flood, 5)
        seen: int = await world.directory.address("quiet").ask(lambda _: len(busy.seen), 5)
        return seen

    assert world.run(conversation()) < 2000


def test_mail_from_many_threads_all_arrives(threads: ThreadWorld) -> None:
    echo = launch(threads, Echo, mailbox_capacity=100_000)
    address = threads.directory.address("ann")

    def send(thread: int) -> None:
        for number in range(2000):
            address.tell((thread, number))

    senders = [threading.Thread(target=send, args=(thread,)) for thread in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(10)
    ask(threads, "ann", "end")

    assert len(echo.seen) == 8001
    assert [number for thread, number in echo.seen[:-1] if thread == 2] == list(range(2000))


def test_every_ask_is_answered_or_failed_although_its_receiver_dies_at_any_moment(threads: ThreadWorld) -> None:
    outcomes: list[str] = []

    for round_number in range(50):
        name = f"mayfly-{round_number}"
        launch(threads, Echo, name)
        reference = threads.directory.ref(name)
        assert reference is not None
        killer = threading.Thread(target=threads.directory.address(name).tell, args=(ValueError("bug"),))
        killer.start()
        for answer in [reference.ask(number, block=False) for number in range(20)]:
            try:
                outcomes.append(str(type(answer.get(timeout=5))))
            except ActorDeadError:
                outcomes.append("dead")
        killer.join(5)

    assert len(outcomes) == 1000


def test_blocking_on_an_answer_inside_a_loop_is_refused(world: World) -> None:
    launch(world, Echo)

    def block(actor: LoopActor) -> None:
        actor.actor_ref.ask("me", timeout=5)

    with pytest.raises(BlockingInLoopError):
        ask(world, "ann", block)


def test_stock_answers_can_be_awaited_mapped_or_plain(world: World) -> None:
    echo = launch(world, Echo)

    async def conversation() -> tuple[int, int]:
        plain = echo.actor_ref.ask(20, block=False)
        mapped = echo.actor_ref.ask(20, block=False).map(lambda value: value + 1)
        return await plain, await mapped

    assert world.run(conversation()) == (20, 21)


def test_stopping_a_host_fails_the_asks_that_are_open(threads: ThreadWorld) -> None:
    echo = launch(threads, Echo)
    answer = echo.actor_ref.ask(lambda actor: actor.reply_later(), block=False)
    unhandled = echo.actor_ref.ask(lambda _: asyncio.Event().wait(), block=False)

    threads.host.stop()

    for future in (answer, unhandled):
        with pytest.raises(ActorDeadError):
            future.get(timeout=5)


def test_a_host_whose_thread_is_stuck_says_so_when_stopped() -> None:
    let_go = threading.Event()
    world = ThreadWorld()
    host = ThreadHost("stuck", WallClock())
    host.start()
    launch(world, lambda context: Stuck(context, let_go), host=host)
    world.directory.address("ann").tell("block")
    world.wait(lambda: bool(world.diary.of("delivered", "ann")))

    ended = host.stop(timeout_seconds=0.01)

    let_go.set()
    assert not ended
    world.host.stop()


def test_a_host_that_never_ran_can_be_stopped() -> None:
    host = ThreadHost("unborn", WallClock())

    assert host.stop()
    assert not host.post(print)


def test_a_thousand_actors_share_one_loop(world: World) -> None:
    for number in range(1000):
        Echo(_named(world, f"symbol:{number}")).launch()

    async def ask_all() -> list[str]:
        addresses = [world.directory.address(name) for name in world.directory.names("symbol:")]
        return list(await asyncio.gather(*(address.ask(address.name, 10) for address in addresses)))

    answers = world.run(ask_all())

    assert len(answers) == 1000
    assert answers == list(world.directory.names("symbol:"))


def test_a_virtual_host_can_be_stopped_twice() -> None:
    world = VirtualWorld()

    assert [world.host.stop(), world.host.stop()] == [True, True]


def _named(world: World, name: str) -> Context:
    return Context(name=name, epoch=1, host=world.host, directory=world.directory, observer=world.diary)
