"""What messages say when they say something odd."""

import pytest

from tests.simgateway.fake_market import CALL_ID
from tests.simgateway.faults.stands import ABC, CALL, a_rig, ask_time, fault, of, snapshot, stream

_WORDS = [("nan", "NaN"), ("-1", "-1"), ("0", "0"), ("max", "1.7976931348623157E308"), ("inf", "Infinity"), ("", "")]


@pytest.mark.parametrize(("value", "sent"), _WORDS)
def test_prices_in_quotes_can_be_odd(value: str, sent: str) -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("bad_quote", value=value))

    prices = {row[3]: row[4] for row in of(snapshot(rig), "1")}

    assert prices == {"1": sent, "2": sent, "4": sent, "9": "1.2"}


def test_only_some_ticks_of_one_symbol_can_be_odd() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("bad_quote", value="0", ticks="2", symbol="abc"))
    rig.gateway.faults.add(fault("bad_quote", value="nan", symbol="XYZ"))

    by_id = {row[3]: row[4] for row in of(snapshot(rig, 7, CALL), "1")}
    by_symbol = {row[3]: row[4] for row in of(snapshot(rig, 8, ABC), "1")}

    assert (by_id["1"], by_id["2"], by_symbol["2"]) == ("1", "0", "0")


@pytest.mark.parametrize(("value", "sent"), _WORDS)
def test_profit_and_loss_can_be_odd(value: str, sent: str) -> None:
    rig = a_rig()
    rig.buy()
    rig.gateway.faults.add(fault("bad_pnl", value=value))

    rig.client.send(92, 8, "DU1234567", "")
    rig.client.send(94, 9, "DU1234567", "", CALL_ID)
    rig.client.send(6, 2, 1, "DU1234567")
    frames = rig.wait()

    assert of(frames, "94")[0][2:5] == (sent, sent, sent)
    assert set(of(frames, "95")[0][3:7]) == {sent}
    portfolio = of(frames, "7")[0]
    assert [portfolio[place] for place in (14, 15, 17, 18)] == [sent] * 4
    assert portfolio[13] == "1"


def test_delayed_data_has_tick_types_of_its_own() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("delayed_data"))

    frames = stream(rig)

    assert [row[3] for row in of(frames, "58")] == ["3"]
    assert {row[3] for row in of(frames, "1")} == {"66", "67", "68", "75"}
    assert {row[3] for row in of(frames, "2")} >= {"69", "70", "71", "74"}


@pytest.mark.parametrize("seconds", [90, -3600])
def test_a_wrong_clock_shows_in_the_time_and_in_executions(seconds: int) -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("clock_skew", seconds=seconds))
    now = int(rig.clock.now().timestamp())

    (answer,) = ask_time(rig)
    rig.client.order(1, "BUY", 1, "MKT")
    (execution,) = of(rig.wait(), "11")
    greeted = rig.connect(2).take()[0]

    assert int(answer[2]) == now + seconds
    local = "11:31:3" if seconds > 0 else "10:30:0"
    assert execution[15].startswith(f"20251112 {local}")
    assert execution[15].endswith("US/Eastern")
    assert greeted[1].startswith(f"20251112 {local}")


def test_executions_can_be_stamped_without_a_time_zone() -> None:
    rig = a_rig()
    rig.gateway.faults.add(fault("no_time_zone"))

    rig.client.order(1, "BUY", 1, "MKT")

    (execution,) = of(rig.wait(), "11")
    assert execution[15] == "20251112  11:30:04"


def test_the_next_order_id_can_be_one_that_was_used() -> None:
    rig = a_rig()
    rig.client.order(41, "BUY", 1, "LMT", lmt="0.50")
    rig.wait()
    rig.gateway.faults.add(fault("rollback_ids", to=5, times=1))

    rig.client.send(8, 1, 1)
    rolled = rig.wait()
    rig.client.send(8, 1, 1)

    assert rolled == [("9", "1", "5")]
    assert rig.wait() == [("9", "1", "42")]
