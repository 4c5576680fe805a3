"""Why the gateway refuses, row by row: code by code."""

from datetime import time

import pytest

from tests.simgateway.fake_market import CALL_ID, STOCK_ID
from tests.simgateway.rig import Rig


@pytest.mark.parametrize(
    ("kind", "parts", "code"),
    [
        ("MOC", {}, "387"),
        ("PEG MID", {"lmt": "1.00"}, "387"),
        ("LMT", {"lmt": "1.00", "tif": "OPG"}, "387"),
        ("FLY", {}, "321"),
        ("LMT", {"lmt": "1.00", "tif": "NOW"}, "321"),
        ("LMT", {"lmt": "1.00", "account": "U7654321"}, "321"),
        ("MKT", {"e_trade": 1}, "10268"),
        ("LMT", {"lmt": "0"}, "321"),
        ("LMT", {"lmt": "-1"}, "321"),
        ("LMT", {"lmt": "1.005"}, "110"),
        ("LMT", {"lmt": "3.02"}, "110"),
        ("STP", {}, "321"),
        ("STP", {"aux": "3.01"}, "110"),
        ("STP LMT", {"aux": "3.00", "lmt": "3.01"}, "110"),
        ("TRAIL", {}, "321"),
        ("TRAIL", {"aux": "0.20", "trail_pct": "5"}, "321"),
        ("TRAIL", {"trail_pct": "100"}, "321"),
        ("TRAIL", {"aux": "0.205"}, "110"),
        ("TRAIL", {"aux": "0.20", "trail_stop": "-1"}, "403"),
        ("TRAIL LIMIT", {"aux": "0.20"}, "321"),
        ("LMT", {"lmt": "1.00", "tif": "GTD"}, "334"),
        ("LMT", {"lmt": "1.00", "tif": "GTD", "till": "20251111 12:00:00"}, "334"),
        ("LMT", {"lmt": "1.00", "tif": "GTD", "till": "tomorrow"}, "343"),
        ("LMT", {"lmt": "1.00", "after": "noon"}, "343"),
        ("LMT", {"lmt": "1.00", "parent": 1}, "135"),
        ("LMT", {"lmt": "1.00", "transmit": 0, "what_if": 1}, "413"),
    ],
)
def test_an_order_that_cannot_be_is_refused_with_its_code(kind: str, parts: dict[str, object], code: str) -> None:
    rig = Rig()
    rig.wait()

    rig.client.order(1, "BUY", 1, kind, **parts)

    frames = rig.wait()
    assert rig.errors(frames) == [("1", code)]
    assert rig.statuses(frames, 1) == []


@pytest.mark.parametrize(
    ("action", "quantity", "code"), [("HOLD", "1", "321"), ("BUY", "0", "434"), ("BUY", "0.5", "10243")]
)
def test_a_side_or_size_that_cannot_be_is_refused(action: str, quantity: str, code: str) -> None:
    rig = Rig()
    rig.wait()

    rig.client.order(1, action, quantity, "MKT")  # type: ignore[arg-type]  # a size as text

    assert rig.errors(rig.wait()) == [("1", code)]


@pytest.mark.parametrize("account", ["", "DU1234567"])
def test_the_account_may_be_named_or_left_out(account: str) -> None:
    rig = Rig()

    rig.client.order(1, "BUY", 1, "LMT", lmt="0.90", account=account)

    assert rig.statuses(rig.wait(), 1)[-1] == "Submitted"


def test_the_twenty_first_active_order_on_one_side_is_rejected() -> None:
    rig = Rig()
    for number in range(1, 22):
        rig.client.order(number, "BUY", 1, "LMT", lmt="0.50")
        rig.wait(0.1)

    frames = rig.wait()

    assert rig.errors(frames) == [("21", "201")]
    assert len(rig.gateway.books().open_orders) == 20


def test_a_full_side_leaves_the_other_contracts_alone() -> None:
    rig = Rig()
    for number in range(1, 22):
        rig.client.order(number, "BUY", 1, "LMT", lmt="0.50", con_id=CALL_ID + number % 2)
        rig.wait(0.1)

    assert rig.errors(rig.wait()) == []


def test_a_missing_time_in_force_is_noticed_only_where_it_is_asked_for() -> None:
    rigs = (Rig(), Rig(tif_preset_notice=True))

    for rig in rigs:
        rig.client.order(1, "BUY", 1, "LMT", lmt="0.90")

    assert [rig.errors(rig.wait()) for rig in rigs] == [[], [("1", "10349")]]


def test_an_extended_hours_order_in_regular_hours_needs_no_notice() -> None:
    rig = Rig()
    rig.market.extended = (time(4), time(20))
    rig.market.show(STOCK_ID, "100.00", "100.02", 500)

    rig.client.order(1, "BUY", 1, "LMT", lmt="100.02", con_id=STOCK_ID, rth=1)

    assert rig.errors(rig.wait()) == []
