"""Every fault that the gateway can have, as each client sees it.

What a client makes of a fault differs by nature: where it does, the table says what, and the client's source is the
reason. A fault is given by its kind as on the control port: `simgateway/faults/kinds.py` lists them.
"""

from pathlib import Path
from typing import Any

import pytest

from simgateway.faults.kinds import KINDS
from simgateway.faults.model import At, Chance, Fault, Now, Nth
from tests.conformance.stage import ACCOUNT, CALL, HIGH_LEVEL, STOCK, Line, Stage
from tests.simgateway.fake_market import CALL_ID

BID = 1
HUNG_UP = ("Peer closed", "Connection reset by peer")


def fault(stage: Stage, kind: str, when: Now | At | Nth | Chance = Now(), **more: Any) -> None:  # noqa: B008 - frozen
    """Let a fault loose; what is no field of Fault is a setting of its kind."""
    own = {name: more.pop(name) for name in ("message", "direction", "client", "times", "lasts") if name in more}
    stage.host.call(lambda gateway: gateway.faults.add(Fault(kind=kind, when=when, settings=more, **own)))


def alive(line: Line, count: int = 1) -> bool:
    """Return whether a connection still answers; `count` the so-manieth time that it is asked."""
    line.do("time")
    return bool(line.until("time", count=count))


def test_a_mute_kind_is_not_heard_and_all_else_is(stage: Stage) -> None:
    line = stage.line()
    fault(stage, "mute", message="contractDataEnd", direction="out")
    stage.expect("never ended", of=HIGH_LEVEL)

    asked = line.ask("contracts", contract=CALL)

    line.until("contract", asked=asked)
    assert alive(line)
    assert not line.all("contracts_end", asked=asked)


def test_a_delayed_message_comes_later(stage: Stage) -> None:
    line = stage.line()
    fault(stage, "delay", message="marketRule", seconds=30.0, overtaken=True)

    line.do("rule", rule=109)

    assert alive(line)
    assert line.until("rule", rule=109)
    kinds = [row["kind"] for row in line.everything() if row["kind"] in {"time", "rule"}]
    assert kinds == ["time", "rule"]


def test_a_duplicated_status_does_no_harm(stage: Stage) -> None:
    line = stage.line()
    fault(stage, "duplicate", message="orderStatus", copies=2)

    order = line.buy()

    assert len(line.all("status", order=order, status="Filled")) >= 3
    assert line.belief(order) == "Filled"


def test_a_reordered_commission_still_finds_its_fill(stage: Stage) -> None:
    line = stage.line()
    fault(stage, "reorder", message="orderStatus", after=1, seconds=5.0)

    order = line.buy()

    assert line.belief(order) == "Filled"


def test_a_cut_connection_is_noticed_by_its_client_alone(stage: Stage) -> None:
    stage.allow(*HUNG_UP)
    first, second = stage.line(1), stage.line(2)

    fault(stage, "drop", client=1)

    assert first.until("closed")
    assert alive(second)


def test_a_client_comes_back_after_a_drop(stage: Stage) -> None:
    stage.allow(*HUNG_UP)
    first = stage.line(1)
    order = first.place(CALL, action="BUY", type="LMT", limit=0.5, tif="GTC")
    first.until_status(order, "Submitted")

    fault(stage, "drop")
    first.until("closed")
    again = stage.line(1)
    again.do("open_orders")

    assert again.until("order", order=order)["limit"] == 0.5


def test_a_frame_cut_in_the_middle_ends_the_connection(stage: Stage) -> None:
    stage.allow(*HUNG_UP)
    line = stage.line()
    fault(stage, "cut", message="currentTime", times=1)
    stage.is_lossy = True

    line.do("time")

    assert line.until("closed")
    assert stage.line(2).is_ready


def test_a_half_open_gateway_is_given_up_on(stage: Stage) -> None:
    stage.gateway()
    fault(stage, "half_open", seconds=80_000.0)
    stage.expect("API connection failed: TimeoutError", of=HIGH_LEVEL)

    line = stage.line(must=False, patience=1.0)

    assert not line.is_ready


def test_a_gateway_that_refuses_is_tried_again(stage: Stage) -> None:
    stage.gateway()
    fault(stage, "refuse", seconds=80_000.0)
    stage.expect("API connection failed", of=HIGH_LEVEL)
    stage.allow(*HUNG_UP)
    first = stage.line(must=False, patience=1.0)
    assert not first.is_ready

    stage.host.call(lambda gateway: gateway.faults.clear())
    stage.host.call(lambda gateway: gateway.accept())

    assert stage.line(2).is_ready


def test_the_nightly_restart_keeps_orders_and_ids(stage: Stage) -> None:
    stage.allow(*HUNG_UP)
    line = stage.line()
    order = line.place(CALL, action="BUY", type="LMT", limit=0.5, tif="GTC", ref="kept")
    line.until_status(order, "Submitted")

    fault(stage, "restart", seconds=60.0)
    line.until("closed")
    stage.until_accepting()
    again = stage.line()
    again.do("open_orders")

    assert again.until("order", ref="kept")["order"] == order
    assert again.until("next_id")["order"] > order


