"""Requests that are answered with an error of IB's list."""

import pytest

from tests.simgateway.faults.stands import ABC, a_rig, codes, fault, of, snapshot, stream


def test_a_rejected_request_carries_its_id_and_goes_no_further() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("reject", message="placeOrder", code=201, text="Order rejected - reason:no"))

    rig.client.order(5, "BUY", 1, "MKT")

    assert [row[2:5] for row in rig.wait()] == [("5", "201", "Order rejected - reason:no")]
    assert rig.gateway.executions() == ()


@pytest.mark.parametrize(("code", "request_id"), [(162, "7"), (420, "7"), (100, "-1")])
def test_a_history_request_can_be_a_pacing_violation(code: int, request_id: str) -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("pacing_violation", code=code))

    rig.client.send(20, 7, *ABC, 0, "", "1 min", "3600 S", 1, "TRADES", 2, 0, "")

    assert [row[2:4] for row in rig.wait()] == [(request_id, str(code))]


@pytest.mark.parametrize("code", [354, 10089, 10091, 10168])
def test_quotes_without_a_subscription_are_an_error_and_nothing_else(code: int) -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("not_subscribed", code=code))

    assert [row[:4] for row in snapshot(rig)] == [("4", "2", "7", str(code))]
    assert rig.gateway.counters().subscriptions == 0


def test_with_10090_some_quotes_still_come() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("not_subscribed", code=10090))

    frames = stream(rig)

    assert codes(frames) == ["10090"]
    assert of(frames, "1") != []


def test_with_10167_delayed_quotes_come_instead() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("not_subscribed", code=10167, times=1))

    delayed = stream(rig, 7)
    live = stream(rig, 8)
    changed = rig.quote("1.50", "1.60")

    assert codes(delayed) == ["10167"]
    assert [row[3] for row in of(delayed, "58")] == ["3"]
    assert {row[3] for row in of(delayed, "1")} == {"66", "67", "68", "75"}
    assert {row[3] for row in of(live, "1")} == {"1", "2", "4", "9"}
    assert {(row[2], row[3]) for row in of(changed, "1")} == {("7", "66"), ("7", "67"), ("8", "1"), ("8", "2")}
