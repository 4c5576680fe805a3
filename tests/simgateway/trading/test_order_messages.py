"""openOrder and completedOrder: what a client asked for stands where that client's version looks for it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from simgateway.protocol.tickets import read_ticket
from simgateway.protocol.wire import LOWEST_VERSION, SERVER_VERSION
from simgateway.trading.order_messages import completed_order, execution_details, open_order, order_status
from simgateway.trading.orders import Execution, Order, Stage, Status
from tests.simgateway.fake_market import CALL_ID, FakeMarket
from tests.simgateway.protocol.layouts import read
from tests.simgateway.protocol.order_rows import place_order

VERSIONS = range(LOWEST_VERSION, SERVER_VERSION + 1)
_AT = datetime(2025, 11, 12, 15, 0, tzinfo=UTC)
_ASKED = {
    "action": "SELL",
    "quantity": "30",
    "type": "TRAIL LIMIT",
    "lmt": "1.15",
    "aux": "0.25",
    "tif": "GTD",
    "ocaGroup": "group",
    "ocaType": "2",
    "account": "",
    "orderRef": "mine",
    "parentId": "6",
    "displaySize": "4",
    "triggerMethod": "7",
    "outsideRth": "1",
    "hidden": "1",
    "discretionary": "0.02",
    "allOrNone": "1",
    "goodAfter": "20251112 10:00:00 US/Eastern",
    "goodTill": "20251120 15:00:00 US/Eastern",
    "minQty": "5",
    "pctOffset": "0.3",
    "trailStop": "1.35",
    "trailPct": "2.5",
    "lmtOffset": "0.05",
    "cashQty": "900",
}
_OF_BOTH = {
    "conId": "101",
    "symbol": "ABC",
    "secType": "OPT",
    "expiry": "20251114",
    "strike": "100",
    "right": "C",
    "multiplier": "100",
    "exchange": "SMART",
    "currency": "USD",
    "local": "ABC   251114C00100000",
    "tclass": "ABC",
    "action": "SELL",
    "quantity": "30",
    "type": "TRAIL LIMIT",
    "lmt": "1.15",
    "aux": "0.25",
    "tif": "GTD",
    "ocaGroup": "group",
    "ocaType": "2",
    "account": "DU1",
    "orderRef": "mine",
    "permId": "4242",
    "displaySize": "4",
    "triggerMethod": "7",
    "outsideRth": "1",
    "hidden": "1",
    "discretionary": "0.02",
    "allOrNone": "1",
    "goodAfter": "20251112 10:00:00 US/Eastern",
    "goodTill": "20251120 15:00:00 US/Eastern",
    "minQty": "5",
    "pctOffset": "0.3",
    "trailStop": "1.35",
    "trailStop2": "1.35",
    "trailPct": "2.5",
    "lmtOffset": "0.05",
    "cashQty": "900",
    "exempt": "-1",
    "intent": "IB",
}


def _an_order(version: int = 176, /, **changes: object) -> Order:
    option = FakeMarket().by_con_id(CALL_ID)
    assert option is not None
    ticket = read_ticket(place_order(version, None, **changes), version)
    return Order(ticket=ticket, instrument=option, client_id=3, perm_id=4242, quantity=ticket.quantity)


@pytest.mark.parametrize("version", VERSIONS)
def test_open_order_gives_back_what_was_asked_for(version: int) -> None:
    order = _an_order(version, **_ASKED)

    reading = read(open_order(order, version, "DU1"), version)

    own = {"orderId": "7", "clientId": "3", "parentId": "6", "status": "PreSubmitted", "whatIf": "0"}
    expected = _OF_BOTH | own | {"shares": "4242.0/DU1/100", "adjusted": "None"}
    assert reading.wrong == []
    assert {name: reading.values[name] for name in expected} == expected


@pytest.mark.parametrize("version", VERSIONS)
def test_completed_order_gives_back_what_was_asked_for(version: int) -> None:
    order = _an_order(version, **_ASKED)
    order.stage, order.status, order.filled, order.family = Stage.DONE, Status.CANCELLED, 12, 4000
    order.done_at, order.done_text = _AT, "Cancelled by hand"

    reading = read(completed_order(order, version, "DU1"), version)

    done = {"status": "Cancelled", "filled": "12", "parentPermId": "4000", "completedStatus": "Cancelled by hand"}
    expected = _OF_BOTH | done | {"completedTime": "20251112 10:00:00 US/Eastern"}
    assert reading.wrong == []
    assert {name: reading.values[name] for name in expected} == expected


def test_a_trailing_stop_that_has_moved_is_shown_where_it_stands() -> None:
    order = _an_order(**_ASKED)
    order.trailed, order.trailed_limit = Decimal("1.60"), Decimal("1.55")

    reading = read(open_order(order, 176, "DU1"), 176)

    assert [reading.values[name] for name in ("trailStop", "trailStop2", "lmt")] == ["1.6", "1.6", "1.55"]


def test_what_has_no_value_is_unset_as_the_real_gateway_writes_it() -> None:
    reading = read(open_order(_an_order(), 176, "DU1"), 176)

    assert [reading.values[name] for name in ("displaySize", "minQty", "trailStop", "lmtOffset", "commission")] == [
        *("2147483647", "", "", "1.7976931348623157E308", "")
    ]


def test_an_order_that_waits_for_its_trigger_is_held_for_it() -> None:
    held = [order_status(_an_order(type=kind, aux="1"))[10] for kind in ("LMT", "STP", "STP LMT", "TRAIL")]

    assert held == ["", "trigger", "trigger", "trigger"]


@pytest.mark.parametrize(("version", "count"), [(157, 31), (177, 31), (178, 32)])
def test_an_execution_is_as_long_as_its_version_wants(version: int, count: int) -> None:
    order = _an_order()
    execution = Execution(
        exec_id="0001.01",
        order_id=7,
        client_id=3,
        perm_id=4242,
        instrument=order.instrument,
        at=_AT,
        is_buy=False,
        shares=2,
        price=Decimal("1.10"),
        cumulative=3,
        average_price=Decimal("1.05"),
        commission=Decimal(1),
        realized=None,
        order_ref="mine",
        takes_liquidity=True,
    )

    row = execution_details(-1, execution, "DU1", version)

    reading = read(row, version)
    expected = {"orderId": "7", "side": "SLD", "shares": "2", "price": "1.1", "cumulative": "3", "average": "1.05"}
    assert (len(row), reading.wrong) == (count, [])
    assert {name: reading.values[name] for name in expected} == expected
