"""Faults of whole frames, as the client sees them."""

from simgateway.faults.model import Nth
from simgateway.faults.reading import read_fault
from tests.simgateway.faults.stands import a_rig, ask_time, fault, numbers
from tests.simgateway.rig import Rig


def _ask_both(rig: Rig) -> list[str]:
    """Ask for the time, then for the accounts."""
    rig.client.send(49, 1)
    rig.client.send(17, 1)
    return numbers(rig.wait(0.5))


def test_a_muted_request_is_never_answered() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("mute", message="reqCurrentTime"))

    assert _ask_both(rig) == ["15"]


def test_a_delayed_message_is_overtaken() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("delay", message="currentTime", seconds=2))

    assert _ask_both(rig) == ["15"]
    assert numbers(rig.wait(2)) == ["49"]


def test_a_delayed_message_that_is_not_overtaken_holds_up_what_follows() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("delay", Nth(1), message="currentTime", seconds=2, overtaken=False))

    assert _ask_both(rig) == []
    assert numbers(rig.wait(2)) == ["49", "15"]
    assert numbers(ask_time(rig)) == ["49"]


def test_a_delayed_request_is_answered_later() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("delay", message="reqCurrentTime", seconds=30))

    asked = int(rig.clock.now().timestamp())
    assert _ask_both(rig) == ["15"]
    assert [int(row[2]) for row in rig.wait(30)] == [asked + 30]


def test_a_duplicated_message_comes_as_often_as_told() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("duplicate", message="currentTime", copies=2))

    assert _ask_both(rig) == ["49", "49", "49", "15"]


def test_a_copy_can_come_later() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("duplicate", message="currentTime", seconds=5))

    assert _ask_both(rig) == ["49", "15"]
    assert numbers(rig.wait(5)) == ["49"]


def test_a_duplicated_request_is_answered_twice() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("duplicate", message="reqCurrentTime"))

    assert _ask_both(rig) == ["49", "49", "15"]


def test_a_reordered_message_comes_after_the_next_one() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("reorder", message="currentTime", times=1))

    assert _ask_both(rig) == ["15", "49"]


def test_a_reordered_message_is_passed_by_as_many_as_the_scenario_says() -> None:
    rig = a_rig()
    rig.gateway.faults.add(read_fault({"kind": "reorder", "message": "currentTime", "times": 1, "passed_by": 2}))
    rig.client.send(49, 1)
    rig.client.send(17, 1)
    rig.client.send(17, 1)

    assert numbers(rig.wait(0.5)) == ["15", "15", "49"]


def test_a_reordered_message_that_nothing_follows_comes_after_a_while() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("reorder", message="currentTime", times=1, seconds=3))

    assert ask_time(rig) == []
    assert numbers(rig.wait(3)) == ["49"]


def test_a_message_cut_in_the_middle_ends_the_connection() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("cut", message="currentTime", share=0.5))
    rig.client.send(17, 1)

    assert _ask_both(rig) == ["15"]
    assert rig.client.transport.cut_bytes > 0
    assert rig.client.transport.is_closed


def test_a_message_is_never_sent_whole_when_it_is_cut() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("cut", message="currentTime", share=1.0))

    assert ask_time(rig) == []
    assert rig.client.transport.cut_bytes > 10


def test_garbage_breaks_the_framing() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("garbage", Nth(1), message="currentTime", size=32))
    before = len(rig.client.transport.raw)

    ask_time(rig)

    assert len(rig.client.transport.raw) == before + 32 + 4 + len("49.1.1762966800.")
    assert rig.client.transport.is_garbled or rig.client.transport.cut_bytes > 0


def test_framed_garbage_is_a_message_that_says_nothing() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("garbage", Nth(1), message="currentTime", framed=True))

    frames = ask_time(rig)

    assert len(frames) == 2
    assert frames[1][0] == "49"


def test_garbage_is_the_same_every_time() -> None:
    sent = []
    for _ in range(2):
        rig = a_rig()
        rig.gateway.faults.add(fault("garbage", message="currentTime"))
        ask_time(rig)
        sent.append(bytes(rig.client.transport.raw))

    assert sent[0] == sent[1]


def test_a_short_message_keeps_its_number() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("short", message="currentTime", fields=9))

    assert ask_time(rig) == [("49",)]


def test_an_unknown_message_comes_before_the_message() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("unknown", message="currentTime", number=777))

    assert numbers(ask_time(rig)) == ["777", "49"]
