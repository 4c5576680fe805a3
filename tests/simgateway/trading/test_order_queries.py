"""What clients are told about orders and executions that were theirs, or others'."""

import pytest

from simgateway.protocol.wire import Fields
from tests.simgateway.fake_market import CALL_ID, STOCK_ID
from tests.simgateway.rig import Rig


def _traded() -> Rig:
    """Return a gateway where client 1 bought an option, client 2 shares an hour later and sold an option."""
    rig = Rig()
    rig.buy(1)
    rig.clock.advance(3600)
    other = rig.connect(2)
    other.order(1, "BUY", 10, "MKT", con_id=STOCK_ID)
    rig.wait()
    other.order(2, "SELL", 1, "MKT", con_id=CALL_ID)
    rig.wait()
    return rig


def _found(rig: Rig, *filters: object) -> list[tuple[str, str]]:
    """Return contract and side of the executions that pass: client, account, time, symbol, type, exchange, side."""
    rig.client.send(7, 3, 9, *filters)
    frames = rig.wait()
    assert frames[-1] == ("55", "1", "9")
    assert [row[1] for row in frames if row[0] == "59"] == ["1"] * len([row for row in frames if row[0] == "11"])
    return [(row[3], row[18]) for row in frames if row[0] == "11"]


OPTION_BOUGHT, SHARES_BOUGHT, OPTION_SOLD = (str(CALL_ID), "BOT"), (str(STOCK_ID), "BOT"), (str(CALL_ID), "SLD")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ((0, "", "", "", "", "", ""), [OPTION_BOUGHT, SHARES_BOUGHT, OPTION_SOLD]),
        ((2, "", "", "", "", "", ""), [SHARES_BOUGHT, OPTION_SOLD]),
        ((0, "DU1234567", "", "", "", "", ""), [OPTION_BOUGHT, SHARES_BOUGHT, OPTION_SOLD]),
        ((0, "DU9999999", "", "", "", "", ""), []),
        ((0, "", "20251112 12:00:00 US/Eastern", "", "", "", ""), [SHARES_BOUGHT, OPTION_SOLD]),
        ((0, "", "20251112-17:00:00", "", "", "", ""), [SHARES_BOUGHT, OPTION_SOLD]),
        ((0, "", "", "ABC", "", "", ""), [OPTION_BOUGHT, SHARES_BOUGHT, OPTION_SOLD]),
        ((0, "", "", "XYZ", "", "", ""), []),
        ((0, "", "", "", "STK", "", ""), [SHARES_BOUGHT]),
        ((0, "", "", "", "", "CBOE", ""), [OPTION_BOUGHT, OPTION_SOLD]),
        ((0, "", "", "", "", "SMART", ""), [OPTION_BOUGHT, SHARES_BOUGHT, OPTION_SOLD]),
        ((0, "", "", "", "", "", "SELL"), [OPTION_SOLD]),
        ((0, "", "", "", "OPT", "", "BUY"), [OPTION_BOUGHT]),
    ],
)
def test_executions_pass_every_filter_that_is_set(filters: tuple[object, ...], expected: list[tuple[str, str]]) -> None:
    assert _found(_traded(), *filters) == expected


def test_a_time_that_cannot_be_read_is_error_320() -> None:
    rig = _traded()

    rig.client.send(7, 3, 9, 0, "", "yesterday", "", "", "", "")

    assert [row[3] for row in rig.wait() if row[0] == "4"] == ["320"]


def test_executions_and_completed_orders_are_those_of_the_day() -> None:
    rig = _traded()
    rig.clock.advance(24 * 3600)

    executions = _found(rig, 0, "", "", "", "", "", "")
    rig.client.send(99, 1)

    assert (executions, rig.wait()) == ([], [("102",)])


def test_after_two_midnights_the_gateway_has_forgotten_what_was_over_and_uses_its_numbers_no_more() -> None:
    rig = _traded()
    first = [row.exec_id for row in rig.gateway.executions()]
    rig.client.order(2, "BUY", 1, "LMT", lmt="0.05", tif="GTC")
    rig.wait()

    rig.clock.advance(24 * 3600)
    after_one = len(rig.gateway.executions())
    rig.clock.advance(24 * 3600)
    rig.wait()
    after_two = len(rig.gateway.executions())
    rig.client.send(4, 1, 1)
    too_late = rig.errors(rig.wait())
    rig.client.order(1, "BUY", 1, "MKT")
    again = rig.errors(rig.wait())
    rig.buy(1, order_id=3)

    assert (after_one, after_two) == (3, 0)
    assert [code for _, code in too_late] == ["10147"]
    assert [code for _, code in again] == ["103"]
    assert [order.order_id for order in rig.gateway.books().open_orders] == [2]
    assert [row.exec_id.split(".")[2] for row in rig.gateway.executions()] == ["000004"]
    assert len({*first, *(row.exec_id for row in rig.gateway.executions())}) == 4


@pytest.mark.parametrize("api_only", [0, 1])
def test_completed_orders_are_everybodys_and_all_came_by_the_api(api_only: int) -> None:
    rig = _traded()

    rig.client.send(99, api_only)

    frames = rig.wait()
    assert [row[0] for row in frames] == ["101", "101", "101", "102"]


def _orders(frames: list[Fields]) -> list[tuple[str, str]]:
    return [(row[1], row[9]) for row in frames if row[0] == "3"]


@pytest.mark.parametrize(("client_id", "expected"), [(1, [("1", "1")]), (3, [])])
def test_open_orders_are_the_clients_own(client_id: int, expected: list[tuple[str, str]]) -> None:
    rig = Rig()
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.50")
    rig.wait()
    asking = rig.client if client_id == 1 else rig.connect(client_id)
    asking.take()

    asking.send(5, 1)
    rig.clock.advance(3)

    assert _orders(asking.take()) == expected


def test_all_open_orders_keep_their_owners_ids_and_bind_nothing() -> None:
    rig = Rig()
    rig.client.order(5, "BUY", 1, "LMT", lmt="0.50")
    rig.wait()
    other = rig.connect(2)
    other.take()

    other.send(16, 1)
    rig.clock.advance(3)
    seen = other.take()
    other.send(4, 1, 5, "")
    rig.clock.advance(3)

    assert _orders(seen) == [("5", "1")]
    assert [row[3] for row in other.take() if row[0] == "4"] == ["10147"]
    assert len(rig.gateway.books().open_orders) == 1


def test_in_read_only_mode_open_and_completed_orders_are_refused_without_an_end() -> None:
    rig = Rig(read_only=True)
    rig.wait()

    rig.client.send("5", "1")
    rig.client.send("99", "0")

    assert [(row[0], row[2], row[3]) for row in rig.wait()] == [("4", "-1", "321"), ("4", "-1", "321")]