def test_a_client_id_stays_in_use_after_an_unclean_drop(stage: Stage) -> None:
    first = stage.line(1)
    fault(stage, "id_in_use", seconds=80_000.0)
    stage.expect("already in use", of=HIGH_LEVEL)
    stage.expect("API connection failed", of=HIGH_LEVEL)
    stage.hang_up(first)

    second = stage.line(1, must=False, patience=1.0)

    assert not second.is_ready
    assert second.until("error", code=326)
    assert stage.line(2).is_ready


@pytest.mark.parametrize("code", [1300, 2103, 2105, 2107, 2108, 2110, 2119, 2157])
def test_a_notice_reaches_the_program(stage: Stage, code: int) -> None:
    line = stage.line()

    fault(stage, "notice", code=code)

    assert line.until("error", code=code)["id"] == -1
    assert alive(line)


@pytest.mark.parametrize("restored", [1101, 1102])
def test_connectivity_is_lost_and_comes_back(stage: Stage, restored: int) -> None:
    line = stage.line()

    fault(stage, "connectivity", seconds=30.0, restored=restored)

    assert line.until("error", code=1100)
    assert line.until("error", code=restored)
    assert alive(line)


def test_an_order_under_way_in_an_outage_is_told_afterwards(stage: Stage) -> None:
    line = stage.line()
    order = line.place(CALL, action="BUY", type="LMT", limit=0.5)
    line.until_status(order, "Submitted")

    fault(stage, "connectivity", seconds=60.0, restored=1102)
    line.until("error", code=1100)
    stage.show(CALL_ID, "0.40", "0.50")
    line.until("error", code=1102)

    assert line.until_status(order, "Filled")


def test_messages_beyond_the_limit_end_the_connection(stage: Stage) -> None:
    stage.allow(*HUNG_UP)
    line = stage.line()

    fault(stage, "too_fast", close=True)

    assert line.until("error", code=100)
    assert line.until("closed")


def test_a_request_may_be_refused_with_any_code(stage: Stage) -> None:
    line = stage.line()
    fault(stage, "reject", message="reqContractDetails", code=504)

    asked = line.ask("contracts", contract=CALL)

    assert line.until("error", asked=asked)["code"] == 504


def test_a_pacing_violation_is_error_162(stage: Stage) -> None:
    line = stage.line()
    fault(stage, "pacing_violation", times=1)

    first, second = line.history(), line.history(duration="60 S")

    assert line.until("error", asked=first)["code"] == 162
    assert line.until("bars_end", asked=second)


@pytest.mark.parametrize("code", [354, 10089, 10090, 10091, 10167, 10168])
def test_quotes_that_are_not_subscribed_say_so(stage: Stage, code: int) -> None:
    line = stage.line()
    fault(stage, "not_subscribed", code=code)

    asked = line.quotes()

    assert line.until("error", asked=asked)["code"] == code
    if code == 10167:
        assert line.until("price", asked=asked, tick=66)
    assert alive(line)


def test_a_competing_session_takes_the_quotes(stage: Stage) -> None:
    line = stage.line()
    asked = line.quotes()
    line.until("price", asked=asked)

    fault(stage, "competing_session", seconds=60.0)

    assert line.until("error", code=10197)


def test_a_lost_order_is_answered_by_silence(stage: Stage) -> None:
    line = stage.line()
    fault(stage, "lose_order", times=1)

    order = line.place(CALL, action="BUY")

    assert alive(line)
    believed = "PendingSubmit" if stage.client.name in HIGH_LEVEL else None
    assert line.belief(order) == believed
    line.do("open_orders")
    line.until("orders_end", count=len(line.all("orders_end")) + 1)
    assert not line.all("order", order=order)


def test_a_silent_order_is_found_when_it_is_asked_for(stage: Stage) -> None:
    line = stage.line()
    fault(stage, "silent_order", times=1)

    order = line.place(CALL, action="BUY", type="LMT", limit=0.5)
    assert alive(line)
    assert not line.all("status", order=order)
    line.do("open_orders")

    assert line.until("order", order=order)["limit"] == 0.5


def test_a_fill_may_come_before_its_acknowledgement(stage: Stage) -> None:
    line = stage.line()
    fault(stage, "fill_first", times=1)

    order = line.buy()

    kinds = [row["kind"] for row in line.everything() if row["kind"] in {"fill", "status"} and row["order"] == order]
    assert kinds[0] == "fill"
    assert line.belief(order) == "Filled"


def test_a_duplicated_execution_carries_the_same_id(stage: Stage) -> None:
    line = stage.line()
    fault(stage, "duplicate_execution")

    order = line.buy()

    second = line.until("fill", order=order, count=2)
    assert second["exec_id"] == line.all("fill", order=order)[0]["exec_id"]


