"""The gateway by its messages: connecting, ids, contracts, history, quotes."""

from simgateway.protocol.wire import Fields
from tests.simgateway.fake_market import CALL_ID, PUT_ID, RULE_ID, STOCK_ID
from tests.simgateway.rig import Rig

_ABC = (STOCK_ID, "ABC", "STK", "", "0.0", "", "", "SMART", "", "USD", "", "")


def _numbers(frames: list[Fields]) -> list[str]:
    return [row[0] for row in frames]


def _option(con_id: int = 0, expiry: str = "", strike: str = "", right: str = "") -> tuple[object, ...]:
    return (con_id, "ABC", "OPT", expiry, strike, right, "", "SMART", "", "USD", "", "")


def test_a_client_is_told_version_accounts_and_its_next_order_id() -> None:
    rig = Rig()

    frames = rig.wait()

    assert frames[0][0] == "176"
    assert frames[1:3] == [("15", "1", "DU1234567"), ("9", "1", "1")]
    assert [row[3] for row in frames[3:]] == ["2104", "2106", "2158"]


def test_the_version_is_the_lower_of_the_two() -> None:
    rig = Rig(highest_version=170)

    assert rig.wait()[0][0] == "170"


def test_a_client_id_in_use_gets_326_and_is_closed() -> None:
    rig = Rig()

    second = rig.connect(1)

    assert second.take()[-1][:4] == ("4", "2", "-1", "326")
    assert second.transport.is_closed
    assert not rig.client.transport.is_closed


def test_the_next_order_id_after_a_reconnect_is_above_every_used_one() -> None:
    rig = Rig()
    rig.client.order(41, "BUY", 1, "LMT", lmt="0.50")
    rig.wait()
    rig.client.transport.close()

    again = rig.connect(1)

    assert ("9", "1", "42") in again.take()


def test_one_contract_by_its_number_has_every_field_of_its_version() -> None:
    rig = Rig()
    rig.wait()

    rig.client.send(9, 8, 7, *_option(CALL_ID), 0, "", "", "")

    details, end = rig.wait()
    assert len(details) == 40
    assert (details[1], details[2], details[12], details[13]) == ("7", "ABC", str(CALL_ID), "0.01")
    assert end == ("52", "1", "7")


def test_a_whole_chain_comes_when_strike_right_and_expiry_are_open() -> None:
    rig = Rig()
    rig.wait()

    rig.client.send(9, 8, 7, *_option(), 0, "", "", "")

    assert _numbers(rig.wait()) == ["10"] * 12 + ["52"]


def test_an_unknown_contract_is_error_200() -> None:
    rig = Rig()
    rig.wait()

    rig.client.send(9, 8, 7, 0, "NONE", "STK", *[""] * 9, 0, "", "", "")

    assert rig.errors(rig.wait()) == [("7", "200")]


def test_option_parameters_name_another_exchange_and_an_adjusted_class_too() -> None:
    rig = Rig()
    rig.wait()

    rig.client.send(78, 7, "ABC", "", "STK", STOCK_ID)

    frames = rig.wait()
    assert [(row[2], row[4]) for row in frames[:-1]] == [("CBOE", "ABC"), ("SMART", "2ABC"), ("SMART", "ABC")]
    assert frames[2][6:9] == ("2", "20251112", "20251114")
    assert sorted(frames[2][10:]) == ["100", "105", "95"]
    assert frames[-1] == ("76", "7")


def test_a_market_rule_is_rows_of_edge_and_increment() -> None:
    rig = Rig()
    rig.wait()

    rig.client.send(91, RULE_ID)

    assert rig.wait() == [("93", "109", "2", "0", "0.01", "3", "0.05")]


def test_history_gives_the_bars_of_the_duration_with_epoch_seconds() -> None:
    rig = Rig()
    rig.wait()

    rig.client.send(20, 7, *_ABC, 0, "", "1 min", "3600 S", 1, "TRADES", 2, 0, "")

    (answer,) = rig.wait()
    assert (answer[0], answer[4], len(answer)) == ("17", "60", 5 + 8 * 60)
    assert answer[5].isdigit()


def test_history_as_text_names_the_zone_and_a_day_counts_from_the_open() -> None:
    rig = Rig()
    rig.wait()

    rig.client.send(20, 7, *_ABC, 0, "", "1 hour", "1 D", 1, "TRADES", 1, 0, "")

    (answer,) = rig.wait()
    assert answer[5] == "20251112 09:30:00 US/Eastern"


def test_history_without_data_is_error_162() -> None:
    rig = Rig()
    rig.wait()

    rig.client.send(20, 7, *_option(PUT_ID), 0, "", "1 min", "3600 S", 1, "TRADES", 2, 0, "")

    assert rig.errors(rig.wait()) == [("7", "162")]


def test_a_cancelled_history_request_is_162_and_never_answered() -> None:
    rig = Rig()
    rig.wait()

    rig.client.send(20, 7, *_ABC, 0, "", "1 min", "3600 S", 1, "TRADES", 2, 0, "")
    rig.client.send(25, 1, 7)

    assert _numbers(rig.wait(10)) == ["4"]
    assert rig.gateway.counters().history_in_flight == 0


