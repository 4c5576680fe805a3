"""What is counted, in all and of each client."""

import json

from tests.simgateway.fake_market import CALL_ID, STOCK_ID
from tests.simgateway.rig import Rig


def test_each_client_has_counts_of_its_own() -> None:
    rig = Rig(history_ms=(5000, 5000))
    other = rig.connect(7)
    for number in (1, 2):
        rig.client.send("1", 11, number, CALL_ID, *[""] * 11, 0, "", 0, 0, "")
    other.send("1", 11, 1, STOCK_ID, *[""] * 11, 0, "", 0, 0, "")
    other.send("20", 9, STOCK_ID, *[""] * 11, 0, "", "1 min", "3600 S", 1, "TRADES", 1, 0, "")

    first, second = rig.gateway.counters().clients

    assert (first.client_id, first.subscriptions, first.history_in_flight) == (1, 2, 0)
    assert (second.client_id, second.subscriptions, second.history_in_flight) == (7, 1, 1)
    assert (first.messages_in, second.messages_in) == (3, 3)
    assert (second.connection, second.version) == (2, 176)


def test_the_whole_is_the_sum_of_the_clients() -> None:
    rig = Rig()
    other = rig.connect(7)
    other.send("1", 11, 1, STOCK_ID, *[""] * 11, 0, "", 0, 0, "")
    other.session.data_received(b"\x00\x00\x00\x09half")

    counters = rig.gateway.counters()

    assert counters.connections == len(counters.clients) == 2
    assert counters.subscriptions == sum(client.subscriptions for client in counters.clients) == 1
    assert counters.buffered_bytes == counters.clients[1].buffered_bytes == 8


def test_a_client_that_left_is_counted_no_more() -> None:
    rig = Rig()
    rig.connect(7).transport.abort()

    counters = rig.gateway.counters()

    assert [client.client_id for client in counters.clients] == [1]
    assert counters.connections_ever == 2


def test_the_row_is_plain_json() -> None:
    row = Rig().gateway.counters().as_row()

    assert json.loads(json.dumps(row)) == row