def test_a_corrected_execution_carries_the_next_version(stage: Stage) -> None:
    line = stage.line()
    fault(stage, "correct_execution", seconds=1.0)

    order = line.buy()

    first, second = (line.until("fill", order=order, count=count) for count in (1, 2))
    assert first["exec_id"].endswith(".01")
    assert second["exec_id"] == first["exec_id"][:-2] + "02"


def test_a_missing_commission_is_never_told(stage: Stage) -> None:
    line = stage.line()
    fault(stage, "no_commission")

    order = line.place(CALL, action="BUY")

    line.until_status(order, "Filled")
    assert alive(line)
    assert not line.all("commission")


@pytest.mark.parametrize("value", ["nan", "-1", "0", "max"])
def test_odd_prices_in_quotes_do_not_kill_a_client(stage: Stage, value: str) -> None:
    line = stage.line()
    fault(stage, "bad_quote", value=value, times=1, ticks="1")

    asked = line.quotes()

    told = line.until("price", asked=asked, tick=BID)["price"]
    assert told == {"nan": None, "-1": -1.0, "0": 0.0, "max": None}[value]
    assert alive(line)


@pytest.mark.parametrize("value", ["nan", "max", "0"])
def test_odd_numbers_in_profit_do_not_kill_a_client(stage: Stage, value: str) -> None:
    line = stage.line()
    fault(stage, "bad_pnl", message="pnl", value=value)

    asked = line.ask("pnl", account=ACCOUNT)

    told = line.until("pnl", asked=asked)
    assert told["daily"] == (0.0 if value == "0" else None)
    assert alive(line)


@pytest.mark.parametrize("value", ["nan", "max"])
def test_odd_greeks_do_not_kill_a_client(stage: Stage, value: str) -> None:
    line = stage.line()
    fault(stage, "bad_greeks", value=value)

    asked = line.quotes()

    assert line.until("greeks", asked=asked)["delta"] is None
    assert alive(line)


def test_delayed_data_comes_under_its_own_ticks(stage: Stage) -> None:
    line = stage.line()
    fault(stage, "delayed_data")

    asked = line.quotes()

    assert line.until("price", asked=asked, tick=66)["price"] == 1.0
    assert line.until("data_type", type=3)


def test_a_wrong_clock_is_what_the_client_is_told(stage: Stage) -> None:
    line = stage.line()
    fault(stage, "clock_skew", seconds=86_400.0)

    line.do("time")

    now = stage.host.call(lambda gateway: gateway.clock.now().timestamp())
    assert line.until("time")["at"] > now + 80_000


def test_executions_without_a_zone_are_still_heard(stage: Stage) -> None:
    line = stage.line()
    fault(stage, "no_time_zone")

    order = line.buy()

    assert line.until("fill", order=order)["shares"] == 1.0


def test_a_next_id_of_long_ago_is_what_the_client_is_told(stage: Stage) -> None:
    line = stage.line()
    for _ in range(3):
        last = line.place(CALL, action="BUY", type="LMT", limit=0.5)
    line.until_status(last, "Submitted")
    fault(stage, "rollback_ids", to=1)

    line.do("next_id")

    assert line.until("next_id", count=2)["order"] == 1


def test_a_message_that_nobody_knows_is_passed_over(stage: Stage) -> None:
    line = stage.line()
    stage.expect("999", of=HIGH_LEVEL)
    stage.expect("505", of={"ibapi_stable"})
    stage.is_lossy = True
    fault(stage, "unknown", message="currentTime", times=1)

    assert alive(line)
    assert alive(line, count=2)


SHORT: dict[str, str] = {
    "ib_insync": "Decoder",
    "ib_async": "Decoder",
    "ibapi_stable": "message loop died",
    "ibapi": "message loop died",
}


def test_a_short_frame_is_lost_or_kills_the_reader(stage: Stage) -> None:
    line = stage.line()
    stage.is_lossy = True
    fault(stage, "short", message="orderStatus", times=1, fields=6)
    stage.expect(SHORT[stage.client.name])

    line.place(CALL, action="BUY", type="LMT", limit=0.5)

    if stage.client.is_official:
        assert line.until("closed")
    else:
        assert alive(line)


def test_garbage_between_frames_ends_the_stream_of_sense(stage: Stage) -> None:
    first, second = stage.line(1), stage.line(2)
    stage.is_lossy = True
    fault(stage, "garbage", message="currentTime", client=1, times=1, framed=False)
    stage.expect("never ended", of=HIGH_LEVEL)  # the bytes look like the length of a frame that never comes

    first.do("time")

    assert alive(second)
    assert not first.all("time")


def test_every_kind_of_fault_has_a_case_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")

    assert [kind for kind in KINDS if f'fault(stage, "{kind}"' not in text] == []


def test_a_history_under_way_ends_with_its_connection(stage: Stage) -> None:
    stage.allow(*HUNG_UP)
    stage.gateway(history_ms=(600_000, 600_000))
    line = stage.line()
    asked = line.history(STOCK)

    fault(stage, "drop")

    assert line.until("closed")
    if stage.client.name in HIGH_LEVEL:
        assert line.until("done", asked=asked)["rows"] is None
