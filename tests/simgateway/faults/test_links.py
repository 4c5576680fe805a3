"""Faults of connections: drops, half-open ones, refusals, the nightly restart, ids in use, too many messages."""

from datetime import time

import pytest

from simgateway.faults.model import After, At, Nth
from tests.simgateway.faults.stands import a_rig, ask_time, codes, fault, of


def test_a_dropped_connection_loses_what_was_not_written() -> None:
    rig = a_rig(delay_ms=(100, 100))
    rig.gateway.faults.add(fault("drop", Nth(2, "reqCurrentTime")))

    assert ask_time(rig, 2) == []
    assert rig.client.transport.is_closed


def test_only_the_client_whose_message_set_it_off_is_dropped() -> None:
    rig = a_rig()
    other = rig.connect(2)
    rig.gateway.faults.add(fault("drop", Nth(1, "reqCurrentTime")))

    ask_time(rig)

    assert rig.client.transport.is_closed
    assert not other.transport.is_closed


def test_at_a_moment_every_connection_is_dropped_or_the_clients_alone() -> None:
    rig = a_rig()
    other = rig.connect(2)

    rig.gateway.faults.add(fault("drop", After(5), client=2))
    rig.wait(5)
    first = (rig.client.transport.is_closed, other.transport.is_closed)
    rig.gateway.faults.add(fault("drop", After(5)))
    rig.wait(5)

    assert first == (False, True)
    assert rig.client.transport.is_closed


def test_after_an_unclean_drop_the_client_id_stays_in_use_for_a_while() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("drop", hold_seconds=30))
    rig.wait(1)

    early = rig.connect(1)
    other = rig.connect(2)
    rig.wait(30)
    late = rig.connect(1)

    assert codes(early.take())[-1] == "326"
    assert early.transport.is_closed
    assert not other.transport.is_closed
    assert not late.transport.is_closed


def test_an_id_can_be_in_use_that_nobody_has_used() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("id_in_use", client=9, seconds=20))
    rig.wait(1)

    early = rig.connect(9)
    rig.wait(20)

    assert early.transport.is_closed
    assert not rig.connect(9).transport.is_closed


def test_a_half_open_gateway_takes_connections_and_says_nothing() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("half_open", seconds=60))
    rig.wait(1)

    deaf = rig.connect(2)
    deaf.send(49, 1)
    rig.wait(59)
    heard = rig.connect(3)

    assert (bytes(deaf.transport.raw), deaf.transport.is_closed) == (b"", False)
    assert heard.take()[0][0] == "176"
    assert ask_time(rig) != []


def test_an_existing_connection_can_fall_silent_and_its_orders_are_lost() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("half_open", existing=True))
    rig.wait(1)

    rig.client.order(1, "BUY", 1, "MKT")

    assert rig.wait(60) == []
    assert rig.gateway.executions() == ()
    assert not rig.client.transport.is_closed


@pytest.mark.parametrize("restored", [1101, 1102])
def test_what_ends_meanwhile_is_not_told_over_a_half_open_connection(restored: int) -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("connectivity", seconds=30, restored=restored))
    before = codes(rig.wait(5))

    rig.gateway.faults.add(fault("half_open", existing=True))

    assert before == ["1100"]
    assert rig.wait(60) == []


def test_half_open_connections_are_cut_when_all_is_cleared() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("half_open", existing=True))
    rig.wait(1)

    rig.gateway.faults.clear()

    assert rig.client.transport.is_closed
    assert not rig.gateway.faults.is_set


def test_the_nightly_restart_is_minutes_of_absence_that_forget_nothing() -> None:
    rig = a_rig()
    rig.buy(order_id=7)
    rig.client.order(8, "SELL", 1, "LMT", lmt="9.00")
    rig.wait()
    rig.gateway.faults.add(fault("restart", At(time(11, 35)), seconds=180))
    rig.wait(300)

    cut = rig.client.transport.is_closed
    away = rig.connect(1)
    rig.wait(180)
    back = rig.connect(1)

    assert (cut, away.transport.is_closed, back.transport.is_closed) == (True, True, False)
    assert of(back.take(), "9") == [("9", "1", "9")]
    books = rig.gateway.books()
    assert [row.quantity for row in books.positions] == [1]
    assert [row.order_id for row in books.open_orders] == [8]


def test_of_two_absences_the_longer_one_counts() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("restart", seconds=100))
    rig.gateway.faults.add(fault("refuse", seconds=10))

    rig.wait(50)
    early = rig.connect(1)
    rig.wait(60)

    assert early.transport.is_closed
    assert not rig.connect(1).transport.is_closed


def test_clearing_a_restart_brings_the_gateway_back() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("restart", seconds=600))
    rig.wait(1)

    rig.gateway.faults.clear()

    assert not rig.connect(1).transport.is_closed


def test_clearing_other_faults_does_not_open_a_gateway_that_was_told_to_refuse() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("restart", seconds=10))
    rig.wait(20)
    rig.gateway.refuse()

    rig.gateway.faults.clear()

    assert rig.connect(1).transport.is_closed


@pytest.mark.parametrize("close", [True, False])
def test_too_many_messages_can_be_said_of_any_client(*, close: bool) -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("too_fast", close=close))

    assert codes(rig.wait()) == ["100"]
    assert rig.client.transport.is_closed is close
