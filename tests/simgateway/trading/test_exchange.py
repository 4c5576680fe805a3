"""Orders by their messages: fills, rests, stops, cancels, changes, rejections."""

from decimal import Decimal

import pytest

from tests.simgateway.fake_market import CALL_ID, CLOSE, PUT_ID
from tests.simgateway.rig import Rig


def test_a_market_order_fills_at_the_ask_in_the_sequence_of_the_real_gateway() -> None:
    rig = Rig()
    rig.wait()

    rig.client.order(1, "BUY", 2, "MKT", ref="abc.e.1")

    frames = rig.wait()
    orders = [row for row in frames if row[0] in {"3", "5", "11", "59"}]
    assert [row[0] for row in orders] == ["5", "3", "11", "5", "3", "5", "3", "59"]
    assert rig.statuses(frames, 1) == ["PreSubmitted", "Filled", "Filled"]
    execution = orders[2]
    assert (execution[1], execution[18:21], execution[26]) == ("-1", ("BOT", "2", "1.1"), "abc.e.1")
    assert orders[-1][3:6] == ("1.30", "USD", "1.7976931348623157E308")


@pytest.mark.parametrize(
    ("version", "opened", "completed"), [(162, 131, 96), (169, 131, 96), (170, 136, 101), (176, 136, 101)]
)
def test_order_messages_have_the_field_count_of_their_version(version: int, opened: int, completed: int) -> None:
    rig = Rig(highest_version=version)
    rig.wait()

    rig.client.order(1, "BUY", 2, "MKT")
    frames = rig.wait()
    rig.client.send(99, 0)
    done = rig.wait()

    counts = {row[0]: len(row) for row in frames}
    assert (counts["5"], counts["3"], counts["11"], counts["59"]) == (opened, 12, 31, 8)
    assert [len(row) for row in done] == [completed, 1]


def test_a_limit_below_the_ask_rests_until_the_ask_reaches_it() -> None:
    rig = Rig()
    rig.client.order(1, "BUY", 1, "LMT", lmt="1.05")
    resting = rig.wait()

    filled = rig.quote("1.00", "1.04")

    assert rig.statuses(resting, 1) == ["PreSubmitted", "Submitted"]
    assert [row[20] for row in filled if row[0] == "11"] == ["1.05"]


def test_a_fill_is_limited_by_the_size_shown_and_the_rest_stays() -> None:
    rig = Rig()
    rig.market.show(CALL_ID, "1.00", "1.10", 3)
    rig.client.order(1, "BUY", 5, "LMT", lmt="1.10")
    first = rig.wait()

    second = rig.quote("1.00", "1.09", 3)

    assert [row[19] for row in first if row[0] == "11"] == ["3"]
    assert [row[19] for row in second if row[0] == "11"] == ["2"]
    assert [row[3] for row in first + second if row[0] == "59"] == ["1.95", "1.30"]


def test_a_quote_that_was_used_up_comes_back_although_it_never_changes() -> None:
    rig = Rig()
    rig.market.show(CALL_ID, "1.00", "1.10", 3)
    rig.client.order(1, "BUY", 5, "MKT")
    rig.wait()

    frames = rig.wait(62)

    assert [row[19] for row in frames if row[0] == "11"] == ["2"]


def test_a_sell_stop_limit_needs_two_asks_in_a_row_at_or_below_its_trigger() -> None:
    rig = Rig()
    rig.buy()
    rig.client.order(2, "SELL", 1, "STP LMT", lmt="0.70", aux="0.80")
    placed = rig.wait()

    once = rig.quote("0.75", "0.80")
    back = rig.quote("0.80", "0.90")
    again = rig.quote("0.75", "0.79")
    twice = rig.quote("0.72", "0.78")

    assert rig.statuses(placed, 2) == ["PreSubmitted", "PreSubmitted"]
    assert [rig.statuses(frames, 2) for frames in (once, back, again)] == [[], [], []]
    assert rig.statuses(twice, 2) == ["Submitted", "Filled", "Filled"]
    assert rig.gateway.books().positions == ()


def test_a_triggered_stop_whose_limit_is_above_the_bid_rests() -> None:
    rig = Rig()
    rig.buy()
    rig.client.order(2, "SELL", 1, "STP LMT", lmt="0.70", aux="0.80")
    rig.wait()

    rig.quote("0.50", "0.60")
    triggered = rig.quote("0.49", "0.60")
    rig.client.order(2, "SELL", 1, "LMT", lmt="0.45")
    escalated = rig.wait()

    assert rig.statuses(triggered, 2) == ["Submitted"]
    assert [row[20] for row in escalated if row[0] == "11"] == ["0.49"]


def test_a_cancel_is_confirmed_by_status_and_202() -> None:
    rig = Rig()
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.50")
    rig.wait()

    rig.client.send(4, 1, 1, "")

    frames = rig.wait()
    assert rig.statuses(frames, 1) == ["Cancelled"]
    assert rig.errors(frames) == [("1", "202")]


def test_cancelling_an_unknown_order_is_10147_and_a_filled_one_10148() -> None:
    rig = Rig()
    rig.buy()

    rig.client.send(4, 1, 99, "")
    rig.client.send(4, 1, 1, "")

    assert rig.errors(rig.wait()) == [("99", "10147"), ("1", "10148")]


def test_a_fill_can_cross_a_cancel_that_is_on_its_way() -> None:
    rig = Rig(delay_ms=(2000, 2000))
    rig.client.order(1, "BUY", 1, "LMT", lmt="1.05")
    rig.wait(10)

    rig.client.send(4, 1, 1, "")
    rig.market.show(CALL_ID, "1.00", "1.02")

    frames = rig.wait(10)
    assert rig.statuses(frames, 1) == ["Filled", "Filled"]
    assert rig.errors(frames) == [("1", "10148")]


