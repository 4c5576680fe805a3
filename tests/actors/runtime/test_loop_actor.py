import asyncio
from typing import Any

import pytest

from actors.runtime.control import Ping
from actors.runtime.errors import AskTimeoutError, MailboxFullError
from actors.runtime.loop_actor import Deferred, LoopActor
from tests.actors.runtime.actors import Echo, Gated
from tests.actors.runtime.worlds import ThreadWorld, World, a_context, ask, launch


def test_what_receive_returns_is_the_answer(world: World) -> None:
    launch(world, Echo)

    answer = ask(world, "ann", "hello")

    assert answer == "hello"


def test_messages_of_one_sender_arrive_in_order(world: World) -> None:
    echo = launch(world, Echo)

    for number in range(100):
        world.directory.address("ann").tell(number)
    ask(world, "ann", "last")

    assert echo.seen == [*range(100), "last"]


def test_a_coroutine_handler_overlaps_with_later_messages(world: World) -> None:
    launch(world, Echo)
    gate: list[asyncio.Event] = []

    async def wait_for_gate(_: LoopActor) -> str:
        gate.append(asyncio.Event())
        await gate[0].wait()
        return "slow"

    async def conversation() -> list[Any]:
        ann = world.directory.address("ann")
        slow = ann.ask(wait_for_gate_message, 5)
        quick = await ann.ask("quick", 5)
        await ann.ask(lambda _: gate[0].set(), 5)
        return [quick, await slow]

    def wait_for_gate_message(actor: LoopActor) -> Any:
        return wait_for_gate(actor)

    assert world.run(conversation()) == ["quick", "slow"]


def test_a_deferred_answer_is_set_by_a_later_message(world: World) -> None:
    launch(world, Echo)
    promised = Deferred()

    async def conversation() -> Any:
        ann = world.directory.address("ann")
        answer = ann.ask(lambda _: promised, 5)
        ann.tell(lambda _: promised.set("at last"))
        return await answer

    assert world.run(conversation()) == "at last"


def test_a_deferred_failure_reaches_the_asker_and_the_actor_lives(world: World) -> None:
    launch(world, Echo)
    promised = Deferred()
    promised.fail(KeyError("nothing there"))

    with pytest.raises(KeyError):
        ask(world, "ann", lambda _: promised)

    assert ask(world, "ann", "still here") == "still here"


def test_no_answer_in_time_is_an_error_and_no_death(world: World) -> None:
    launch(world, Echo)

    with pytest.raises(AskTimeoutError):
        ask(world, "ann", lambda actor: actor.reply_later(), seconds=0.02)

    assert ask(world, "ann", "alive?") == "alive?"


def test_a_ping_is_answered_before_waiting_mail(world: World) -> None:
    ping = Ping()
    echo = launch(world, Echo)

    def queue_up(actor: LoopActor) -> None:
        actor.tell("ann", lambda _: ping.answered)
        echo.post_control(ping)

    ask(world, "ann", queue_up)
    answered_by_then = ask(world, "ann", lambda _: ping.answered)

    assert answered_by_then
    assert echo.seen[1](echo)


def test_a_full_mailbox_refuses_and_counts(world: World) -> None:
    gated = Gated(a_context(world, mailbox_capacity=2))
    gated.launch()

    taken = [world.directory.address("ann").tell(number) for number in range(4)]

    assert taken == [True, True, False, False]
    assert (gated.mailbox.dropped, world.diary.of("dropped", "ann")) == (2, [2, 3])
    with pytest.raises(MailboxFullError):
        ask(world, "ann", "may I?")


def test_an_overdue_coroutine_handler_is_reported_as_hung(world: World) -> None:
    launch(world, Echo, handler_deadline_seconds=0.02)

    world.directory.address("ann").tell(lambda _: asyncio.Event().wait())
    world.wait(lambda: bool(world.diary.of("hung", "ann")))

    assert "not handled after 0.02 s" in world.diary.of("hung", "ann")[0]


def test_a_deferred_answer_may_be_set_by_another_thread(threads: ThreadWorld) -> None:
    launch(threads, Echo)
    promised = Deferred()
    reply = threads.directory.ref("ann")
    assert reply is not None

    answer = reply.ask(lambda _: promised, block=False)
    promised.set("from the main thread")

    assert answer.get(timeout=5) == "from the main thread"


def test_a_thread_outside_may_block_on_stock_pykka_calls(threads: ThreadWorld) -> None:
    reference = Echo.start(a_context(threads))

    answer = reference.ask("stock", timeout=5)
    stopped = reference.stop(timeout=5)

    assert (answer, stopped, reference.stop(timeout=5)) == ("stock", True, False)


def test_a_proxy_works_as_in_stock_pykka(threads: ThreadWorld) -> None:
    echo = launch(threads, Echo)
    proxy = echo.actor_ref.proxy()

    name = proxy.name.get(timeout=5)

    assert name == "ann"