def test_a_snapshot_gives_the_quote_and_ends_within_eleven_seconds() -> None:
    rig = Rig()
    rig.wait()

    rig.client.send(1, 11, 7, *_option(CALL_ID), 0, "", 1, 0, "")

    frames = rig.wait(11.5)
    ticks = {row[3]: row[4] for row in frames if row[0] in {"1", "2"}}
    prices = {"1": "1", "2": "1.1", "4": "1.05", "9": "1.2"}
    assert ticks == prices | {"0": "10", "3": "10", "5": "1", "8": "500"}
    assert frames[-1] == ("57", "1", "7")
    assert rig.gateway.counters().subscriptions == 0


def test_a_missing_side_is_minus_one_with_size_0() -> None:
    rig = Rig()
    rig.market.show(CALL_ID, None, "1.10")
    rig.wait()

    rig.client.send(1, 11, 7, *_option(CALL_ID), 0, "", 1, 0, "")

    assert ("1", "6", "7", "1", "-1", "0", "0") in rig.wait()


def test_a_stream_sends_only_what_has_changed_and_stops_when_cancelled() -> None:
    rig = Rig(greeks_seconds=0)
    rig.client.send(1, 11, 7, *_option(CALL_ID), 0, "", 0, 0, "")
    rig.wait(30)

    changed = rig.quote("1.00", "1.20")
    rig.client.send(2, 2, 7)
    after = rig.quote("0.50", "0.60")

    assert changed == [("1", "6", "7", "2", "1.2", "10", "0")]
    assert after == []


def test_nobody_interested_means_that_no_quote_is_read() -> None:
    rig = Rig()
    rig.wait()
    before = rig.market.quotes_read

    rig.wait(3600)

    assert rig.market.quotes_read == before


def _send_many(rig: Rig, count: int) -> list[Fields]:
    for _ in range(count):
        rig.client.send(49, 1)
    return rig.wait()


def test_fifty_messages_in_a_second_are_answered() -> None:
    rig = Rig()
    rig.wait()

    assert _numbers(_send_many(rig, 50)) == ["49"] * 50


def test_more_than_fifty_messages_in_a_second_are_error_100_and_in_the_end_a_closed_connection() -> None:
    rig = Rig()

    first, second, third = (_send_many(rig, 51) for _ in range(3))

    assert [frames[-1][3] for frames in (first, second, third)] == ["100"] * 3
    assert rig.client.transport.is_closed
    assert rig.gateway.counters().messages_in_a_second_most > 50


def test_a_message_that_cannot_be_read_is_error_320() -> None:
    rig = Rig()
    rig.wait()

    rig.client.send(92, "x")

    assert rig.wait()[0][:4] == ("4", "2", "-1", "320")


def test_small_bars_asked_for_twice_within_15_seconds_are_a_pacing_violation() -> None:
    rig = Rig()
    rig.wait()
    request = (*_ABC, 0, "", "5 secs", "60 S", 1, "TRADES", 2, 0, "")

    rig.client.send(20, 7, *request)
    first = rig.wait()
    rig.client.send(20, 8, *request)
    second = rig.wait()
    rig.wait(20)
    rig.client.send(20, 9, *request)
    third = rig.wait()

    assert (first[0][0], rig.errors(second), third[0][0]) == ("17", [("8", "162")], "17")


def test_an_invalid_bar_size_is_refused() -> None:
    rig = Rig()
    rig.wait()

    rig.client.send(20, 7, *_ABC, 0, "", "60 mins", "1 D", 1, "TRADES", 2, 0, "")

    assert rig.errors(rig.wait()) == [("7", "321")]


def test_quotes_can_be_refused_by_security_type() -> None:
    rig = Rig(refused_data=(("OPT", 354),))
    rig.wait()

    rig.client.send(1, 11, 7, *_option(CALL_ID), 0, "", 1, 0, "")
    rig.client.send(1, 11, 8, *_ABC, 0, "", 1, 0, "")

    frames = rig.wait(12)
    assert rig.errors(frames) == [("7", "354")]
    assert frames[-1] == ("57", "1", "8")


def test_a_cut_connection_loses_its_subscriptions_but_not_its_orders() -> None:
    rig = Rig()
    rig.client.send(1, 11, 7, *_option(CALL_ID), 0, "", 0, 0, "")
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.50")
    rig.wait()

    rig.gateway.disconnect(1)
    rig.gateway.refuse()
    refused = rig.connect(1)
    rig.gateway.accept()
    again = rig.connect(1)

    assert refused.transport.is_closed
    assert not again.transport.is_closed
    assert rig.gateway.counters().subscriptions == 0
    assert [row.order_id for row in rig.gateway.books().open_orders] == [1]


def test_a_notice_reaches_every_client() -> None:
    rig = Rig()
    rig.wait()

    rig.gateway.notify(1100, "Connectivity between IB and Trader Workstation has been lost.")

    assert [row[2:4] for row in rig.wait()] == [("-1", "1100")]


def test_a_closed_gateway_leaves_no_timer_behind() -> None:
    rig = Rig()
    rig.client.send(1, 11, 7, *_option(CALL_ID), 0, "", 0, 0, "")
    rig.client.send(92, 8, "DU1234567", "")
    rig.client.order(1, "BUY", 1, "MKT")
    rig.wait()

    rig.gateway.close()

    assert rig.clock.pending() == 0