def test_a_changed_limit_is_worked_and_reported() -> None:
    rig = Rig()
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.50")
    rig.wait()

    rig.client.order(1, "BUY", 1, "LMT", lmt="0.60")
    changed = rig.wait()
    rig.client.order(1, "BUY", 1, "LMT", lmt="1.10")
    filled = rig.wait()

    assert [row[16] for row in changed if row[0] == "5"] == ["0.6"]
    assert rig.statuses(filled, 1) == ["Filled", "Filled"]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"lmt": "3.02"}, "110"),
        ({"lmt": ""}, "321"),
        ({"lmt": "1.00", "con_id": 999}, "200"),
        ({"lmt": "1.00", "parent": 77}, "135"),
        ({"lmt": "1.00", "tif": "FOO"}, "321"),
    ],
)
def test_the_gateway_refuses_at_once(parts: dict[str, object], code: str) -> None:
    rig = Rig()
    rig.wait()

    rig.client.order(1, "BUY", 1, "LMT", **parts)

    frames = rig.wait()
    assert rig.errors(frames) == [("1", code)]
    assert rig.statuses(frames, 1) == []


def test_an_order_that_costs_more_than_the_funds_is_201_and_inactive() -> None:
    rig = Rig(start_cash=Decimal(200))
    rig.wait()

    rig.client.order(1, "BUY", 2, "LMT", lmt="1.00")

    frames = rig.wait()
    assert rig.errors(frames) == [("1", "201")]
    assert rig.statuses(frames, 1) == ["PreSubmitted", "Inactive"]


def test_working_buys_bind_funds() -> None:
    rig = Rig(start_cash=Decimal(250))
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.90")
    rig.client.order(2, "BUY", 2, "LMT", lmt="0.90", con_id=PUT_ID)

    frames = rig.wait()

    assert rig.errors(frames) == [("2", "201")]


def test_selling_what_is_not_held_is_201() -> None:
    rig = Rig()
    rig.buy(1)

    rig.client.order(2, "SELL", 2, "LMT", lmt="2.00")

    assert rig.errors(rig.wait()) == [("2", "201")]


def test_two_sells_that_together_exceed_the_position_are_not_both_taken() -> None:
    rig = Rig()
    rig.buy(1)

    rig.client.order(2, "SELL", 1, "LMT", lmt="2.00")
    rig.client.order(3, "SELL", 1, "LMT", lmt="2.00")

    assert rig.errors(rig.wait()) == [("3", "201")]


def test_a_buy_against_a_resting_sell_of_the_same_option_is_201() -> None:
    rig = Rig()
    rig.buy(1)
    rig.client.order(2, "SELL", 1, "LMT", lmt="2.00")
    rig.wait()

    rig.client.order(3, "BUY", 1, "LMT", lmt="1.00")
    rig.client.order(4, "BUY", 1, "LMT", lmt="1.00", con_id=PUT_ID)

    assert rig.errors(rig.wait()) == [("3", "201")]


def test_an_order_id_is_never_used_twice() -> None:
    rig = Rig()
    rig.client.order(5, "BUY", 1, "LMT", lmt="0.50")
    rig.wait()

    rig.client.order(4, "BUY", 1, "LMT", lmt="0.50")

    assert rig.errors(rig.wait()) == [("4", "103")]


def test_day_orders_expire_at_the_close_and_good_till_cancelled_ones_stay() -> None:
    rig = Rig()
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.50", tif="DAY")
    rig.client.order(2, "BUY", 1, "LMT", lmt="0.50", tif="GTC")
    rig.wait()

    frames = rig.wait((CLOSE - rig.clock.now()).total_seconds() + 5)

    assert (rig.statuses(frames, 1), rig.statuses(frames, 2)) == (["Cancelled"], [])
    assert [row.order_id for row in rig.gateway.books().open_orders] == [2]


def test_an_order_sent_after_hours_waits_for_the_next_open() -> None:
    rig = Rig(start=CLOSE)
    rig.client.order(1, "BUY", 1, "MKT", tif="DAY")
    evening = rig.wait()

    morning = rig.wait(18 * 3600)

    assert rig.errors(evening) == [("1", "399")]
    assert rig.statuses(morning, 1) == ["Filled", "Filled"]


def test_a_global_cancel_takes_every_clients_orders() -> None:
    rig = Rig()
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.50")
    other = rig.connect(2)
    other.order(1, "BUY", 1, "LMT", lmt="0.50")
    rig.wait()

    other.send(58, 1)

    assert rig.statuses(rig.wait(), 1) == ["Cancelled"]
    assert rig.gateway.books().open_orders == ()


def test_only_the_owner_hears_of_an_order_but_all_can_ask_for_it() -> None:
    rig = Rig()
    other = rig.connect(2)
    rig.client.order(1, "BUY", 1, "LMT", lmt="0.50")
    rig.wait()
    other.take()

    other.send(5, 1)
    rig.wait()
    own = [row[0] for row in other.take()]
    other.send(16, 1)
    rig.wait()

    assert own == ["53"]
    assert [row[0] for row in other.take()] == ["5", "3", "53"]


def test_a_what_if_answers_with_costs_and_places_nothing() -> None:
    rig = Rig()
    rig.wait()

    rig.client.order(1, "BUY", 2, "LMT", lmt="1.00", what_if=1)

    (answer,) = rig.wait()
    assert answer[0] == "5"
    assert "-201.30" in answer
    assert rig.gateway.books().open_orders == ()


def test_read_only_answers_orders_with_321() -> None:
    rig = Rig(read_only=True)
    rig.wait()

    rig.client.order(1, "BUY", 1, "MKT")

    assert rig.errors(rig.wait()) == [("1", "321")]
