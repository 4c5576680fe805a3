"""Bad days in the life of an order, and what a client can still find out by asking."""

from simgateway.protocol.wire import Fields
from tests.simgateway.faults.stands import a_rig, fault, numbers, of
from tests.simgateway.rig import Rig

_EXECUTIONS = (7, 3, 9, 0, "", "", "", "", "", "")


def _executions(rig: Rig) -> list[Fields]:
    rig.client.send(*_EXECUTIONS)
    return rig.wait()


def test_a_lost_order_is_known_to_nobody() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("lose_order", times=1))

    rig.client.order(1, "BUY", 1, "MKT")
    silence = rig.wait(30)
    rig.client.send(16, 1)

    assert silence == []
    assert rig.wait() == [("53", "1")]
    assert rig.gateway.executions() == ()


def test_the_same_order_sent_again_after_a_lost_one_is_new() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("lose_order", times=1))
    rig.client.order(1, "BUY", 1, "MKT")
    rig.wait()

    rig.client.order(1, "BUY", 1, "MKT")

    assert "Filled" in rig.statuses(rig.wait(), 1)


def test_a_silent_order_works_and_is_seen_by_who_asks() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("silent_order", times=1))

    rig.client.order(1, "BUY", 1, "LMT", lmt="0.50")
    silence = rig.wait(30)
    rig.client.send(5, 1)
    asked = rig.wait()

    assert silence == []
    assert numbers(asked) == ["5", "3", "53"]


def test_a_silent_order_fills_and_only_asking_tells() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("silent_order", times=1))

    rig.client.order(1, "BUY", 1, "MKT")
    silence = rig.wait(30)

    assert silence == []
    assert len(rig.gateway.executions()) == 1
    assert numbers(_executions(rig)) == ["11", "59", "55"]


def test_a_silent_order_can_break_its_silence_with_the_fill() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("silent_order", times=1, fills=True))

    rig.client.order(1, "BUY", 1, "MKT")
    frames = rig.wait(30)

    assert frames[0][0] == "11"
    assert "59" in numbers(frames)


def test_only_the_silent_order_is_silent() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("silent_order", times=1))

    rig.client.order(1, "BUY", 1, "LMT", lmt="0.50")
    rig.client.order(2, "BUY", 1, "LMT", lmt="0.50")

    assert {row[1] for row in of(rig.wait(), "3")} == {"2"}


def test_the_fill_comes_before_the_acknowledgement() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("fill_first", times=1))

    rig.client.order(1, "BUY", 1, "MKT")
    frames = rig.wait()

    order = [row[0] for row in frames if row[0] in {"3", "5", "11"}]
    assert order[:3] == ["11", "5", "3"]
    assert rig.statuses(frames, 1)[0] in {"PreSubmitted", "Submitted"}
    assert rig.statuses(frames, 1)[-1] == "Filled"


def test_without_a_fill_the_acknowledgement_comes_after_a_while() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("fill_first", times=1, seconds=10))

    rig.client.order(1, "BUY", 1, "LMT", lmt="0.50")

    assert rig.wait(9) == []
    assert {"5", "3"} <= set(numbers(rig.wait(2)))


def test_the_same_execution_comes_twice() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("duplicate_execution"))

    rig.client.order(1, "BUY", 1, "MKT")

    first, second = of(rig.wait(), "11")
    assert first == second
    assert len(of(_executions(rig), "11")) == 1


def test_the_copy_of_an_execution_can_come_later() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("duplicate_execution", seconds=30))

    rig.client.order(1, "BUY", 1, "MKT")

    assert len(of(rig.wait(10), "11")) == 1
    assert numbers(rig.wait(30)) == ["11"]


def test_a_corrected_execution_has_the_next_id_and_stays_in_later_answers() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("correct_execution", times=1, seconds=2, price_change=-0.05))

    rig.client.order(1, "BUY", 1, "MKT")
    live = rig.wait(10)
    answer = _executions(rig)

    ids = [row[14][-3:] for row in of(live, "11")]
    assert ids == [".01", ".02"]
    assert [row[20] for row in of(live, "11")] == ["1.1", "1.05"]
    assert [row[2][-3:] for row in of(live, "59")] == [".01", ".02"]
    assert [row[14][-3:] for row in of(answer, "11")] == [".01", ".02"]
    assert [row[2][-3:] for row in of(answer, "59")] == [".01", ".02"]


def test_a_missing_commission_is_still_in_answers_unless_told_otherwise() -> None:
    rig = a_rig()
    number = rig.gateway.faults.add(fault("no_commission"))
    rig.client.order(1, "BUY", 1, "MKT")
    live = rig.wait()

    asked = _executions(rig)
    rig.gateway.faults.clear(number)
    rig.gateway.faults.add(fault("no_commission", answers=True))

    assert (of(live, "59"), len(of(asked, "59"))) == ([], 1)
    assert of(_executions(rig), "59") == []
