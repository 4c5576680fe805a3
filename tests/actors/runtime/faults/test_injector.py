"""What an injector tells, counts and forgets."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

from actors.runtime.faults.injector import Firing, Injector
from actors.runtime.faults.model import After, At, Nth
from tests.actors.runtime.actors import Echo
from tests.actors.runtime.faults.scene import a_fault, has_seen, tell, under
from tests.actors.runtime.worlds import MONDAY, VirtualWorld, launch


def test_every_strike_is_told_with_whom_it_hit_and_why(virtual: VirtualWorld) -> None:
    heard: list[Firing] = []
    injector = Injector([a_fault("delay", "a*", "str", when=Nth(2), seconds=3.0)], heard=heard.append)
    launch(virtual, Echo, faults=injector, epoch=4)

    tell(virtual, "one", "two")

    cause = "delay a* str nth=2 seconds=3.0"
    assert heard == [Firing(kind="delay", actor="ann", epoch=4, message="str", cause=cause)] == injector.firings


def test_a_fault_given_later_strikes_who_lives_already(virtual: VirtualWorld) -> None:
    ann, injector = under(virtual)
    tell(virtual, 1)
    assert has_seen(virtual, ann, 1)

    injector.add(a_fault("drop", when=Nth(1)), a_fault("crash", when=After(60.0)))
    tell(virtual, 2, 3)
    virtual.virtual.run_for(59.0)
    alive = not virtual.diary.of("failed", "ann")
    virtual.virtual.run_for(2.0)

    assert (ann.seen, alive, len(virtual.diary.of("failed", "ann"))) == ([1, 3], True, 1)


def test_faults_that_are_taken_back_strike_no_more(virtual: VirtualWorld) -> None:
    ann, injector = under(virtual, a_fault("drop", lasts=60.0), a_fault("crash", when=After(5.0)))

    injector.clear()
    tell(virtual, 1)
    virtual.virtual.run_for(10.0)

    assert ann.seen == [1]
    assert virtual.diary.of("failed") == []


def test_a_fault_that_lasts_ends(virtual: VirtualWorld) -> None:
    ann, _ = under(virtual, a_fault("drop", when=After(10.0), lasts=5.0))

    for second in range(20):
        tell(virtual, second)
        virtual.virtual.run_for(1.0)

    assert ann.seen == [*range(10), *range(15, 20)]


def test_a_time_of_day_is_the_next_there_is(virtual: VirtualWorld) -> None:
    new_york = ZoneInfo("America/New_York")
    past, coming = time(9, 29, 59, tzinfo=new_york), time(9, 30, 5, tzinfo=new_york)  # It is 09:30.
    ann, _ = under(virtual, a_fault("drop", message="str", when=At(past)), a_fault("drop", when=At(coming), lasts=2.0))

    for second in range(10):
        tell(virtual, second)
        virtual.virtual.run_for(1.0)
    tell(virtual, "x")
    virtual.virtual.run_for(1.0)

    assert ann.seen == [*range(5), 7, 8, 9, "x"]


def test_of_two_faults_that_are_due_the_first_strikes_and_the_second_waits(virtual: VirtualWorld) -> None:
    ann, injector = under(virtual, a_fault("drop", message="int"), a_fault("duplicate", message="int", when=Nth(1)))

    tell(virtual, 1, 2, 3)

    assert has_seen(virtual, ann, 2, 2, 3)
    assert [firing.kind for firing in injector.firings] == ["drop", "duplicate"]


def test_a_store_is_struck_by_the_operation(virtual: VirtualWorld) -> None:
    injector = Injector([a_fault("disk_full", "journal", "append", lasts=30.0), a_fault("drop", "journal")])
    now = virtual.host.clock.now()

    struck = [injector.store("journal", operation, now) for operation in ("read", "append")]
    later = injector.store("journal", "append", MONDAY + timedelta(seconds=31))

    assert [each and each.kind for each in (*struck, later)] == [None, "disk_full", None]
