"""Notices, a lost line to IB, a competing session: the socket stays open through all of them."""

import pytest

from tests.simgateway.fake_market import CALL_ID
from tests.simgateway.faults.stands import ABC, a_rig, codes, fault, numbers, of, stream


@pytest.mark.parametrize("code", [1100, 1300, 2103, 2105, 2110, 2157])
def test_a_notice_has_its_usual_text(code: int) -> None:
    rig = a_rig()

    rig.gateway.faults.add(fault("notice", code=code))

    ((*head, text, _),) = rig.wait()
    assert head == ["4", "2", "-1", str(code)]
    assert len(text) > 20


def test_a_notice_can_say_something_else_and_go_to_one_client() -> None:
    rig = a_rig()
    other = rig.connect(2)
    other.take()

    rig.gateway.faults.add(fault("notice", code=2104, text="hello", client=2))

    assert rig.wait() == []
    assert other.take()[0][4] == "hello"


def test_while_the_line_is_lost_no_quote_passes_and_then_the_newest_does() -> None:
    rig = a_rig()
    stream(rig)
    rig.gateway.faults.add(fault("connectivity", seconds=30, restored=1102))
    rig.wait(1)

    during = rig.quote("1.50", "1.60") + rig.quote("1.70", "1.80")
    after = rig.wait(30)

    assert during == []
    assert codes(after) == ["1102"]
    assert [(row[3], row[4]) for row in of(after, "1")] == [("1", "1.7"), ("2", "1.8")]


def test_who_connects_while_the_line_is_lost_is_told_so_and_when_it_is_back() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("connectivity", seconds=30, restored=1102))
    rig.wait(1)

    newcomer = rig.connect(2)
    rig.wait(1)
    welcome = newcomer.take()
    rig.wait(30)

    assert codes(welcome)[-1] == "2110"
    assert codes(newcomer.take()) == ["1102"]


@pytest.mark.parametrize(("first", "second"), [(30, 10), (10, 30)])
def test_of_two_outages_at_once_the_longer_one_says_when_the_line_is_back(first: int, second: int) -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("connectivity", seconds=first, restored=1102))
    rig.gateway.faults.add(fault("connectivity", seconds=second, restored=1102))

    meanwhile, after = rig.wait(29), rig.wait(2)

    assert codes(meanwhile) == ["1100", "1100"]
    assert codes(after) == ["1102", "1102"]


def test_when_data_was_lost_quotes_have_to_be_asked_for_again() -> None:
    rig = a_rig()
    stream(rig)
    rig.gateway.faults.add(fault("connectivity", seconds=30, restored=1101))
    rig.wait(1)
    rig.quote("1.50", "1.60")

    restored = rig.wait(30)
    silent = rig.quote("2.00", "2.10")

    assert (codes(restored), of(restored, "1"), silent) == (["1101"], [], [])
    assert "1" in numbers(stream(rig, 8))


def test_an_order_waits_for_the_line_and_a_fill_is_reported_late() -> None:
    rig = a_rig()
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.90")
    rig.wait()
    rig.gateway.faults.add(fault("connectivity", seconds=60))
    rig.wait(1)

    rig.client.order(2, "BUY", 1, "MKT")
    rig.market.show(CALL_ID, "0.80", "0.85")
    during = rig.wait(30)
    filled = len(rig.gateway.executions())
    after = rig.wait(40)

    assert (during, filled) == ([], 1)
    assert sorted({row[2] for row in of(after, "11")}) == ["1", "2"]


def test_requests_during_the_outage_stay_open_and_are_answered_when_data_was_kept() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("connectivity", seconds=30))
    rig.wait(1)
    rig.client.send(20, 7, *ABC, 0, "", "1 min", "3600 S", 1, "TRADES", 2, 0, "")

    assert rig.wait(20) == []
    assert numbers(rig.wait(20)) == ["4", "17"]


def test_a_competing_session_ends_every_quote_with_10197_for_a_while() -> None:
    rig = a_rig()
    stream(rig)
    rig.gateway.faults.add(fault("competing_session", seconds=60))

    told = rig.wait(1)
    during = rig.quote("1.50", "1.60")
    asked = stream(rig, 8)
    after = rig.wait(60)

    assert (told[0][2:4], during) == (("7", "10197"), [])
    assert (codes(asked), of(asked, "1")) == (["10197"], [])
    assert ("1", "6", "7", "1", "1.5", "10", "0") in after
