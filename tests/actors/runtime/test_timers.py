from datetime import timedelta
from typing import Any

from actors.runtime.clock import LoopClock
from actors.runtime.loop_actor import LoopActor
from tests.actors.runtime.actors import Echo
from tests.actors.runtime.worlds import MONDAY, VirtualWorld, World, ask, launch


def test_a_timer_delivers_its_message_once(world: World) -> None:
    echo = launch(world, Echo)

    ask(world, "ann", lambda actor: actor.timers.start("t", 0.01, "ring"))
    world.wait(lambda: "ring" in world.diary.of("delivered", "ann"))

    assert echo.seen[1:] == ["ring"]
    assert echo.timers.names == ()


def test_a_timer_of_the_same_name_replaces_the_older_one(virtual: VirtualWorld) -> None:
    echo = launch(virtual, Echo)

    ask(virtual, "ann", lambda actor: actor.timers.start("t", 1, "old"))
    ask(virtual, "ann", lambda actor: actor.timers.start("t", 2, "new"))
    virtual.virtual.run_for(10)

    assert echo.seen[2:] == ["new"]


def test_a_cancelled_timer_never_delivers_even_when_its_message_is_in_the_mailbox(virtual: VirtualWorld) -> None:
    echo = launch(virtual, Echo)

    def cancel_behind_its_back(actor: LoopActor) -> None:
        actor.timers._fire("t", 0, "ring")
        actor.timers.cancel("t")

    ask(virtual, "ann", lambda actor: actor.timers.start("t", 1, "ring"))
    ask(virtual, "ann", cancel_behind_its_back)
    virtual.virtual.run_for(10)

    assert len(echo.seen) == 2


def test_a_timer_started_anew_does_not_deliver_what_the_old_one_left_in_the_mailbox(virtual: VirtualWorld) -> None:
    echo = launch(virtual, Echo)

    def restart_behind_its_back(actor: LoopActor) -> None:
        actor.timers._fire("t", 0, "old")
        actor.timers.start("t", 5, "new")

    ask(virtual, "ann", lambda actor: actor.timers.start("t", 1, "old"))
    ask(virtual, "ann", restart_behind_its_back)
    virtual.virtual.run_for(10)

    assert echo.seen[2:] == ["new"]


def test_a_clock_that_is_set_forward_does_not_make_a_timer_late(virtual: VirtualWorld) -> None:
    echo, true_clock = launch(virtual, Echo), virtual.virtual.clock
    ask(virtual, "ann", lambda actor: actor.timers.start_at("t", MONDAY + timedelta(hours=1), "ring"))
    virtual.virtual.run_for(600)

    virtual.virtual.clock = LoopClock(virtual.host.loop, true_clock.now() + timedelta(minutes=50))
    virtual.virtual.run_for(61)

    assert echo.seen[1:] == ["ring"]


def test_a_timer_can_wait_for_an_hour_of_the_day(virtual: VirtualWorld) -> None:
    launch(virtual, Echo)
    rang: list[Any] = []
    when = MONDAY + timedelta(hours=6, seconds=30)

    ask(virtual, "ann", lambda actor: actor.timers.start_at("t", when, lambda ann: rang.append(ann.clock.now())))
    virtual.virtual.run_for(86_400)

    assert rang == [when]


def test_an_hour_that_is_past_rings_at_once(virtual: VirtualWorld) -> None:
    echo = launch(virtual, Echo)

    ask(virtual, "ann", lambda actor: actor.timers.start_at("t", MONDAY - timedelta(hours=1), "ring"))
    virtual.virtual.run_for(0.001)

    assert echo.seen[1:] == ["ring"]


def test_a_waiting_timer_for_an_hour_can_be_cancelled(virtual: VirtualWorld) -> None:
    echo = launch(virtual, Echo)

    ask(virtual, "ann", lambda actor: actor.timers.start_at("t", MONDAY + timedelta(hours=1), "ring"))
    virtual.virtual.run_for(600)
    ask(virtual, "ann", lambda actor: actor.timers.cancel("t"))
    virtual.virtual.run_for(7200)

    assert len(echo.seen) == 2


def test_a_timers_message_is_not_lost_in_a_full_mailbox(virtual: VirtualWorld) -> None:
    echo = launch(virtual, Echo, mailbox_capacity=1)

    def fill_up(actor: LoopActor) -> None:
        actor.timers.start("t", 0, "ring")
        actor.tell("ann", "fills it")
        actor.timers._fire("t", 0, "ring")

    ask(virtual, "ann", fill_up)
    virtual.virtual.run_for(1)

    assert echo.seen[1:] == ["fills it", "ring"]


def test_timers_die_with_their_actor(virtual: VirtualWorld) -> None:
    launch(virtual, Echo)

    ask(virtual, "ann", lambda actor: actor.timers.start("t", 5, "ring"))
    virtual.directory.address("ann").tell(ValueError("bug"))
    virtual.virtual.run_for(10)

    assert virtual.diary.of("dead_letter") == []
